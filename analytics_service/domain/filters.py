"""Filters of a question: `DIM:OP:VALUE|VALUE`, in which `\\|`, `\\:` and `\\\\` are the signs themselves."""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from analytics_service.domain.choices import choose, shorten
from analytics_service.domain.dimensions import BROKEN_DOWN, Dimension
from analytics_service.domain.urls import PATH_LIMIT, QUERY_LIMIT
from analytics_service.errors import BadParameter

PARAMETER = "filter"
PROPERTY = "property"
MAX_FILTERS = 20
MAX_VALUES = 100
VALUE_LIMIT = PATH_LIMIT + QUERY_LIMIT
NAME_LIMIT = 64
"""Of a property's name, in signs."""
FILTER_LIMIT = 16_384
"""Of a whole filter as it is written, in signs."""

DIMENSIONS = {dimension.word: dimension for dimension in BROKEN_DOWN}
SUBJECTS = (*DIMENSIONS, PROPERTY)
_ALWAYS_KNOWN = {Dimension.PAGE, Dimension.EVENT}
_ESCAPED = re.compile(r"[\\|:]")


class Operator(StrEnum):
    """How a value is held against those of a filter: always case-sensitive, in normal form C."""

    IS = "is"
    NOT = "not"
    CONTAINS = "contains"
    STARTS = "starts"


@dataclass(frozen=True, slots=True)
class Property:
    """What an event carries under a name."""

    name: str


@dataclass(frozen=True, slots=True)
class Filter:
    """Picks by a dimension or an event's property: one of `values` must fit, or none with `not`.

    None among the values is what is not known. Texts are in normal form C, and each stands once.
    """

    subject: Dimension | Property
    operator: Operator
    values: tuple[str | None, ...]

    def matches(self, value: str | None) -> bool:
        """Whether a value of the subject fits; None is one that is not known."""
        match self.operator:
            case Operator.IS:
                return value in self.values
            case Operator.NOT:
                return value not in self.values
            case Operator.CONTAINS:
                return value is not None and any(one is not None and one in value for one in self.values)
            case Operator.STARTS:
                return value is not None and any(
                    one is not None and value.startswith(one) for one in self.values
                )


def parse_filters(texts: Sequence[str]) -> tuple[Filter, ...]:
    """The filters that were given, each once, in the order of their texts. Raises BadParameter."""
    if len(texts) > MAX_FILTERS:
        raise _bad(f"is given {len(texts)} times; at most {MAX_FILTERS} are allowed")
    return tuple(dict.fromkeys(parse_filter(text) for text in texts))


def parse_filter(text: str) -> Filter:
    """The filter that is written `DIM:OP:VALUE|VALUE` or `property:NAME:OP:VALUE`. Raises BadParameter."""
    if len(text) > FILTER_LIMIT:
        raise _bad(f"is {len(text)} signs long; at most {FILTER_LIMIT} are allowed")
    word, rest = _next_part(text, SUBJECTS)
    choose(PARAMETER, word, SUBJECTS)
    subject: Dimension | Property
    if word == PROPERTY:
        name, rest = _next_part(rest, ())
        subject = _property(name)
    else:
        subject = DIMENSIONS[word]
    operator, rest = _next_part(rest, tuple(Operator))
    return _filter(subject, Operator(choose(PARAMETER, operator, Operator)), rest)


def format_filter(one: Filter) -> str:
    """The filter as `parse_filter` reads it."""
    if isinstance(one.subject, Property):
        subject = f"{PROPERTY}:{_escape(one.subject.name)}"
    else:
        subject = one.subject.word
    return f"{subject}:{one.operator}:{'|'.join(_escape(value or '') for value in one.values)}"


def canonical_filters(filters: Iterable[Filter]) -> tuple[str, ...]:
    """The filters as texts that are equal for questions that ask the same: sorted, with sorted values."""
    ordered = (
        Filter(one.subject, one.operator, tuple(sorted(one.values, key=lambda value: value or "")))
        for one in filters
    )
    return tuple(sorted({format_filter(one) for one in ordered}))


def _filter(subject: Dimension | Property, operator: Operator, text: str) -> Filter:
    parts = _split(text, "|")
    if len(parts) > MAX_VALUES:
        raise _bad(f"has {len(parts)} values; at most {MAX_VALUES} are allowed")
    values = tuple(dict.fromkeys(_normal(_unescape(part)) or None for part in parts))
    if any(len(value or "") > VALUE_LIMIT for value in values):
        raise _bad(f"has a value of more than {VALUE_LIMIT} signs")
    if None in values:
        if operator in (Operator.CONTAINS, Operator.STARTS):
            raise _bad(f"{operator.value!r} needs a value: an empty one fits everything")
        if isinstance(subject, Property) or subject in _ALWAYS_KNOWN:
            word = PROPERTY if isinstance(subject, Property) else subject.word
            raise _bad(f"{word!r} needs a value: it is always known")
    return Filter(subject, operator, values)


def _property(text: str) -> Property:
    name = _normal(_unescape(text))
    if not 0 < len(name) <= NAME_LIMIT:
        raise _bad(f"{PROPERTY!r} needs a name of at most {NAME_LIMIT} signs: property:NAME:is:VALUE")
    return Property(name)


def _next_part(text: str, allowed: Sequence[str]) -> tuple[str, str]:
    """What stands before the next colon, and what behind it."""
    part, colon, rest = _cut(text, ":")
    if not colon:
        problem = f"{shorten(text)} has no ':' after it; a filter is written DIMENSION:OPERATOR:VALUE"
        raise BadParameter(PARAMETER, "value", problem, allowed)
    return part, rest


def _split(text: str, separator: str) -> list[str]:
    """The parts between separators that are not escaped, still with their escapes."""
    parts, found = [], separator
    while found:
        part, found, text = _cut(text, separator)
        parts.append(part)
    return parts


def _cut(text: str, separator: str) -> tuple[str, str, str]:
    """The text partitioned at the first separator that is not escaped."""
    place = 0
    while place < len(text):
        if text[place] == "\\":
            place += 2
        elif text[place] == separator:
            return text[:place], separator, text[place + 1 :]
        else:
            place += 1
    return text, "", ""


def _escape(text: str) -> str:
    return _ESCAPED.sub(lambda sign: "\\" + sign.group(), text)


def _unescape(text: str) -> str:
    def sign(escape: re.Match[str]) -> str:
        if not escape[1] or escape[1] not in "\\|:":
            raise _bad(
                rf"{shorten(escape[0])} stands for nothing: write \\ for a backslash, \| and \: for | and :"
            )
        return escape[1]

    return re.sub(r"\\(.?)", sign, text, flags=re.DOTALL)


def _normal(text: str) -> str:
    """Normal form C of a text that can be stored."""
    try:
        text.encode()
    except UnicodeEncodeError:
        raise _bad("holds what is no Unicode text") from None
    return unicodedata.normalize("NFC", text)


def _bad(problem: str) -> BadParameter:
    return BadParameter(PARAMETER, "value", problem)
