"""A round takes what no unread fact comes before, and no journal waits for ever."""

from datetime import timedelta

from analytics_service.applying.journal_merger import MIN_SHARE, JournalMerger
from analytics_service.domain.facts import View, encode, encode_group
from tests.contracts.facts_of_a_day import minute

HOUR = 60
A_READ = 200


class GivenJournals:
    """Journals of groups of one view each, given by their minutes."""

    def __init__(self, **minutes: list[float]) -> None:
        self.minutes = minutes

    def names(self) -> list[str]:
        return list(self.minutes)

    def groups_after(self, name: str, seq: int, limit: int = A_READ) -> list[tuple[int, bytes]]:
        return [
            (number, encode_group([encode(View(site=1, at=minute(at)))]))
            for number, at in list(enumerate(self.minutes[name], 1))[seq : seq + limit]
        ]


def rounds(journals: GivenJournals, limit: int = MIN_SHARE) -> list[list[float]]:
    """The minutes of each round until nothing is left."""
    merger = JournalMerger(journals)  # type: ignore[arg-type]
    positions: dict[str, int] = {}
    taken = []
    while (found := merger.read_round(limit, positions)).positions:
        taken.append([(fact.at - minute(0)) / 60_000 for fact in found.facts])
        positions |= found.positions
        merger.mark_applied(found)
    return taken


def test_rounds_are_in_the_order_of_time_however_uneven_the_journals_are() -> None:
    busy = [number / 10 for number in range(5_000)]
    quiet = [number * 7.0 for number in range(70)]
    taken = rounds(GivenJournals(quiet=quiet, busy=busy, idle=[]))
    assert [at for of in taken for at in of] == sorted(busy + quiet)
    assert len(taken) > 10


def test_what_is_dated_back_stands_in_nobodys_way() -> None:
    busy = [number / 10 for number in range(2_000)]
    dated_back = [number if number % 2 else number - 47 * HOUR for number in range(200)]
    taken = rounds(GivenJournals(busy=busy, dated_back=[float(at) for at in dated_back]))
    live = [at for of in taken for at in of if at >= 0]
    assert live == sorted(live)
    assert sum(map(len, taken)) == 2_200


def test_a_clock_that_was_ahead_for_a_moment_holds_up_nothing() -> None:
    year = timedelta(days=365).total_seconds() / 60
    ahead = [*(float(at) for at in range(60)), year, *(float(at) for at in range(60, 120))]
    busy = [number / 10 for number in range(100_000)]
    taken = rounds(GivenJournals(busy=busy, ahead=ahead))
    waited_until = next(number for number, of in enumerate(taken) if 60.0 in of and year in of)
    assert max(at for at in taken[waited_until] if at != year) < 60 + 60 * 48 + 120


def test_a_round_that_was_not_applied_is_given_again() -> None:
    merger = JournalMerger(GivenJournals(one=[1.0, 2.0]))  # type: ignore[arg-type]
    first = merger.read_round(MIN_SHARE, {})
    assert merger.read_round(MIN_SHARE, {}) == first
    merger.mark_applied(first)
    assert merger.read_round(MIN_SHARE, first.positions).positions == {}
