"""Salts: offered in time, destroyed in time."""

from datetime import date, datetime, timedelta

from analytics_service.domain.periods import local_day
from analytics_service.domain.site import Site
from analytics_service.domain.visitors import SALT_BYTES, SALT_DAYS_KEPT
from analytics_service.ports.clock import Randomness
from analytics_service.ports.salts import SaltStore

SALT_OFFERED_BEFORE = timedelta(hours=1)


def keep_salts(
    store: SaltStore, sites: list[Site], at: datetime, random: Randomness
) -> dict[int, dict[date, bytes]]:
    """Offers the salts that are due, destroys those past their time, and reads back what holds."""
    today = {site.number: local_day(at, site.zones) for site in sites}
    oldest = min(today.values(), default=at.date()) - timedelta(days=SALT_DAYS_KEPT)
    known = store.salts(date.min)
    due = [
        (site.number, day)
        for site in sites
        for day in {today[site.number], local_day(at + SALT_OFFERED_BEFORE, site.zones)}
        if day not in known.get(site.number, {})
    ]
    if due:
        store.offer_salts([(site, day, random(SALT_BYTES)) for site, day in due])
    # Also those of a site that is left out now: nowhere does a day begin later.
    latest = (at - timedelta(hours=12)).date()
    past = {
        number: kept
        for number, salts in known.items()
        if min(salts) < (kept := today.get(number, latest) - timedelta(days=SALT_DAYS_KEPT))
    }
    if past:
        store.destroy_salts(past)
    return store.salts(oldest)
