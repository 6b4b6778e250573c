"""The most visitors online, told in facts: each higher number of ten minutes once."""

from datetime import timedelta

from analytics_service.collecting.peaks import Peaks
from analytics_service.domain.facts import Online
from analytics_service.live.memory import MemoryLive
from tests.collecting.door import AT

SECOND = timedelta(seconds=1)
NOON = AT.replace(hour=12)
NOON_MS = int(NOON.timestamp() * 1000)


def enter(live: MemoryLive, peaks: Peaks, *visitors: int, site: int = 1, at_ms: int = NOON_MS) -> None:
    for visitor in visitors:
        live.touch(site, visitor, None, at_ms)
        peaks.touch(site)


async def test_each_site_with_more_visitors_than_before_has_a_fact() -> None:
    live, peaks = MemoryLive(timedelta(minutes=5), 1000), Peaks()
    enter(live, peaks, 1, 2)
    enter(live, peaks, 3, site=7)
    told = await peaks.take_higher(live, NOON)
    assert sorted(told, key=lambda fact: fact.site) == [
        Online(site=1, at=NOON_MS, online=2),
        Online(site=7, at=NOON_MS, online=1),
    ]


async def test_within_ten_minutes_only_a_higher_number_is_told_again() -> None:
    live, peaks = MemoryLive(timedelta(minutes=5), 1000), Peaks()
    enter(live, peaks, 1, 2)
    assert [fact.online for fact in await peaks.take_higher(live, NOON)] == [2]
    # Nobody came: no site is looked at.
    assert await peaks.take_higher(live, NOON + SECOND) == []
    enter(live, peaks, 1, 2)
    assert await peaks.take_higher(live, NOON + 2 * SECOND) == []
    enter(live, peaks, 3)
    later = NOON + 3 * SECOND
    assert await peaks.take_higher(live, later) == [Online(site=1, at=NOON_MS + 3_000, online=3)]


async def test_the_next_ten_minutes_begin_anew() -> None:
    live, peaks = MemoryLive(timedelta(minutes=5), 1000), Peaks()
    enter(live, peaks, 1, 2)
    assert [fact.online for fact in await peaks.take_higher(live, NOON)] == [2]
    last = NOON + timedelta(minutes=10) - SECOND
    enter(live, peaks, 1, at_ms=int(last.timestamp() * 1000))
    assert await peaks.take_higher(live, last) == []
    begun = NOON + timedelta(minutes=10)
    enter(live, peaks, 1, at_ms=int(begun.timestamp() * 1000))
    assert await peaks.take_higher(live, begun) == [Online(site=1, at=NOON_MS + 600_000, online=1)]
    enter(live, peaks, 1, at_ms=int(begun.timestamp() * 1000))
    assert await peaks.take_higher(live, begun + SECOND) == []


async def test_a_site_that_everybody_has_left_has_no_fact() -> None:
    live, peaks = MemoryLive(timedelta(minutes=5), 1000), Peaks()
    enter(live, peaks, 1)
    assert await peaks.take_higher(live, NOON + timedelta(minutes=6)) == []
