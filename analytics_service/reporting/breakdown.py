"""Breakdowns: a page of rows by a dimension, over one site or several."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from analytics_service.domain.answers import Breakdown, Row, changes, measure
from analytics_service.domain.calendars import Calendar
from analytics_service.domain.cursors import Cursor
from analytics_service.domain.dimensions import OTHER
from analytics_service.domain.metrics import Metric, Sums
from analytics_service.domain.query import Query
from analytics_service.domain.ranges import Range
from analytics_service.domain.selections import FoundRow, Listing
from analytics_service.domain.site import Site
from analytics_service.errors import BadParameter
from analytics_service.ports.answers import AnswerStore
from analytics_service.reporting.context import check_query, describe_answer, narrowing, read_calendar, select
from analytics_service.reporting.queue import Turns

SidesOf = Mapping[str | None, tuple[Sums, Sums]]
"""What a row's changes are taken from, by its value."""


@dataclass(frozen=True, slots=True)
class _Listed:
    """A page of rows, how many there are in all, and whether more follow."""

    rows: tuple[FoundRow, ...]
    total: int
    has_more: bool
    kept: tuple[date | None, ...]
    unknown: frozenset[Metric]


@dataclass(frozen=True, slots=True)
class _Whole:
    """A site with its calendar and the period of the answer on it."""

    site: Site
    calendar: Calendar
    period: Range


async def answer_breakdown(
    store: AnswerStore, turns: Turns, sites: Sequence[Site], query: Query, at: datetime
) -> Breakdown:
    """Returns the rows of a query that names a dimension, in one turn.

    Raises BadParameter, NotKept, TooHeavy, Unavailable.
    """
    check_query(query, sites)
    async with turns.take([site.number for site in sites], narrowing(query)):
        calendars = [await read_calendar(store, site) for site in sites]
        wholes = [
            _Whole(site, calendar, query.resolve(calendar, at))
            for site, calendar in zip(sites, calendars, strict=True)
        ]
        lister = _Lister(store, query, wholes)
        listed = await lister.list_page(at)
        sides = await lister.compare(listed, at)
    period = wholes[0].period
    rows = tuple(_row(one, query, listed.unknown, sides) for one in listed.rows)
    cursor = None
    if listed.has_more:
        last = listed.rows[-1]
        key = last.word if len(sites) > 1 else last.key or None
        cursor = query.format_cursor(Cursor(last.sorted_by, key, period))
    meta = describe_answer(query, sites, [one.period for one in wholes], listed.kept, unknown=listed.unknown)
    return Breakdown(period, rows, listed.total, cursor, meta)


class _Lister:
    """Reads the rows of one query: a single site's page by page, those of several in whole to join them."""

    def __init__(self, store: AnswerStore, query: Query, wholes: Sequence[_Whole]) -> None:
        if query.dimension is None:
            raise ValueError("a breakdown is by a dimension")
        self._store = store
        self._query = query
        self._wholes = wholes
        self._all = Listing(query.dimension, query.sorting)

    async def list_page(self, at: datetime) -> _Listed:
        """Returns the page at the query's cursor; without one, the first."""
        query, first = self._query, self._wholes[0]
        after = query.position(first.calendar, at) if query.cursor is not None else None
        if len(self._wholes) > 1:
            return await self._join_sites(after)
        key = after.key or 0 if after else 0
        if isinstance(key, str):
            raise BadParameter("cursor", "value", "belongs to a query about several sites")
        listing = replace(self._all, limit=query.limit + 1, after=(after.value, key) if after else None)
        found = await self._store.read_rows(select(query, first.site, first.period), listing)
        has_more = len(found.rows) > query.limit
        return _Listed(found.rows[: query.limit], found.total, has_more, (found.kept_since,), found.unknown)

    async def _join_sites(self, after: Cursor | None) -> _Listed:
        joined: dict[str | None, FoundRow] = {}
        kept, unknown = [], frozenset[Metric]()
        for whole in self._wholes:
            found = await self._store.read_rows(select(self._query, whole.site, whole.period), self._all)
            kept.append(found.kept_since)
            unknown |= found.unknown
            for row in found.rows:
                known = joined.setdefault(row.word, replace(row, sums=Sums()))
                known.sums.add(row.sums)
        sort = self._query.sorting
        rows = [
            replace(row, sorted_by=measure(row.sums, [sort.measure], unknown)[sort.measure])
            for row in joined.values()
        ]
        rows.sort(key=lambda row: _place(row.sorted_by, row.word, descending=sort.descending))
        total = len(rows)
        if after is not None:
            word = after.key if isinstance(after.key, str) else None
            place = _place(after.value, word, descending=sort.descending)
            rows = [
                row for row in rows if _place(row.sorted_by, row.word, descending=sort.descending) > place
            ]
        limit = self._query.limit
        return _Listed(tuple(rows[:limit]), total, len(rows) > limit, tuple(kept), unknown)

    async def compare(self, listed: _Listed, at: datetime) -> SidesOf | None:
        """Returns both sides of each listed row's change, whole days each; None where nothing is compared."""
        sides: dict[str | None, tuple[Sums, Sums]] = {row.word: (Sums(), Sums()) for row in listed.rows}
        # Numbers of values belong to the store, not to a site.
        listing = replace(self._all, only=tuple(row.key for row in listed.rows))
        is_compared = False
        for whole in self._wholes:
            comparison = self._query.compare(whole.period, whole.calendar, at)
            if comparison is None or comparison.panels is None:
                continue
            is_compared = True
            for place, side in enumerate(comparison.panels):
                if side.is_empty or not listed.rows:
                    continue
                found = await self._store.read_rows(select(self._query, whole.site, side), listing)
                for row in found.rows:
                    sides[row.word][place].add(row.sums)
        return sides if is_compared else None


def _place(value: float | None, word: str | None, *, descending: bool) -> tuple[bool, float, bool, str]:
    """Returns what rows are sorted by: figures that are not known come last, equal ones go by their word."""
    number = 0 if value is None else -value if descending else value
    return value is None, number, word is not None, word or ""


def _row(found: FoundRow, query: Query, unknown: frozenset[Metric], sides: SidesOf | None) -> Row:
    is_other = found.word == OTHER
    row = Row(
        None if is_other else found.word,
        measure(found.sums, query.metrics, unknown),
        is_other=is_other,
        title=found.title,
    )
    if sides is None:
        return row
    now, before = (measure(side, query.metrics, unknown) for side in sides[found.word])
    return replace(row, comparison=before, change=changes(now, before))
