"""The bytes of an outlet, plain and compressed."""

from dataclasses import dataclass
from gzip import compress

from analytics_service.web.headers import digest_of
from analytics_service.web.lru_cache import LruCache

CACHE_BYTES = 16 * 1024 * 1024
MIN_COMPRESSED_BYTES = 400
OVERHEAD_BYTES = 1024


@dataclass(frozen=True, slots=True)
class Rendering:
    """An outlet's bytes, and compressed ones where that is worth it; `tag` is a strong tag without quotes."""

    body: bytes
    compressed: bytes
    tag: str

    @property
    def size(self) -> int:
        """How many bytes of memory it takes, about."""
        return len(self.body) + len(self.compressed) + OVERHEAD_BYTES


def make_rendering(body: bytes, *, compresses: bool) -> Rendering:
    """Returns the rendering of these bytes; few bytes are not compressed."""
    is_worth_it = compresses and len(body) >= MIN_COMPRESSED_BYTES
    return Rendering(body, compress(body, 6, mtime=0) if is_worth_it else b"", digest_of(body))


def make_render_cache(limit: int = CACHE_BYTES) -> LruCache[object, Rendering]:
    """Returns a cache of renderings by what they show, of that many bytes in all."""
    return LruCache(limit, lambda rendering: rendering.size)
