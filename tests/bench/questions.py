"""How long questions take: `python -m tests.bench.questions --views 1000000`.

Folders are filled once, by SQL, and kept outside the tree. A year of one site, either over 2,000 pages in
Zipf's proportions or over 1,500 pages a day of which a third are new.
"""

import argparse
import asyncio
import random
import statistics
import time
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from analytics_service import storage as storages
from analytics_service.domain.comparisons import Earlier
from analytics_service.domain.dimensions import Dimension
from analytics_service.domain.filters import parse_filters
from analytics_service.domain.period_forms import Dates
from analytics_service.domain.query import Query, default_metrics
from analytics_service.ports.answers import AnswerStore
from analytics_service.reporting.breakdown import answer_breakdown
from analytics_service.reporting.overview import answer_overview
from analytics_service.reporting.queue import Turns
from analytics_service.reporting.totals import answer_totals
from analytics_service.storage.sqlite.sql import day_number
from analytics_service.storage.sqlite.stats import open_stats_writer
from tests.reporting.history import site_of

CACHE = Path.home() / ".cache" / "analytics-bench"
LAST = date(2026, 11, 11)
DAYS = 365
FIRST = LAST - timedelta(days=DAYS - 1)
AT = datetime(2026, 11, 12, 8, tzinfo=UTC)
SITE = replace(site_of(1), opening_balances=())
PAGES, SOURCES, COUNTRIES, AGENTS = 2_000, 40, 60, 200
NEW_A_DAY, PAGES_A_DAY = 500, 1_500
PICKS = 65_536
TIMES = 3
VIEWS_A_VISIT = 2.5
MONTH, YEAR = Dates(LAST - timedelta(days=27), LAST), Dates(FIRST, LAST)


def fill(folder: Path, views: int, *, fresh_pages: bool = False, days: int = DAYS) -> None:
    """Makes a folder with about that many views of so many days, its sums, and those of its months."""
    (folder / "journal").mkdir(parents=True)
    storages.open(f"sqlite:{folder}").databases.provision()
    visits = int(views / VIEWS_A_VISIT)
    with open_stats_writer(folder) as stats:
        with stats.changing() as db:
            _describe(db, fresh_pages=fresh_pages)
            first = LAST - timedelta(days=days - 1)
            of = {"visits": visits, "days": days, "first": day_number(first)}
            page = f"(v.day - :first) * {NEW_A_DAY} + p.n % {PAGES_A_DAY}" if fresh_pages else "p.page"
            db.execute(VISITS, of)
            db.execute(VIEWS.format(page=page, picks=PICKS), {"first": of["first"]})
            db.execute(
                "update visit set entry_page = (select page from view as w where w.site = 1 "
                "and w.day = visit.day and w.visit = visit.id and w.ordinal = 1)"
            )
            db.execute("update visit set exit_page = entry_page")
            db.execute("drop table pick")
        for number in range(days):
            stats.verification().repair(1, LAST - timedelta(days=number))
        while stats.rollups.sum_month(AT.date()):
            pass
        stats.checkpoint()


VISITS = """
with recursive numbers (id) as (select 1 union all select id + 1 from numbers where id < :visits)
insert into visit (id, site, visitor, day, into_hour, began_at, lasted_ms, entry_page, exit_page, hostname,
    acquisition, location, technology, pageviews, events, engaged_ms)
select id, 1, id * 7919, :first + id * :days / (:visits + 1), 0,
    (:first + id * :days / (:visits + 1)) * 86400000 + id % 17 * 3600000, 1000, 0, 0, 1,
    (select source from pick where n = id * 31 % 65536), 1 + id * 17 % 60, 1 + id * 13 % 200, 1 + id % 4, 0,
    id % 60000
from numbers
"""
VIEWS = """
with recursive ordinals (n) as (select 1 union all select n + 1 from ordinals where n < 4)
insert into view (site, day, visit, ordinal, at, into_hour, page, name)
select 1, v.day, v.id, o.n, v.began_at + o.n, 0, 1000 + {page}, (select id from string where value = '')
from visit as v cross join ordinals as o on o.n <= v.pageviews
    cross join pick as p on p.n = (v.id * 4 + o.n) * 40503 % {picks}
"""


def _describe(db: Any, *, fresh_pages: bool) -> None:
    chance = random.Random(5)
    pages = DAYS * NEW_A_DAY + PAGES_A_DAY if fresh_pages else PAGES
    db.execute("insert or ignore into string (id, value) values (1, 'x1.example.vn')")
    db.executemany(
        "insert into string (id, value) values (?, ?)",
        ((1_000 + number, f"/page/{number}") for number in range(pages)),
    )
    words = ((number, f"word {number}") for number in range(2, 900))
    db.executemany("insert or ignore into string (id, value) values (?, ?)", words)
    for table, count in (("acquisition", SOURCES), ("location", COUNTRIES), ("technology", AGENTS)):
        columns = [row[1] for row in db.execute(f"pragma table_info({table})")][1:]
        marks = ", ".join("?" * (len(columns) + 1))
        db.execute(f"delete from {table}")
        db.executemany(
            f"insert into {table} values ({marks})",
            (
                (row + 1, *(10 + (row // (1 + column)) for column in range(len(columns))))
                for row in range(count)
            ),
        )
    db.execute("create table pick (n integer primary key, page integer not null, source integer not null)")
    by_rank = [1 / (rank + 1) for rank in range(PAGES)]
    picked = zip(
        chance.choices(range(PAGES), by_rank, k=PICKS),
        chance.choices(range(1, SOURCES + 1), by_rank[:SOURCES], k=PICKS),
        strict=True,
    )
    db.executemany("insert into pick values (?, ?, ?)", ((n, *one) for n, one in enumerate(picked)))


@dataclass(frozen=True)
class Case:
    """A question, and whether it is the whole overview; else it is one for rows, or for totals."""

    name: str
    query: Query
    is_overview: bool = True


def cases() -> list[Case]:
    """What is measured."""
    month, year = Query((1,), period=MONTH), Query((1,), period=YEAR)
    filtered = replace(month, filters=parse_filters(["source:is:word 10"]))
    return [
        Case("tiles and series, 365 days", year, is_overview=False),
        Case("overview, 28 days", month),
        Case("overview, 365 days", year),
        Case(
            "pages with visits, 28 days",
            replace(month, dimension=Dimension.PAGE, metrics=default_metrics(Dimension.PAGE)),
            is_overview=False,
        ),
        Case(
            "pages with visits, 365 days",
            replace(year, dimension=Dimension.PAGE, metrics=default_metrics(Dimension.PAGE)),
            is_overview=False,
        ),
        Case("overview with a filter, 28 days", filtered),
        Case("overview with a filter, 28 days, compared", replace(filtered, comparison=Earlier.PREVIOUS)),
    ]


async def _ask(store: AnswerStore, case: Case) -> None:
    if case.is_overview:
        whole = await answer_overview(store, Turns(timedelta(minutes=5)), [SITE], case.query, AT)
        broken = [one for one in (whole.totals, *whole.panels.values()) if isinstance(one, Exception)]
        if broken:
            raise broken[0]
    elif case.query.dimension is not None:
        await answer_breakdown(store, Turns(timedelta(minutes=5)), [SITE], case.query, AT)
    else:
        await answer_totals(store, Turns(timedelta(minutes=5)), [SITE], case.query, AT, series=True)


def measure(folder: Path) -> dict[str, float]:
    """Returns the CPU milliseconds of each case, the median of some runs after a first one."""

    async def run() -> dict[str, float]:
        found = {}
        async with storages.open(f"sqlite:{folder}").open_answers() as store:
            for case in cases():
                await _ask(store, case)
                took = []
                for _ in range(TIMES):
                    began = time.process_time()
                    await _ask(store, case)
                    took.append((time.process_time() - began) * 1000)
                found[case.name] = statistics.median(took)
        return found

    return asyncio.run(run())


def figures(sizes: list[int], cache: Path = CACHE) -> list[tuple[str, str]]:
    """Returns each case with its figure at each size; fills folders that are not there."""
    measured: dict[str, list[str]] = {}
    for views in sizes:
        for fresh_pages in (False, True) if views == min(sizes) else (False,):
            folder = cache / f"questions-{views}-{'fresh' if fresh_pages else 'same'}"
            if not (folder / "done").exists():
                fill(folder, views, fresh_pages=fresh_pages)
                (folder / "done").touch()
            kind = ", 1,500 pages a day, 500 of them new" if fresh_pages else ""
            for name, milliseconds in measure(folder).items():
                told = f"{milliseconds:.1f} ms at {views:,} views"
                measured.setdefault(name + kind, []).append(told)
    return [(name, "; ".join(told)) for name, told in measured.items()]


def main() -> None:
    """Prints the figures."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--views", type=int, nargs="*", default=[1_000_000, 10_000_000])
    options.add_argument("--cache", type=Path, default=CACHE)
    given = options.parse_args()
    for name, told in figures(given.views, given.cache):
        print(f"| {name} | {told} |")


if __name__ == "__main__":
    main()
