"""The types of the API's answers, from which its OpenAPI document is made."""

from datetime import date, datetime
from typing import Literal

from msgspec import UNSET, Struct, UnsetType

Number = int | float | None
Given = Number | UnsetType
Word = str | None | UnsetType


class Problem(Struct, forbid_unknown_fields=False):
    """A problem as in RFC 9457; `request_id` is what to name when you ask about it."""

    type: str
    title: str
    status: int
    detail: str
    instance: str | UnsetType = UNSET
    request_id: str | UnsetType = UNSET
    errors: list[dict[str, str | list[str]]] | UnsetType = UNSET


class Figures(Struct, forbid_unknown_fields=True):
    """Metrics and rates by name, those that were asked for; null is what cannot be known."""

    pageviews: Given = UNSET
    visits: Given = UNSET
    visitors: Given = UNSET
    bounces: Given = UNSET
    engaged_seconds: Given = UNSET
    events: Given = UNSET
    pageviews_per_visit: Given = UNSET
    bounce_rate: Given = UNSET
    engaged_seconds_per_visit: Given = UNSET


class Bucket(Figures, kw_only=True):
    """One part of a series, from start up to end."""

    start: datetime
    end: datetime
    complete: bool


class Row(Figures, kw_only=True):
    """One value of the dimension, which names its field; null is what is not known."""

    is_other: bool
    title: str | UnsetType = UNSET
    comparison: Figures | UnsetType = UNSET
    change: Figures | UnsetType = UNSET
    page: Word = UNSET
    entry_page: Word = UNSET
    exit_page: Word = UNSET
    hostname: Word = UNSET
    source: Word = UNSET
    channel: Word = UNSET
    campaign: Word = UNSET
    utm_source: Word = UNSET
    utm_medium: Word = UNSET
    utm_content: Word = UNSET
    utm_term: Word = UNSET
    country: Word = UNSET
    region: Word = UNSET
    city: Word = UNSET
    browser: Word = UNSET
    browser_version: Word = UNSET
    system: Word = UNSET
    system_version: Word = UNSET
    device: Word = UNSET
    screen: Word = UNSET
    language: Word = UNSET
    event: Word = UNSET


class Comparison(Struct, rename={"from_": "from"}, forbid_unknown_fields=True):
    """The figures of an earlier period; a change of 0.1 is ten per cent more."""

    from_: datetime
    to: datetime
    results: Figures
    change: Figures


class Query(Struct, rename={"from_": "from"}, forbid_unknown_fields=True):
    """The question as it was understood; period and time zone are null where sites have their own."""

    from_: datetime | None
    to: datetime | None
    timezone: str | None
    filters: list[str]
    metrics: list[str]
    sites: list[str] | UnsetType = UNSET


class Meta(Struct, forbid_unknown_fields=True):
    """What must be known about the answer besides its figures."""

    complete: bool
    kept_since: date | None
    imported: Literal["none", "included", "excluded"]
    opening_balance: dict[str, int]
    visitors_are: str | None
    additive: list[str]
    unknown: list[str]


class RowsMeta(Meta, kw_only=True):
    """What else must be known of a page of rows: how many there are in all, and where the next begins."""

    total_rows: int
    next_cursor: str | None


class Counts(Struct, forbid_unknown_fields=True):
    """Totals of one site for a period, with what they are compared with."""

    query: Query
    results: Figures
    comparison: Comparison | None
    meta: Meta


class Timeseries(Struct, forbid_unknown_fields=True):
    """A period in buckets, and as many of the period it is compared with."""

    query: Query
    results: list[Bucket]
    comparison: list[Bucket | None] | None
    meta: Meta


class Breakdown(Struct, forbid_unknown_fields=True):
    """A page of rows by a dimension."""

    query: Query
    results: list[Row]
    meta: RowsMeta


class Totals(Struct, forbid_unknown_fields=True):
    """Totals of all sites together."""

    results: Figures
    comparison: Comparison | None


class TotalsOfSite(Totals, kw_only=True):
    """Totals of one of several sites."""

    site: str


class CountsOfSites(Struct, forbid_unknown_fields=True):
    """Totals of several sites, each by itself and all together."""

    query: Query
    sites: list[TotalsOfSite]
    combined: Totals
    meta: Meta


class Series(Struct, forbid_unknown_fields=True):
    """Buckets of all sites together."""

    results: list[Bucket]
    comparison: list[Bucket | None] | None


class SeriesOfSite(Series, kw_only=True):
    """Buckets of one of several sites."""

    site: str


class TimeseriesOfSites(Struct, forbid_unknown_fields=True):
    """Buckets of several sites, each by itself and all together."""

    query: Query
    sites: list[SeriesOfSite]
    combined: Series
    meta: Meta


class Panel(Struct, forbid_unknown_fields=True):
    """A breakdown, or the problem for which it is not there."""

    query: Query | UnsetType = UNSET
    results: list[Row] | UnsetType = UNSET
    meta: RowsMeta | UnsetType = UNSET
    problem: Problem | UnsetType = UNSET


class TotalsPart(Struct, forbid_unknown_fields=True):
    """Totals as their own address answers them, or the problem for which they are not there."""

    query: Query | UnsetType = UNSET
    results: Figures | UnsetType = UNSET
    comparison: Comparison | UnsetType | None = UNSET
    sites: list[TotalsOfSite] | UnsetType = UNSET
    combined: Totals | UnsetType = UNSET
    meta: Meta | UnsetType = UNSET
    problem: Problem | UnsetType = UNSET


class SeriesPart(Struct, forbid_unknown_fields=True):
    """A series as its own address answers it, or the problem for which it is not there."""

    query: Query | UnsetType = UNSET
    results: list[Bucket] | UnsetType = UNSET
    comparison: list[Bucket | None] | UnsetType | None = UNSET
    sites: list[SeriesOfSite] | UnsetType = UNSET
    combined: Series | UnsetType = UNSET
    meta: Meta | UnsetType = UNSET
    problem: Problem | UnsetType = UNSET


class OverviewOfSites(Struct, forbid_unknown_fields=True):
    """Totals, series and first panels; each part may be missing for a reason of its own."""

    totals: TotalsPart
    timeseries: SeriesPart
    panels: dict[str, Panel]


class Overview(OverviewOfSites, kw_only=True):
    """The overview of one site, with what its counter shows: online is null while nobody knows."""

    counter: dict[str, int | None]
