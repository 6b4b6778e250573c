"""Facts of one day, and how they come into a store: as the applier folds them."""

from datetime import UTC, date, datetime, timedelta

from analytics_service.applying.attributes import describing, no_hosts
from analytics_service.domain.facts import DropSample, DropSummary, Engagement, Event, Fact, Online, View
from analytics_service.domain.rollups import fold
from analytics_service.domain.site import ZoneSince
from analytics_service.ports.stats import StatsStore

SITE = 1
DAY = date(2026, 11, 10)
NOON = datetime(2026, 11, 10, 12, tzinfo=UTC)
NOON_MS = int(NOON.timestamp() * 1000)
ANN, BOB = 71, -72
ZONES = (ZoneSince(date(1970, 1, 1), "UTC"),)


def minute(number: float) -> int:
    """So many minutes after noon, in milliseconds since 1970."""
    return NOON_MS + int(timedelta(minutes=number).total_seconds() * 1000)


def view(identity: str, visitor: int, at: float = 0, page: str = "/") -> View:
    """A view so many minutes after noon, `identity` being its id."""
    return View(site=SITE, at=minute(at), visitor_id=visitor, id=identity, page=page, hostname="x.example.vn")


def event(identity: str, visitor: int, at: float = 0, name: str = "buy") -> Event:
    """An event on the first page, so many minutes after noon."""
    return Event(
        site=SITE,
        at=minute(at),
        visitor_id=visitor,
        id=identity,
        page="/",
        hostname="x.example.vn",
        name=name,
    )


def engagement(identity: str, visitor: int, at: float, milliseconds: int) -> Engagement:
    """How long the view of that id was looked at, all in all."""
    return Engagement(
        site=SITE, at=minute(at), visitor_id=visitor, id=identity, page="/", engaged_ms=milliseconds
    )


def drops(at: float, reason: str, count: int) -> DropSummary:
    """What a worker dropped, with one sample."""
    sample = DropSample(minute(at), reason, "/", "Robo")
    return DropSummary(site=SITE, at=minute(at), drops=((reason, count),), samples=(sample,))


def online(at: float, count: int) -> Online:
    """How many were online at once."""
    return Online(site=SITE, at=minute(at), online=count)


def apply(stats: StatsStore, *facts: Fact, journal: str = "a", seq: int = 1) -> None:
    """Folds facts into what is stored, and commits them as the group of that number."""
    batch = stats.load(facts, 100, lambda _fact: DAY)
    fold(batch, facts, lambda _site: ZONES, describing(no_hosts))
    stats.save(batch, {journal: seq})
