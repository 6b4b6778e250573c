"""Answers for hours and minutes: who was there, although they were first seen before the range began."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from analytics_service.domain.buckets import Interval
from analytics_service.domain.calendars import Calendar
from analytics_service.domain.dimensions import Dimension
from analytics_service.domain.facts import Fact
from analytics_service.domain.filters import Filter, Operator
from analytics_service.domain.metrics import Metric, Sums
from analytics_service.domain.period_forms import Dates
from analytics_service.domain.query import Rate, Sort
from analytics_service.domain.ranges import range_of_days, range_of_hours, recent_minutes
from analytics_service.domain.selections import Listing, Selection, day_key
from analytics_service.ports.answers import AnswerStore
from tests.contracts.conftest import STORAGES
from tests.contracts.facts_of_a_day import ANN, BOB, DAY, NOON, SITE, ZONES, apply, event, view

CALENDAR = Calendar(ZONES)
HOUR = timedelta(hours=1)
LATER = NOON + 2 * timedelta(days=1)
EVE = 93
AFTERNOON = range_of_hours(NOON, NOON + 3 * HOUR, CALENDAR, LATER)
DAYS = range_of_days(Dates(DAY, DAY), CALENDAR, LATER)
ALL = tuple(Metric)
ANY = (Filter(Dimension.HOSTNAME, Operator.CONTAINS, ("example",)),)


def key(hours: int) -> int:
    """The key of the hour that begins so many hours after noon."""
    return int((NOON + hours * HOUR).timestamp())


@pytest.fixture
async def answers(tmp_path: Path) -> AsyncIterator[AnswerStore]:
    (tmp_path / "journal").mkdir()
    storage = STORAGES["sqlite"](tmp_path)
    storage.databases.provision()
    with storage.open_applier() as stores:
        # Ann was there in the morning, too; Bob comes twice, Eve only in the evening.
        facts: list[Fact] = [
            *(view("one", ANN, -90, "/a"), view("two", ANN, 10, "/b"), view("three", ANN, 130, "/a")),
            *(view("four", BOB, 65, "/a"), view("five", BOB, 125, "/b"), event("sold", BOB, 126)),
            view("six", EVE, 60 * 8, "/a"),
        ]
        for number, fact in enumerate(facts, 1):
            apply(stores.stats, fact, seq=number)
    async with storage.open_answers() as opened:
        yield opened


@pytest.mark.parametrize("filters", [(), ANY])
async def test_hours_count_who_was_there_in_the_first_of_them(
    answers: AnswerStore, filters: tuple[Filter, ...]
) -> None:
    selection = Selection(SITE, AFTERNOON, ALL, filters)
    whole = (await answers.read_sums(selection)).sums
    assert whole == {0: Sums(pageviews=4, visits=4, visitors=2, bounces=3, events=1)}
    hours = (await answers.read_sums(selection, Interval.HOUR)).sums
    assert {at: sums.visitors for at, sums in hours.items() if sums.visitors} == {key(0): 1, key(1): 1}
    assert {at: sums.pageviews for at, sums in hours.items() if sums.pageviews} == {
        key(0): 1,
        key(1): 1,
        key(2): 2,
    }
    assert (await answers.read_sums(selection, Interval.DAY)).sums == {day_key(DAY): whole[0]}


async def test_a_range_of_hours_that_begins_with_its_day_is_the_day(answers: AnswerStore) -> None:
    midnight = CALENDAR.day_start(DAY)
    hours = range_of_hours(midnight, midnight + 24 * HOUR, CALENDAR, LATER)
    of_day = (await answers.read_sums(Selection(SITE, DAYS, ALL))).sums
    assert (await answers.read_sums(Selection(SITE, hours, ALL))).sums == of_day
    assert of_day[0].visitors == 3
    half_past = range_of_hours(midnight + HOUR, midnight + 24 * HOUR, CALENDAR, LATER)
    assert (await answers.read_sums(Selection(SITE, half_past, ALL))).sums == of_day


async def test_visitors_are_corrected_only_where_they_are_asked_for(answers: AnswerStore) -> None:
    found = (await answers.read_sums(Selection(SITE, AFTERNOON, (Metric.PAGEVIEWS,)))).sums
    assert found[0].pageviews == 4


async def test_minutes_are_those_of_the_clock(answers: AnswerStore) -> None:
    minutes = recent_minutes(CALENDAR, NOON + timedelta(minutes=15))
    found = (await answers.read_sums(Selection(SITE, minutes, ALL), Interval.MINUTE)).sums
    assert {at - key(0): sums.pageviews for at, sums in found.items()} == {10 * 60: 1}


async def test_rows_are_sorted_by_a_rate_and_have_titles_of_pages(answers: AnswerStore) -> None:
    for descending in (True, False):
        sort = Sort(Rate.PAGEVIEWS_PER_VISIT, descending=descending)
        listing = Listing(Dimension.ENTRY_PAGE, sort)
        wanted = (Metric.PAGEVIEWS, Metric.VISITS)
        found = await answers.read_rows(Selection(SITE, AFTERNOON, wanted, ANY), listing)
        rates = [row.sorted_by for row in found.rows]
        assert rates == sorted(rates, reverse=descending)  # type: ignore[type-var]
        assert [row.sums.pageviews / row.sums.visits for row in found.rows] == rates


async def test_of_events_only_those_that_a_filter_names_are_counted(answers: AnswerStore) -> None:
    for name, events in (("buy", 1), ("sell", 0)):
        one = Filter(Dimension.EVENT, Operator.IS, ("buy", name))
        found = (await answers.read_sums(Selection(SITE, DAYS, ALL, (one,)))).sums[0]
        assert (found.events, found.visits) == (1, 1)
        only = Filter(Dimension.EVENT, Operator.IS, (name,))
        assert (await answers.read_sums(Selection(SITE, DAYS, ALL, (only,)))).sums.get(
            0, Sums()
        ).events == events


@pytest.mark.parametrize(
    ("one", "pageviews"),
    [
        (Filter(Dimension.HOSTNAME, Operator.IS, ("x.example.vn",)), 6),
        (Filter(Dimension.HOSTNAME, Operator.NOT, ("x.example.vn",)), 0),
        (Filter(Dimension.HOSTNAME, Operator.NOT, ("y.example.vn", None)), 6),
        (Filter(Dimension.HOSTNAME, Operator.STARTS, ("x.", "y.")), 6),
        (Filter(Dimension.HOSTNAME, Operator.STARTS, ("example",)), 0),
        (Filter(Dimension.COUNTRY, Operator.IS, (None, "VN")), 6),
        (Filter(Dimension.COUNTRY, Operator.NOT, (None,)), 0),
        (Filter(Dimension.PAGE, Operator.IS, ("/a", "/b")), 6),
        (Filter(Dimension.PAGE, Operator.IS, ("/a",)), 4),
        (Filter(Dimension.PAGE, Operator.STARTS, ("/b",)), 2),
        (Filter(Dimension.EVENT, Operator.IS, ("buy",)), 1),
        (Filter(Dimension.EVENT, Operator.NOT, ("buy",)), 5),
    ],
)
async def test_a_filter_picks_what_it_says(answers: AnswerStore, one: Filter, pageviews: int) -> None:
    found = (await answers.read_sums(Selection(SITE, DAYS, ALL, (one,)))).sums
    assert found.get(0, Sums()).pageviews == pageviews


async def test_of_a_visit_only_the_events_that_a_filter_names_are_counted(tmp_path: Path) -> None:
    (tmp_path / "journal").mkdir()
    storage = STORAGES["sqlite"](tmp_path)
    storage.databases.provision()
    with storage.open_applier() as stores:
        apply(stores.stats, view("one", ANN), event("sold", ANN, 1), event("left", ANN, 2, "sign-up"))
    async with storage.open_answers() as opened:
        for names, events in ((("buy",), 1), (("buy", "sign-up"), 2), (("sign-up",), 1)):
            one = Filter(Dimension.EVENT, Operator.IS, names)
            assert (await opened.read_sums(Selection(SITE, DAYS, ALL, (one,)))).sums[0].events == events
