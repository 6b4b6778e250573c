"""A sign of life in the data folder, so that the next start knows since when nobody served it."""

import asyncio
from pathlib import Path

from analytics_service.operating.lock_holders import ALIVE_INTERVAL, note_alive
from analytics_service.ports.clock import Clock


async def give_signs(folder: Path, clock: Clock) -> None:
    """Gives a sign once a minute until it is cancelled."""
    while True:
        # In a thread: a disk that hangs keeps no beacon waiting.
        await asyncio.to_thread(note_alive, folder, clock())
        await asyncio.sleep(ALIVE_INTERVAL.total_seconds())
