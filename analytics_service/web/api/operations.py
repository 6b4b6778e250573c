"""The table of the API: each operation with its path, its rule, its parameters and its answer."""

from dataclasses import dataclass

from analytics_service.domain.principals import Action
from analytics_service.web.api import answers, figures, site_answers, sites
from analytics_service.web.api.call import SITES
from analytics_service.web.api.gate import METHODS, Handler, guard
from analytics_service.web.routes import RuledRoute

BASE = "/api/v1"


@dataclass(frozen=True, slots=True)
class Operation:
    """What can be read: `answer` is the type of its JSON, `parameters` those of its query."""

    path: str
    name: str
    summary: str
    handler: Handler
    answer: type
    parameters: tuple[str, ...] = ()
    action: Action = Action.READ_FIGURES

    def make_route(self) -> RuledRoute:
        """Returns its route, behind the gate."""
        return RuledRoute(
            BASE + self.path, guard(self.handler, self.action), self.action, methods=list(METHODS)
        )


_SITE = "/sites/{site}"
OPERATIONS = (
    Operation(
        "/sites",
        "listSites",
        "Sites that the key may see",
        sites.list_sites,
        site_answers.Sites,
        parameters=sites.LIST,
    ),
    Operation(_SITE, "getSite", "One site", sites.read_site, site_answers.Site),
    Operation(
        f"{_SITE}/counts",
        "getCounts",
        "Totals of a period",
        figures.read_counts,
        answers.Counts,
        parameters=figures.PERIOD,
    ),
    Operation(
        f"{_SITE}/timeseries",
        "getTimeseries",
        "A period in buckets, none left out",
        figures.read_timeseries,
        answers.Timeseries,
        parameters=figures.SERIES,
    ),
    Operation(
        _SITE + "/breakdown/{dimension}",
        "getBreakdown",
        "A period by the values of a dimension",
        figures.read_breakdown,
        answers.Breakdown,
        parameters=figures.ROWS,
    ),
    Operation(
        f"{_SITE}/overview",
        "getOverview",
        "Totals, series and first panels at once",
        figures.read_overview,
        answers.Overview,
        parameters=figures.OVERVIEW,
    ),
    Operation(
        f"{_SITE}/online",
        "getOnline",
        "Visitors online now",
        sites.read_online,
        site_answers.Online,
        parameters=sites.ONLINE,
    ),
    Operation(
        f"{_SITE}/drops",
        "getDrops",
        "Beacons that were not counted, by day and reason",
        sites.read_drops,
        site_answers.Drops,
        parameters=sites.DROPS,
        action=Action.READ_DROPS,
    ),
    Operation(
        "/counts",
        "getCountsOfSites",
        "Totals of several sites",
        figures.read_counts_of_sites,
        answers.CountsOfSites,
        parameters=(SITES, *figures.PERIOD),
    ),
    Operation(
        "/timeseries",
        "getTimeseriesOfSites",
        "Buckets of several sites",
        figures.read_timeseries_of_sites,
        answers.TimeseriesOfSites,
        parameters=(SITES, *figures.SERIES),
    ),
    Operation(
        "/overview",
        "getOverviewOfSites",
        "The overview of several sites",
        figures.read_overview_of_sites,
        answers.OverviewOfSites,
        parameters=(SITES, *figures.OVERVIEW),
    ),
)
