"""What is asked of a neighbouring server to see whether it is in order."""

from collections.abc import Callable
from typing import NamedTuple


class RedisState(NamedTuple):
    """How a Redis answers: `latency` in seconds, its `clock` in epoch seconds, its policy when it is full."""

    latency: float
    policy: str
    has_memory_limit: bool
    clock: int


RedisProbe = Callable[[], RedisState]
"""Asks the Redis that is configured, once. Raises Unavailable."""
