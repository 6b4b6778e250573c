"""The types of answers about sites: which there are, their counter, who is online, what was dropped."""

from datetime import date, datetime
from typing import Literal

from msgspec import UNSET, Struct, UnsetType


class Site(Struct, forbid_unknown_fields=True):
    """A site; `site` is its public id."""

    site: str
    uuid: str
    number: int
    domain: str
    name: str
    timezone: str
    week_start: Literal["monday", "sunday"]
    locale: str
    public: bool
    paused: bool
    created_at: datetime


class PageMeta(Struct, forbid_unknown_fields=True):
    """How many entries there are in all, and where the next page begins; null on the last one."""

    total_rows: int
    next_cursor: str | None


class Sites(Struct, forbid_unknown_fields=True):
    """The sites that a key may see, those with the lowest numbers first."""

    sites: list[Site]
    meta: PageMeta


class OnlinePage(Struct, forbid_unknown_fields=True):
    """How many are on one page now; `is_other` are all who are on no page that is listed."""

    page: str | None
    title: str | None
    online: int
    is_other: bool


class Online(Struct, forbid_unknown_fields=True):
    """Visitors online now on the site, or on the page of that path; null while nobody can know.

    With `by=page`, `results` are the pages they are on.
    """

    site: str
    path: str | None
    online: int | None
    online_known_at: datetime | None
    online_window_seconds: int
    results: list[OnlinePage] | UnsetType | None = UNSET


class DropsOfDay(Struct, forbid_unknown_fields=True):
    """How many beacons of a day were dropped for one reason."""

    day: date
    reason: str
    beacons: int


class Drops(Struct, rename={"from_": "from"}, forbid_unknown_fields=True):
    """Beacons that were not counted, from a day on."""

    site: str
    from_: date
    timezone: str
    results: list[DropsOfDay]
    meta: PageMeta


class Peak(Struct, forbid_unknown_fields=True):
    """How many were online at most, and when."""

    online: int
    at: datetime


class DailySeries(Struct, rename={"from_": "from"}, forbid_unknown_fields=True):
    """One number for each day, from a first day on."""

    interval: Literal["day"]
    from_: date
    values: list[int]


class Counter(Struct, forbid_unknown_fields=True):
    """What a widget shows. `online` is null while nobody knows, and for fewer than 3 on one page."""

    site: str
    generated_at: datetime
    timezone: str
    week_start: Literal["monday", "sunday"]
    metric: Literal["visits", "pageviews", "visitors"]
    online_window_seconds: int
    counts: dict[str, int | None]
    online_known_at: datetime | UnsetType = UNSET
    peak_at: datetime | UnsetType = UNSET
    peak_today: Peak | UnsetType = UNSET
    path: str | UnsetType = UNSET
    series: DailySeries | UnsetType = UNSET
    visitors_are: str | UnsetType = UNSET


class CounterEvent(Struct, forbid_unknown_fields=True):
    """The `data` of one event `counts` of the stream, sent whenever one of the figures changes."""

    online: int | None
    today: int
    total: int
    generated_at: datetime


class Health(Struct, forbid_unknown_fields=True):
    """Whether the service can count and answer; the reasons why not."""

    live: bool
    ready: bool
    reasons: list[str]
