"""Which tests need no server and no browser: those in whose functions and fixtures none is started."""

import inspect
from collections.abc import Iterable, Iterator
from types import CodeType, FunctionType, ModuleType

import pytest

STARTERS = frozenset({"Popen", "sync_playwright"})
"""Whoever starts a server or a browser calls one of these in the end."""


def is_quick(item: pytest.Item) -> bool:
    """Whether nothing that the test calls, as far as its code names it, starts a server or a browser."""
    if not isinstance(item, pytest.Function):
        return True
    fixtures = item._fixtureinfo.name2fixturedefs.values()
    return not _starts([item.function, *(fixture.func for some in fixtures for fixture in some)])


def _starts(called: Iterable[object]) -> bool:
    waiting, seen = list(called), set[int]()
    while waiting:
        for function in _functions(waiting.pop()):
            names = set(_names(function.__code__))
            if names & STARTERS:
                return True
            for one in _ours(function, names):
                if id(one) not in seen:
                    seen.add(id(one))
                    waiting.append(one)
    return False


def _functions(one: object) -> Iterator[FunctionType]:
    """The function under its decorators, or all of a class."""
    if inspect.isclass(one):
        for member in vars(one).values():
            yield from _functions(getattr(member, "__func__", member))
    elif callable(one) and isinstance(plain := inspect.unwrap(one), FunctionType):
        yield plain


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)


def _ours(function: FunctionType, names: set[str]) -> Iterator[object]:
    """What the tests themselves define, of all that the function names, also through a module."""
    known = function.__globals__
    modules = [found for name in names if isinstance(found := known.get(name), ModuleType)]
    for found in [known.get(name) for name in names] + [vars(m).get(name) for m in modules for name in names]:
        if str(getattr(found, "__module__", "")).startswith("tests."):
            yield found
