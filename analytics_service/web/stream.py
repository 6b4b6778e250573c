"""The counter as it changes: one look a second for a site, however many listen."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import msgspec
from sse_starlette import EventSourceResponse, ServerSentEvent
from starlette.requests import Request
from starlette.responses import Response

from analytics_service.domain.model import Item, Metric, Question, Site
from analytics_service.errors import Unavailable, UnknownSite
from analytics_service.web.asking import shown
from analytics_service.web.parts import Parts, parts_of

ASKED = Question((Item.ONLINE, Item.TODAY, Item.TOTAL), Metric.VISITS)
LOOKED_AT_EACH = 1.0
HEARTBEAT = 15
AGAIN_AFTER_MS = 5_000
LISTENERS, LISTENERS_OF_SITE = 1_000, 500
"""A stream is an open connection: at most a quarter of those that the service takes."""
BUSY_FOR = 60
HEADERS = {"Access-Control-Allow-Origin": "*", "Cache-Control": "no-store", "X-Accel-Buffering": "no"}


@dataclass(slots=True, eq=False)
class _Channel:
    """What is known of a site; `changed` is set, and made anew, whenever that is something else."""

    listeners: int = 0
    version: int = 0
    told: str = ""
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    watching: asyncio.Task[None] | None = None
    is_closed: bool = False

    def tell(self, told: str) -> None:
        if told != self.told:
            self.told = told
            self.version += 1
            self.wake()

    def wake(self) -> None:
        self.changed.set()
        self.changed = asyncio.Event()


class Streams:
    """Who listens, by site."""

    def __init__(self) -> None:
        self._channels: dict[int, _Channel] = {}
        self._ended = False

    async def answer(self, request: Request) -> Response:
        """`GET /api/v1/sites/{site}/stream`. Raises UnknownSite, NotPublic, Unavailable."""
        parts = parts_of(request)
        site = parts.directory.site(request.path_params["site"])
        if site is None or not site.public:
            raise UnknownSite("")
        shown(site, ASKED)
        channel = self._channels.get(site.number, _Channel())
        if self._ended or channel.listeners >= LISTENERS_OF_SITE or self._listeners() >= LISTENERS:
            raise Unavailable("as many listen as may", retry_after=BUSY_FOR)
        seen = request.headers.get("last-event-id", "")
        events = self._events(parts, site, seen)
        return EventSourceResponse(events, headers=HEADERS, ping=HEARTBEAT)

    def _listeners(self) -> int:
        return sum(channel.listeners for channel in self._channels.values())

    async def _events(self, parts: Parts, site: Site, seen: str) -> AsyncIterator[ServerSentEvent]:
        channel = self._channels.setdefault(site.number, _Channel())
        channel.listeners += 1
        if channel.watching is None:
            channel.watching = asyncio.create_task(self._watch(parts, site.public_id, channel))
        try:
            while not (self._ended or channel.is_closed):
                changed = channel.changed
                # Whoever comes back has missed nothing that the newest state does not say.
                if channel.told and str(channel.version) != seen:
                    seen = str(channel.version)
                    yield ServerSentEvent(channel.told, event="counts", id=seen, retry=AGAIN_AFTER_MS)
                await changed.wait()
        finally:
            channel.listeners -= 1
            if not channel.listeners:
                channel.watching.cancel()
                self._channels.pop(site.number, None)

    async def _watch(self, parts: Parts, name: str, channel: _Channel) -> None:
        while True:
            site = parts.directory.site(name)
            if site is None or not site.public:
                # It was closed meanwhile: the listeners are sent away, and find nothing when they come back.
                channel.is_closed = True
                channel.wake()
                return
            try:
                counts = await parts.reporter.counts(site, ASKED, parts.clock())
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
