"""The services that handlers call."""

from collections.abc import Callable
from dataclasses import dataclass

from starlette.requests import Request

from analytics_service.collecting.admit import Collector
from analytics_service.collecting.sites import SiteCache
from analytics_service.ports.clock import Clock
from analytics_service.ports.journal import FactSink
from analytics_service.reporting.counts import Reporter
from analytics_service.web.intake.proxies import Proxies
from analytics_service.web.public.response_cache import ResponseCache


@dataclass(frozen=True, slots=True)
class Services:
    """Everything a handler may call; `unready` returns the reasons why the service is not ready.

    `end_streams` closes all open streams, as the service ends.
    """

    collector: Collector
    journal: FactSink
    sites: SiteCache
    reporter: Reporter
    clock: Clock
    url: str
    proxies: Proxies
    responses: ResponseCache
    unready: Callable[[], list[str]]
    end_streams: Callable[[], None]


def services_of(request: Request) -> Services:
    """Returns what the application behind this request may call."""
    services: Services = request.state.services
    return services
