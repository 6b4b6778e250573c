"""Salts: offered before their day begins, destroyed two days after it; and what a site's day is."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from analytics_service.collecting.salts import SaltCache, keep_salts
from analytics_service.domain.site import Site, ZoneSince
from analytics_service.errors import Unavailable
from tests.domain.test_admission import SITE

DAY = date(2026, 11, 20)
ONE_DAY = timedelta(days=1)
# The site's midnight is at 17:00.
NOON = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)
MIDNIGHT = NOON.replace(hour=17)


def made(count: int) -> bytes:
    return b"n" * count


def ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)


class Store:
    """Salts in memory; it notes what it was asked to offer and to destroy."""

    def __init__(self, held: dict[int, dict[date, bytes]]) -> None:
        self.held = held
        self.offered: list[tuple[int, date]] = []
        self.destroyed: list[Mapping[int, date]] = []

    def salts(self, since: date) -> dict[int, dict[date, bytes]]:
        kept = {
            site: {day: salt for day, salt in days.items() if day >= since}
            for site, days in self.held.items()
        }
        return {site: days for site, days in kept.items() if days}

    def days(self) -> dict[int, set[date]]:
        return {site: set(days) for site, days in self.held.items()}

    def offer_salts(self, candidates: Iterable[tuple[int, date, bytes]]) -> None:
        for site, day, salt in candidates:
            self.offered.append((site, day))
            self.held.setdefault(site, {}).setdefault(day, salt)

    def destroy_salts(self, before: Mapping[int, date]) -> None:
        self.destroyed.append(before)
        self.held = {
            site: {day: salt for day, salt in days.items() if day >= before.get(site, date.min)}
            for site, days in self.held.items()
        }


def in_zone(zone: str, number: int = 1) -> Site:
    return replace(SITE, number=number, zones=(ZoneSince(date(1970, 1, 1), zone),))


def test_a_new_site_has_a_salt_of_32_bytes_for_its_local_day() -> None:
    store = Store({})
    assert keep_salts(store, [SITE], NOON, made) == {1: {DAY: b"n" * 32}}
    assert store.destroyed == []


def test_the_salt_of_the_next_day_is_offered_an_hour_before_it_begins() -> None:
    store = Store({1: {DAY: b"s"}})
    keep_salts(store, [SITE], MIDNIGHT - timedelta(minutes=61), made)
    assert store.offered == []
    keep_salts(store, [SITE], MIDNIGHT - timedelta(minutes=60), made)
    keep_salts(store, [SITE], MIDNIGHT - timedelta(minutes=59), made)
    assert store.offered == [(1, DAY + ONE_DAY)]


def test_a_salt_is_kept_for_two_days_after_its_own_and_destroyed_on_the_third() -> None:
    held = {1: {DAY - days * ONE_DAY: b"s" for days in range(4)}}
    store = Store(held)
    kept = keep_salts(store, [SITE], NOON, made)
    assert kept == {1: {DAY - days * ONE_DAY: b"s" for days in range(3)}}
    assert store.held == kept
    # There is nothing more to destroy on that day.
    keep_salts(store, [SITE], NOON, made)
    assert store.destroyed == [{1: DAY - 2 * ONE_DAY}]


def test_each_site_keeps_its_salts_by_its_own_calendar() -> None:
    # At 05:00 UTC it is the 20th in Hanoi and the 19th in Honolulu.
    days = [DAY - 3 * ONE_DAY, DAY - 2 * ONE_DAY, DAY - ONE_DAY, DAY]
    store = Store({number: dict.fromkeys(days, b"s") for number in (1, 2)})
    kept = keep_salts(store, [SITE, in_zone("Pacific/Honolulu", 2)], NOON, made)
    assert {site: min(by_day) for site, by_day in kept.items()} == {1: days[1], 2: days[0]}
    assert store.destroyed == [{1: days[1]}]


def test_salts_of_a_site_that_is_not_known_now_go_when_their_time_is_over_everywhere() -> None:
    days = [DAY - days * ONE_DAY for days in range(6)]
    store = Store({9: dict.fromkeys(days, b"s")})
    keep_salts(store, [], NOON, made)
    # Twelve hours behind UTC it is still the 19th.
    assert store.destroyed == [{9: DAY - 3 * ONE_DAY}]
    keep_salts(store, [], NOON.replace(hour=11, minute=59), made)
    assert len(store.destroyed) == 1
    keep_salts(store, [], NOON.replace(hour=12), made)
    assert store.destroyed[1:] == [{9: DAY - 2 * ONE_DAY}]


def test_a_day_without_a_salt_is_not_there_yet_and_soon_will_be() -> None:
    with pytest.raises(Unavailable, match="salt of the day is not here yet") as refused:
        SaltCache({1: {DAY - ONE_DAY: b"s" * 32}}).day_of(SITE, ms(NOON))
    assert refused.value.retry_after == 1


def test_the_day_of_a_site_is_made_once_a_minute_and_anew_where_something_changed() -> None:
    cache = SaltCache({1: {DAY: b"s" * 32}})
    first = cache.day_of(SITE, ms(NOON))
    assert (first.day, first.site, first.minute) == (DAY, SITE, ms(NOON) // 60_000)
    assert cache.day_of(SITE, ms(NOON) + 59_999) is first
    second = cache.day_of(SITE, ms(NOON) + 60_000)
    assert second is not first
    changed = replace(SITE, name="another name")
    assert cache.day_of(changed, ms(NOON) + 60_000).site is changed
    before = cache.day_of(changed, ms(NOON) + 60_000)
    cache.replace({1: {DAY: b"t" * 32}})
    after = cache.day_of(changed, ms(NOON) + 60_000)
    assert after.visitor_hash.identify("a", "b") != before.visitor_hash.identify("a", "b")


@pytest.mark.parametrize(
    ("minutes", "has_begun", "has_just_begun"),
    [
        (-1, False, False),
        (0, True, True),
        (9, True, True),
        (10, True, False),
        (59, True, False),
        (60, False, False),
    ],
)
def test_how_long_a_day_has_just_begun(minutes: int, has_begun: bool, has_just_begun: bool) -> None:
    """A visit may go on for an hour after midnight, and who is online keeps yesterday's id ten minutes."""
    cache = SaltCache({1: {DAY: b"s" * 32, DAY + ONE_DAY: b"t" * 32}})
    day = cache.day_of(SITE, ms(MIDNIGHT + timedelta(minutes=minutes)))
    assert day.day == (DAY if minutes < 0 else DAY + ONE_DAY)
    assert (day.has_begun, day.has_just_begun) == (has_begun, has_just_begun)


def test_days_of_minutes_that_are_over_are_forgotten_and_the_running_one_is_not() -> None:
    cache = SaltCache({1: {DAY: b"s" * 32}})
    known = cache.day_of(SITE, ms(NOON))
    cache.forget_days(NOON + timedelta(seconds=59))
    assert cache.day_of(SITE, ms(NOON)) is known
    cache.forget_days(NOON + timedelta(seconds=60))
    assert cache.day_of(SITE, ms(NOON)) is not known
