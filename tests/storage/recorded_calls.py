"""Which calls of a store were made, and which there are."""

from dataclasses import fields
from typing import Any, TypeVar, get_type_hints

T = TypeVar("T")
Call = tuple[str, str]
"""A store's name and its method's."""


class _Recorded:
    def __init__(self, store: object, name: str, calls: set[Call]) -> None:
        self._store = store
        self._name = name
        self._calls = calls

    def __getattr__(self, method: str) -> Any:
        self._calls.add((self._name, method))
        return getattr(self._store, method)


def recorded(stores: T, calls: set[Call]) -> T:
    """The same stores; each call of one of their methods is added to `calls`."""
    names = [field.name for field in fields(stores)]  # type: ignore[arg-type]
    return type(stores)(**{name: _Recorded(getattr(stores, name), name, calls) for name in names})


def calls_of(stores: type[object]) -> set[Call]:
    """Every call of the ports of these stores."""
    return {
        (name, method)
        for name, port in get_type_hints(stores).items()
        for method in dir(port)
        if not method.startswith("_")
    }
