"""Mirrors: a test below a room of the package stands under the name of what it tests."""

from pathlib import PurePosixPath

from tests.house.sources import Sources, Wrongs


def tests_without_module(package: Sources, tests: Sources) -> Wrongs:
    """Finds tests whose file names no module of the same room.

    `tests/ROOM/test_NAME.py` tests `ROOM/NAME.py` or the package `ROOM/NAME/`, and `test_NAME_ASPECT.py` an
    aspect of it. Folders of `tests/` that mirror no room (contracts, journey, browser, faults …) are free.
    """
    names: dict[str, set[str]] = {}
    for path in package:
        where = PurePosixPath(path)
        names.setdefault(str(where.parent), set()).add(where.stem)
        for folder in where.parents:
            names.setdefault(str(folder.parent), set()).add(folder.name)
    wrongs = {}
    for path in tests:
        where = PurePosixPath(path)
        room = str(where.parent)
        if room == "." or room not in names or not where.stem.startswith("test_"):
            continue
        tested = where.stem.removeprefix("test_")
        if not any(tested == name or tested.startswith(f"{name}_") for name in names[room] if name):
            wrongs[path] = f"names no module of {room}"
    return wrongs
