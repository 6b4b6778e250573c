"""Counting, held against an obvious count, whatever comes late, twice or in disorder."""

from collections import Counter
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analytics_service.domain.dimensions import (
    OTHER,
)
from analytics_service.domain.facts import Engagement, View
from tests.domain.batch_store import BatchStore
from tests.domain.reference_count import (
    counted,
    figures_of,
    in_time,
    key_of,
    nonzero,
    runs_of,
    visits_of,
)
from tests.domain.stories import (
    MINUTE,
    Deed,
    Repeat,
    Tale,
    again,
    blocks,
    deeds,
    repeats,
    seeds,
    story,
    tales,
)
from tests.faults.sizes import soak

properly = settings(
    derandomize=True,
    deadline=None,
    max_examples=soak(200, 4_000),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
pytestmark = pytest.mark.timeout(soak(120, 1_200))


@given(deeds, tales, repeats)
@properly
def test_what_comes_in_time_is_counted_as_the_vocabulary_says(
    deeds: list[Deed], tales: list[Tale], repeats: list[Repeat]
) -> None:
    facts = again(story(deeds, tales), repeats)
    store = BatchStore().take(facts)
    visits = visits_of(facts, runs_of(facts))
    assert store.visited() == visits
    assert store.figures() == figures_of(facts, visits)
    assert [(one.entry_page, one.exit_page, one.visitor) for one in store.stored()] == [
        (run[0].page, run[-1].page, run[0].visitor_id) for run in runs_of(facts)
    ]


@given(deeds, tales, repeats, st.lists(st.integers(0, 50), max_size=6))
@properly
def test_batches_in_the_order_of_time_make_no_difference(
    deeds: list[Deed], tales: list[Tale], repeats: list[Repeat], cuts: list[int]
) -> None:
    facts = in_time(again(story(deeds, tales), repeats))
    store = BatchStore()
    edges = [0, *sorted(cuts), len(facts)]
    for start, end in pairwise(edges):
        store.take(facts[start:end])
    whole = BatchStore().take(facts)
    # An exit page of between two batches leaves a row of zeros.
    store.days, whole.days = nonzero(store.days), nonzero(whole.days)
    assert store == whole


@given(deeds, tales, st.lists(st.integers(0, 60), max_size=8), seeds)
@properly
def test_in_any_order_nothing_is_lost_or_counted_twice(
    deeds: list[Deed], tales: list[Tale], twice: list[int], seed: int
) -> None:
    facts = again(story(deeds, tales), [(which, 0) for which in twice])
    store = BatchStore().take_late(facts, seed)
    assert store.figures().without_visits() == figures_of(facts, []).without_visits()
    # Which visits there are may depend on the order; what is counted of them may not.
    runs = store.runs(facts)
    assert store.visited() == visits_of(facts, runs)
    assert store.figures() == figures_of(facts, visits_of(facts, runs))
    assert store.broken_down() == store.added_up()
    for visit, run in zip(store.stored(), runs, strict=True):
        assert visit.entry_page in {fact.page for fact in run if fact.at == run[0].at}
        assert visit.exit_page in {fact.page for fact in run if fact.at == run[-1].at}
    # A visit is a run of one person or a part of one: never merged, and never of two.
    whole = {key_of(fact): number for number, run in enumerate(runs_of(facts)) for fact in run}
    assert all(len({whole[key_of(fact)] for fact in run}) == 1 for run in runs)
    copies = [fact for fact in facts if not isinstance(fact, Engagement)]
    assert sum(store.drops.values()) == len(copies) - len(counted(facts))


@given(blocks, tales, seeds)
@properly
def test_visits_of_at_most_half_an_hour_are_the_same_in_any_order(
    blocks: list[Any], tales: list[Tale], seed: int
) -> None:
    # Within such a visit every fact reaches every other; before the next one more than half an hour passes.
    gaps = [after - before for before, after in pairwise([0, *(minute for minute, *_ in blocks)])]
    deeds = [(gap * MINUTE, *of) for gap, (_, *of) in zip(gaps, blocks, strict=True)]
    facts = story(deeds, tales)
    store = BatchStore().take_late(facts, seed)
    assert store.figures() == figures_of(facts, visits_of(facts, runs_of(facts)))


@given(deeds, seeds, st.integers(1, 5))
@properly
def test_beyond_the_cap_a_page_is_counted_wholly_or_as_other(deeds: list[Deed], seed: int, cap: int) -> None:
    facts = [fact for fact in story(deeds) if isinstance(fact, View)]
    store, roomy = BatchStore(cap=cap).take_late(facts, seed), BatchStore().take_late(facts, seed)
    figures, true = store.figures(), roomy.figures()
    own = {key: one for key, one in figures.pages.items() if key[2] != OTHER}
    assert own == {key: true.pages[key] for key in own}
    for (site, day), sums in true.days.items():
        of_day = [one.pageviews for key, one in figures.pages.items() if key[:2] == (site, day)]
        assert sum(of_day) == sums.pageviews
        different = sum(key[:2] == (site, day) for key in true.pages)
        assert sum(key[:2] == (site, day) for key in own) == min(cap, different)
    assert (figures.days, figures.hours) == (true.days, true.hours)
    assert store.broken_down() == store.added_up()
    # A visit that goes on after midnight is counted there, too, under what it was on its first day: besides
    # its own values, a day has at most those that the day before had room for.
    begun = [key for key, sums in store.added_up().items() if sums.visits and key[3] not in ("", OTHER)]
    own_values: Counter[Any] = Counter(key[:3] for key in begun)
    assert all(count <= 2 * cap for count in own_values.values())
    # What is kept of a view names no page that has no row.
    assert {(view.site, view.day, view.page) for view in store.views} == figures.pages.keys()
