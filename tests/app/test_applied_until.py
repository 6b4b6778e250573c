"""Up to which time facts are in figures: now where nothing waits, else the newest fact that is applied."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

from analytics_service.app import applied_until
from analytics_service.app.applied_until import AppliedUntil
from analytics_service.errors import Unavailable

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
NEWEST = NOON - timedelta(minutes=1)


class Stored:
    """Journals of two workers, and what is applied of them."""

    def __init__(self) -> None:
        self.written = {"a": 3, "b": 5}
        self.applied = {"a": 3, "b": 4}
        self.newest_ms = int(NEWEST.timestamp() * 1000) + 400
        self.at = NOON
        self.is_away = False

    def names(self) -> list[str]:
        return list(self.written)

    def last(self, name: str) -> int:
        return self.written[name]

    async def reached(self) -> tuple[int, dict[str, int]]:
        if self.is_away:
            raise Unavailable("locked")
        return self.newest_ms, self.applied

    @contextmanager
    def opened(self) -> Iterator["Stored"]:
        yield self


def until_of(stored: Stored) -> AppliedUntil:
    return AppliedUntil(stored, stored.opened, lambda: stored.at)  # type: ignore[arg-type]


async def test_what_waits_in_any_journal_holds_the_time_back(monkeypatch) -> None:
    monkeypatch.setattr(applied_until, "MAX_AGE", timedelta(0))
    stored = Stored()
    until = until_of(stored)
    assert await until.read() == NEWEST
    stored.applied["b"] = 5
    assert await until.read() == NOON - applied_until.FLUSH_ALLOWANCE
    # It never goes back, whatever the clock or the disk does.
    stored.at = NOON - timedelta(hours=1)
    assert await until.read() == NOON - applied_until.FLUSH_ALLOWANCE
    stored.is_away = True
    assert await until.read() == NOON - applied_until.FLUSH_ALLOWANCE


async def test_nothing_is_told_before_anything_was_applied() -> None:
    stored = Stored()
    stored.newest_ms, stored.written, stored.applied = 0, {"a": 1}, {}
    assert await until_of(stored).read() is None


async def test_a_fact_from_the_future_makes_nothing_newer_than_now() -> None:
    stored = Stored()
    stored.newest_ms = int((NOON + timedelta(days=1)).timestamp() * 1000)
    assert await until_of(stored).read() == NOON - applied_until.FLUSH_ALLOWANCE


async def test_it_is_read_once_a_second_however_often_it_is_wanted() -> None:
    stored = Stored()
    until = until_of(stored)
    assert await until.read() == NEWEST
    stored.applied["b"] = 5
    assert await until.read() == NEWEST
