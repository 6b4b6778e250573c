"""Floors: imports go down only, drivers stay in their rooms, the domain is pure, faces hold no code."""

import ast
from pathlib import PurePosixPath

from tests.house.sources import Sources, Wrongs, imports_of, module_of, nodes, room_of, rooms_imported

FLOORS = (
    ("domain", "errors"),
    ("ports", "disk", "logs"),
    ("redis_client",),
    ("journal", "live", "limits", "storage", "enrichment", "interop", "mail"),
    ("collecting", "applying", "reporting", "administering", "importing", "operating"),
    ("web",),
    ("app", "processes", "settings"),
    ("__main__", "cli"),
)
FLOOR_OF = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}
STANDS_ALONE = {"__init__", "client"}
NEIGHBOURS = {("__main__", "cli"), ("domain", "errors"), ("processes", "app"), ("processes", "settings")}
# What stands behind a port: nothing below the composition root knows which one it is.
IMPLEMENTATIONS = {"journal", "live", "limits", "storage", "mail", "redis_client"}

PURE_ROOMS = {"domain", "errors", "interop"}
IMPURE_MODULES = {
    *("aiosqlite", "asyncio", "httptools", "io", "logging", "os", "pathlib", "random", "redis", "secrets"),
    *("shutil", "socket", "sqlite3", "starlette", "subprocess", "tempfile", "threading", "time", "uvicorn"),
}
IMPURE_CALLS = {"date.today", "datetime.now", "datetime.today", "datetime.utcnow", "time.time"}
IMPURE_CALLS |= {"input", "open", "print", "uuid.uuid1", "uuid.uuid4", "uuid1", "uuid4"}

DRIVERS = {
    "aiosqlite": ("storage",),
    "redis": ("live", "limits", "redis_client"),
    "sqlite3": ("disk", "journal", "storage"),
    "starlette": ("app", "web"),
    "uvicorn": ("processes", "web.intake"),
}


def crossed_floors(sources: Sources) -> Wrongs:
    """Finds imports that go up or across, and rooms on no floor."""
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
    """Finds what names an implementation where it should ask a port."""
    below_app = range(FLOOR_OF["collecting"], FLOOR_OF["app"])
    return {
        f"{path}:{name}": f"{room_of(path)} asks a port, and knows not what stands behind it"
        for path, source in sources.items()
        for other, name in rooms_imported(path, source)
        if other in IMPLEMENTATIONS and FLOOR_OF.get(room_of(path), 0) in below_app
    }


def storage_opened(sources: Sources) -> Wrongs:
    """Finds what imports storage elsewhere than in `app`, which opens it for everybody."""
    return {
        f"{path}:{name}": "only app opens storage"
        for path, source in sources.items()
        for other, name in rooms_imported(path, source)
        if other == "storage" and room_of(path) not in ("storage", "app")
    }


def impurities(sources: Sources) -> Wrongs:
    """Finds I/O, clocks and randomness where only values and pure functions belong."""
    pure = {path: source for path, source in sources.items() if room_of(path) in PURE_ROOMS}
    wrongs = {
        f"{path}:{name}": f"{room_of(path)} is pure and has no use for {name}"
        for path, source in pure.items()
        for name in imports_of(path, source)
        if name.partition(".")[0] in IMPURE_MODULES
    }
    for place, node in nodes(pure):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            if called in IMPURE_CALLS or called.removeprefix("datetime.") in IMPURE_CALLS:
                wrongs[place] = f"{room_of(place.partition(':')[0])} is pure and does not call {called}()"
    return wrongs


def stray_drivers(sources: Sources) -> Wrongs:
    """Finds drivers outside the rooms that wrap them."""
    wrongs = {}
    for path, source in sources.items():
        module = ".".join(module_of(path)) + "."
        for name in imports_of(path, source):
            rooms = DRIVERS.get(name.partition(".")[0])
            if rooms and not any(module.startswith(f"{room}.") for room in rooms):
                wrongs[f"{path}:{name}"] = f"{name} belongs in {' and '.join(rooms)}"
    return wrongs


def code_in_faces(sources: Sources) -> Wrongs:
    """Finds definitions in an `__init__.py`: a package's face is a docstring and what it re-exports."""
    wrongs = {}
    for path, source in sources.items():
        # The version is looked up when it is asked for: it would cost every process a tenth of its start.
        if PurePosixPath(path).name != "__init__.py" or path == "__init__.py":
            continue
        allowed = ast.Expr | ast.Import | ast.ImportFrom
        for node in ast.parse(source).body:
            is_all = isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__"
            if not isinstance(node, allowed) and not is_all:
                wrongs[path] = f"line {node.lineno}: a face re-exports and defines nothing"
    return wrongs
