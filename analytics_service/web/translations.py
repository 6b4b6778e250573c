"""The words of every language, read from one file for each."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import msgspec

FOLDER = Path(__file__).parents[1] / "locales"
_WIDGET_TEXTS = (Path(__file__).parent / "dist" / "l", Path(__file__).parents[2] / "widget" / "dist" / "l")
FALLBACK = "vi"


class Numbers(msgspec.Struct, frozen=True):
    """How a language groups digits (CLDR): its sign, and how many digits stand at least before the first."""

    group: str
    least: int = 1


class Words(msgspec.Struct, frozen=True):
    """What a language calls things: in the widget, on the builder's page, and in the dashboard."""

    numbers: Numbers
    widget: Mapping[str, str]
    builder: Mapping[str, str] = {}
    dashboard: Mapping[str, str] = {}
    accounts: Mapping[str, str] = {}
    settings: Mapping[str, str] = {}


@dataclass(frozen=True, slots=True)
class WidgetLanguage:
    """A language only of the widget: what it calls itself, and how it groups digits."""

    name: str
    numbers: Numbers


# Arabic is not among them: a picture of it would be drawn from the right.
WIDGET_LANGUAGES: Mapping[str, WidgetLanguage] = {
    "de": WidgetLanguage("Deutsch", Numbers(".")),
    "es": WidgetLanguage("Español", Numbers(".", 2)),
    "fr": WidgetLanguage("Français", Numbers("\u202f")),
    "id": WidgetLanguage("Bahasa Indonesia", Numbers(".")),
    "ja": WidgetLanguage("日本語", Numbers(",")),
    "km": WidgetLanguage("ខ្មែរ", Numbers(",")),
    "ko": WidgetLanguage("한국어", Numbers(",")),
    "lo": WidgetLanguage("ລາວ", Numbers(".")),
    "ms": WidgetLanguage("Bahasa Melayu", Numbers(",")),
    "pt": WidgetLanguage("Português", Numbers(".")),
    "ru": WidgetLanguage("Русский", Numbers("\u00a0")),
    "th": WidgetLanguage("ไทย", Numbers(",")),
    "zh-Hans": WidgetLanguage("简体中文", Numbers(",")),
    "zh-Hant": WidgetLanguage("繁體中文", Numbers(",")),
}


@cache
def page_languages() -> tuple[str, ...]:
    """Returns the languages of the service's own pages."""
    return tuple(sorted(file.stem for file in FOLDER.glob("*.json")))


@cache
def languages() -> tuple[str, ...]:
    """Returns all languages of widget and outlets."""
    return (*page_languages(), *WIDGET_LANGUAGES)


@cache
def load_words(language: str) -> Words:
    """Returns the words of a language; those of the builder are there for `page_languages` only."""
    if (other := WIDGET_LANGUAGES.get(language)) is None:
        return msgspec.json.decode((FOLDER / f"{language}.json").read_bytes(), type=Words)
    # A wheel carries them beside this file; an editable checkout reads them where they are built.
    file = next(folder / f"{language}.json" for folder in _WIDGET_TEXTS if folder.exists())
    return Words(other.numbers, msgspec.json.decode(file.read_bytes(), type=dict[str, str]))


def match_language(tag: str, among: Collection[str] = ()) -> str | None:
    """Returns the language that is meant by a tag such as `vi-VN` or `EN`; None where it is none of ours."""
    tag = tag.lower().replace("_", "-")
    if tag.partition("-")[0] == "zh":
        tag = "zh-hant" if any(one in tag for one in ("hant", "tw", "hk", "mo")) else "zh-hans"
    named = {name.lower(): name for name in among or languages()}
    return next((named[one] for one in (tag, tag.partition("-")[0]) if one in named), None)
