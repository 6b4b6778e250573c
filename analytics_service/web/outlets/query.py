"""What may be asked of an outlet: the widget's attributes by their names, each a closed set or bounded."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from starlette.datastructures import QueryParams

from analytics_service.domain import urls
from analytics_service.domain.counter import Item, Span
from analytics_service.domain.counts import Question
from analytics_service.domain.site import Site
from analytics_service.errors import BadParameter
from analytics_service.web.public.query import DEFAULT_ITEMS, asked, one_of, shown
from analytics_service.web.translations import FALLBACK, language_of, languages

LABEL_LIMIT, HEADING_LIMIT, LABELS_LIMIT = 40, 60, 600
COLOURS = ("accent", "accent-text", "bg", "text", "muted", "border", "live")
BUTTON_WIDTH = 88
"""Of a badge as old pages have them in rows, 88 by 31."""
_COLOUR = re.compile(r"#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})")
# Signs that turn the direction of what follows them, and the two that XML cannot hold.
_TURNS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]")


class Variant(StrEnum):
    """The shapes that a widget has."""

    LIST = "list"
    INLINE = "inline"
    BADGE = "badge"
    CARD = "card"
    DIGITS = "digits"


class Grouping(StrEnum):
    """How digits are set apart; `auto` follows the language."""

    AUTO = "auto"
    COMMA = "comma"
    DOT = "dot"
    SPACE = "space"
    NONE = "none"


class Theme(StrEnum):
    """Light or dark, or as the reader's system is."""

    LIGHT = "light"
    DARK = "dark"
    AUTO = "auto"


ITEMS_OF: Mapping[Variant, tuple[Item, ...]] = {
    Variant.LIST: DEFAULT_ITEMS,
    Variant.INLINE: DEFAULT_ITEMS,
    Variant.BADGE: (Item.ONLINE,),
    Variant.CARD: (Item.TOTAL, Item.ONLINE, Item.TODAY, Item.WEEK),
    Variant.DIGITS: (Item.TOTAL, Item.ONLINE, Item.TODAY, Item.MONTH),
}


@dataclass(frozen=True, slots=True)
class WidgetOptions:
    """How figures are shown; a width of 0 is the variant's own, a heading of None the language's."""

    variant: Variant = Variant.LIST
    lang: str = ""
    labels: tuple[tuple[Item, str], ...] = ()
    heading: str | None = None
    grouping: Grouping = Grouping.AUTO
    min2: bool = False
    digits: int = 7
    theme: Theme = Theme.LIGHT
    width: int = 0
    radius: int = 8
    refresh: int = 60
    colours: tuple[tuple[str, str], ...] = ()


def strip_bidi(text: str) -> str:
    """The text without what turns its direction, ends its line, or is no character."""
    return _TURNS.sub("", urls.printable(text, len(text)))


def _text(parameter: str, written: str, limit: int) -> str:
    text = strip_bidi(unicodedata.normalize("NFC", written)).strip()
    if len(text) > limit:
        raise BadParameter(parameter, "value", f"is longer than {limit} characters")
    return text


def _labels(written: str) -> dict[str, object]:
    if len(written) > LABELS_LIMIT:
        raise BadParameter("labels", "value", f"is longer than {LABELS_LIMIT} characters")
    labels: dict[Item, str] = {}
    for pair in filter(str.strip, written.split(";")):
        name, sign, label = pair.partition("=")
        if not sign:
            raise BadParameter("labels", "value", "is not written as online=Đang truy cập;total=Tất cả")
        labels[Item(one_of("labels", name.strip(), Item))] = _text("labels", label, LABEL_LIMIT)
    return {"labels": tuple((item, labels[item]) for item in Item if labels.get(item))}


def _grouping(written: str) -> dict[str, object]:
    way, _, least = written.strip().partition(" ")
    if way == "min2" and not least:
        return {"min2": True}
    if least not in ("", "min2"):
        raise BadParameter("grouping", "enum", f"{least[:40]!r} is not known; did you mean 'min2'?", ["min2"])
    return {"grouping": Grouping(one_of("grouping", way, Grouping)), "min2": least == "min2"}


def _language(written: str) -> dict[str, object]:
    return {"lang": language_of(written[:20]) or one_of("lang", written, languages())}


def _number(name: str, first: int, last: int, *also: int) -> Callable[[str], dict[str, object]]:
    def read(written: str) -> dict[str, object]:
        number = int(written) if written.isascii() and written.isdigit() and len(written) < 6 else -1
        if not (first <= number <= last or number in also):
            raise BadParameter(name, "value", f"{written[:40]!r} is no number from {first} to {last}")
        return {name: number}

    return read


_READERS: Mapping[str, Callable[[str], dict[str, object]]] = {
    "variant": lambda written: {"variant": Variant(one_of("variant", written, Variant))},
    "lang": _language,
    "labels": _labels,
    "heading": lambda written: {"heading": _text("heading", written, HEADING_LIMIT)},
    "grouping": _grouping,
    "digits": _number("digits", 1, 12),
    "theme": lambda written: {"theme": Theme(one_of("theme", written, Theme))},
    "width": _number("width", 160, 600, BUTTON_WIDTH),
    "radius": _number("radius", 0, 24),
    "refresh": _number("refresh", 15, 3600, 0),
}


def _colour(name: str, written: str) -> tuple[str, str]:
    match = _COLOUR.fullmatch(written)
    if match is None:
        raise BadParameter(name, "value", f"{written[:40]!r} is no colour; one is 0b6b88")
    header_signals = match.group(1).lower()
    return name, "#" + (
        header_signals if len(header_signals) == 6 else "".join(sign * 2 for sign in header_signals)
    )


def look_of(query: QueryParams) -> WidgetOptions:
    """How the query wants figures shown. Raises BadParameter."""
    wishes: dict[str, Any] = {}
    for name, read in _READERS.items():
        if name in query:
            wishes |= read(query[name])
    wishes["colours"] = tuple(_colour(name, query[name]) for name in COLOURS if name in query)
    return replace(WidgetOptions(), **wishes)


def tolerant_look(query: QueryParams) -> WidgetOptions:
    """The same of whatever in the query can be read: errors are shown in the widget's own shape."""
    readable = {}
    for name in (*_READERS, *COLOURS):
        if name in query:
            with suppress(BadParameter):
                look_of(QueryParams({name: query[name]}))
                readable[name] = query[name]
    look = look_of(QueryParams(readable))
    return replace(look, lang=look.lang or FALLBACK, width=look.width if _fits(look) else 0)


def _fits(look: WidgetOptions) -> bool:
    return look.width != BUTTON_WIDTH or look.variant is Variant.BADGE


def question_of(query: QueryParams, more: tuple[str, ...]) -> tuple[Question, WidgetOptions]:
    """Figures and look that are asked for. Raises BadParameter."""
    question = asked(query, (*_READERS, *COLOURS, *more))
    look = look_of(query)
    if not _fits(look):
        raise BadParameter("width", "value", f"{BUTTON_WIDTH} is only a badge's; others are from 160 to 600")
    return question, look


def settled(site: Site, question: Question, look: WidgetOptions) -> tuple[Question, WidgetOptions]:
    """Both with what the site adds: its language, its usual items, a card's curve. Raises NotPublic."""
    items = question.items or tuple(item for item in ITEMS_OF[look.variant] if item in site.counter.items)
    span = question.span
    if look.variant is Variant.CARD and span is None and site.counter.series:
        span = Span.MONTH
    language = look.lang or language_of(site.locale) or FALLBACK
    return shown(site, replace(question, items=items, span=span)), replace(look, lang=language)
