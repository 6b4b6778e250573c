"""The house holds: floors, the purity of the domain, drivers in their rooms, and sizes.

Each check is a pure function over `{path: source}`, the paths relative to the package, and returns what is
wrong as `{place: what}`. Below, each is first shown a small wrong sample and must bite.
"""

import ast
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path, PurePosixPath

import pytest

PACKAGE = "analytics_service"
ROOT = Path(__file__).parent.parent / PACKAGE

FLOORS = (
    ("domain", "errors"),
    ("ports",),
    ("journal", "live", "storage", "enrichment", "mail"),
    ("collecting", "applying", "reporting", "administering", "importing"),
    ("web", "interop"),
    ("app", "settings"),
    ("__main__", "cli"),
)
FLOOR_OF = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}
STANDS_ALONE = {"__init__", "client"}
NEIGHBOURS = {("__main__", "cli"), ("domain", "errors")}
# What stands behind a port: nothing below the fuse box knows which one it is.
IMPLEMENTATIONS = {"journal", "live", "storage", "mail"}

PURE_ROOMS = {"domain", "errors"}
IMPURE_MODULES = {
    *("aiosqlite", "asyncio", "httptools", "io", "logging", "os", "pathlib", "random", "redis", "secrets"),
    *("shutil", "socket", "sqlite3", "starlette", "subprocess", "tempfile", "threading", "time", "uvicorn"),
}
IMPURE_CALLS = {"date.today", "datetime.now", "datetime.today", "datetime.utcnow", "time.time"}
IMPURE_CALLS |= {"input", "open", "print", "uuid.uuid1", "uuid.uuid4", "uuid1", "uuid4"}

DRIVERS = {
    "aiosqlite": ("journal", "storage"),
    "redis": ("live",),
    "sqlite3": ("journal", "storage"),
    "starlette": ("app", "interop", "web"),
    "uvicorn": ("cli", "web.connection", "web.fast_lane", "web.turns"),
}

FILE_LINES = 300
FUNCTION_LINES = 40
PUBLIC_METHODS = 10
POSITIONAL_ARGUMENTS = 5
NO_ROOM_NAMES = {"common", "helper", "helpers", "misc", "util", "utils"}

# "path", "path:qualified.name" or "path:imported.module", and why it may.
EXCEPTIONS: dict[str, str] = {}

Sources = Mapping[str, str]
Wrongs = dict[str, str]


def module_of(path: str) -> tuple[str, ...]:
    """The module's name inside the package, in parts: `web/fast_lane.py` → web, fast_lane."""
    parts = PurePosixPath(path).with_suffix("").parts
    return parts[:-1] if len(parts) > 1 and parts[-1] == "__init__" else parts


def room_of(path: str) -> str:
    return module_of(path)[0]


def imports_of(path: str, source: str) -> Iterator[str]:
    """Every module that the file imports, anywhere in it, by its full name."""
    folder = (PACKAGE, *PurePosixPath(path).parts[:-1])
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = folder[: len(folder) - node.level + 1] if node.level else ()
            module = ".".join((*base, *filter(None, [node.module])))
            # `from package import room` names the room only in its list.
            yield from (f"{module}.{alias.name}" for alias in node.names) if module == PACKAGE else (module,)


def rooms_imported(path: str, source: str) -> Iterator[tuple[str, str]]:
    """The rooms that the file imports, each with the full name it is imported by."""
    for name in imports_of(path, source):
        package, _, inside = name.partition(".")
        room = inside.partition(".")[0]
        if package == PACKAGE and not room.startswith("__version"):
            yield room, name


def named(tree: ast.AST, within: str = "") -> Iterator[tuple[str, ast.AST]]:
    """Every node with the qualified name of the function or class it stands in (or is)."""
    for child in ast.iter_child_nodes(tree):
        is_scope = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        name = f"{within}.{child.name}".lstrip(".") if is_scope else within  # type: ignore[attr-defined]
        yield name, child
        yield from named(child, name)


def nodes(sources: Sources) -> Iterator[tuple[str, ast.AST]]:
    for path, source in sources.items():
        for name, node in named(ast.parse(source)):
            yield (f"{path}:{name}" if name else path), node


def crossed_floors(sources: Sources) -> Wrongs:
    wrongs = {}
    for path, source in sources.items():
        room = room_of(path)
        if room not in FLOOR_OF and room not in STANDS_ALONE:
            wrongs[path] = f"the room {room} is on no floor"
            continue
        for other, name in rooms_imported(path, source):
            if other == room or (room, other) in NEIGHBOURS:
                continue
            if room in STANDS_ALONE or FLOOR_OF.get(other, len(FLOORS)) >= FLOOR_OF[room]:
                wrongs[f"{path}:{name}"] = f"{room} must not import {other}"
    return wrongs


def implementations_named(sources: Sources) -> Wrongs:
    return {
        f"{path}:{name}": f"{room_of(path)} asks a port, and knows not what stands behind it"
        for path, source in sources.items()
        for other, name in rooms_imported(path, source)
        if other in IMPLEMENTATIONS - {room_of(path)} and FLOOR_OF.get(room_of(path), 0) < FLOOR_OF["app"]
    }


def impurities(sources: Sources) -> Wrongs:
    pure = {path: source for path, source in sources.items() if room_of(path) in PURE_ROOMS}
    wrongs = {
        f"{path}:{name}": f"the domain is pure and has no use for {name}"
        for path, source in pure.items()
        for name in imports_of(path, source)
        if name.partition(".")[0] in IMPURE_MODULES
    }
    for place, node in nodes(pure):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            if called in IMPURE_CALLS or called.removeprefix("datetime.") in IMPURE_CALLS:
                wrongs[place] = f"the domain is pure and does not call {called}()"
    return wrongs


def stray_drivers(sources: Sources) -> Wrongs:
    wrongs = {}
    for path, source in sources.items():
        module = ".".join(module_of(path)) + "."
        for name in imports_of(path, source):
            rooms = DRIVERS.get(name.partition(".")[0])
            if rooms and not any(module.startswith(f"{room}.") for room in rooms):
                wrongs[f"{path}:{name}"] = f"{name} belongs in {' and '.join(rooms)}"
    return wrongs


def full_files(sources: Sources) -> Wrongs:
    lines = {path: len(source.splitlines()) for path, source in sources.items()}
    return {path: f"{count} lines of {FILE_LINES}" for path, count in lines.items() if count > FILE_LINES}


def long_functions(sources: Sources) -> Wrongs:
    wrongs = {}
    for place, node in nodes(sources):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > FUNCTION_LINES:
                wrongs[place] = f"{lines} lines of {FUNCTION_LINES}"
    return wrongs


def broad_classes(sources: Sources) -> Wrongs:
    wrongs = {}
    for place, node in nodes(sources):
        if isinstance(node, ast.ClassDef):
            methods = [part for part in node.body if isinstance(part, ast.FunctionDef | ast.AsyncFunctionDef)]
            public = {method.name for method in methods if not method.name.startswith("_")}
            if len(public) > PUBLIC_METHODS:
                wrongs[place] = f"{len(public)} public methods of {PUBLIC_METHODS}"
    return wrongs


def crowded_calls(sources: Sources) -> Wrongs:
    wrongs = {}
    for place, node in nodes(sources):
        if isinstance(node, ast.Call):
            positional = sum(not isinstance(argument, ast.Starred) for argument in node.args)
            if positional > POSITIONAL_ARGUMENTS:
                wrongs[place] = f"line {node.lineno}: {positional} positional arguments"
    return wrongs


def nameless_rooms(sources: Sources) -> Wrongs:
    return {
        path: "a room is named for what is in it"
        for path in sources
        if NO_ROOM_NAMES & set(PurePosixPath(path).with_suffix("").parts)
    }


CHECKS: tuple[Callable[[Sources], Wrongs], ...] = (
    crossed_floors,
    implementations_named,
    impurities,
    stray_drivers,
    full_files,
    long_functions,
    broad_classes,
    crowded_calls,
    nameless_rooms,
)


@pytest.fixture(scope="module")
def package() -> dict[str, str]:
    files = sorted(ROOT.rglob("*.py"))
    return {path.relative_to(ROOT).as_posix(): path.read_text("utf-8") for path in files}


def test_the_package_is_there(package):
    assert len(package) >= 10


@pytest.mark.parametrize("check", CHECKS)
def test_the_house_holds(check, package):
    wrongs = check(package)
    assert {place: what for place, what in wrongs.items() if place not in EXCEPTIONS} == {}


def test_every_exception_is_needed_and_has_a_reason(package):
    found = {place for check in CHECKS for place in check(package)}
    assert EXCEPTIONS.keys() - found == set()
    assert all(EXCEPTIONS.values())


def lines(count: int, indent: str = "") -> str:
    return f"{indent}x = 1\n" * count


WRONG = [
    (crossed_floors, "domain/visits.py", "import analytics_service.ports", ":analytics_service.ports"),
    (crossed_floors, "ports.py", "from analytics_service.web import errors", ":analytics_service.web"),
    (crossed_floors, "live/redis.py", "from analytics_service import storage", ":analytics_service.storage"),
    (crossed_floors, "live/redis.py", "from ..journal import open_journal", ":analytics_service.journal"),
    (crossed_floors, "live/redis.py", "from .. import journal", ":analytics_service.journal"),
    (crossed_floors, "app.py", "def f():\n    from .settings import read", ":analytics_service.settings"),
    (crossed_floors, "cli/__init__.py", "import analytics_service.__main__", ":analytics_service.__main__"),
    (crossed_floors, "errors.py", "from analytics_service.domain import model", ":analytics_service.domain"),
    (crossed_floors, "client/api.py", "from analytics_service.errors import X", ":analytics_service.errors"),
    (crossed_floors, "web/api/sites.py", "from analytics_service.attic import x", ":analytics_service.attic"),
    (crossed_floors, "attic.py", "", ""),
    (implementations_named, "web/app.py", "from ..storage import x", ":analytics_service.storage"),
    (implementations_named, "collecting.py", "from .live.redis import x", ":analytics_service.live.redis"),
    (impurities, "domain/visits.py", "import os.path", ":os.path"),
    (impurities, "domain/visits.py", "def f():\n    from random import choice", ":random"),
    (impurities, "errors.py", "import logging", ":logging"),
    (impurities, "domain/visits.py", "from datetime import datetime\nat = datetime.now()", ""),
    (impurities, "domain/visits.py", "import datetime\nday = datetime.date.today()", ""),
    (impurities, "domain/visits.py", "import datetime\nat = datetime.datetime.now()", ""),
    (impurities, "domain/visits.py", "def f():\n    return open('x')", ":f"),
    (stray_drivers, "web/counter.py", "import sqlite3", ":sqlite3"),
    (stray_drivers, "web/counter.py", "import uvicorn.protocols", ":uvicorn.protocols"),
    (stray_drivers, "storage/sqlite/config.py", "from redis.asyncio import Redis", ":redis.asyncio"),
    (stray_drivers, "cli/serve.py", "from starlette.routing import Route", ":starlette.routing"),
    (full_files, "web/counter.py", lines(301), ""),
    (long_functions, "web/counter.py", "class A:\n  async def f(self):\n" + lines(40, "    "), ":A.f"),
    (
        broad_classes,
        "live/memory.py",
        "class A:\n" + "".join(f" def m{n}(self): 0\n" for n in range(11)),
        ":A",
    ),
    (crowded_calls, "app.py", "def f():\n    g(1, 2, 3, 4, 5, 6)", ":f"),
    (nameless_rooms, "web/utils.py", "", ""),
    (nameless_rooms, "web/helpers/__init__.py", "", ""),
]


@pytest.mark.parametrize(("check", "path", "source", "place"), WRONG)
def test_each_check_bites(check, path, source, place):
    assert list(check({path: source})) == [path + place]


RIGHT = {
    "__init__.py": "from importlib.metadata import version",
    "__main__.py": "from analytics_service.cli import main",
    "app.py": "from analytics_service import __version__\nfrom analytics_service.live import open_redis\n"
    "import starlette.applications",
    "cli/__init__.py": "import uvicorn\nfrom analytics_service import app, settings",
    "domain/visits.py": "from datetime import datetime\nfrom analytics_service.errors import BadBeacon\n"
    "from analytics_service.domain import model\ndef f(at: datetime): return at.date()",
    "live/redis.py": "import redis.asyncio\nfrom ..ports import Live",
    "storage/sqlite/stats.py": "import sqlite3\nf(1, 2, 3, 4, 5, *rest, named=6)",
    "web/counter.py": lines(300),
    "web/fast_lane.py": "import uvicorn\ndef f():\n" + lines(39, "    "),
    "live/memory.py": "class A:\n" + "".join(f" def m{n}(self): 0\n" for n in range(10)) + " def _x(self): 0",
}


@pytest.mark.parametrize("check", CHECKS)
def test_no_check_bites_what_is_right(check):
    assert check(RIGHT) == {}
