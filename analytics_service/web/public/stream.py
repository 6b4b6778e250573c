"""The counter as it changes: one look a second for a site, however many listen."""

import asyncio
import logging
from collections import Counter
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import msgspec
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from analytics_service.domain.counter import Item
from analytics_service.domain.counts import Question
from analytics_service.domain.metrics import Metric
from analytics_service.domain.site import Site
from analytics_service.domain.visitors import sender
from analytics_service.errors import Unavailable, UnknownSite
from analytics_service.ports.clock import Randomness
from analytics_service.web.intake.client import client_of
from analytics_service.web.public.query import shown
from analytics_service.web.services import Services, services_of

ASKED = Question((Item.ONLINE, Item.TODAY, Item.TOTAL), Metric.VISITS)
LOOKED_AT_EACH = 1.0
HEARTBEAT = 10
"""Seconds; proxies cut what is silent for 15."""
AGAIN_AFTER_MS = 5_000
LISTENERS, LISTENERS_OF_SITE, LISTENERS_OF_SENDER = 1_000, 500, 20
"""A stream is an open connection: at most a quarter of those that the service takes."""
EPOCH_BYTES = 6
BUSY_FOR = 60
HEADERS = {"Access-Control-Allow-Origin": "*", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}

log = logging.getLogger(__name__)


@dataclass(slots=True, eq=False)
class _Channel:
    """What is known of a site; `changed` is set, and made anew, whenever that is something else.

    Versions are counted from 1 in each channel: `epoch` tells the channel of one worker and time from others.
    """

    epoch: str
    listeners: int = 0
    version: int = 0
    told: str = ""
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    watching: asyncio.Task[None] | None = None
    is_closed: bool = False

    @property
    def event_id(self) -> str:
        """The id of the newest state."""
        return f"{self.epoch}-{self.version}"

    def tell(self, told: str) -> None:
        if told != self.told:
            self.told = told
            self.version += 1
            self.wake()

    def end_if_failed(self, watching: "asyncio.Task[None]") -> None:
        """Sends the listeners away where the watch met a bug; those who come back begin another."""
        if not watching.cancelled() and (error := watching.exception()) is not None:
            log.critical(
                "the watch over a stream's site failed, so its listeners are sent away", exc_info=error
            )
            self.is_closed = True
            self.wake()

    def wake(self) -> None:
        self.changed.set()
        self.changed = asyncio.Event()


class _Stream(EventSourceResponse):
    """An answer that says when it is over, whether or not it had begun."""

    def __init__(self, events: AsyncIterator[ServerSentEvent], is_over: Callable[[], None]) -> None:
        super().__init__(events, headers=HEADERS, ping=HEARTBEAT)
        self._is_over = is_over

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Sends what comes until one side leaves."""
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._is_over()


class Streams:
    """Who listens, by site and by sender."""

    def __init__(self, random: Randomness) -> None:
        self._random = random
        self._channels: dict[int, _Channel] = {}
        self._senders: Counter[str] = Counter()
        self._ended = False

    async def answer(self, request: Request) -> Response:
        """`GET /api/v1/sites/{site}/stream`. Raises UnknownSite, NotPublic, Unavailable."""
        services = services_of(request)
        site = services.sites.find(request.path_params["site"])
        if site is None or not site.public:
            raise UnknownSite("")
        shown(site, ASKED)
        client = client_of(request, services.proxies)
        # What a proxy keeps to itself cannot be counted by its sender.
        who = "" if client.is_proxy_address else sender(client.address)
        self._refuse_if_full(site, who)
        channel = self._channels.get(site.number)
        if channel is None or channel.is_closed:
            channel = self._channels[site.number] = _Channel(self._random(EPOCH_BYTES).hex())
            channel.watching = asyncio.create_task(self._watch(services, site.public_id, channel))
            channel.watching.add_done_callback(channel.end_if_failed)
        channel.listeners += 1
        self._senders[who] += 1
        seen = request.headers.get("last-event-id", "")
        return _Stream(self._events(channel, seen), lambda: self._leave(site, channel, who))

    def _refuse_if_full(self, site: Site, who: str) -> None:
        channel = self._channels.get(site.number)
        if (
            self._ended
            or self._senders.total() >= LISTENERS
            or (channel is not None and channel.listeners >= LISTENERS_OF_SITE)
            or (who and self._senders[who] >= LISTENERS_OF_SENDER)
        ):
            raise Unavailable("too many open streams", retry_after=BUSY_FOR)

    def _leave(self, site: Site, channel: _Channel, who: str) -> None:
        self._senders[who] -= 1
        if not self._senders[who]:
            del self._senders[who]
        channel.listeners -= 1
        if not channel.listeners:
            if channel.watching is not None:
                channel.watching.cancel()
            if self._channels.get(site.number) is channel:
                del self._channels[site.number]

    async def _events(self, channel: _Channel, seen: str) -> AsyncIterator[ServerSentEvent]:
        while not (self._ended or channel.is_closed):
            changed = channel.changed
            # Whoever comes back has missed nothing that the newest state does not say.
            if channel.told and channel.event_id != seen:
                seen = channel.event_id
                yield ServerSentEvent(channel.told, event="counts", id=seen, retry=AGAIN_AFTER_MS)
            await changed.wait()

    async def _watch(self, services: Services, name: str, channel: _Channel) -> None:
        while True:
            site = services.sites.find(name)
            if site is None or not site.public:
                # It was closed meanwhile: the listeners are sent away, and find nothing when they come back.
                channel.is_closed = True
                channel.wake()
                return
            try:
                counts = await services.reporter.counts(site, ASKED, services.clock())
            except Unavailable:
                await asyncio.sleep(LOOKED_AT_EACH)
                continue
            figures = {item.value: figure for item, figure in counts.figures.items()}
            if figures != _figures_of(channel.told):
                channel.tell(
                    msgspec.json.encode(
                        {**figures, "generated_at": counts.at.replace(microsecond=0).isoformat()}
                    ).decode()
                )
            await asyncio.sleep(LOOKED_AT_EACH)

    def end(self) -> None:
        """Sends everybody away, as the service ends."""
        self._ended = True
        for channel in self._channels.values():
            channel.wake()


def _figures_of(told: str) -> dict[str, int | None] | None:
    if not told:
        return None
    figures: dict[str, int | None] = msgspec.json.decode(told)
    figures.pop("generated_at")
    return figures
