"""Strings as numbers, and descriptions of visits as numbers: both found or made, and kept in memory."""

import sqlite3
from collections.abc import Callable
from typing import NamedTuple, TypeVar

from analytics_service.domain.dimensions import Acquisition, Location, Technology, VisitAttributes
from analytics_service.storage.sqlite.memory import Memory
from analytics_service.storage.sqlite.sql import queries

KEPT = 100_000
PART_SIZES = {"acquisition": 7, "location": 3, "technology": 7}
SQL = queries("strings")
_Value = TypeVar("_Value")
_Key = TypeVar("_Key")


class AttributeIds(NamedTuple):
    """Traits as a row of `visit` holds them."""

    hostname: int
    acquisition: int
    location: int
    technology: int


class Strings:
    """Strings and descriptions by their numbers; a number once given stays."""

    def __init__(self, connection: sqlite3.Connection, memory: Memory) -> None:
        self._db = connection
        self._memory = memory

    def number(self, value: str) -> int:
        """The number of a name, made where there is none."""
        return _remember(self._memory.strings, value, self._add)

    def _add(self, value: str) -> int:
        found = self._db.execute(SQL["string_id"], (value,)).fetchone()
        number: int = (found or self._db.execute(SQL["add_string"], (value,)).fetchone())[0]
        return number

    def numbers_of(self, attributes: VisitAttributes) -> AttributeIds:
        """Traits as numbers, made where there are none."""
        return AttributeIds(
            self.number(attributes.hostname),
            self._number_of_part("acquisition", attributes.origin),
            self._number_of_part("location", attributes.place),
            self._number_of_part("technology", attributes.technology),
        )

    def _number_of_part(self, table: str, part: tuple[str, ...]) -> int:
        def add(part: tuple[str, ...]) -> int:
            row = tuple(self.number(value) if value else 0 for value in part)
            found = self._db.execute(SQL[f"{table}_id"], row).fetchone()
            number: int = (found or self._db.execute(SQL[f"add_{table}"], row).fetchone())[0]
            return number

        return _remember(self._memory.parts[table], part, add)

    def attributes_of(self, numbers: AttributeIds) -> VisitAttributes:
        """Traits out of their numbers."""
        return _remember(self._memory.attributes, numbers, self._read)

    def value(self, number: int) -> str:
        """The string of that number; empty where there is none."""
        value: str = self._db.execute(SQL["string"], (number,)).fetchone()[0]
        return value

    def values_of(self, table: str, number: int) -> tuple[str, ...]:
        """The strings of what visits have in common, in the order of its dimensions."""
        row: tuple[str, ...] | None = self._db.execute(SQL[table], (number,)).fetchone()
        return row or ("",) * PART_SIZES[table]

    def _read(self, numbers: tuple[int, ...]) -> VisitAttributes:
        hostname, acquisition, location, technology = numbers
        return VisitAttributes(
            self.value(hostname),
            Acquisition(*self.values_of("acquisition", acquisition)),
            Location(*self.values_of("location", location)),
            Technology(*self.values_of("technology", technology)),
        )


def _remember(cache: dict[_Key, _Value], key: _Key, make: Callable[[_Key], _Value]) -> _Value:
    value = cache.get(key)
    if value is None:
        value = make(key)
        if len(cache) >= KEPT:
            cache.clear()
        cache[key] = value
    return value
