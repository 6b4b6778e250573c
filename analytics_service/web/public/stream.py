"""The counter as it changes: figures are read once a second for a site, however many listen."""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta

import msgspec
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from analytics_service.domain.choices import shorten
from analytics_service.domain.counter import Item
from analytics_service.domain.counts import Question
from analytics_service.domain.metrics import Metric
from analytics_service.domain.site import Site
from analytics_service.domain.visitors import sender
from analytics_service.errors import BadParameter, NotPublic, Unavailable
from analytics_service.ports.clock import Randomness
from analytics_service.web.headers import ANY_ORIGIN, NO_STORE
from analytics_service.web.intake.client import client_of
from analytics_service.web.public.counter_query import authorise
from analytics_service.web.public.sites import find_public_site, require_public_site
from analytics_service.web.services import Services, services_of

QUESTION = Question((Item.ONLINE, Item.TODAY, Item.TOTAL), Metric.VISITS)
POLL_INTERVAL = timedelta(seconds=1)
CHECK_INTERVAL = timedelta(seconds=5)
"""How often it is asked whether a listener still may listen: so long after a key ends, its streams end."""
HEARTBEAT_INTERVAL = timedelta(seconds=10)
"""Proxies close connections that are silent for 15 seconds."""
RETRY_DELAY = timedelta(seconds=5)
MAX_LISTENERS, MAX_LISTENERS_OF_SITE, MAX_LISTENERS_OF_SENDER = 1_000, 500, 20
"""A stream is an open connection: at most a quarter of those that the service accepts."""
EPOCH_BYTES = 6
FULL_RETRY_DELAY = timedelta(minutes=1)
HEADERS = {**ANY_ORIGIN, **NO_STORE, "X-Accel-Buffering": "no"}

FindSite = Callable[[Services, str], Site | None]

log = logging.getLogger(__name__)


def find_open_site(services: Services, name: str) -> Site | None:
    """Returns the site of that name if everybody may see what streams carry of it."""
    site = find_public_site(services, name)
    if site is not None:
        with suppress(NotPublic):
            authorise(site, QUESTION)
            return site
    return None


@dataclass(slots=True, eq=False)
class _Channel:
    """The newest figures of a site as JSON; `changed` is set, and made anew, whenever they change.

    Versions are counted from 1 in each channel; `epoch` distinguishes the channels of workers and times.
    """

    epoch: str
    listeners: int = 0
    version: int = 0
    payload: str = ""
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    watching: asyncio.Task[None] | None = None
    is_closed: bool = False

    @property
    def event_id(self) -> str:
        """The id of the newest figures."""
        return f"{self.epoch}-{self.version}"

    def publish(self, payload: str) -> None:
        if payload != self.payload:
            self.payload = payload
            self.version += 1
            self.wake()

    def end_if_failed(self, watching: "asyncio.Task[None]") -> None:
        """Disconnects the listeners where the watch met a bug; when they reconnect, another begins."""
        if not watching.cancelled() and (error := watching.exception()) is not None:
            log.critical("the watch over a site's figures failed, so its streams are closed", exc_info=error)
            self.is_closed = True
            self.wake()

    def wake(self) -> None:
        self.changed.set()
        self.changed = asyncio.Event()


class _Stream(EventSourceResponse):
    """A stream of events that calls `is_over` when it ends, whether or not it had begun."""

    def __init__(self, events: AsyncIterator[ServerSentEvent], is_over: Callable[[], None]) -> None:
        super().__init__(events, headers=HEADERS, ping=int(HEARTBEAT_INTERVAL.total_seconds()))
        self._is_over = is_over

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends events until one side closes the connection."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._is_over()


class Streams:
    """The open streams, counted by site and by sender."""

    def __init__(self, random: Randomness) -> None:
        self._random = random
        self._channels: dict[tuple[int, bool], _Channel] = {}
        self._senders: Counter[str] = Counter()
        self._ended = False

    async def answer(self, request: Request) -> Response:
        """`GET /api/v1/sites/{site}/stream`: opens a stream. Raises UnknownSite, NotPublic, Unavailable."""
        services = services_of(request)
        for name in request.query_params:
            raise BadParameter(shorten(name)[1:-1], "unknown", "unknown parameter: a stream has none")
        site = require_public_site(services, request.path_params["site"])
        authorise(site, QUESTION)
        return self.open(request, services, site, find_open_site, lambda: True)

    def open(
        self, request: Request, services: Services, site: Site, find: FindSite, may_listen: Callable[[], bool]
    ) -> Response:
        """Opens a stream; it ends where `find` finds no site or `may_listen` is False. Raises Unavailable."""
        if request.method == "HEAD":
            return Response(headers=HEADERS, media_type="text/event-stream")
        client = client_of(request, services.proxies)
        # Behind a proxy that names no client, senders cannot be told apart.
        who = "" if client.is_proxy_address else sender(client.address)
        place = (site.number, find is find_open_site)
        self._refuse_if_full(site, who)
        channel = self._channels.get(place)
        if channel is None or channel.is_closed:
            channel = self._channels[place] = _Channel(self._random(EPOCH_BYTES).hex())
            channel.watching = asyncio.create_task(self._watch(services, site.public_id, channel, find))
            channel.watching.add_done_callback(channel.end_if_failed)
        channel.listeners += 1
        self._senders[who] += 1
        last_id = request.headers.get("last-event-id", "")
        return _Stream(self._events(channel, last_id, may_listen), lambda: self._leave(place, channel, who))

    def _refuse_if_full(self, site: Site, who: str) -> None:
        both = (self._channels.get((site.number, is_open)) for is_open in (False, True))
        listeners = sum(channel.listeners for channel in both if channel is not None)
        if (
            self._ended
            or self._senders.total() >= MAX_LISTENERS
            or listeners >= MAX_LISTENERS_OF_SITE
            or (who and self._senders[who] >= MAX_LISTENERS_OF_SENDER)
        ):
            raise Unavailable("too many open streams", retry_after=int(FULL_RETRY_DELAY.total_seconds()))

    def _leave(self, place: tuple[int, bool], channel: _Channel, who: str) -> None:
        self._senders[who] -= 1
        if not self._senders[who]:
            del self._senders[who]
        channel.listeners -= 1
        if not channel.listeners:
            if channel.watching is not None:
                channel.watching.cancel()
            if self._channels.get(place) is channel:
                del self._channels[place]

    async def _events(
        self, channel: _Channel, last_id: str, may_listen: Callable[[], bool]
    ) -> AsyncIterator[ServerSentEvent]:
        retry_ms = int(RETRY_DELAY.total_seconds() * 1000)
        while not (self._ended or channel.is_closed) and may_listen():
            changed = channel.changed
            # A client that reconnects needs the newest figures only.
            if channel.payload and channel.event_id != last_id:
                last_id = channel.event_id
                yield ServerSentEvent(channel.payload, event="counts", id=last_id, retry=retry_ms)
            with suppress(TimeoutError):
                async with asyncio.timeout(CHECK_INTERVAL.total_seconds()):
                    await changed.wait()

    async def _watch(self, services: Services, name: str, channel: _Channel, find: FindSite) -> None:
        while True:
            site = find(services, name)
            if site is None:
                # It was deleted or made private meanwhile: clients that reconnect get a 404 or 403.
                channel.is_closed = True
                channel.wake()
                return
            try:
                counts = await services.reporter.counts(site, QUESTION, services.clock())
            except Unavailable:
                await asyncio.sleep(POLL_INTERVAL.total_seconds())
                continue
            figures = {item.value: figure for item, figure in counts.figures.items()}
            if figures != _figures_of(channel.payload):
                channel.publish(
                    msgspec.json.encode(
                        {**figures, "generated_at": counts.at.replace(microsecond=0).isoformat()}
                    ).decode()
                )
            await asyncio.sleep(POLL_INTERVAL.total_seconds())

    def end(self) -> None:
        """Closes all streams, as the service ends."""
        self._ended = True
        for channel in self._channels.values():
            channel.wake()


def _figures_of(payload: str) -> dict[str, int | None] | None:
    if not payload:
        return None
    figures: dict[str, int | None] = msgspec.json.decode(payload)
    figures.pop("generated_at")
    return figures
