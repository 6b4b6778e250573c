"""Filters as they are shown and made: chips that can be taken away, and a form of three fields."""

from collections.abc import Sequence
from dataclasses import dataclass

from analytics_service.domain.filters import (
    DIMENSIONS,
    Filter,
    Operator,
    Property,
    format_filter,
    parse_filter,
)
from analytics_service.web.dashboard.address import Address
from analytics_service.web.dashboard.formats import Formats
from analytics_service.web.dashboard.panels import write_value

FIELDS = ("dimension", "operator", "value")


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter in words, and the address without it."""

    text: str
    remove: str


def make_chips(
    filters: Sequence[Filter], address: Address, formats: Formats, language: str
) -> tuple[Chip, ...]:
    """Returns the filters of an address in words."""
    return tuple(
        Chip(describe_filter(one, formats, language), str(_without(one, address))) for one in filters
    )


def _without(one: Filter, address: Address) -> Address:
    """Returns the address without a filter, however its text was written."""
    for text in address.given.get("filter", ()):
        if parse_filter(text) == one:
            address = address.without_filter(text)
    return address


def describe_filter(one: Filter, formats: Formats, language: str) -> str:
    """Returns a filter as a sentence without a verb: "Source is Google or Zalo"."""
    words = formats.words.dashboard
    if isinstance(one.subject, Property):
        subject = f"{words['dimension_property']} {one.subject.name}"
        values = [value or "" for value in one.values]
    else:
        dimension = one.subject
        subject = words[f"dimension_{dimension.word}"]
        values = [write_value(value, dimension, words, language) for value in one.values]
    between = f" {words['value_or']} "
    return f"{subject} {words[f'op_{one.operator.value}']} {between.join(values)}"


def read_form(address: Address) -> Address | None:
    """Returns where the form for a filter leads, or None where it was not sent. Raises BadParameter."""
    if "dimension" not in address.given:
        return None
    dimension = DIMENSIONS.get(address.get("dimension"))
    operator = address.get("operator")
    base = address.without(*FIELDS)
    if dimension is None or operator not in set(Operator):
        return base
    one = Filter(dimension, Operator(operator), (address.get("value").strip() or None,))
    text = format_filter(one)
    # Written and read again: what the address holds is what will be understood.
    return base.with_filter(format_filter(parse_filter(text)))
