"""The table of the API: each operation with its path, its rule, its parameters and its answer."""

from dataclasses import dataclass

from analytics_service.domain.principals import Action
from analytics_service.web.api import answers, figures, site_answers, sites
from analytics_service.web.api.call import SITES
from analytics_service.web.api.gate import METHODS, Handler, guard
from analytics_service.web.public.counter_query import PARAMETERS as COUNTER_PARAMETERS
from analytics_service.web.routes import RuledRoute

BASE = "/api/v1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What the document says of an operation; `answer` is the type of its JSON."""

    path: str
    name: str
    summary: str
    answer: type
    tag: str = "Figures of a site"
    parameters: tuple[str, ...] = ()
    action: Action = Action.READ_FIGURES


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation(Entry):
    """What can be read with a key, below BASE."""

    handler: Handler

    def make_route(self) -> RuledRoute:
        """Returns its route, behind the gate."""
        return RuledRoute(
            BASE + self.path, guard(self.handler, self.action), self.action, methods=list(METHODS)
        )


_SITE = "/sites/{site}"
OPERATIONS = (
    Operation(
        path="/sites",
        name="listSites",
        summary="Sites that the key may see",
        handler=sites.list_sites,
        answer=site_answers.Sites,
        tag="Sites",
        parameters=sites.LIST,
    ),
    Operation(
        path=_SITE,
        name="getSite",
        summary="One site",
        handler=sites.read_site,
        answer=site_answers.Site,
        tag="Sites",
    ),
    Operation(
        path=f"{_SITE}/counts",
        name="getCounts",
        summary="Totals of a period",
        handler=figures.read_counts,
        answer=answers.Counts,
        parameters=figures.PERIOD,
    ),
    Operation(
        path=f"{_SITE}/timeseries",
        name="getTimeseries",
        summary="A period in buckets, none left out",
        handler=figures.read_timeseries,
        answer=answers.Timeseries,
        parameters=figures.SERIES,
    ),
    Operation(
        path=_SITE + "/breakdown/{dimension}",
        name="getBreakdown",
        summary="A period by the values of a dimension, such as visits by source",
        handler=figures.read_breakdown,
        answer=answers.Breakdown,
        parameters=figures.ROWS,
    ),
    Operation(
        path=f"{_SITE}/overview",
        name="getOverview",
        summary="Totals, series and first panels at once",
        handler=figures.read_overview,
        answer=answers.Overview,
        parameters=figures.OVERVIEW,
    ),
    Operation(
        path=f"{_SITE}/online",
        name="getOnline",
        summary="Visitors online now",
        handler=sites.read_online,
        answer=site_answers.Online,
        parameters=sites.ONLINE,
    ),
    Operation(
        path=f"{_SITE}/drops",
        name="getDrops",
        summary="Beacons that were not counted, by day and reason",
        handler=sites.read_drops,
        answer=site_answers.Drops,
        parameters=sites.DROPS,
        action=Action.READ_DROPS,
    ),
    Operation(
        path="/counts",
        name="getCountsOfSites",
        summary="Totals of several sites",
        handler=figures.read_counts_of_sites,
        answer=answers.CountsOfSites,
        tag="Figures of several sites",
        parameters=(SITES, *figures.PERIOD),
    ),
    Operation(
        path="/timeseries",
        name="getTimeseriesOfSites",
        summary="Buckets of several sites",
        handler=figures.read_timeseries_of_sites,
        answer=answers.TimeseriesOfSites,
        tag="Figures of several sites",
        parameters=(SITES, *figures.SERIES),
    ),
    Operation(
        path="/overview",
        name="getOverviewOfSites",
        summary="The overview of several sites",
        handler=figures.read_overview_of_sites,
        answer=answers.OverviewOfSites,
        tag="Figures of several sites",
        parameters=(SITES, *figures.OVERVIEW),
    ),
)
COUNTER = Entry(
    path=f"{_SITE}/counter",
    name="getCounter",
    summary="What a widget shows; of a public site without a key",
    answer=site_answers.Counter,
    tag="Open to everybody",
    parameters=COUNTER_PARAMETERS,
    action=Action.READ_COUNTER,
)
STREAM = Entry(
    path=f"{_SITE}/stream",
    name="openStream",
    summary="Online, today and total as server-sent events; of a public site without a key",
    answer=site_answers.CounterEvent,
    tag="Open to everybody",
    action=Action.READ_COUNTER,
)
HEALTH = Entry(
    path="/health",
    name="getHealth",
    summary="Whether the service can count and answer",
    answer=site_answers.Health,
    tag="Open to everybody",
    action=Action.READ_PUBLIC,
)
EVERY_ENTRY = (*OPERATIONS, COUNTER, STREAM, HEALTH)
"""All that the document names; the last three have their routes elsewhere."""


def address_of(entry: Entry) -> str:
    """Returns the path of an operation from the service's root, with its placeholders."""
    return entry.path if entry is HEALTH else BASE + entry.path
