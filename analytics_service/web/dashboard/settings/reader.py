"""Reading stored drops for a page, beside the event loop."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from analytics_service.ports.drops import DropReader
from analytics_service.web.services import Services

T = TypeVar("T")


async def read_drops(services: Services, read: Callable[[DropReader], T]) -> T:
    """Returns what is read of the stored drops, on a thread. Raises Unavailable."""

    def run() -> T:
        with services.api.open_drops() as drops:
            return read(drops)

    return await asyncio.to_thread(run)
