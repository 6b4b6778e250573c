"""The composition root of a worker: chooses its parts and connects them."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, closing, nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware

from analytics_service import storage
from analytics_service.administering.config_thread import ConfigThread
from analytics_service.administering.keys import KeyCache
from analytics_service.administering.passwords import PasswordPool
from analytics_service.app.applied_until import AppliedUntil
from analytics_service.app.background import in_background
from analytics_service.app.machine import open_machine
from analytics_service.app.online_recovery import recall_online
from analytics_service.app.openers import open_journals, open_sealer
from analytics_service.app.route_table import make_routes
from analytics_service.app.sign_of_life import give_signs
from analytics_service.app.worker_tasks import WorkerTasks
from analytics_service.collecting.admit import Collector, Recognisers
from analytics_service.collecting.budget import ValueBudget, VisitorBudget
from analytics_service.collecting.salts import SaltCache
from analytics_service.collecting.sites import SiteCache
from analytics_service.domain.accounts import FactorPolicy
from analytics_service.domain.limits import ONLINE_WINDOW
from analytics_service.domain.networks import networks
from analytics_service.enrichment.places import Places
from analytics_service.enrichment.sources import Spam
from analytics_service.errors import Unavailable
from analytics_service.journal import NoJournal, open_journal
from analytics_service.limits.memory import MemoryLimits
from analytics_service.live.memory import open_memory_live
from analytics_service.ports.clock import Clock, Randomness
from analytics_service.ports.journal import WorkerJournal
from analytics_service.ports.limits import Limits
from analytics_service.ports.live import Live
from analytics_service.ports.storage import Storage
from analytics_service.reporting.counts import Reporter
from analytics_service.reporting.queue import Turns
from analytics_service.web.address import DashboardAddress
from analytics_service.web.api.gate import KEY_LIMIT
from analytics_service.web.dashboard.failures import handle_no_route
from analytics_service.web.dashboard.login import LIMIT_AT_ONCE, LIMIT_PER_MINUTE
from analytics_service.web.encodings import Compressor
from analytics_service.web.errors import HANDLERS
from analytics_service.web.host_split import HostMiddleware
from analytics_service.web.intake.proxies import Proxies
from analytics_service.web.prefix import PrefixMiddleware, prefix_of
from analytics_service.web.public.response_cache import ResponseCache
from analytics_service.web.public.stream import Streams
from analytics_service.web.routes import require_rules
from analytics_service.web.services import ApiServices, DashboardServices, Services

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class WorkerConfig:
    """What a worker is made from; `stop` is called when it must not go on (its journal failed)."""

    folder: Path
    database: str
    url: str
    public_url: str
    dashboard_url: str
    factor_policy: FactorPolicy
    mail_from: str
    trusted_proxies: tuple[str, ...]
    redis: str
    online_limit: int
    geo_file: Path | None
    font_file: Path | None
    spam_hosts: frozenset[str]
    rate_per_minute: int
    rate_burst: int
    visitors_per_minute: int
    visitors_burst: int
    address_key: bytes
    clock: Clock
    random: Randomness
    stop: Callable[[], None]
    is_applier_away: Callable[[], bool] = bool


def create_app(config: WorkerConfig) -> Starlette:
    """Returns one worker's application over a storage that is provisioned."""
    streams = Streams(config.random)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[dict[str, Services]]:
        async with open_services(config, streams.end) as services:
            yield {"services": services}

    routes = make_routes(streams, config.font_file)
    require_rules(routes)
    app = Starlette(
        routes=routes,
        middleware=_middleware(config),
        exception_handlers={**HANDLERS, HTTPException: handle_no_route},
        lifespan=lifespan,
    )
    # Such a redirect would be built from the Host that the client named.
    app.router.redirect_slashes = False
    return app


def _middleware(config: WorkerConfig) -> list[Middleware]:
    """Returns what stands before all routes: the prefix of the service, and who has which host."""
    found = []
    if prefix := prefix_of(config.url):
        found.append(Middleware(PrefixMiddleware, prefix=prefix))
    if own_origin := DashboardAddress(config.dashboard_url, config.public_url).own_origin:
        found.append(Middleware(HostMiddleware, own_origin=own_origin))
    return found


@asynccontextmanager
async def open_services(config: WorkerConfig, end_streams: Callable[[], None]) -> AsyncIterator[Services]:
    """Opens everything that handlers call, and closes it again at the end of the block."""
    async with AsyncExitStack() as stack:
        stored = storage.open(config.database)
        files = stored.watch()
        journal = await _open_journal(stack, config)
        stores = stack.enter_context(stored.open_config(standing_still=not journal.name))
        figures = await stack.enter_async_context(stored.open_figures(standing_still=not journal.name))
        live = await stack.enter_async_context(_open_live(config))
        collector = await _open_collector(stack, config, live)
        tasks = WorkerTasks(
            config=stores,
            figures=figures,
            journal=journal,
            files=files,
            collector=collector,
            keys=KeyCache(),
            clock=config.clock,
            random=config.random,
            stop=config.stop,
            is_applier_away=config.is_applier_away,
        )
        api = await _open_api(stack, config, stored, tasks)
        dashboard = await _open_dashboard(stack, config, stored)
        await asyncio.to_thread(tasks.load_config)
        await recall_online(config.folder, figures, live, collector.visitors, config.clock())
        stack.push_async_callback(tasks.end)
        tasks.begin()
        stack.callback(in_background(give_signs(config.folder, config.clock), config.stop).cancel)
        yield _services(config, tasks, Reporter(figures, live), end_streams, (api, dashboard))


async def _open_api(
    stack: AsyncExitStack, config: WorkerConfig, stored: Storage, tasks: WorkerTasks
) -> ApiServices:
    """Opens what only the API calls."""
    until = AppliedUntil(tasks.figures, lambda: closing(open_journals(config.folder)), config.clock)
    return ApiServices(
        keys=tasks.keys,
        limits=await stack.enter_async_context(_open_limits(config, KEY_LIMIT, KEY_LIMIT)),
        live=tasks.collector.live,
        answers=await stack.enter_async_context(stored.open_answers(standing_still=not tasks.journal.name)),
        turns=Turns(),
        open_drops=stored.open_drops,
        random=config.random,
        applied_until=until.read,
        compressor=Compressor(),
    )


async def _open_dashboard(stack: AsyncExitStack, config: WorkerConfig, stored: Storage) -> DashboardServices:
    """Opens what only the dashboard calls; a connection of its own, since each carries one call at a time."""
    thread = ConfigThread(stack.enter_context(stored.open_config()))
    stack.callback(thread.close)
    address = DashboardAddress(config.dashboard_url.rstrip("/"), config.public_url.rstrip("/"))
    passwords = PasswordPool()
    stack.callback(passwords.close)
    return DashboardServices(
        config=thread,
        passwords=passwords,
        address=address,
        own_host=address.own_origin.partition("://")[2].encode(),
        limits=await stack.enter_async_context(_open_limits(config, LIMIT_PER_MINUTE, LIMIT_AT_ONCE)),
        address_key=config.address_key,
        factor_policy=config.factor_policy,
        sealer=open_sealer(config.folder),
        mail_from=config.mail_from,
        machine=open_machine(
            *(config.folder, config.database),
            url=config.url,
            trusted_proxies=config.trusted_proxies,
            redis=config.redis,
            clock=config.clock,
        ),
    )


def _services(
    config: WorkerConfig,
    tasks: WorkerTasks,
    reporter: Reporter,
    end_streams: Callable[[], None],
    of_rooms: tuple[ApiServices, DashboardServices],
) -> Services:
    collector = tasks.collector
    return Services(
        collector=collector,
        journal=tasks.journal,
        sites=collector.sites,
        reporter=reporter,
        clock=config.clock,
        url=config.url,
        proxies=Proxies(networks(config.trusted_proxies), is_https=config.url.startswith("https://")),
        responses=ResponseCache(collector.sites),
        unready=tasks.unready,
        end_streams=end_streams,
        api=of_rooms[0],
        dashboard=of_rooms[1],
    )


async def _open_collector(stack: AsyncExitStack, config: WorkerConfig, live: Live) -> Collector:
    beacons = await stack.enter_async_context(_open_limits(config, config.rate_per_minute, config.rate_burst))
    visitors = await stack.enter_async_context(
        _open_limits(config, config.visitors_per_minute, config.visitors_burst)
    )
    return Collector(
        sites=SiteCache(),
        salts=SaltCache(),
        live=live,
        recognisers=Recognisers(Places(config.geo_file), Spam(config.spam_hosts), beacons),
        visitors=VisitorBudget(visitors),
        values=ValueBudget(visitors),
        random=config.random,
    )


async def _open_journal(stack: AsyncExitStack, config: WorkerConfig) -> WorkerJournal:
    """Opens a journal of a new name; where the disk refuses one, figures can be read all the same."""
    try:
        name = config.random(10).hex()
        return await stack.enter_async_context(open_journal(config.folder / "journal", name))
    except Unavailable as error:
        log.error("no beacon can be accepted: %s", error)
        stand_in = NoJournal(config.folder / "journal")
        stack.push_async_callback(stand_in.close)
        return stand_in


def _open_live(config: WorkerConfig) -> AbstractAsyncContextManager[Live]:
    limit = config.online_limit
    if config.redis:
        # Imported only where it is configured: it would cost every start a tenth of a second.
        from analytics_service.live.redis import open_redis_live

        start = partial(in_background, stop=config.stop)
        return open_redis_live(config.redis, window=ONLINE_WINDOW, limit=limit, start=start)
    return open_memory_live(window=ONLINE_WINDOW, limit=limit)


def _open_limits(config: WorkerConfig, per_minute: int, burst: int) -> AbstractAsyncContextManager[Limits]:
    if config.redis:
        from analytics_service.limits.redis import open_redis_limits

        return open_redis_limits(
            config.redis,
            secret=config.address_key,
            per_minute=per_minute,
            burst=burst,
            start=partial(in_background, stop=config.stop),
        )
    return nullcontext(MemoryLimits(per_minute=per_minute, burst=burst))
