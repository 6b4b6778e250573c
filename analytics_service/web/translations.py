"""The words of every language, from one file a language that the widget is built from too."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import msgspec

FOLDER = Path(__file__).parents[1] / "locales"
_WIDGETS = (Path(__file__).parent / "dist" / "l", Path(__file__).parents[2] / "widget" / "dist" / "l")
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


@dataclass(frozen=True, slots=True)
class Other:
    """A language whose words are the widget's alone: what it calls itself, and how it groups digits."""

    name: str
    numbers: Numbers


# Arabic is not among them: a picture of it would be drawn from the right.
OTHERS: Mapping[str, Other] = {
    "de": Other("Deutsch", Numbers(".")),
    "es": Other("Español", Numbers(".", 2)),
    "fr": Other("Français", Numbers("\u202f")),
    "id": Other("Bahasa Indonesia", Numbers(".")),
    "ja": Other("日本語", Numbers(",")),
    "km": Other("ខ្មែរ", Numbers(",")),
    "ko": Other("한국어", Numbers(",")),
    "lo": Other("ລາວ", Numbers(".")),
    "ms": Other("Bahasa Melayu", Numbers(",")),
    "pt": Other("Português", Numbers(".")),
    "ru": Other("Русский", Numbers("\u00a0")),
    "th": Other("ไทย", Numbers(",")),
    "zh-Hans": Other("简体中文", Numbers(",")),
    "zh-Hant": Other("繁體中文", Numbers(",")),
}


@cache
def spoken() -> tuple[str, ...]:
    """The languages of the service's own pages."""
    return tuple(sorted(file.stem for file in FOLDER.glob("*.json")))


@cache
def languages() -> tuple[str, ...]:
    """The languages of widget and outlets."""
    return (*spoken(), *OTHERS)


@cache
def words(language: str) -> Words:
    """A language's words."""
    if (other := OTHERS.get(language)) is None:
        return msgspec.json.decode((FOLDER / f"{language}.json").read_bytes(), type=Words)
    # A wheel carries them beside this file; an editable checkout reads them where they are built.
    file = next(folder / f"{language}.json" for folder in _WIDGETS if folder.exists())
    return Words(other.numbers, msgspec.json.decode(file.read_bytes(), type=dict[str, str]))


def language_of(written: str, among: Collection[str] = ()) -> str | None:
    """The language that is meant by `vi-VN` or `EN`, or None where there is none of it."""
    tag = written.lower().replace("_", "-")
    if tag.partition("-")[0] == "zh":
        tag = "zh-hant" if any(one in tag for one in ("hant", "tw", "hk", "mo")) else "zh-hans"
    known = {name.lower(): name for name in among or languages()}
    return next((known[one] for one in (tag, tag.partition("-")[0]) if one in known), None)
