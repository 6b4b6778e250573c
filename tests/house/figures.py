"""The figures of the code's sizes that CONTRIBUTING shows."""

import ast
import statistics
from collections.abc import Iterator

from tests.house.floors import FLOOR_OF
from tests.house.sources import PACKAGE, Sources, imports_of, module_of, room_of, rooms_imported


def _functions(sources: Sources) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for source in sources.values():
        for node in ast.walk(ast.parse(source)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                yield node


def _lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def _circles(sources: Sources) -> int:
    """Counts the modules that can be reached from themselves by imports."""
    modules = {".".join((PACKAGE, *module_of(path))): path for path in sources}
    arrows = {
        name: {found for found in imports_of(path, sources[path]) if found in modules and found != name}
        for name, path in modules.items()
    }

    def reached(start: str) -> set[str]:
        seen: set[str] = set()
        waiting_for = list(arrows[start])
        while waiting_for:
            name = waiting_for.pop()
            if name not in seen:
                seen.add(name)
                waiting_for += arrows[name]
        return seen

    return sum(name in reached(name) for name in modules)


def figures(package: Sources, tests: Sources) -> dict[str, object]:
    """Returns what CONTRIBUTING tells of the code's sizes, computed from the sources."""
    sizes = sorted(len(text.splitlines()) for text in package.values())
    functions = list(_functions(package))
    public = [one for one in functions if not one.name.startswith("_")]
    documented = sum(ast.get_docstring(one) is not None for one in public)
    up = sum(
        FLOOR_OF.get(other, -1) > FLOOR_OF.get(room_of(path), 99)
        for path, source in package.items()
        for other, _ in rooms_imported(path, source)
    )
    code, tested = sum(sizes), sum(len(text.splitlines()) for text in tests.values())
    return {
        "files": len(sizes),
        "lines": code,
        "median file, lines": statistics.median(sizes),
        "largest file, lines": sizes[-1],
        "median function, lines": statistics.median(map(_lines, functions)),
        "functions over 40 lines": sum(_lines(one) > 40 for one in functions),
        "modules in import circles": _circles(package),
        "imports that go up": up,
        "public functions with a docstring": f"{documented} of {len(public)}",
        "tests : code, lines": f"{tested / code:.2f}",
    }
