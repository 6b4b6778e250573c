"""Who is online, shared by workers in one Redis server or a Redis Cluster."""

import asyncio
import logging
import secrets
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from redis.exceptions import ResponseError

from analytics_service.domain.pages import key_of
from analytics_service.live.memory import NOWHERE, MemoryLive
from analytics_service.redis_client.client import ANSWER_TIMEOUT, FAULTS
from analytics_service.redis_client.link import Link, Start

SEND_INTERVAL = timedelta(milliseconds=50)
PENDING_LIMIT = 100_000
READ_MAX_AGE = timedelta(seconds=1)
READ_CACHE_SIZE = 10_000
SENT_SITES_LIMIT = 100_000
PAGES_READ = 2_000
# Of one site: Redis does nothing else meanwhile.
TOUCHES_A_SCRIPT = 1_000
# In one round trip, counted in touches: Redis answers none of it before it is done with all of it.
TOUCHES_A_ROUND_TRIP = 5_000
SCRIPT_COST = 20
LEAVING_LIMIT = 2 * TOUCHES_A_SCRIPT
# A name that was replaced stays for the window with a score beyond every time, so that a touch under it
# which another worker sends late cannot bring the visitor back a second time.
REPLACED = 10**15
MASK = 2**48 - 1
LEAVE, TOUCH, COUNT = (
    Path(__file__).with_name(f"{name}.lua").read_text("utf-8") for name in ("leave", "touch", "count")
)

log = logging.getLogger(__name__)

Touch = tuple[int, int | None, int, bool]
"""When a visitor was seen, the id that their new one takes the place of, the key of their page, and whether
nobody comes online by it who was not."""
Touches = dict[int, dict[int, Touch]]
"""By site and visitor."""


@asynccontextmanager
async def open_redis_live(
    url: str, *, window: timedelta, limit: int, start: Start, answer_timeout: timedelta = ANSWER_TIMEOUT
) -> AsyncIterator["RedisLive"]:
    """Opens a client that keeps no caller waiting for longer than `answer_timeout`."""
    link = Link(url, "so nobody knows who is online", answer_timeout=answer_timeout)
    live = RedisLive(link, window, limit, worker=secrets.token_hex(4))
    sender = start(live.send_all())
    try:
        yield live
    finally:
        live.stop()
        await asyncio.wait({sender})


class RedisLive:
    """For each site its visitors by the time they were seen, the page of each, and how many are on each page.

    Each worker keeps a generation key beside them: where it is gone, Redis has forgotten, and the worker
    replays whom it saw. All keys of a site carry one hash tag, so that a cluster keeps them together.
    """

    def __init__(self, link: Link, window: timedelta, limit: int, *, worker: str) -> None:
        self._link = link
        self._window_ms = int(window.total_seconds() * 1000)
        self._limit = limit
        self._worker = worker
        self._seen = MemoryLive(window, limit)
        self._sent_sites: set[int] = set()
        self._incomplete: set[int] = set()
        """Sites of which Redis may not know all whom this worker saw."""
        self._pending: Touches = {}
        self._gathered = 0
        self._stopped = asyncio.Event()
        self._reads: dict[tuple[int, int], tuple[float, int]] = {}

    def touch(
        self,
        site: int,
        visitor: int,
        previous_id: int | None,
        at_ms: int,
        page: str = "",
        *,
        only_prolong: bool = False,
    ) -> None:
        """Gathered, and sent within 50 ms; while Redis is away each visitor's newest touch is kept."""
        self._seen.touch(site, visitor, previous_id, at_ms, page, only_prolong=only_prolong)
        self._gather(site, visitor, (at_ms, previous_id, key_of(page) if page else NOWHERE, only_prolong))

    def _gather(self, site: int, visitor: int, touch: Touch) -> None:
        of_site = self._pending.setdefault(site, {})
        known = of_site.get(visitor)
        if known is None:
            if self._gathered >= PENDING_LIMIT:
                # Nobody is lost: with the site's next touch all whom this worker saw are replayed.
                self._incomplete.add(site)
                return
            self._gathered += 1
            of_site[visitor] = touch
            return
        older, newer = sorted((known, touch), key=lambda one: one[0])
        of_site[visitor] = (newer[0], newer[1] or older[1], newer[2] or older[2], newer[3] and older[3])

    def stop(self) -> None:
        """Lets `send_all` send what is gathered and end."""
        self._stopped.set()

    async def send_all(self) -> None:
        """Sends what was gathered until stopped, then once more."""
        while not self._stopped.is_set():
            try:
                await asyncio.wait_for(self._stopped.wait(), SEND_INTERVAL.total_seconds())
            except TimeoutError:
                await self._send()
        self._link.try_again()
        await self._send()
        await self._link.close()

    async def _send(self) -> None:
        if not self._gathered or self._link.is_away:
            return
        touches, self._pending, self._gathered = self._pending, {}, 0
        try:
            forgotten = await self._send_touches(touches)
            if forgotten:
                self._incomplete |= forgotten.keys()
                await self._send_touches(forgotten)
                self._incomplete -= forgotten.keys()
        except FAULTS as error:
            self._failed(error)
            # Nobody knows how much arrived, perhaps the generation key: the worker replays all whom it saw.
            self._incomplete |= touches.keys()
            for site, of_site in touches.items():
                for visitor, touch in of_site.items():
                    self._gather(site, visitor, touch)

    async def _send_touches(self, touches: Touches) -> Touches:
        """Sends touches; returns those of before that Redis has forgotten. Raises what Redis raises."""
        to_replay: set[int] = set()
        for scripts in _scripts(touches):
            async with self._link.client() as client, client.pipeline(transaction=False) as pipe:
                for site, part in scripts:
                    keys = (*self._keys(site), f"vs:{{{site}}}:generation:{self._worker}")
                    newest = max(touch[0] for _, touch in part)
                    arguments = (word for visitor, touch in part for word in _words(visitor, touch))
                    bounds = (self._window_ms, self._limit, newest, REPLACED, LEAVING_LIMIT)
                    pipe.eval(LEAVE + TOUCH, len(keys), *keys, *bounds, *arguments)
                answers = await pipe.execute(raise_on_error=False)
            for (site, _), answer in zip(scripts, answers, strict=True):
                if not isinstance(answer, Exception):
                    if site in self._incomplete or (answer and site in self._sent_sites):
                        to_replay.add(site)
                elif not _is_foreign(answer):
                    raise answer
                elif site not in self._incomplete:
                    log.warning("Redis holds something else under the keys of site %d: %s", site, answer)
                    self._incomplete.add(site)
        if len(self._sent_sites) + len(touches) > SENT_SITES_LIMIT:
            self._sent_sites.clear()
        self._sent_sites.update(touches)
        return {site: self._replayed(site, touches[site]) for site in to_replay}

    def _replayed(self, site: int, sent: dict[int, Touch]) -> dict[int, Touch]:
        # Those who were just sent too: where each is, the touch may not have said.
        newest = max((touch[0] for touch in sent.values()), default=0)
        online = self._seen.list_online(site, newest)
        return {visitor: (at_ms, None, page, False) for visitor, at_ms, page in online}

    async def online(self, site: int, at_ms: int, page: str | None = None) -> int | None:
        """Distinct visitors seen within the window, at most a second old; None while Redis is away."""
        now = time.monotonic()
        if self._link.is_away or site in self._incomplete:
            return None
        where = NOWHERE if page is None else key_of(page)
        kept = self._reads.get((site, where))
        if kept and now - kept[0] < READ_MAX_AGE.total_seconds():
            return kept[1]
        try:
            # Shielded: a call cut off in the middle would leave its answer for the next caller.
            count = await asyncio.shield(self._count(site, at_ms, where))
        except FAULTS as error:
            if not _is_foreign(error):
                self._failed(error)
            return None
        if len(self._reads) >= READ_CACHE_SIZE:
            self._reads.clear()
        self._reads[site, where] = (now, count)
        return count

    async def online_by_page(self, site: int, at_ms: int, pages: Sequence[str]) -> dict[str, int] | None:
        """How many are on each of these pages, of the PAGES_READ pages with the most; None as above."""
        if self._link.is_away or site in self._incomplete:
            return None
        try:
            on_page = await asyncio.shield(self._read_pages(site, at_ms))
        except FAULTS as error:
            if not _is_foreign(error):
                self._failed(error)
            return None
        return {page: count for page in pages if (count := on_page.get(_word(key_of(page)), 0))}

    async def _read_pages(self, site: int, at_ms: int) -> dict[bytes, int]:
        # With a page, whoever has left is taken out first, all of them.
        await self._count(site, at_ms, key_of("/"))
        async with self._link.client() as client:
            read: Any = await client.zrevrange(self._keys(site)[2], 0, PAGES_READ - 1, withscores=True)
        return {word: int(count) for word, count in read}

    async def _count(self, site: int, at_ms: int, page: int) -> int:
        await self._send()
        if self._gathered:
            raise TimeoutError("what was gathered could not be sent, so a count would be too small")
        keys = self._keys(site)
        bounds = (at_ms - self._window_ms, REPLACED, LEAVING_LIMIT, _word(page) if page else "")
        async with self._link.client() as client:
            for _ in range(self._limit // LEAVING_LIMIT + 2):
                online, on_page, more = await client.eval(LEAVE + COUNT, len(keys), *keys, *bounds)
                if not more:
                    break
        return int(on_page if page else online)

    @staticmethod
    def _keys(site: int) -> tuple[str, str, str]:
        return f"vs:{{{site}}}:online", f"vs:{{{site}}}:page_of", f"vs:{{{site}}}:on_page"

    def _failed(self, error: Exception) -> None:
        self._reads.clear()
        self._link.report_failure(error)


def _scripts(touches: Touches) -> Iterator[list[tuple[int, list[tuple[int, Touch]]]]]:
    """Touches by site, in parts that one script takes, and as many parts as one round trip takes."""
    gathered: list[tuple[int, list[tuple[int, Touch]]]] = []
    size = 0
    for site, of_site in touches.items():
        every = list(of_site.items())
        for at in range(0, len(every), TOUCHES_A_SCRIPT):
            gathered.append((site, every[at : at + TOUCHES_A_SCRIPT]))
            size += len(gathered[-1][1]) + SCRIPT_COST
            if size >= TOUCHES_A_ROUND_TRIP:
                yield gathered
                gathered, size = [], 0
    if gathered:
        yield gathered


def _word(number: int) -> bytes:
    # 48 bits of a hash: among a million, two are the same once in 500 times; allocated in 8 bytes each.
    return (number & MASK).to_bytes(6)


def _words(visitor: int, touch: Touch) -> tuple[bytes, int, bytes, bytes, bytes]:
    at_ms, previous_id, page, only_prolong = touch
    return (
        _word(visitor),
        at_ms,
        b"" if previous_id is None else _word(previous_id),
        _word(page) if page else b"",
        b"1" if only_prolong else b"",
    )


def _is_foreign(error: Exception) -> bool:
    """Whether a site's keys are something else: then the others need not suffer."""
    return isinstance(error, ResponseError) and str(error).startswith("WRONGTYPE")
