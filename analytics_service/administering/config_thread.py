"""Calls to what is configured, one after the other on a thread of their own."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from analytics_service.ports.storage import ConfigStores

T = TypeVar("T")


class ConfigThread:
    """Runs calls beside the event loop, one at a time, with the stores of one connection."""

    def __init__(self, stores: ConfigStores) -> None:
        self._stores = stores
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="config")

    async def run(self, work: Callable[[ConfigStores], T]) -> T:
        """Returns what the work returns, and raises what it raises; begun work is never cut off."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, self._stores)

    def close(self) -> None:
        """Waits for the call that is running; others that wait are not made."""
        self._thread.shutdown(wait=True, cancel_futures=True)
