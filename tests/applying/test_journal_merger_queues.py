"""What was read ahead of a journal: when its groups were written, and what becomes of what cannot be read."""

import logging

import pytest

from analytics_service.applying.journal_merger import MAX_DELAY_MS, MIN_SHARE, JournalMerger, Queue
from analytics_service.applying.journal_merger import Group as ReadGroup
from analytics_service.domain.facts import View, encode, encode_group
from analytics_service.errors import Damaged

HOUR_MS = 3_600_000


def group(seq: int, *times: int) -> ReadGroup:
    return ReadGroup(seq, [View(site=1, at=at) for at in times])


def times_of(*groups: ReadGroup, newest_at: int = 0) -> list[int]:
    queue = Queue(newest_at=newest_at)
    queue.groups.extend(groups)
    return queue.times()


def test_a_group_was_written_when_its_newest_fact_happened_and_not_before_the_last_group() -> None:
    assert times_of(group(1, 5, 3), group(2, 4), group(3, 9)) == [5, 5, 9]
    assert times_of(group(1, 5), newest_at=7) == [7]
    # Of a group that cannot be read nothing is known.
    assert times_of(group(1, 5), group(2), group(3, 6)) == [5, 5, 6]
    assert times_of() == []


def test_a_clock_that_was_ahead_is_not_believed_once_what_follows_tells_otherwise() -> None:
    ahead = 400 * 24 * HOUR_MS
    assert times_of(group(1, 1), group(2, ahead), group(3, 2)) == [1, 2 + MAX_DELAY_MS, 2 + MAX_DELAY_MS]
    assert times_of(group(1, ahead), group(2, 5), group(3, 2)) == [2 + MAX_DELAY_MS] * 3
    # What was dated back by as much as is allowed says nothing against the others.
    assert times_of(group(1, MAX_DELAY_MS), group(2, 0)) == [MAX_DELAY_MS, MAX_DELAY_MS]


class Journals:
    """Journals of one group for each time, of which some are damaged."""

    def __init__(self, **times: list[int]) -> None:
        self.times = times
        self.damaged: set[str] = set()
        self.asked: list[tuple[str, int]] = []

    def names(self) -> list[str]:
        return list(self.times)

    def groups_after(self, name: str, seq: int) -> list[tuple[int, bytes]]:
        self.asked.append((name, seq))
        if name in self.damaged:
            raise Damaged(f"journal {name} is damaged")
        groups = enumerate(self.times[name], 1)
        rows = [
            (number, b"?" if at < 0 else encode_group([encode(View(site=1, at=at))])) for number, at in groups
        ]
        return rows[seq : seq + 2]


def merging(journals: Journals) -> JournalMerger:
    return JournalMerger(journals)  # type: ignore[arg-type]


def test_a_damaged_journal_is_named_once_and_stops_no_other(caplog: pytest.LogCaptureFixture) -> None:
    journals = Journals(one=[1, 2], two=[3])
    journals.damaged.add("two")
    merger = merging(journals)
    for _ in range(2):
        assert merger.read_round(MIN_SHARE, {}).positions == {"one": 2}
    assert (merger.is_damaged("one"), merger.is_damaged("two")) == (False, True)
    assert caplog.text.count("journal two is damaged; its file stays where it is") == 1
    # Once it can be read, it is, and is named again if it breaks again.
    journals.damaged.clear()
    assert merger.read_round(MIN_SHARE, {}).positions == {"one": 2, "two": 1}
    assert not merger.is_damaged("two")


def test_a_group_that_cannot_be_read_is_set_aside_with_its_bytes(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.ERROR)
    merger = merging(Journals(one=[1, -1, 2]))
    found = merger.read_round(MIN_SHARE, {})
    assert (found.positions, found.unreadable) == ({"one": 3}, [("one", 2, b"?")])
    assert [fact.at for fact in found.facts] == [1, 2]
    assert "journal one, group 2 cannot be read and is set aside" in caplog.text


def test_the_first_fact_that_waits_tells_how_late_the_figures_are() -> None:
    merger = merging(Journals(one=[-1, 7, 5], two=[]))
    assert merger.first_waiting_at("one", 0) == 7
    assert merger.first_waiting_at("one", 2) == 5
    assert merger.first_waiting_at("one", 3) is None
    assert merger.first_waiting_at("two", 0) is None


def test_no_more_is_read_ahead_than_a_journals_share() -> None:
    journals = Journals(one=list(range(3 * MIN_SHARE)))
    merger = merging(journals)
    found = merger.read_round(MIN_SHARE, {})
    # Two groups of one fact a read, until the share is reached.
    assert (len(journals.asked), found.positions["one"]) == (MIN_SHARE // 2, MIN_SHARE)
    merger.mark_applied(found)
    assert merger.read_round(MIN_SHARE, found.positions).facts[0].at == MIN_SHARE
    assert len(journals.asked) == MIN_SHARE
