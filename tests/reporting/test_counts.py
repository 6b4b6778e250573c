"""Every figure of one answer is of one moment."""

import asyncio
import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread

from analytics_service.domain.counter import Item, Span
from analytics_service.domain.counts import Counts, Question
from analytics_service.domain.limits import ONLINE_WINDOW
from analytics_service.domain.metrics import Metric
from analytics_service.domain.site import Site, WeekStart
from analytics_service.live.memory import open_memory_live
from analytics_service.reporting.counts import Reporter
from analytics_service.storage.sqlite.figures import open_figures
from tests.applying.process import NOON, ZONES, fresh, running, view

SITE = Site(
    number=1,
    uuid="",
    public_id="x",
    name="",
    domain="x.example.vn",
    zones=ZONES,
    week_start=WeekStart.MONDAY,
    locale="vi",
    created_at=NOON,
    host_names=frozenset(),
    public=True,
    paused=False,
    demo=False,
)
PERIODS = (Item.TOTAL, Item.YEAR, Item.MONTH, Item.WEEK, Item.TODAY)
ANSWERS = 400
MORE = "update rollup_day set pageviews = pageviews + 1, visits = visits + 1 where site = 1 and dimension < 2"


async def _answers(folder: Path, question: Question, answers: int = 1) -> list[Counts]:
    async with open_figures(folder) as figures, open_memory_live(window=ONLINE_WINDOW, limit=10) as live:
        reporter = Reporter(figures, live)
        found = [await reporter.counts(SITE, question, NOON + timedelta(minutes=1)) for _ in range(answers)]
        # On a busy machine, the first commit may come late.
        while answers > 1 and found[0].figures == found[-1].figures:
            found.append(await reporter.counts(SITE, question, NOON + timedelta(minutes=1)))
        return found


def _commit_until(folder: Path, enough: Event) -> None:
    with closing(sqlite3.connect(folder / "stats.db", isolation_level=None)) as stats:
        stats.execute("pragma synchronous = off")
        while not enough.is_set():
            stats.execute(MORE)


def _asked_under_commits(folder: Path, question: Question) -> list[Counts]:
    with running(fresh(folder)) as it:
        it.apply(view(1))
    enough = Event()
    applier = Thread(target=_commit_until, args=(folder, enough))
    applier.start()
    try:
        return asyncio.run(_answers(folder, question, ANSWERS))
    finally:
        enough.set()
        applier.join()


def test_no_answer_mixes_two_moments_while_figures_are_committed(tmp_path: Path) -> None:
    for page, metric in ((None, Metric.VISITS), ("/", Metric.PAGEVIEWS)):
        question = Question(PERIODS, metric, Span.MONTH, page)
        answers = _asked_under_commits(tmp_path / f"data{bool(page)}", question)
        totals = [counts.figures[Item.TOTAL] for counts in answers]
        assert totals[0] != totals[-1]
        for counts in answers:
            assert counts.series is not None
            assert {*counts.figures.values(), counts.series.values[-1]} == {counts.figures[Item.TOTAL]}


def test_periods_without_anybody_are_zero(tmp_path: Path) -> None:
    with running(fresh(tmp_path / "data")) as it:
        it.apply(view(1), view(2))
    question = Question((Item.YESTERDAY, Item.TODAY, Item.LAST_WEEK, Item.PEAK), Metric.VISITS, Span.WEEK)
    (counts,) = asyncio.run(_answers(tmp_path / "data", question))
    assert counts.figures == {Item.YESTERDAY: 0, Item.TODAY: 2, Item.LAST_WEEK: 0, Item.PEAK: 0}
    assert counts.series is not None
    assert counts.series.values == (0, 0, 0, 0, 0, 0, 2)
    assert (counts.peak, counts.peak_today) == (None, None)
