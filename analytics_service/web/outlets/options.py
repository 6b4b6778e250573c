"""The parameters of an outlet: the widget's attributes by their names, each a closed set or bounded."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from starlette.datastructures import QueryParams

from analytics_service.domain import urls
from analytics_service.domain.choices import choose, shorten
from analytics_service.domain.counter import Item, Span
from analytics_service.domain.counts import Question
from analytics_service.domain.site import Site
from analytics_service.errors import BadParameter
from analytics_service.web.public.counter_query import DEFAULT_ITEMS, authorise, parse_query
from analytics_service.web.translations import FALLBACK, languages, match_language

LABEL_LIMIT, HEADING_LIMIT, LABELS_LIMIT = 40, 60, 600
COLOURS = ("accent", "accent-text", "bg", "text", "muted", "border", "live")
BUTTON_WIDTH = 88
"""Of a badge as old pages have them in rows, 88 by 31."""
_COLOUR = re.compile(r"#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})")
# Signs that turn the direction of what follows them, and the two that XML cannot hold.
_TURNS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufffe\uffff]")


class Variant(StrEnum):
    """The shapes that a widget can have."""

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
    """How figures are shown; width 0 means the variant's own, heading None the one of the language."""

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
    """Returns the text without signs that turn its direction or end its line, and without non-characters."""
    return _TURNS.sub("", urls.printable(text, len(text)))


def _text(parameter: str, written: str, limit: int) -> str:
    text = strip_bidi(unicodedata.normalize("NFC", written)).strip()
    if len(text) > limit:
        raise BadParameter(parameter, "value", f"must have at most {limit} characters")
    return text


def _labels(written: str) -> dict[str, object]:
    if len(written) > LABELS_LIMIT:
        raise BadParameter("labels", "value", f"must have at most {LABELS_LIMIT} characters")
    labels: dict[Item, str] = {}
    for pair in filter(str.strip, written.split(";")):
        name, sign, label = pair.partition("=")
        if not sign:
            raise BadParameter("labels", "value", "must be written like online=Đang truy cập;total=Tất cả")
        labels[Item(choose("labels", name.strip(), Item))] = _text("labels", label, LABEL_LIMIT)
    return {"labels": tuple((item, labels[item]) for item in Item if labels.get(item))}


def _grouping(written: str) -> dict[str, object]:
    way, _, least = written.strip().partition(" ")
    if way == "min2" and not least:
        return {"min2": True}
    if least not in ("", "min2"):
        raise BadParameter(
            "grouping", "enum", f"unknown value {shorten(least)}; did you mean 'min2'?", ["min2"]
        )
    return {"grouping": Grouping(choose("grouping", way, Grouping)), "min2": least == "min2"}


def _language(written: str) -> dict[str, object]:
    return {"lang": match_language(written[:20]) or choose("lang", written, languages())}


def _number(name: str, first: int, last: int, *also: int) -> Callable[[str], dict[str, object]]:
    def read(written: str) -> dict[str, object]:
        number = int(written) if written.isascii() and written.isdigit() and len(written) < 6 else -1
        if not (first <= number <= last or number in also):
            raise BadParameter(
                name, "value", f"must be a number from {first} to {last}, not {shorten(written)}"
            )
        return {name: number}

    return read


_READERS: Mapping[str, Callable[[str], dict[str, object]]] = {
    "variant": lambda written: {"variant": Variant(choose("variant", written, Variant))},
    "lang": _language,
    "labels": _labels,
    "heading": lambda written: {"heading": _text("heading", written, HEADING_LIMIT)},
    "grouping": _grouping,
    "digits": _number("digits", 1, 12),
    "theme": lambda written: {"theme": Theme(choose("theme", written, Theme))},
    "width": _number("width", 160, 600, BUTTON_WIDTH),
    "radius": _number("radius", 0, 24),
    "refresh": _number("refresh", 15, 3600, 0),
}


def _colour(name: str, written: str) -> tuple[str, str]:
    match = _COLOUR.fullmatch(written)
    if match is None:
        raise BadParameter(name, "value", f"invalid colour {shorten(written)}; expected e.g. 0b6b88")
    digits = match.group(1).lower()
    return name, "#" + (digits if len(digits) == 6 else "".join(digit * 2 for digit in digits))


def parse_options(query: QueryParams) -> WidgetOptions:
    """Returns how the query wants figures shown. Raises BadParameter."""
    options: dict[str, Any] = {}
    for name, read in _READERS.items():
        if name in query:
            options |= read(query[name])
    options["colours"] = tuple(_colour(name, query[name]) for name in COLOURS if name in query)
    return replace(WidgetOptions(), **options)


def parse_leniently(query: QueryParams) -> WidgetOptions:
    """Returns the options that can be read and leaves out others, so that errors have the widget's shape."""
    readable = {}
    for name in (*_READERS, *COLOURS):
        if name in query:
            with suppress(BadParameter):
                parse_options(QueryParams({name: query[name]}))
                readable[name] = query[name]
    options = parse_options(QueryParams(readable))
    return replace(options, lang=options.lang or FALLBACK, width=options.width if _fits(options) else 0)


def _fits(options: WidgetOptions) -> bool:
    return options.width != BUTTON_WIDTH or options.variant is Variant.BADGE


def parse_widget_query(query: QueryParams, more: tuple[str, ...]) -> tuple[Question, WidgetOptions]:
    """Returns the question of a query and how its answer is shown; `more` names other parameters allowed.

    Raises BadParameter for whatever is not allowed.
    """
    question = parse_query(query, (*_READERS, *COLOURS, *more))
    options = parse_options(query)
    if not _fits(options):
        raise BadParameter(
            "width", "value", f"{BUTTON_WIDTH} is for badges only; other variants take 160 to 600"
        )
    return question, options


def with_site_defaults(
    site: Site, question: Question, options: WidgetOptions
) -> tuple[Question, WidgetOptions]:
    """Returns both with what the site adds: language, default items, a card's curve. Raises NotPublic."""
    items = question.items or tuple(item for item in ITEMS_OF[options.variant] if item in site.counter.items)
    span = question.span
    if options.variant is Variant.CARD and span is None and site.counter.series:
        span = Span.MONTH
    language = options.lang or match_language(site.locale) or FALLBACK
    return authorise(site, replace(question, items=items, span=span)), replace(options, lang=language)
