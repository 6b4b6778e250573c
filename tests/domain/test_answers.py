"""Figures of sums: each measure by its name, rates among them, and by how much each has grown."""

import pytest

from analytics_service.domain.answers import changes, measure
from analytics_service.domain.metrics import Metric, Sums
from analytics_service.domain.query import MEASURES, Rate

SUMS = Sums(pageviews=9, visits=4, visitors=3, bounces=1, engaged_ms=10_999, events=2)


def test_rates_are_divided_by_visits_and_seconds_are_whole() -> None:
    assert measure(SUMS, tuple(MEASURES.values())) == {
        Metric.PAGEVIEWS: 9,
        Metric.VISITS: 4,
        Metric.VISITORS: 3,
        Metric.BOUNCES: 1,
        Metric.ENGAGED_SECONDS: 10,
        Metric.EVENTS: 2,
        Rate.PAGEVIEWS_PER_VISIT: 2.25,
        Rate.BOUNCE_RATE: 0.25,
        Rate.ENGAGED_SECONDS_PER_VISIT: 2.5,
    }


def test_what_is_not_known_has_no_figure_and_no_rate() -> None:
    unknown = frozenset({Metric.ENGAGED_SECONDS})
    asked = (Metric.ENGAGED_SECONDS, Rate.ENGAGED_SECONDS_PER_VISIT, Rate.BOUNCE_RATE)
    assert list(measure(SUMS, asked, unknown).values()) == [None, None, 0.25]
    assert list(measure(SUMS, asked, frozenset({Metric.VISITS})).values()) == [10, None, None]


def test_without_visits_there_is_no_rate() -> None:
    assert measure(Sums(), (Rate.BOUNCE_RATE, Metric.VISITS)) == {Rate.BOUNCE_RATE: None, Metric.VISITS: 0}


@pytest.mark.parametrize(
    ("now", "before", "grown"),
    [(6, 4, 0.5), (4, 4, 0.0), (1, 4, -0.75), (3, 0, None), (0, 4, -1.0), (None, 4, None), (4, None, None)],
)
def test_a_figure_has_grown_by_a_part_of_what_it_was(
    now: int | None, before: int | None, grown: float | None
) -> None:
    assert changes({Metric.VISITS: now}, {Metric.VISITS: before}) == {Metric.VISITS: grown}
    assert changes({Metric.VISITS: now}, {}) == {Metric.VISITS: None}
