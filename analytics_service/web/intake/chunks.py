"""Chunks of a body: one whose size is beyond all bounds is refused before any of it comes."""

from __future__ import annotations

import re
from typing import Any

from analytics_service.web.intake.pipeline import TurnTaking

CHUNK_LIMIT, LONGEST_SIZE = 2**32, 64
"""Bytes of a chunk, and signs in which its size is written; what a body may have is far less."""
_SIZE = re.compile(rb"\r\n([0-9A-Fa-f]{9,16})[ \t]*[;\r]")


class BoundedChunks(TurnTaking):
    """Looks at the size of each chunk as it is announced: the parser does not tell it."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._lately = b""

    def _remember(self, data: bytes) -> None:
        """Keeps what is given to the parser now, with the end of what it was given before."""
        self._lately = data if self._begun_at is None else self._lately[-LONGEST_SIZE:] + data

    def on_chunk_header(self) -> None:
        """Refuses a chunk that no body may have."""
        if any(int(size, 16) > CHUNK_LIMIT for size in _SIZE.findall(self._lately)):
            self._refuse_chunk()

    def _refuse_chunk(self) -> None:
        raise NotImplementedError
