"""The services that handlers call."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request

from analytics_service.administering.config_thread import ConfigThread
from analytics_service.administering.keys import KeyCache
from analytics_service.administering.passwords import PasswordPool
from analytics_service.administering.sealer import Sealer
from analytics_service.collecting.admit import Collector
from analytics_service.collecting.sites import SiteCache
from analytics_service.domain.accounts import FactorPolicy
from analytics_service.ports.answers import AnswerStore
from analytics_service.ports.clock import Clock, Randomness
from analytics_service.ports.drops import DropReader
from analytics_service.ports.journal import FactSink
from analytics_service.ports.limits import Limits
from analytics_service.ports.live import Live
from analytics_service.reporting.counts import Reporter
from analytics_service.reporting.queue import Turns
from analytics_service.web.address import DashboardAddress
from analytics_service.web.encodings import Compressor
from analytics_service.web.intake.proxies import Proxies
from analytics_service.web.machine import Machine
from analytics_service.web.public.response_cache import ResponseCache


@dataclass(frozen=True, slots=True)
class ApiServices:
    """What only the API calls: keys, their limits, and what its answers are read from.

    `applied_until` returns the time up to which facts are in the figures that are read after it.
    """

    keys: KeyCache
    limits: Limits
    live: Live
    answers: AnswerStore
    turns: Turns
    open_drops: Callable[[], AbstractContextManager[DropReader]]
    random: Randomness
    applied_until: Callable[[], Awaitable[datetime | None]]
    compressor: Compressor


@dataclass(frozen=True, slots=True)
class DashboardServices:
    """What only the dashboard calls; `address_key` makes the hashes of addresses, and is in memory only."""

    config: ConfigThread
    passwords: PasswordPool
    address: DashboardAddress
    limits: Limits
    address_key: bytes
    factor_policy: FactorPolicy
    own_host: bytes
    """Host and port that are the dashboard's alone; nothing where it shares them."""
    sealer: Sealer
    machine: Machine
    mail_from: str
    """The sender of mails; "" where none can be sent."""

    @property
    def has_mail(self) -> bool:
        """Whether mails can be sent."""
        return bool(self.mail_from)


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
    api: ApiServices
    dashboard: DashboardServices


def services_of(request: Request) -> Services:
    """Returns what the application behind this request may call."""
    services: Services = request.state.services
    return services
