"""Answers yield to beacons, and what an older release did not record is not known, rather than 0."""

import os
import sqlite3
import threading
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

from analytics_service import storage as storages
from analytics_service.domain.calendars import Calendar
from analytics_service.domain.dimensions import Dimension
from analytics_service.domain.filters import parse_filters
from analytics_service.domain.metrics import Metric
from analytics_service.domain.period_forms import Dates
from analytics_service.domain.query import Sort
from analytics_service.domain.ranges import range_of_days
from analytics_service.domain.selections import Listing, Selection
from tests.contracts.facts_of_a_day import DAY, NOON, SITE, ZONES, apply, engagement, view

BY_VIEWS = Listing(Dimension.PAGE, Sort(Metric.PAGEVIEWS, descending=True))
DAYS_SINCE_1970 = (DAY - date(1970, 1, 1)).days


async def test_engagement_of_pages_is_known_from_the_first_day_on_which_it_was_kept(tmp_path: Path) -> None:
    (tmp_path / "journal").mkdir()
    storage = storages.open(f"sqlite:{tmp_path}")
    storage.databases.provision()
    with storage.open_applier() as stores:
        apply(stores.stats, view("one", 1), engagement("one", 1, 1, 7_000))
    period = range_of_days(Dates(DAY, DAY), Calendar(ZONES), NOON + timedelta(days=2))
    whole = Selection(SITE, period, (Metric.ENGAGED_SECONDS,))
    filtered = Selection(SITE, period, (Metric.ENGAGED_SECONDS,), parse_filters(["page:is:/"]))
    for since, unknown in ((DAYS_SINCE_1970, set()), (DAYS_SINCE_1970 + 1, {Metric.ENGAGED_SECONDS})):
        with closing(sqlite3.connect(tmp_path / "stats.db")) as db, db:
            db.execute("update maintenance set view_engagement_since = ?", (since,))
        async with storage.open_answers() as answers:
            for found in (await answers.read_sums(filtered), await answers.read_rows(whole, BY_VIEWS)):
                assert found.unknown == unknown
            of_visits = await answers.read_sums(whole)
            assert (len(of_visits.unknown), of_visits.sums[0].engaged_ms) == (0, 7_000)
            (row,) = (await answers.read_rows(whole, BY_VIEWS)).rows
            assert row.sums.engaged_ms == 7_000


async def test_threads_of_answers_have_a_lower_priority_than_the_worker(tmp_path: Path) -> None:
    (tmp_path / "journal").mkdir()
    storage = storages.open(f"sqlite:{tmp_path}")
    storage.databases.provision()
    async with storage.open_answers() as answers:
        await answers.first_days(SITE)
        threads = [one for one in threading.enumerate() if one.name.startswith("answers")]
        assert threads
        for thread in threads:
            assert thread.native_id is not None
            assert os.getpriority(os.PRIO_PROCESS, thread.native_id) >= 10
    assert not [one for one in threading.enumerate() if one.name.startswith("answers")]
