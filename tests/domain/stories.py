"""Stories: what people did on two sites, made by Hypothesis as facts."""

from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import msgspec
from hypothesis import strategies as st

from analytics_service.domain.facts import Engagement, Event, View, VisitorFact
from tests.domain.reference_count import (
    DAY,
    HALF_HOUR,
    local,
)

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
