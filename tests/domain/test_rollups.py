"""Counting, as sentences about visitors."""

import random
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from analytics_service.domain.batch import Batch
from analytics_service.domain.dimensions import OTHER, Dimension, VisitAttributes
from analytics_service.domain.facts import Engagement, Event, View, VisitorFact
from analytics_service.domain.metrics import Sums
from analytics_service.domain.rollups import fold
from analytics_service.domain.site import ZoneSince

ZONES = (ZoneSince(date(1970, 1, 1), "Asia/Ho_Chi_Minh"),)
MORNING = datetime(2026, 11, 20, 2, 0, tzinfo=UTC)  # nine o'clock in Hà Nội
TODAY = date(2026, 11, 20)
TOMORROW = date(2026, 11, 21)
ANN, ANN_TOMORROW, BOB = 1, 2, 3


def attributes_of(fact: View | Event) -> VisitAttributes:
    return VisitAttributes(fact.hostname)


@dataclass
class Counts:
    """A batch with hands to feed it."""

    batch: Batch = field(default_factory=lambda: Batch(next_visit=1, cap=100))
    made: int = 0

    def view(self, minute: float, page: str = "/", *, by: int = ANN, **more: Any) -> View:
        self.made += 1
        known: dict[str, Any] = {"visitor_id": by, "page": page, "id": f"view-{self.made}", **more}
        return View(site=1, at=_at(minute), **known)

    def engagement(self, minute: float, view: View, engaged_ms: int) -> Engagement:
        return Engagement(site=1, at=_at(minute), visitor_id=ANN, id=view.id, engaged_ms=engaged_ms)

    def fold(self, *facts: VisitorFact) -> None:
        fold(self.batch, facts, lambda _: ZONES, attributes_of)

    def day(self, day: date = TODAY) -> Sums:
        return self.batch.days[1, Dimension.SITE, day, ""]

    def hours(self, day: date = TODAY) -> Sums:
        total = Sums()
        for (_, of, _), sums in self.batch.hours.items():
            if of == day:
                total.add(sums)
        return total


def _at(minute: float) -> int:
    return int((MORNING + timedelta(minutes=minute)).timestamp() * 1000)


def test_a_view_31_minutes_later_opens_a_new_visit() -> None:
    counts = Counts()
    counts.fold(counts.view(0), counts.view(31))
    assert counts.day() == Sums(pageviews=2, visits=2, visitors=1, bounces=2)


def test_a_view_30_minutes_later_belongs_to_the_visit() -> None:
    counts = Counts()
    counts.fold(counts.view(0), counts.view(30))
    assert counts.day() == Sums(pageviews=2, visits=1, visitors=1, bounces=0)


def test_two_visitors_are_two() -> None:
    counts = Counts()
    counts.fold(counts.view(0), counts.view(0, by=BOB))
    assert counts.day() == Sums(pageviews=2, visits=2, visitors=2, bounces=2)


def test_the_same_id_is_counted_once() -> None:
    counts = Counts()
    view = counts.view(0)
    counts.fold(view, view)
    counts.fold(view)
    assert counts.day() == Sums(pageviews=1, visits=1, visitors=1, bounces=1)
    assert counts.batch.drops == {(1, TODAY, "duplicate"): 2}


def test_a_visit_over_midnight_belongs_to_its_first_day_and_each_day_has_the_visitor() -> None:
    counts = Counts()
    late = 15 * 60 - 5
    counts.fold(counts.view(late), counts.view(late + 10, by=ANN_TOMORROW, previous_id=ANN))
    counts.fold(counts.view(late + 20, by=ANN_TOMORROW, previous_id=ANN))
    assert counts.day(TODAY) == Sums(pageviews=1, visits=1, visitors=1, bounces=0)
    assert counts.day(TOMORROW) == Sums(pageviews=2, visits=0, visitors=1, bounces=0)


def test_a_fact_that_comes_late_moves_the_beginning_of_its_visit() -> None:
    counts = Counts()
    counts.fold(counts.view(60, "/b"))
    counts.fold(counts.view(40, "/a"))
    (visit,) = counts.batch.visits.values()
    assert (visit.entry_page, visit.exit_page, visit.seen_at - visit.began_at) == ("/a", "/b", 20 * 60 * 1000)
    assert counts.day() == counts.hours() == Sums(pageviews=2, visits=1, visitors=1, bounces=0)
    nine = int(MORNING.timestamp())
    assert counts.batch.hours[1, TODAY, nine] == Sums(pageviews=1, visits=1, visitors=1)


def test_a_late_fact_moves_the_visit_to_the_day_before() -> None:
    counts = Counts()
    after = 15 * 60 + 5
    counts.fold(counts.view(after, by=ANN_TOMORROW, previous_id=ANN))
    counts.fold(counts.view(after - 10, by=ANN))
    assert counts.day(TODAY) == counts.hours(TODAY) == Sums(pageviews=1, visits=1, visitors=1)
    assert counts.day(TOMORROW) == counts.hours(TOMORROW) == Sums(pageviews=1, visits=0, visitors=1)


def test_a_fact_between_two_visits_joins_the_earlier_and_they_stay_two() -> None:
    counts = Counts()
    counts.fold(counts.view(0), counts.view(50))
    counts.fold(counts.view(25))
    assert counts.day() == Sums(pageviews=3, visits=2, visitors=1, bounces=1)


def test_the_largest_engagement_of_a_view_counts() -> None:
    counts = Counts()
    view = counts.view(0)
    counts.fold(view)
    for told in (4_000, 12_000, 7_000, 12_000):
        counts.fold(counts.engagement(1, view, told))
    assert counts.day() == Sums(pageviews=1, visits=1, visitors=1, bounces=0, engaged_ms=12_000)


def test_engagement_that_comes_before_its_view_waits_for_it() -> None:
    counts = Counts()
    view = counts.view(0)
    counts.fold(counts.engagement(1, view, 11_000))
    assert counts.day() == Sums()
    counts.fold(view)
    assert counts.day() == Sums(pageviews=1, visits=1, visitors=1, bounces=0, engaged_ms=11_000)
    assert counts.batch.pending_engagement == {}


def test_an_event_makes_no_page_view_and_no_bounce() -> None:
    counts = Counts()
    counts.fold(counts.view(0), Event(site=1, at=_at(1), visitor_id=ANN, id="event-1", name="signup"))
    assert counts.day() == Sums(pageviews=1, visits=1, visitors=1, events=1)


def test_beyond_the_cap_a_page_becomes_other_and_the_total_is_exact() -> None:
    counts = Counts(Batch(next_visit=1, cap=3))
    counts.fold(*(counts.view(number / 10, f"/{number}") for number in range(10)))
    pages = {key[3]: sums.pageviews for key, sums in counts.batch.days.items() if key[1] is Dimension.PAGE}
    assert pages == {"/0": 1, "/1": 1, "/2": 1, OTHER: 7}
    assert counts.day().pageviews == 10
    assert {view.page for view in counts.batch.new_views} == set(pages)


def test_a_sender_over_the_budget_leaves_half_of_the_pages_to_the_others() -> None:
    counts = Counts(Batch(next_visit=1, cap=6))
    flood = [counts.view(number / 10, f"/{number}", is_over_budget=True) for number in range(10)]
    counts.fold(*flood, counts.view(1, "/0", is_over_budget=True), counts.view(2, "/new"))
    days = counts.batch.days.items()
    pages = {key[3]: sums.pageviews for key, sums in days if key[1] is Dimension.PAGE and sums.pageviews}
    assert pages == {"/0": 2, "/1": 1, "/2": 1, OTHER: 7, "/new": 1}
    assert counts.day().pageviews == 12


def test_dropped_facts_move_no_figure() -> None:
    counts = Counts()
    counts.fold(counts.view(0, drop="bot"))
    assert counts.day() == Sums()
    assert counts.batch.drops == {(1, TODAY, "bot"): 1}


@given(
    st.integers(), st.lists(st.tuples(st.integers(0, 40), st.integers(0, 5)), max_size=40), st.integers(1, 9)
)
def test_late_and_shuffled_batches_give_what_an_obvious_count_gives(
    seed: int, seen: list[tuple[int, int]], size: int
) -> None:
    # Blocks of two hours, all views of a block within 20 minutes: no order can join or split a visit.
    counts = Counts()
    facts = [
        counts.view(block * 120 + number % 20, f"/{who}", by=_name(who, block), previous_id=None)
        for number, (block, who) in enumerate(seen)
    ]
    random.Random(seed).shuffle(facts)
    for start in range(0, len(facts), size):
        counts.fold(*sorted(facts[start : start + size], key=lambda fact: fact.at))
    assert {day: sums for day, sums in _days(counts).items() if sums.pageviews} == _obvious(facts)
    assert all(counts.hours(day) == sums for day, sums in _days(counts).items())


def _local(fact: View) -> datetime:
    return datetime.fromtimestamp(fact.at / 1000, UTC) + timedelta(hours=7)


def _name(who: int, block: int) -> int:
    day = (MORNING + timedelta(hours=7 + 2 * block)).date()
    return who + 1000 * day.toordinal()


def _days(counts: Counts) -> dict[date, Sums]:
    return {key[2]: sums for key, sums in counts.batch.days.items() if key[1] is Dimension.SITE}


def _obvious(facts: Iterable[View]) -> dict[date, Sums]:
    runs: dict[tuple[int, int], list[View]] = defaultdict(list)
    days: dict[date, Sums] = defaultdict(Sums)
    for fact in facts:
        block = (fact.at - int(MORNING.timestamp() * 1000)) // (120 * 60 * 1000)
        runs[fact.visitor_id, block].append(fact)
        days[_local(fact).date()].pageviews += 1
    for run in runs.values():
        first = _local(min(run, key=lambda fact: fact.at)).date()
        days[first].visits += 1
        days[first].bounces += len(run) == 1
    for day in days:
        days[day].visitors = len({fact.visitor_id for fact in facts if _local(fact).date() == day})
    return dict(days)
