"""A cache of bounded size, whatever is kept in it."""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class LruCache(Generic[Key, Value]):
    """Keeps values up to a total weight, by default their number; the least recently used goes first."""

    def __init__(self, limit: int, weigh: Callable[[Value], int] = lambda _: 1) -> None:
        self._limit = limit
        self._weigh = weigh
        self._values: OrderedDict[Key, Value] = OrderedDict()
        self.weight = 0

    def find(self, key: Key) -> Value | None:
        """Returns the value of that key, or None where it was never stored or has gone."""
        value = self._values.get(key)
        if value is not None:
            self._values.move_to_end(key)
        return value

    def store(self, key: Key, value: Value) -> None:
        """Keeps the value under that key, in place of an earlier one; others go where it is too much."""
        self.discard(key)
        self._values[key] = value
        self.weight += self._weigh(value)
        while self.weight > self._limit:
            _, oldest = self._values.popitem(last=False)
            self.weight -= self._weigh(oldest)

    def discard(self, key: Key) -> None:
        """Drops the value of that key, if there is one."""
        value = self._values.pop(key, None)
        if value is not None:
            self.weight -= self._weigh(value)
