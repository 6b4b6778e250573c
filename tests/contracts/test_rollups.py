"""Sums that are made beside counting: the contract of the port RollupStore."""

from datetime import timedelta

from analytics_service.domain.calendars import Calendar
from analytics_service.domain.dimensions import Dimension
from analytics_service.domain.metrics import Metric
from analytics_service.domain.period_forms import Dates
from analytics_service.domain.query import Sort
from analytics_service.domain.ranges import range_of_days
from analytics_service.domain.selections import FoundRows, Listing, Selection
from analytics_service.ports.rollups import RollupStore
from analytics_service.ports.storage import Storage
from tests.contracts.facts_of_a_day import ANN, BOB, DAY, NOON, SITE, ZONES, apply, event, view

BY_VIEWS = Listing(Dimension.PAGE, Sort(Metric.PAGEVIEWS, descending=True))
MONTH = Dates(DAY.replace(day=1), DAY.replace(day=30))
LATER = NOON + timedelta(days=60)


async def read(storage: Storage) -> FoundRows:
    period = range_of_days(MONTH, Calendar(ZONES), LATER)
    async with storage.open_answers() as answers:
        return await answers.read_rows(Selection(SITE, period, (Metric.PAGEVIEWS, Metric.VISITS)), BY_VIEWS)


async def test_a_month_is_summed_once_it_is_four_days_over_and_again_after_it_changed(
    storage: Storage,
) -> None:
    with storage.open_applier() as stores:
        rollups: RollupStore = stores.rollups
        assert not rollups.sum_month(DAY)
        apply(stores.stats, view("one", ANN), event("two", ANN, 1), view("three", BOB, 2, "/p"))
        before = await read(storage)
        assert not rollups.sum_month(DAY.replace(month=12, day=4))
        assert rollups.sum_month(DAY.replace(month=12, day=5))
        while rollups.sum_month(DAY.replace(month=12, day=5)):
            pass
        assert await read(storage) == before
        apply(stores.stats, view("four", BOB, 3, "/p"), seq=2)
        assert [row.sums.pageviews for row in (await read(storage)).rows] == [2, 1]
        assert rollups.sum_month(DAY.replace(month=12, day=5))


def test_a_new_store_has_no_sums_of_an_older_release(storage: Storage) -> None:
    with storage.open_applier() as stores:
        apply(stores.stats, view("one", ANN))
        assert not stores.rollups.sum_older()
        assert stores.verification.older_days() == (0, None)
