"""Counting at its boundaries: half an hour to the millisecond, engagement in parts, titles, peaks."""

import pytest

from analytics_service.domain.dimensions import OTHER
from analytics_service.domain.facts import DropSample, DropSummary, Event, Online, View
from analytics_service.domain.rollups import ENGAGEMENT_MS, TIMEOUT_MS
from tests.domain.test_rollups import ANN, BOB, TODAY, Counts, _at


def hit(counts: Counts, at_ms: int, page: str = "/") -> View:
    counts.made += 1
    return View(site=1, at=_at(0) + at_ms, visitor_id=ANN, id=f"view-{counts.made}", page=page)


@pytest.mark.parametrize(
    ("gap", "visits"), [(TIMEOUT_MS, 1), (TIMEOUT_MS + 1, 2), (-TIMEOUT_MS, 1), (-TIMEOUT_MS - 1, 2)]
)
def test_half_an_hour_apart_is_one_visit_and_a_millisecond_more_is_two(gap: int, visits: int) -> None:
    counts = Counts()
    counts.fold(hit(counts, 0))
    counts.fold(hit(counts, gap))
    assert (counts.day().visits, counts.day().pageviews) == (visits, 2)


def test_a_fact_that_fits_two_visits_joins_the_earlier_one() -> None:
    counts = Counts()
    counts.fold(hit(counts, 0), hit(counts, TIMEOUT_MS + 2))
    counts.fold(hit(counts, TIMEOUT_MS // 2))
    assert [visit.pageviews for visit in counts.batch.visits.values()] == [2, 1]


def test_an_earlier_view_moves_the_beginning_of_a_visit_and_a_later_one_its_end() -> None:
    counts = Counts()
    counts.fold(hit(counts, 10_000, "/second"))
    counts.fold(hit(counts, 0, "/first"))
    counts.fold(hit(counts, 20_000, "/third"))
    (visit,) = counts.batch.visits.values()
    assert (visit.entry_page, visit.exit_page) == ("/first", "/third")
    assert (visit.began_at, visit.seen_at) == (_at(0), _at(0) + 20_000)
    # Of two at the same instant the one that came last is where the visit ended.
    counts.fold(hit(counts, 20_000, "/fourth"))
    assert (visit.entry_page, visit.exit_page) == ("/first", "/fourth")


def test_engagement_is_the_largest_that_was_told_and_no_more_than_a_view_can_have() -> None:
    counts = Counts()
    view = counts.view(0)
    counts.fold(view)
    for told, known in ((5_000, 5_000), (4_000, 5_000), (-1, 5_000), (9_000, 9_000), (10**12, ENGAGEMENT_MS)):
        counts.fold(counts.engagement(1, view, told))
        assert counts.day().engaged_ms == known


def test_engagement_that_waits_is_the_largest_and_ends_with_its_view() -> None:
    counts = Counts()
    view = counts.view(0)
    counts.fold(*(counts.engagement(1, view, told) for told in (5_000, 9_000, 7_000, 0)))
    assert list(counts.batch.pending_engagement.values()) == [(9_000, _at(1))]
    counts.fold(view)
    assert counts.batch.pending_engagement == {}
    assert counts.batch.changed_pending == {(1, view.id)}
    assert counts.day().engaged_ms == 9_000
    assert [row.engaged_ms for row in counts.batch.new_views] == [9_000]


def test_a_page_has_the_title_that_was_told_last_and_none_where_it_is_counted_as_other() -> None:
    counts = Counts()
    counts.batch.cap = 1
    counts.fold(counts.view(0, "/a", title="Old"), counts.view(1, "/a", title="New"), counts.view(2, "/a"))
    counts.fold(counts.view(3, "/b", title="Another"))
    assert counts.batch.titles == {(1, "/a"): "New"}


def test_a_visitor_is_counted_in_the_hour_of_their_earliest_fact_of_the_day() -> None:
    counts = Counts()
    counts.fold(counts.view(90), counts.view(0), counts.view(30), counts.view(0, by=BOB))
    hours = {hour: sums.visitors for (_, _, hour), sums in counts.batch.hours.items() if sums.visitors}
    assert list(hours.values()) == [2]
    assert (counts.day().visitors, counts.hours().visitors) == (2, 2)


def test_the_most_online_of_ten_minutes_is_kept_with_its_instant() -> None:
    counts = Counts()
    for minute, online in ((0, 2), (1, 5), (2, 5), (3, 4), (11, 1)):
        counts.fold(Online(site=1, at=_at(minute), online=online))  # type: ignore[arg-type]
    assert sorted(counts.batch.peaks.values()) == [(1, _at(11)), (5, _at(1))]


def test_what_was_dropped_is_counted_on_its_day_and_shown_with_its_site() -> None:
    counts = Counts()
    sample = DropSample(_at(0), "rate", "/", "Chrome")
    for _ in range(2):
        counts.fold(DropSummary(site=1, at=_at(0), drops=(("rate", 3),), samples=(sample,)))  # type: ignore[arg-type]
    assert counts.batch.drops == {(1, TODAY, "rate"): 6}
    assert counts.batch.samples == [(1, sample)] * 2


def test_a_visit_of_events_alone_is_no_bounce() -> None:
    counts = Counts()
    event = Event(site=1, at=_at(0), visitor_id=ANN, id="event-1", page="/", name="buy")
    counts.fold(event)
    assert (counts.day().visits, counts.day().bounces, counts.day().events) == (1, 0, 1)
    counts.fold(counts.view(1, by=BOB))
    assert counts.day().bounces == 1


def test_what_a_day_has_no_room_for_is_other_in_the_visit_itself() -> None:
    counts = Counts()
    counts.batch.cap = 1
    counts.fold(
        counts.view(0, "/a", hostname="one.example"), counts.view(0, "/b", by=BOB, hostname="two.example")
    )
    found = [(one.entry_page, one.exit_page, one.attributes.hostname) for one in counts.batch.visits.values()]
    assert found == [("/a", "/a", "one.example"), (OTHER, OTHER, OTHER)]
