"""Folding against a slow and obvious count: late, shuffled and doubled facts, over midnight."""

import random
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from analytics_service.domain.facts import Fact, FactKind
from analytics_service.domain.ledger import Dimension, Ledger
from analytics_service.domain.model import Sums, ZoneSince
from analytics_service.domain.rollups import fold
from tests.faults.sizes import soak

ZONES = (ZoneSince(date(1970, 1, 1), "Etc/UTC"),)
MINUTE = 60_000
HALF_HOUR = 30 * MINUTE
BEGIN = int(datetime(2026, 11, 20, 22, 0, tzinfo=UTC).timestamp() * 1000)
MIDNIGHT = int(datetime(2026, 11, 21, tzinfo=UTC).timestamp() * 1000)
EXAMPLES = soak(150, 3000)


@dataclass(frozen=True)
class Seen:
    """Somebody did something at a minute of the four hours around midnight."""

    who: int
    minute: int
    page: int
    is_event: bool
    engaged_s: int
    twice: bool


seen_lists = st.lists(
    st.builds(
        Seen,
        who=st.integers(1, 4),
        minute=st.integers(0, 240),
        page=st.integers(0, 3),
        is_event=st.booleans(),
        engaged_s=st.integers(0, 20),
        twice=st.booleans(),
    ),
    max_size=30,
)


def day_of(at: int) -> date:
    return datetime.fromtimestamp(at / 1000, UTC).date()


def facts_of(seen: list[Seen]) -> list[Fact]:
    """Views and events with the visitor's name of their day, and engagement a minute after each view."""
    facts = []
    for number, one in enumerate(seen):
        at = BEGIN + one.minute * MINUTE + number
        second_day = at >= MIDNIGHT
        kind = FactKind.EVENT if one.is_event else FactKind.VIEW
        fact = Fact(
            1,
            kind,
            1,
            at,
            visitor=one.who + 100 * second_day,
            formerly=one.who if second_day else None,
            id=f"v{number}",
            event_id=f"e{number}" if one.is_event else "",
            page=f"/{one.page}",
            name="signup" if one.is_event else "",
        )
        facts += [fact, fact] if one.twice else [fact]
        if one.engaged_s and not one.is_event:
            told = replace_kind(fact, FactKind.ENGAGEMENT, one.engaged_s * 1000)
            facts += [replace_kind(fact, FactKind.ENGAGEMENT, one.engaged_s * 400), told]
    return facts


def replace_kind(fact: Fact, kind: FactKind, engaged_ms: int) -> Fact:
    return Fact(
        1,
        kind,
        1,
        fact.at + MINUTE,
        visitor=fact.visitor,
        formerly=fact.formerly,
        id=fact.id,
        engaged_ms=engaged_ms,
    )


def folded(batches: Iterator[list[Fact]] | list[list[Fact]], cap: int = 100) -> Ledger:
    ledger = Ledger(next_visit=1, page_cap=cap)
    for batch in batches:
        fold(ledger, sorted(batch, key=lambda fact: fact.at), lambda _: ZONES)
    return ledger


def days_in(ledger: Ledger) -> dict[date, Sums]:
    found = {key[2]: replace(sums) for key, sums in ledger.days.items() if key[1] is Dimension.SITE}
    return {day: sums for day, sums in found.items() if sums != Sums()}


def obvious(facts: list[Fact]) -> dict[date, Sums]:
    """Counted from a list, person by person."""
    things = {fact.event_id or fact.id: fact for fact in facts if fact.kind is not FactKind.ENGAGEMENT}
    engaged: dict[str, int] = defaultdict(int)
    for fact in facts:
        if fact.kind is FactKind.ENGAGEMENT:
            engaged[fact.id] = max(engaged[fact.id], fact.engaged_ms)
    days: dict[date, Sums] = defaultdict(Sums)
    for fact in things.values():
        days[day_of(fact.at)].pageviews += fact.kind is FactKind.VIEW
        days[day_of(fact.at)].events += fact.kind is FactKind.EVENT
    for day in days:
        days[day].visitors = len({fact.visitor for fact in things.values() if day_of(fact.at) == day})
    people = {fact.formerly or fact.visitor for fact in things.values()}
    for person in people:
        own = sorted(
            (fact for fact in things.values() if person in (fact.visitor, fact.formerly)),
            key=lambda fact: fact.at,
        )
        runs: list[list[Fact]] = []
        for fact in own:
            if runs and fact.at - runs[-1][-1].at <= HALF_HOUR:
                runs[-1].append(fact)
            else:
                runs.append([fact])
        for run in runs:
            views = [fact for fact in run if fact.kind is FactKind.VIEW]
            spent = sum(engaged[fact.id] for fact in views)
            first = days[day_of(run[0].at)]
            first.visits += 1
            first.engaged_ms += spent
            first.bounces += len(run) == len(views) == 1 and spent < 10_000
    return dict(days)


@settings(max_examples=EXAMPLES, deadline=None)
@given(seen_lists)
def test_facts_in_order_are_counted_as_by_hand(seen: list[Seen]) -> None:
    facts = facts_of(seen)
    assert days_in(folded([facts])) == obvious(facts)


@settings(max_examples=EXAMPLES, deadline=None)
@given(seen_lists, st.lists(st.integers(0, 60), max_size=5))
def test_where_the_rounds_are_cut_makes_no_difference(seen: list[Seen], cuts: list[int]) -> None:
    facts = sorted(facts_of(seen), key=lambda fact: fact.at)
    edges = sorted({0, len(facts), *(cut for cut in cuts if cut < len(facts))})
    rounds = [facts[first:last] for first, last in pairwise(edges)]
    assert days_in(folded(rounds)) == days_in(folded([facts]))


@settings(max_examples=EXAMPLES, deadline=None)
@given(seen_lists, st.integers(), st.integers(1, 12))
def test_in_any_order_the_sums_agree_and_nothing_is_lost_or_doubled(
    seen: list[Seen], seed: int, size: int
) -> None:
    facts = facts_of(seen)
    random.Random(seed).shuffle(facts)
    ledger = folded([facts[start : start + size] for start in range(0, len(facts), size)])
    days, right = days_in(ledger), obvious(facts)
    assert {day: (sums.pageviews, sums.events, sums.visitors) for day, sums in days.items()} == {
        day: (sums.pageviews, sums.events, sums.visitors) for day, sums in right.items()
    }
    assert sum(sums.engaged_ms for sums in days.values()) == sum(sums.engaged_ms for sums in right.values())
    # Stored visits are never merged, so late facts may leave more of them; never fewer.
    assert sum(sums.visits for sums in days.values()) >= sum(sums.visits for sums in right.values())
    for day, sums in days.items():
        hours = Sums()
        for (_, of, _), hour in ledger.hours.items():
            if of == day:
                hours.add(hour)
        assert hours == sums
        pages = [s for (_, kind, of, _), s in ledger.days.items() if kind is Dimension.PAGE and of == day]
        assert sum(page.pageviews for page in pages) == sums.pageviews
    assert all(visit.seen_at >= visit.began_at for visit in ledger.visits.values())
    assert len({(view.visit, view.ordinal) for view in ledger.new_views}) == len(ledger.new_views)


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.lists(st.integers(0, 50), max_size=60), st.integers(1, 20))
def test_beyond_the_cap_pages_are_few_and_the_sum_is_exact(pages: list[int], cap: int) -> None:
    facts = [
        Fact(1, FactKind.VIEW, 1, BEGIN + number, visitor=1, id=f"v{number}", page=f"/{page}")
        for number, page in enumerate(pages)
    ]
    ledger = folded([facts], cap)
    by_page = {key[3]: sums.pageviews for key, sums in ledger.days.items() if key[1] is Dimension.PAGE}
    assert sum(by_page.values()) == len(pages)
    assert len(by_page) <= cap + 1
