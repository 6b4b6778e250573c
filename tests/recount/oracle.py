"""All figures counted from the beacons themselves, by the definitions of the words and nothing else."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from tests.recount.beacons import ZONES, Beacon, Spell, week_start

MAX_GAP = 1_800_000
MIN_ENGAGEMENT = 10_000
"""Below it a visit of one page view and no event is a bounce."""
DAY = 86_400_000
ONE_DAY = timedelta(days=1)

DayKey = tuple[int, str, date, str, str]
"""Site, dimension, local day, value, metric; the site as a whole is the dimension `site` with no value."""
HourKey = tuple[int, date, int, str]
"""Site, local day, the epoch second at which the local hour began, metric."""


class Figures(NamedTuple):
    """Every sum that is not zero."""

    days: dict[DayKey, int]
    hours: dict[HourKey, int]


class Moment(NamedTuple):
    """An instant on a site's clock."""

    day: date
    hour: int


def moment(site: int, at: int) -> Moment:
    """The local day, and when the local hour began: an hour that comes twice is two hours."""
    return _moment(site, at // 60_000)


@lru_cache(maxsize=1_000_000)
def _moment(site: int, minute: int) -> Moment:
    shown = _clock(site, minute)
    begins = minute
    while _clock(site, begins - 1) == shown:
        begins -= 1
    return Moment(shown[0], begins * 60)


def _clock(site: int, minute: int) -> tuple[date, int, timedelta | None]:
    """What the site's clock shows without its minutes, and how far it is from UTC."""
    local = datetime.fromtimestamp(minute * 60, UTC).astimezone(ZoneInfo(ZONES[site]))
    return local.date(), local.hour, local.utcoffset()


def recount(beacons: Iterable[Beacon]) -> Figures:
    """All figures of beacons that are in the order of time."""
    days: Counter[DayKey] = Counter()
    hours: Counter[HourKey] = Counter()
    counted = [beacon for beacon in beacons if beacon.is_counted]
    engaged = _engagement(counted)
    happened = _first_of_each_id(counted)
    for visit in _visits(happened):
        _add_visit(days, hours, visit, engaged)
    met = set()
    for beacon in happened:
        day, hour = moment(beacon.site, beacon.at)
        metric = "pageviews" if beacon.kind == "v" else "events"
        days[beacon.site, "site", day, "", metric] += 1
        days[beacon.site, "page", day, beacon.page, metric] += 1
        hours[beacon.site, day, hour, metric] += 1
        if beacon.kind == "v":
            days[beacon.site, "page", day, beacon.page, "engaged_ms"] += engaged.get(
                (beacon.site, beacon.view), 0
            )
        if beacon.kind == "c":
            days[beacon.site, "event", day, beacon.name, metric] += 1
        if (beacon.site, day, beacon.person) not in met:
            met.add((beacon.site, day, beacon.person))
            days[beacon.site, "site", day, "", "visitors"] += 1
            hours[beacon.site, day, hour, "visitors"] += 1
    return Figures(_without_zeros(days), _without_zeros(hours))


def visits_of(beacons: Iterable[Beacon]) -> list[list[Beacon]]:
    """The page views and events of each visit, in the order of time."""
    return _visits(_first_of_each_id([beacon for beacon in beacons if beacon.is_counted]))


def _engagement(counted: list[Beacon]) -> dict[tuple[int, str], int]:
    """The largest engagement of each view, between nothing and a day."""
    largest: dict[tuple[int, str], int] = {}
    for beacon in counted:
        if beacon.kind == "e":
            key = (beacon.site, beacon.view)
            largest[key] = max(largest.get(key, 0), min(max(beacon.engaged_ms, 0), DAY))
    return largest


def _first_of_each_id(counted: list[Beacon]) -> list[Beacon]:
    """Page views and events; what is sent again is not counted again."""
    met: dict[tuple[int, str], Beacon] = {}
    for beacon in counted:
        if beacon.kind in "vc":
            met.setdefault((beacon.site, beacon.event or beacon.view), beacon)
    return list(met.values())


def _visits(happened: list[Beacon]) -> list[list[Beacon]]:
    """Each visitor's page views and events, cut where more than 30 minutes passed."""
    visits: list[list[Beacon]] = []
    latest: dict[tuple[int, object], list[Beacon]] = defaultdict(list)
    for beacon in happened:
        visit = latest[beacon.site, beacon.person]
        if not visit or beacon.at - visit[-1].at > MAX_GAP:
            visit = latest[beacon.site, beacon.person] = []
            visits.append(visit)
        visit.append(beacon)
    return visits


def _add_visit(
    days: Counter[DayKey],
    hours: Counter[HourKey],
    visit: list[Beacon],
    engaged: dict[tuple[int, str], int],
) -> None:
    """A visit, its bounce and its engagement belong to the local day on which it began."""
    first = visit[0]
    views = [beacon for beacon in visit if beacon.kind == "v"]
    engaged_ms = min(sum(engaged.get((view.site, view.view), 0) for view in views), DAY)
    is_bounce = len(views) == 1 and len(visit) == 1 and engaged_ms < MIN_ENGAGEMENT
    day, hour = moment(first.site, first.at)
    for metric, more in (("visits", 1), ("bounces", int(is_bounce)), ("engaged_ms", engaged_ms)):
        hours[first.site, day, hour, metric] += more
        for dimension, value in (("site", ""), *_description(visit).items()):
            days[first.site, dimension, day, value, metric] += more
    for page in {beacon.page for beacon in views}:
        days[first.site, "page", day, page, "visits"] += 1
    for name in {beacon.name for beacon in visit if beacon.kind == "c"}:
        days[first.site, "event", day, name, "visits"] += 1
    for beacon in visit:
        happened_on = moment(beacon.site, beacon.at).day
        for dimension, value in _description(visit).items():
            days[
                first.site, dimension, happened_on, value, "pageviews" if beacon.kind == "v" else "events"
            ] += 1


def _description(visit: list[Beacon]) -> dict[str, str]:
    """What a visit is broken down by: all but the exit page as it began."""
    first = visit[0]
    campaign = dict(first.link.campaign)
    agent = first.person.agent
    return {
        "entry_page": first.page,
        "exit_page": visit[-1].page,
        "hostname": first.host,
        "source": first.link.source,
        "channel": first.link.channel,
        "campaign": campaign.get("utm_campaign", ""),
        **{key: campaign.get(key, "") for key in ("utm_source", "utm_medium", "utm_content", "utm_term")},
        "browser": agent.browser,
        "system": agent.system,
        "device": agent.device,
    }


def _without_zeros(sums: Counter) -> dict:
    return {key: value for key, value in sums.items() if value}


def counter(figures: Figures, site: int, metric: str, spell: Spell) -> dict[str, int]:
    """What the public counter has to show for a site when the spell has ended."""
    today = spell.ends.astimezone(ZoneInfo(ZONES[site])).date()
    into_week = (today.weekday() + 1) % 7 if week_start(site) == "sunday" else today.weekday()
    week, month = today - into_week * ONE_DAY, today.replace(day=1)
    last_month = (month - ONE_DAY).replace(day=1)
    periods = {
        "today": (today, today),
        "yesterday": (today - ONE_DAY, today - ONE_DAY),
        "week": (week, today),
        "last_week": (week - 7 * ONE_DAY, week - ONE_DAY),
        "month": (month, today),
        "last_month": (last_month, month - ONE_DAY),
        "total": (date.min, date.max),
    }
    of_days = {
        key[2]: value for key, value in figures.days.items() if key[:2] == (site, "site") and key[4] == metric
    }
    return {
        item: sum(value for day, value in of_days.items() if first <= day <= last)
        for item, (first, last) in periods.items()
    }
