"""Salts: offered in time, destroyed in time; and the site's local day that they make names for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from analytics_service.domain.limits import ONLINE_WINDOW, VISIT_TIMEOUT
from analytics_service.domain.periods import MINUTE_MS, local_day, moment
from analytics_service.domain.site import Site
from analytics_service.domain.visitors import SALT_BYTES, SALT_RETENTION, VisitorHash, hash_of_day
from analytics_service.errors import Unavailable
from analytics_service.ports.clock import Randomness
from analytics_service.ports.salts import SaltStore

SALT_OFFERED_BEFORE = timedelta(hours=1)
_RENAMED_MS = 2 * int(ONLINE_WINDOW.total_seconds() * 1000)
_CONTINUED_MS = 2 * int(VISIT_TIMEOUT.total_seconds() * 1000)


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteDay:
    """A site's local day as it is for one minute."""

    minute: int
    day: date
    site: Site
    salts_version: int
    visitor_hash: VisitorHash
    has_begun: bool
    """Whether a visit of the day before may still go on: only then a fact carries both ids."""
    has_just_begun: bool
    """Whether somebody may still be online under yesterday's id."""


@dataclass(slots=True)
class SaltCache:
    """The salts as they were last read, by site number and day."""

    _by_site: Mapping[int, Mapping[date, bytes]] = field(default_factory=dict)
    _version: int = 0
    _days: dict[int, SiteDay] = field(default_factory=dict)

    def replace(self, by_site: Mapping[int, Mapping[date, bytes]]) -> None:
        """Takes in the salts that hold now; the former ones are gone with it."""
        self._by_site = by_site
        self._version += 1

    def forget_days(self, at: datetime) -> None:
        """Forgets what is known of minutes that are over: it holds the keys of visitors' ids.

        Called each second, so that no key outlives its salt where no beacon comes.
        """
        minute = int(at.timestamp() * 1000) // MINUTE_MS
        for site in [site for site, day in self._days.items() if day.minute != minute]:
            del self._days[site]

    def day_of(self, site: Site, at_ms: int) -> SiteDay:
        """Returns the site's day, made anew each minute. Raises Unavailable while its salt is not known.

        A zone's day and a salt's key cost more than the ids that are made with them.
        """
        known = self._days.get(site.number)
        minute = at_ms // MINUTE_MS
        if known and known.minute == minute and known.site is site and known.salts_version == self._version:
            return known
        day = moment(at_ms, site.zones).day
        visitor_hash = hash_of_day(self._by_site.get(site.number, {}), day, site.number)
        if visitor_hash is None:
            raise Unavailable("the salt of the day is not here yet", retry_after=1)
        today = SiteDay(
            minute=minute,
            day=day,
            site=site,
            salts_version=self._version,
            visitor_hash=visitor_hash,
            has_begun=moment(at_ms - _CONTINUED_MS, site.zones).day != day,
            has_just_begun=moment(at_ms - _RENAMED_MS, site.zones).day != day,
        )
        self._days[site.number] = today
        return today


def keep_salts(
    store: SaltStore, sites: list[Site], at: datetime, random: Randomness
) -> dict[int, dict[date, bytes]]:
    """Offers the salts that are due, destroys those past their time, and returns what holds.

    The salts are keyed by site number and local day.
    """
    today = {site.number: local_day(at, site.zones) for site in sites}
    oldest = min(today.values(), default=at.date()) - SALT_RETENTION
    # Without the salts themselves: of one that is past its time nothing is to remain in memory.
    known = store.days()
    due = [
        (site.number, day)
        for site in sites
        for day in {today[site.number], local_day(at + SALT_OFFERED_BEFORE, site.zones)}
        if day not in known.get(site.number, set())
    ]
    if due:
        store.offer_salts([(site, day, random(SALT_BYTES)) for site, day in due])
    # Also those of a site that is left out now: nowhere does a day begin later.
    latest = (at - timedelta(hours=12)).date()
    past = {
        number: kept
        for number, days in known.items()
        if min(days) < (kept := today.get(number, latest) - SALT_RETENTION)
    }
    if past:
        store.destroy_salts(past)
    return store.salts(oldest)
