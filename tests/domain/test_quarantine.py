"""What is kept but not counted: the days of a selection, and what a mark does to sums."""

from dataclasses import replace
from datetime import date

import msgspec
import pytest

from analytics_service.domain.batch import Batch, ViewRow
from analytics_service.domain.dimensions import OTHER, Dimension
from analytics_service.domain.quarantine import Selection, first_seen_in, mark_view

DAY = date(2026, 11, 10)
VIEW = ViewRow(
    site=1, day=DAY, visit=5, ordinal=1, at=7_000, hour=6, visitor=71, page="/a", name="", engaged_ms=300
)


def test_a_selection_has_all_of_its_days() -> None:
    assert Selection(1, DAY, DAY).days() == [DAY]
    last = date(2026, 11, 12)
    assert Selection(1, DAY, last).days() == [DAY, date(2026, 11, 11), last]
    assert Selection(1, last, DAY).days() == []


def test_a_selection_is_read_out_of_a_task() -> None:
    told = {"site": 1, "first": "2026-11-10", "last": "2026-11-12", "family": "Robo"}
    expected = Selection(1, DAY, date(2026, 11, 12), family="Robo", marked=False)
    assert Selection.of_task(told, marked=False) == expected
    assert Selection.of_task({**told, "reason": "bot"}, marked=True).reason == "bot"
    with pytest.raises(msgspec.ValidationError):
        Selection.of_task({"site": 1}, marked=True)


def sums_of(batch: Batch, dimension: Dimension, value: str) -> tuple[int, int, int]:
    sums = batch.days[1, dimension, DAY, value]
    return sums.pageviews, sums.events, sums.engaged_ms


def test_a_view_that_is_marked_is_taken_out_of_all_sums_and_counted_as_dropped() -> None:
    batch = Batch(next_visit=1, cap=10)
    assert mark_view(batch, VIEW, "rejected") == replace(VIEW, mark="rejected")
    assert sums_of(batch, Dimension.PAGE, "/a") == (-1, 0, -300)
    assert sums_of(batch, Dimension.SITE, "") == (-1, 0, 0)
    assert batch.hours[1, DAY, 6].pageviews == -1
    assert batch.drops == {(1, DAY, "rejected"): 1}


def test_another_mark_moves_a_drop_to_its_reason_and_no_sum() -> None:
    batch = Batch(next_visit=1, cap=10)
    mark_view(batch, replace(VIEW, mark="bot"), "rejected")
    assert batch.drops == {(1, DAY, "bot"): -1, (1, DAY, "rejected"): 1}
    assert sums_of(batch, Dimension.PAGE, "/a") == (0, 0, 0)


def test_an_event_that_is_counted_again_has_its_page_and_its_name() -> None:
    batch = Batch(next_visit=1, cap=10)
    event = replace(VIEW, mark="bot", name="buy", engaged_ms=0)
    assert mark_view(batch, event, "") == replace(event, mark="")
    assert sums_of(batch, Dimension.EVENT, "buy") == (0, 1, 0)
    assert sums_of(batch, Dimension.PAGE, "/a") == (0, 1, 0)
    assert batch.drops == {(1, DAY, "bot"): -1}


def test_what_the_day_has_no_room_for_is_counted_as_other() -> None:
    batch = Batch(next_visit=1, cap=0)
    event = replace(VIEW, mark="bot", name="buy")
    assert mark_view(batch, event, "") == replace(event, mark="", page=OTHER, name=OTHER)
    assert mark_view(batch, replace(VIEW, mark="bot"), "") == replace(VIEW, page=OTHER)
    assert sums_of(batch, Dimension.PAGE, OTHER) == (1, 1, 600)


def test_an_event_and_a_page_have_each_their_own_room() -> None:
    batch = Batch(next_visit=1, cap=1)
    batch.known[1, DAY] = {Dimension.EVENT: {"sign-up"}, Dimension.PAGE: {"/a"}}
    event = replace(VIEW, mark="bot", name="buy")
    assert mark_view(batch, event, "") == replace(event, mark="", name=OTHER)


def test_a_visitor_was_first_seen_with_the_earliest_view_of_each_day() -> None:
    later = replace(VIEW, at=9_000, hour=8)
    tomorrow = replace(VIEW, at=99_000, hour=98, day=date(2026, 11, 11))
    other = replace(VIEW, visitor=72, at=8_000)
    assert first_seen_in([later, VIEW, tomorrow, other]) == {
        (1, DAY, 71): (7_000, 6),
        (1, date(2026, 11, 11), 71): (99_000, 98),
        (1, DAY, 72): (8_000, 6),
    }
