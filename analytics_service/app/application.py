"""The fuse box: makes the parts of one worker and wires them."""

import logging
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager, nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Route

from analytics_service import storage
from analytics_service.app.background import in_background
from analytics_service.app.recall import recall_online
from analytics_service.app.worker_tasks import WorkerTasks
from analytics_service.collecting.admit import Collector, Recognisers
from analytics_service.collecting.salts import SaltCache
from analytics_service.collecting.sites import SiteCache
from analytics_service.domain.limits import ONLINE_WINDOW
from analytics_service.domain.networks import networks
from analytics_service.enrichment.places import Places
from analytics_service.enrichment.sources import Spam
from analytics_service.errors import Unavailable
from analytics_service.journal import Journal, NoJournal, open_journal
from analytics_service.limits.memory import MemoryLimits
from analytics_service.live.memory import open_memory_live
from analytics_service.ports.clock import Clock, Randomness
from analytics_service.ports.limits import Limits
from analytics_service.ports.live import Live
from analytics_service.reporting import Reporter
from analytics_service.web import assets
from analytics_service.web.builder.pages import Builder, serve_static
from analytics_service.web.errors import HANDLERS
from analytics_service.web.intake import door
from analytics_service.web.intake.proxies import Proxies
from analytics_service.web.outlets.outlets import Outlets
from analytics_service.web.prefix import PrefixMiddleware, prefix_of
from analytics_service.web.public.counter import Counter
from analytics_service.web.public.response_cache import ResponseCache
from analytics_service.web.public.stream import Streams
from analytics_service.web.services import Services

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class WorkerConfig:
    """What a worker is made of; `stop` is called when it must not go on (its journal failed)."""

    folder: Path
    database: str
    url: str
    trusted_proxies: tuple[str, ...]
    redis: str
    online_limit: int
    geo_file: Path | None
    font_file: Path | None
    spam_hosts: frozenset[str]
    rate_per_minute: int
    rate_burst: int
    address_key: bytes
    clock: Clock
    random: Randomness
    stop: Callable[[], None]


def create_app(wiring: WorkerConfig) -> Starlette:
    """One worker over a data folder whose files are made and migrated."""

    streams = Streams(wiring.random)

    @asynccontextmanager
    async def lifespan(_app: Starlette) -> AsyncIterator[dict[str, Services]]:
        async with open_services(wiring, streams.end) as services:
            yield {"services": services}

    prefix = prefix_of(wiring.url)
    app = Starlette(
        routes=_routes(Counter(), streams, wiring.font_file),
        middleware=[Middleware(PrefixMiddleware, prefix=prefix)] if prefix else [],
        exception_handlers=HANDLERS,
        lifespan=lifespan,
    )
    # Such a redirect would be built from the Host that the client named.
    app.router.redirect_slashes = False
    return app


@asynccontextmanager
async def open_services(wiring: WorkerConfig, end_streams: Callable[[], None]) -> AsyncIterator[Services]:
    """Opens everything, each part closed by this block."""
    clock, random = wiring.clock, wiring.random
    async with AsyncExitStack() as stack:
        stored = storage.open(wiring.database)
        files = stored.watch()
        config = stack.enter_context(stored.open_config())
        journal = await _journal(stack, wiring)
        standing_still = isinstance(journal, NoJournal)
        figures = await stack.enter_async_context(stored.open_figures(standing_still=standing_still))
        live = await stack.enter_async_context(_live(wiring))
        sites, salts = SiteCache(), SaltCache()
        limits = await stack.enter_async_context(_limits(wiring))
        recognisers = Recognisers(places=Places(wiring.geo_file), spam=Spam(wiring.spam_hosts), limits=limits)
        collector = Collector(sites=sites, salts=salts, live=live, recognisers=recognisers, random=random)
        keeper = WorkerTasks(
            config=config,
            figures=figures,
            journal=journal,
            files=files,
            collector=collector,
            clock=clock,
            random=random,
            stop=wiring.stop,
        )
        keeper.load_config()
        await recall_online(wiring.folder, figures, live, clock())
        stack.push_async_callback(keeper.end)
        keeper.begin()
        yield Services(
            collector=collector,
            journal=journal,
            sites=sites,
            reporter=Reporter(figures, live),
            clock=clock,
            url=wiring.url,
            proxies=Proxies(networks(wiring.trusted_proxies), is_https=wiring.url.startswith("https://")),
            responses=ResponseCache(sites),
            unready=keeper.unready,
            end_streams=end_streams,
        )


async def _journal(stack: AsyncExitStack, wiring: WorkerConfig) -> Journal | NoJournal:
    """A journal under a new name; where the disk refuses one, figures can be read all the same."""
    try:
        name = wiring.random(10).hex()
        return await stack.enter_async_context(open_journal(wiring.folder / "journal", name))
    except Unavailable as error:
        log.error("no beacon can be accepted: %s", error)
        stand_in = NoJournal(wiring.folder / "journal")
        stack.push_async_callback(stand_in.close)
        return stand_in


def _routes(counter: Counter, streams: Streams, font_file: Path | None) -> list[Route]:
    outlets = Outlets(counter, font_file)
    builder = Builder(outlets)
    return [
        Route("/", assets.redirect_to_demo),
        *(door.route_of(dialect) for dialect in door.DIALECTS),
        Route("/v.js", assets.serve_script("v.js")),
        Route("/v/{version}.js", assets.serve_release),
        Route("/w.js", assets.serve_script("w.js")),
        Route("/w/more.js", assets.serve_script("more.js")),
        Route("/w/l/{language}.json", assets.serve_texts),
        Route("/f.js", assets.serve_script("f.js")),
        Route("/w/{site}.{kind}", outlets.answer),
        Route("/badge/{site}.json", outlets.answer_badge),
        Route("/widget", builder.answer_page),
        Route("/widget/code", builder.answer_code),
        Route("/widget/static/{name}", serve_static),
        Route("/demo", assets.serve_demo),
        Route("/health", assets.report_health),
        Route("/api/v1/sites/{site}/counter", counter.answer),
        Route("/api/v1/sites/{site}/stream", streams.answer),
    ]


def _live(wiring: WorkerConfig) -> AbstractAsyncContextManager[Live]:
    limit = wiring.online_limit
    if wiring.redis:
        # Imported only where it is configured: it would cost every start a tenth of a second.
        from analytics_service.live.redis import open_redis_live

        start = partial(in_background, stop=wiring.stop)
        return open_redis_live(wiring.redis, window=ONLINE_WINDOW, limit=limit, start=start)
    return open_memory_live(window=ONLINE_WINDOW, limit=limit)


def _limits(wiring: WorkerConfig) -> AbstractAsyncContextManager[Limits]:
    if wiring.redis:
        from analytics_service.limits.redis import open_redis_limits

        return open_redis_limits(
            wiring.redis,
            secret=wiring.address_key,
            per_minute=wiring.rate_per_minute,
            burst=wiring.rate_burst,
            start=partial(in_background, stop=wiring.stop),
        )
    return nullcontext(MemoryLimits(per_minute=wiring.rate_per_minute, burst=wiring.rate_burst))
