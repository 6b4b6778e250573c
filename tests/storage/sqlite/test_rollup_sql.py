"""Which sums answer a breakdown: of those that know most, the quickest."""

from datetime import UTC, date, datetime, timedelta

import pytest

from analytics_service.domain.calendars import Calendar
from analytics_service.domain.dimensions import Dimension
from analytics_service.domain.filters import parse_filters
from analytics_service.domain.metrics import Metric
from analytics_service.domain.period_forms import Dates
from analytics_service.domain.ranges import range_of_days
from analytics_service.domain.selections import Selection
from analytics_service.domain.site import ZoneSince
from analytics_service.storage.sqlite.rollup_sql import Recorded, Source, choose_source, unknown_in

FIRST, LAST = date(2026, 11, 2), date(2026, 11, 8)
CALENDAR = Calendar((ZoneSince(date(1970, 1, 1), "UTC"),))
NOW = datetime(2026, 11, 20, tzinfo=UTC)
BEFORE, AFTER = FIRST - timedelta(days=1), FIRST + timedelta(days=1)
OF_BOTH, OF_NEW = (Metric.EVENTS,), (Metric.EVENTS, Metric.VISITS)


def asked(sums: tuple[Metric, ...], *filters: str) -> Selection:
    """Events of a week, by their names."""
    return Selection(1, range_of_days(Dates(FIRST, LAST), CALENDAR, NOW), sums, parse_filters(filters))


def chosen(sums: tuple[Metric, ...], *, kept: date | None, summed: date | None, filters: str = "") -> Source:
    selection = asked(sums, *filters.split())
    return choose_source(selection, Dimension.EVENT, Recorded(kept, None, summed))


@pytest.mark.parametrize("summed", [None, BEFORE, FIRST])
@pytest.mark.parametrize("kept", [None, AFTER])
def test_sums_of_this_release_answer_what_they_know_of_all_days(
    summed: date | None, kept: date | None
) -> None:
    assert chosen(OF_NEW, kept=kept, summed=summed) is Source.ROLLUPS


@pytest.mark.parametrize("kept", [None, BEFORE, FIRST])
def test_rows_answer_what_older_sums_do_not_know_as_long_as_all_of_them_are_kept(kept: date | None) -> None:
    assert chosen(OF_NEW, kept=kept, summed=AFTER) is Source.ROWS
    assert chosen(OF_BOTH, kept=kept, summed=AFTER) is Source.OLDER_ROLLUPS


def test_older_sums_answer_without_what_they_do_not_know_where_rows_are_gone() -> None:
    selection = asked(OF_NEW)
    source = chosen(OF_NEW, kept=AFTER, summed=AFTER)
    assert source is Source.OLDER_ROLLUPS
    assert unknown_in(source, selection, Dimension.EVENT) == {Metric.VISITS}
    for other in (Source.ROWS, Source.ROLLUPS):
        assert unknown_in(other, selection, Dimension.EVENT) == frozenset()


def test_rows_answer_what_no_sums_know_whatever_is_kept() -> None:
    assert chosen((Metric.VISITORS,), kept=AFTER, summed=None) is Source.ROWS
    assert chosen(OF_BOTH, kept=AFTER, summed=None, filters="country:is:VN") is Source.ROWS
