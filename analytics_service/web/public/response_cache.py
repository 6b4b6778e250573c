"""Answers that are ready to be sent again: the same bytes for the same address, for some seconds."""

import time
from collections import OrderedDict
from typing import NamedTuple

from starlette.responses import Response

from analytics_service.collecting.sites import SiteCache
from analytics_service.domain.site import Site

ANSWERS_KEPT = 2_000


class CachedResponse(NamedTuple):
    """An answer and what it holds for; `stale_at` on the monotonic clock."""

    response: Response
    name: str
    site: Site
    stale_at: float


class ResponseCache:
    """By the request's target as it came; what was not asked for lately goes first."""

    def __init__(self, sites: SiteCache) -> None:
        self._sites = sites
        self._kept: OrderedDict[bytes, CachedResponse] = OrderedDict()

    def keep(self, target: bytes, ready: CachedResponse) -> None:
        """Keeps an answer until it is stale."""
        self._kept[target] = ready
        if len(self._kept) > ANSWERS_KEPT:
            self._kept.popitem(last=False)

    def find(self, target: bytes) -> Response | None:
        """The answer, unless it is stale or its site has changed since."""
        ready = self._kept.get(target)
        if ready is None:
            return None
        if time.monotonic() >= ready.stale_at or self._sites.find(ready.name) is not ready.site:
            del self._kept[target]
            return None
        self._kept.move_to_end(target)
        return ready.response
