"""Filters as SQL: columns come from a closed table, and every value is bound; no text becomes a statement."""

from datetime import timedelta

from analytics_service.domain.dimensions import Acquisition, Dimension, Location, Technology
from analytics_service.domain.filters import Filter, Operator

EMPTY = "(select id from string where value = '')"
"""The number of the empty string: the name of a page view, and a host name that is not known."""
DAY_MS = int(timedelta(days=1).total_seconds() * 1000)

JOINS = {
    "a": "cross join acquisition as a on a.id = v.acquisition",
    "l": "cross join location as l on l.id = v.location",
    "t": "cross join technology as t on t.id = v.technology",
}
_FIELDS = {"a": Acquisition._fields, "l": Location._fields, "t": Technology._fields}
COLUMNS: dict[Dimension, str] = {
    Dimension.ENTRY_PAGE: "v.entry_page",
    Dimension.EXIT_PAGE: "v.exit_page",
    Dimension.HOSTNAME: f"iif(v.hostname = {EMPTY}, 0, v.hostname)",
} | {Dimension[field.upper()]: f"{alias}.{field}" for alias, fields in _FIELDS.items() for field in fields}
"""A visit's value of each dimension of visits, as a string's number; 0 is not known."""


class Bound:
    """The values of a statement under the names that stand for them in its text."""

    def __init__(self, **values: object) -> None:
        self.values: dict[str, object] = dict(values)

    def bind(self, value: object) -> str:
        """Takes a value, and returns what stands for it in the statement."""
        name = f"value_{len(self.values)}"
        self.values[name] = value
        return f":{name}"


def join_for(column: str) -> str:
    """Returns the join that a column of COLUMNS needs; empty for a column of the visit itself."""
    return JOINS.get(column.partition(".")[0], "")


def match_column(column: str, one: Filter, bound: Bound) -> str:
    """Returns the condition under which a column with a string's number fits a filter, `not` included."""
    known = [value for value in one.values if value is not None]
    condition = f"{column} in ({_strings(one.operator, known, bound)})" if known else "0"
    if None in one.values:
        condition = f"({condition} or {column} = 0)"
    return f"not {condition}" if one.operator is Operator.NOT else condition


def match_hit(alias: str, one: Filter, bound: Bound) -> str:
    """Returns the condition under which a page view or an event is one that a filter names.

    Of `not`, these are the views or events that a selected visit must not have.
    """
    column = f"{alias}.page" if one.subject is Dimension.PAGE else f"{alias}.name"
    operator = Operator.IS if one.operator is Operator.NOT else one.operator
    named = f"{column} in ({_strings(operator, [value or '' for value in one.values], bound)})"
    kind = "=" if one.subject is Dimension.PAGE else "!="
    return f"({alias}.name {kind} {EMPTY} and {named})"


def match_visit(one: Filter, bound: Bound) -> str:
    """Returns the condition under which a visit `v` is selected by a filter."""
    if one.subject in COLUMNS:
        return match_column(COLUMNS[one.subject], one, bound)
    found = match_hit("x", one, bound)
    # A visit lies on its first day and those after it; one of more than a day is rare.
    near = (
        "exists (select 1 from counted_view as x where x.site = :site "
        f"and x.day in (v.day, v.day + 1, v.day + 2) and x.visit = v.id and {found})"
    )
    far = (
        f"(v.lasted_ms >= {DAY_MS} and exists (select 1 from counted_view as x where x.site = :site "
        f"and x.day between v.day + 3 and v.day + v.lasted_ms / {DAY_MS} + 2 "
        f"and x.visit = v.id and {found}))"
    )
    return f"{'not ' if one.operator is Operator.NOT else ''}({near} or {far})"


def match_any(column: str, filters: tuple[Filter, ...], bound: Bound) -> str:
    """Returns the condition under which a column fits at least one of the filters; true without any."""
    return "(" + (" or ".join(match_column(column, one, bound) for one in filters) or "1") + ")"


def _strings(operator: Operator, values: list[str], bound: Bound) -> str:
    """Returns a query for the numbers of the strings that fit."""
    names = [bound.bind(value) for value in values]
    match operator:
        case Operator.IS | Operator.NOT:
            fits = f"value in ({', '.join(names)})"
        case Operator.CONTAINS:
            fits = " or ".join(f"instr(value, {name}) > 0" for name in names)
        case Operator.STARTS:
            fits = " or ".join(
                f"substr(value, 1, {len(value)}) = {name}" for name, value in zip(names, values, strict=True)
            )
    return f"select id from string where {fits}"
