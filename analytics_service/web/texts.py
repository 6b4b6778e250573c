"""The words of every language, from one file a language that the widget is built from too."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

import msgspec

FOLDER = Path(__file__).parents[1] / "locales"
FALLBACK = "vi"


class Numbers(msgspec.Struct, frozen=True):
    """How a language groups digits (CLDR): its sign, and how many digits stand at least before the first."""

    group: str
    least: int = 1


class Words(msgspec.Struct, frozen=True):
    """What a language calls things."""

    numbers: Numbers
    widget: Mapping[str, str]
    builder: Mapping[str, str] = {}


@cache
def languages() -> tuple[str, ...]:
    """The languages there are."""
    return tuple(sorted(file.stem for file in FOLDER.glob("*.json")))


@cache
def words(language: str) -> Words:
    """A language's words."""
    return msgspec.json.decode((FOLDER / f"{language}.json").read_bytes(), type=Words)


def language_of(written: str) -> str | None:
    """The language that is meant by `vi-VN` or `EN`, or None where there is none."""
    tag = written.lower().replace("_", "-")
    return next((name for name in (tag, tag.partition("-")[0]) if name in languages()), None)
