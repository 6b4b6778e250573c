"""`site check`: what the service has seen of a site in the last minutes, and what was not counted."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from analytics_service.domain.hosts import ANY_HOST, is_own_host, normal_host
from analytics_service.domain.periods import local_day
from analytics_service.domain.site import Site
from analytics_service.ports.drops import DropReader

WINDOW = timedelta(minutes=30)
"""How far a check looks back."""
NO_SITE = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteCheck:
    """What came for a site since an instant, and in all since its last midnight, each by its reason."""

    since: datetime
    pageviews: int
    events: int
    last_at: datetime | None
    """When the last page view or event that counts happened; None where none did."""
    last_page: str
    quarantined: Mapping[str, int]
    dropped: Mapping[str, int]
    """Drops since that instant, by reason: at least so many, since only some are kept one by one."""
    places: Mapping[str, tuple[str, ...]]
    """The pages of these drops, by reason; with their host where it was the reason."""
    dropped_today: Mapping[str, int]
    unknown_today: int
    """Beacons of today for ids that no site has, of all sites."""

    @property
    def has_seen_nothing(self) -> bool:
        """Whether nothing at all came since that instant."""
        return not (self.pageviews or self.events or self.quarantined or self.dropped)


def check_site(drops: DropReader, site: Site, at: datetime) -> SiteCheck:
    """Returns what is stored of a site's last minutes. Raises Unavailable."""
    since = at - WINDOW
    today = local_day(at, site.zones)
    counted = drops.recent(site.number, int(since.timestamp() * 1000))
    samples = [one for one in drops.samples(site.number) if one.at >= since.timestamp() * 1000]
    places: dict[str, tuple[str, ...]] = {}
    for sample in samples:
        if sample.page not in places.get(sample.reason, ()):
            places[sample.reason] = (*places.get(sample.reason, ()), sample.page)
    quarantined = {mark: views + events for mark, (views, events) in counted.by_mark.items() if mark}
    pageviews, events = counted.by_mark.get("", (0, 0))
    return SiteCheck(
        since=since,
        pageviews=pageviews,
        events=events,
        last_at=datetime.fromtimestamp(counted.last_at / 1000, UTC) if counted.last_at else None,
        last_page=counted.last_page,
        quarantined=quarantined,
        dropped=Counter(one.reason for one in samples if one.reason not in quarantined),
        places=places,
        dropped_today={
            reason: count for day, reason, count in drops.by_day(site.number, today) if day == today
        },
        unknown_today=sum(count for _, _, count in drops.by_day(NO_SITE, at.date())),
    )


def find_sites_of_host(sites: Iterable[Site], host: str) -> list[Site]:
    """Returns the sites that count pages of a host, the one whose domain it is first."""
    name = normal_host(host)
    own = [site for site in sites if ANY_HOST not in site.host_names and is_own_host(name, site.host_names)]
    return sorted(own, key=lambda site: site.domain.removeprefix("www.") != name.removeprefix("www."))
