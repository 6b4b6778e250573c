"""Counting, held against an obvious count, whatever comes late, twice or in disorder."""

import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics_service.domain.batch import Batch, CountedView, ViewRow, Visit
from analytics_service.domain.dimensions import (
    OF_VISITS,
    OTHER,
    Acquisition,
    Dimension,
    Location,
    Technology,
    VisitAttributes,
    values_of,
)
from analytics_service.domain.facts import Engagement, Event, View, VisitorFact
from analytics_service.domain.metrics import Sums
from analytics_service.domain.rollups import fold
from analytics_service.domain.site import ZoneSince
from tests.domain.obvious_count import (
    DAY,
    HALF_HOUR,
    ZONES,
    Figures,
    Visited,
    counted,
    figures_of,
    in_time,
    key_of,
    local,
    nonzero,
    runs_of,
    visits_of,
)
from tests.faults.sizes import soak

# 76 minutes before midnight in Hà Nội; at two hours past that of London its clocks go back.
START = int(datetime(2026, 10, 24, 15, 44, tzinfo=UTC).timestamp() * 1000)
MINUTE = 60_000
GAPS = (0, 1, MINUTE, 10 * MINUTE, HALF_HOUR - 1, HALF_HOUR, HALF_HOUR + 1, 45 * MINUTE, 6 * HALF_HOUR)

Hit = View | Event
Deed = tuple[int, int, int, type[Hit], int]
"""How long after the deed before, on which site, by whom, what, and on which page."""
Tale = tuple[int, int, int]
"""Of which view engagement is told, how long after it, and how much; in milliseconds."""
Repeat = tuple[int, int]
"""Which fact comes again, and how much later."""

doers = (
    st.sampled_from([1, 1, 2]),
    st.integers(0, 1),
    st.sampled_from([View, View, Event]),
    st.integers(0, 7),
)
numbers = st.integers(0, 40)
deeds = st.lists(st.tuples(st.sampled_from(GAPS), *doers), min_size=6, max_size=30)
# In the first 31 of every 61 minutes; the stretches 1, 7 and 9 hold a midnight or the change of clocks.
within = st.builds(
    lambda block, minute: 61 * block + minute, st.sampled_from([0, 1, 1, 2, 7, 9]), st.integers(0, 30)
)
blocks = st.lists(st.tuples(within, *doers), min_size=6, max_size=30).map(
    lambda placed: sorted(placed, key=lambda deed: deed[0])
)
tales = st.lists(
    st.tuples(
        numbers,
        st.sampled_from([-HALF_HOUR, -1, 0, 5, MINUTE, 2 * HALF_HOUR]),
        st.sampled_from([-5, 0, 1, 9_999, 10_000, 5 * MINUTE, HALF_HOUR, 25 * 60 * MINUTE]),
    ),
    max_size=12,
)
repeats = st.lists(st.tuples(st.integers(0, 60), st.sampled_from([0, 1, HALF_HOUR, DAY])), max_size=8)
seeds = st.integers(0, 2**32)

properly = settings(
    derandomize=True,
    deadline=None,
    max_examples=soak(200, 4_000),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
pytestmark = pytest.mark.timeout(soak(120, 1_200))


def seen(number: int, at: int, site: int, who: int, *what: Any) -> Hit:
    """What person `who` did. Both sites know the same names and ids, and must not mix them up."""
    kind, page = what
    today = local(site, at)[0].toordinal() * 10 + who
    known: dict[str, Any] = {"visitor_id": today, "previous_id": today - 10, "page": f"/{page}"}
    if kind is Event:
        return Event(site=site, at=at, id=f"e{number}", view_id=f"v{number}", name="sign-up", **known)
    return View(site=site, at=at, id=f"v{number}", title=f"{number}", **known)


def story(deeds: Iterable[Deed], tales: Iterable[Tale] = ()) -> list[VisitorFact]:
    """What was done, each some time after the deed before, and what was told of the views."""
    at, made = START, Counter[int]()
    facts: list[VisitorFact] = []
    for gap, site, who, *what in deeds:
        at += gap
        made[site] += 1
        facts.append(seen(made[site], at, site, who, *what))
    views = [fact for fact in facts if isinstance(fact, View)]
    chosen = [(views[which % len(views)], delay, much) for which, delay, much in tales if views]
    return facts + [
        Engagement(site=of.site, at=of.at + delay, id=of.id, engaged_ms=much) for of, delay, much in chosen
    ]


def again(facts: list[VisitorFact], repeats: Iterable[Repeat]) -> list[VisitorFact]:
    """The facts, and some of them a second time."""
    chosen = [(facts[which % len(facts)], later) for which, later in repeats if facts]
    return facts + [msgspec.structs.replace(fact, at=fact.at + later) for fact, later in chosen]


def attributes_of(fact: Hit) -> VisitAttributes:
    """Something of each kind that differs from fact to fact."""
    return VisitAttributes(
        f"{fact.page[1:]}.vn",
        Acquisition(fact.page, "referral", utm_source=fact.id[1:]),
        Location("VN", f"VN-{fact.page[1:]}"),
        Technology(language=fact.id[1:2]),
    )


@dataclass
class Shelf:
    """What lasts from round to round. It keeps only what a ledger says it has changed."""

    cap: int = 1_000
    visits: dict[int, Visit] = field(default_factory=dict)
    names: dict[tuple[int, int], set[int]] = field(default_factory=dict)
    counted: dict[tuple[int, str], CountedView] = field(default_factory=dict)
    waiting: dict[tuple[int, str], tuple[int, int]] = field(default_factory=dict)
    first_seen: dict[tuple[int, date, int], tuple[int, int]] = field(default_factory=dict)
    views: list[ViewRow] = field(default_factory=list)
    titles: dict[tuple[int, str], str] = field(default_factory=dict)
    days: dict[tuple[int, Dimension, date, str], Sums] = field(default_factory=lambda: defaultdict(Sums))
    hours: dict[tuple[int, date, int], Sums] = field(default_factory=lambda: defaultdict(Sums))
    drops: Counter[tuple[int, date, str]] = field(default_factory=Counter)

    def take(self, facts: Iterable[VisitorFact]) -> "Shelf":
        """One round: what the facts may touch is loaded, all are folded, the changes are kept."""
        batch = in_time(facts)
        ledger = Batch(next_visit=len(self.visits) + 1, cap=self.cap)
        for fact in batch:
            self._load(ledger, fact)
        zones = {site: (ZoneSince(date(1970, 1, 1), zone),) for site, zone in ZONES.items()}
        fold(ledger, batch, zones.__getitem__, attributes_of)
        self._keep(ledger)
        return self

    def take_late(self, facts: Sequence[VisitorFact], seed: int) -> "Shelf":
        """The facts shuffled, in rounds of any size."""
        chance = random.Random(seed)
        late = chance.sample(facts, len(facts))
        while late:
            size = chance.randint(1, 8)
            self.take(late[:size])
            late = late[size:]
        return self

    def _load(self, ledger: Batch, fact: VisitorFact) -> None:
        numbers: set[int] = set()
        if view := self.counted.get(key_of(fact)):
            ledger.counted[key_of(fact)] = replace(view)
            numbers.add(view.visit)
        if waits := self.waiting.get(key_of(fact)):
            ledger.waiting[key_of(fact)] = waits
        if not isinstance(fact, Engagement):
            for name in (fact.visitor_id, fact.previous_id or 0):
                named = self.names.get((fact.site, name), set())
                ledger.visits_of[fact.site, name] = sorted(named)
                numbers |= named
            day = local(fact.site, fact.at)[0]
            if first := self.first_seen.get((fact.site, day, fact.visitor_id)):
                ledger.first_seen[fact.site, day, fact.visitor_id] = first
            self._load_values(ledger, fact.site, day)
        ledger.visits.update((number, replace(self.visits[number])) for number in numbers)
        for number in numbers:
            self._load_values(ledger, self.visits[number].site, self.visits[number].day)

    def _load_values(self, ledger: Batch, site: int, day: date) -> None:
        known = ledger.known.setdefault((site, day), {})
        for number, dimension, on, value in self.days:
            if dimension and (number, on) == (site, day):
                known.setdefault(dimension, set()).add(value)

    def _keep(self, ledger: Batch) -> None:
        self.visits |= {number: ledger.visits[number] for number in ledger.changed_visits}
        for site, name, visit, _ in ledger.new_names:
            self.names.setdefault((site, name), set()).add(visit)
        self.counted |= {key: ledger.counted[key] for key in ledger.changed_counted}
        for key in ledger.changed_waiting:
            self.waiting.pop(key, None)
        self.waiting |= {key: ledger.waiting[key] for key in ledger.changed_waiting if key in ledger.waiting}
        self.first_seen |= {key: ledger.first_seen[key] for key in ledger.changed_days}
        self.views += ledger.new_views
        self.titles |= ledger.titles
        for bucket, sums in ledger.days.items():
            self.days[bucket].add(sums)
        for hour, sums in ledger.hours.items():
            self.hours[hour].add(sums)
        self.drops += ledger.drops

    def figures(self) -> Figures:
        days = {(site, day): sums for (site, of, day, _), sums in self.days.items() if not of}
        pages = {
            (site, day, page): sums
            for (site, of, day, page), sums in self.days.items()
            if of is Dimension.PAGE
        }
        return Figures(nonzero(days), nonzero(self.hours), nonzero(pages))

    def broken_down(self) -> dict[Any, Sums]:
        """The rollups of what visits are described with."""
        return nonzero({key: sums for key, sums in self.days.items() if key[1] in OF_VISITS})

    def added_up(self) -> dict[Any, Sums]:
        """The same out of the visits, one by one."""
        sums: dict[Any, Sums] = defaultdict(Sums)
        for visit in self.visits.values():
            values = values_of(visit.entry_page, visit.exit_page, visit.attributes)
            one = Sums(visits=1, bounces=int(visit.is_bounce()), engaged_ms=visit.engaged_ms)
            for dimension, value in zip(OF_VISITS, values, strict=True):
                if value:
                    sums[visit.site, dimension, visit.day, value].add(one)
        return nonzero(sums)

    def runs(self, facts: Iterable[VisitorFact]) -> list[list[Hit]]:
        """The views and events of each visit."""
        runs = defaultdict(list)
        for fact in counted(facts):
            runs[self.counted[key_of(fact)].visit].append(fact)
        return [runs[number] for number in sorted(self.visits)]

    def stored(self) -> list[Visit]:
        return [visit for _, visit in sorted(self.visits.items())]

    def visited(self) -> list[Visited]:
        return [
            Visited(
                *(one.site, one.day, one.hour),
                began_at=one.began_at,
                seen_at=one.seen_at,
                pageviews=one.pageviews,
                events=one.events,
                engaged_ms=one.engaged_ms,
            )
            for one in self.stored()
        ]


@given(deeds, tales, repeats)
@properly
def test_what_comes_in_time_is_counted_as_the_vocabulary_says(
    deeds: list[Deed], tales: list[Tale], repeats: list[Repeat]
) -> None:
    facts = again(story(deeds, tales), repeats)
    shelf = Shelf().take(facts)
    visits = visits_of(facts, runs_of(facts))
    assert shelf.visited() == visits
    assert shelf.figures() == figures_of(facts, visits)
    assert [(one.entry_page, one.exit_page, one.visitor) for one in shelf.stored()] == [
        (run[0].page, run[-1].page, run[0].visitor_id) for run in runs_of(facts)
    ]


@given(deeds, tales, repeats, st.lists(st.integers(0, 50), max_size=6))
@properly
def test_rounds_in_the_order_of_time_make_no_difference(
    deeds: list[Deed], tales: list[Tale], repeats: list[Repeat], cuts: list[int]
) -> None:
    facts = in_time(again(story(deeds, tales), repeats))
    shelf = Shelf()
    edges = [0, *sorted(cuts), len(facts)]
    for start, end in pairwise(edges):
        shelf.take(facts[start:end])
    whole = Shelf().take(facts)
    # An exit page of between two rounds leaves a row of zeros.
    shelf.days, whole.days = nonzero(shelf.days), nonzero(whole.days)
    assert shelf == whole


@given(deeds, tales, st.lists(st.integers(0, 60), max_size=8), seeds)
@properly
def test_in_any_order_nothing_is_lost_or_counted_twice(
    deeds: list[Deed], tales: list[Tale], twice: list[int], seed: int
) -> None:
    facts = again(story(deeds, tales), [(which, 0) for which in twice])
    shelf = Shelf().take_late(facts, seed)
    assert shelf.figures().without_visits() == figures_of(facts, []).without_visits()
    # Which visits there are may depend on the order; what is counted of them may not.
    runs = shelf.runs(facts)
    assert shelf.visited() == visits_of(facts, runs)
    assert shelf.figures() == figures_of(facts, visits_of(facts, runs))
    assert shelf.broken_down() == shelf.added_up()
    for visit, run in zip(shelf.stored(), runs, strict=True):
        assert visit.entry_page in {fact.page for fact in run if fact.at == run[0].at}
        assert visit.exit_page in {fact.page for fact in run if fact.at == run[-1].at}
    # A visit is a run of one person or a part of one: never merged, and never of two.
    whole = {key_of(fact): number for number, run in enumerate(runs_of(facts)) for fact in run}
    assert all(len({whole[key_of(fact)] for fact in run}) == 1 for run in runs)
    copies = [fact for fact in facts if not isinstance(fact, Engagement)]
    assert sum(shelf.drops.values()) == len(copies) - len(counted(facts))


@given(blocks, tales, seeds)
@properly
def test_visits_of_at_most_half_an_hour_are_the_same_in_any_order(
    blocks: list[Any], tales: list[Tale], seed: int
) -> None:
    # Within such a visit every fact reaches every other; before the next one more than half an hour passes.
    gaps = [after - before for before, after in pairwise([0, *(minute for minute, *_ in blocks)])]
    deeds = [(gap * MINUTE, *of) for gap, (_, *of) in zip(gaps, blocks, strict=True)]
    facts = story(deeds, tales)
    shelf = Shelf().take_late(facts, seed)
    assert shelf.figures() == figures_of(facts, visits_of(facts, runs_of(facts)))


@given(deeds, seeds, st.integers(1, 5))
@properly
def test_beyond_the_cap_a_page_is_counted_wholly_or_as_other(deeds: list[Deed], seed: int, cap: int) -> None:
    facts = [fact for fact in story(deeds) if isinstance(fact, View)]
    shelf, roomy = Shelf(cap=cap).take_late(facts, seed), Shelf().take_late(facts, seed)
    figures, true = shelf.figures(), roomy.figures()
    own = {key: one for key, one in figures.pages.items() if key[2] != OTHER}
    assert own == {key: true.pages[key] for key in own}
    for (site, day), sums in true.days.items():
        of_day = [one.pageviews for key, one in figures.pages.items() if key[:2] == (site, day)]
        assert sum(of_day) == sums.pageviews
        different = sum(key[:2] == (site, day) for key in true.pages)
        assert sum(key[:2] == (site, day) for key in own) == min(cap, different)
    assert (figures.days, figures.hours) == (true.days, true.hours)
    assert shelf.broken_down() == shelf.added_up()
    own_values: Counter[Any] = Counter(key[:3] for key in shelf.days if key[3] != OTHER)
    assert all(count <= cap for key, count in own_values.items() if key[1])
    # What is kept of a view names no page that has no row.
    assert {(view.site, view.day, view.page) for view in shelf.views} == figures.pages.keys()
