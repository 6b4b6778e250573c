"""Compressed answers: the encoding that a client takes, and bytes in it."""

import asyncio
import gzip
from collections.abc import Mapping

import brotli

ENCODINGS = ("br", "gzip")
"""What is offered, the best first."""
MIN_BYTES = 1_000
"""Of an answer that is worth it: fewer fit into one packet with their headers anyway."""
THREAD_BYTES = 20_000
"""What is longer takes a millisecond or more, and is compressed in a thread."""
BROTLI_QUALITY, GZIP_LEVEL = 4, 4
"""About as fast as each other: a megabyte of figures takes some 20 ms."""
_LISTED_LIMIT = 20


def choose_encoding(accepted: str) -> str:
    """Returns the best encoding that an Accept-Encoding header allows; "" stands for none (RFC 9110)."""
    weights = _parse_weights(accepted)
    rest = weights.get("*", 0.0)
    best = max(ENCODINGS, key=lambda name: weights.get(name, rest))
    weight = weights.get(best, rest)
    return best if weight > 0 and weight >= weights.get("identity", 0.0) else ""


def _parse_weights(accepted: str) -> Mapping[str, float]:
    weights = {}
    for part in accepted.lower().split(",", _LISTED_LIMIT)[:_LISTED_LIMIT]:
        name, _, parameter = part.partition(";")
        key, _, value = parameter.partition("=")
        try:
            weights[name.strip()] = float(value) if key.strip() == "q" else 1.0
        except ValueError:
            weights[name.strip()] = 0.0
    return weights


def compress(body: bytes, encoding: str) -> bytes:
    """Returns the same bytes for the same input, in one of ENCODINGS."""
    if encoding == "br":
        compressed: bytes = brotli.compress(body, mode=brotli.MODE_TEXT, quality=BROTLI_QUALITY)
        return compressed
    return gzip.compress(body, GZIP_LEVEL, mtime=0)


class Compressor:
    """Compresses answers, long ones in a thread and one at a time, so that beacons keep the other cores."""

    def __init__(self) -> None:
        self._gate = asyncio.Semaphore(1)

    async def compress(self, body: bytes, encoding: str) -> bytes:
        """Returns the bytes in that encoding."""
        if len(body) < THREAD_BYTES:
            return compress(body, encoding)
        async with self._gate:
            return await asyncio.to_thread(compress, body, encoding)
