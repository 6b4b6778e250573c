"""Whole answers of the counter, to be sent again for some seconds without a look at their request."""

import time
from typing import NamedTuple

from starlette.responses import Response

from analytics_service.collecting.sites import SiteCache
from analytics_service.domain.site import Site
from analytics_service.web.lru_cache import LruCache

CACHE_SIZE = 2_000


class CachedResponse(NamedTuple):
    """An answer, and the site and time for which it holds; `stale_at` is on the monotonic clock."""

    response: Response
    name: str
    site: Site
    stale_at: float


class ResponseCache:
    """Finds answers by the request's target, byte for byte as it came."""

    def __init__(self, sites: SiteCache) -> None:
        self._sites = sites
        self._cache: LruCache[bytes, CachedResponse] = LruCache(CACHE_SIZE)

    def store(self, target: bytes, cached: CachedResponse) -> None:
        """Keeps an answer until it is stale or its site changes."""
        self._cache.store(target, cached)

    def find(self, target: bytes) -> Response | None:
        """Returns the answer, unless it is stale or its site has changed since."""
        cached = self._cache.find(target)
        if cached is None:
            return None
        if time.monotonic() >= cached.stale_at or self._sites.find(cached.name) is not cached.site:
            self._cache.discard(target)
            return None
        return cached.response
