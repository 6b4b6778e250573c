"""Drawings that are kept: the same scene is drawn once."""

from collections import OrderedDict
from dataclasses import dataclass
from gzip import compress
from hashlib import blake2b

KEPT_BYTES = 16 * 1024 * 1024
PACKED_FROM = 400


@dataclass(frozen=True, slots=True)
class Rendering:
    """An outlet's bytes, packed too where that is worth it; `tag` is strong over them."""

    body: bytes
    packed: bytes
    tag: str

    @property
    def size(self) -> int:
        """What it costs to keep."""
        return len(self.body) + len(self.packed) + 1024


def drawing(body: bytes, *, packs: bool) -> Rendering:
    """The drawing of these bytes."""
    packed = compress(body, 6, mtime=0) if packs and len(body) >= PACKED_FROM else b""
    return Rendering(body, packed, blake2b(body, digest_size=8).hexdigest())


class RenderCache:
    """By what is drawn, up to a number of bytes; what was not asked for lately goes first."""

    def __init__(self, limit: int = KEPT_BYTES) -> None:
        self._kept: OrderedDict[object, Rendering] = OrderedDict()
        self._limit = limit
        self.size = 0

    def find(self, key: object) -> Rendering | None:
        """The drawing, if it was kept."""
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
        return found

    def keep(self, key: object, made: Rendering) -> None:
        """Keeps a drawing."""
        if key in self._kept:
            self.size -= self._kept.pop(key).size
        self._kept[key] = made
        self.size += made.size
        while self.size > self._limit:
            _, gone = self._kept.popitem(last=False)
            self.size -= gone.size
