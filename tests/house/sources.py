"""Reading the package's sources: modules, imports, and the names that nodes stand in."""

import ast
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

PACKAGE = "analytics_service"

Sources = Mapping[str, str]
"""Source text by path, relative to the package."""
Wrongs = dict[str, str]
"""What is wrong, by place: a path, or `path:qualified.name`."""


def module_of(path: str) -> tuple[str, ...]:
    """Returns the module's name inside the package, in parts: `web/errors.py` gives web, errors."""
    parts = PurePosixPath(path).with_suffix("").parts
    return parts[:-1] if len(parts) > 1 and parts[-1] == "__init__" else parts


def room_of(path: str) -> str:
    """Returns the package's part, its room, in which the file stands."""
    return module_of(path)[0]


def imports_of(path: str, source: str) -> Iterator[str]:
    """Yields every module that the file imports, anywhere in it, by its full name."""
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
    """Yields the rooms that the file imports, each with the full name it is imported by."""
    for name in imports_of(path, source):
        package, _, inside = name.partition(".")
        room = inside.partition(".")[0]
        if package == PACKAGE and not room.startswith("__version"):
            yield room, name


def _named(tree: ast.AST, within: str = "") -> Iterator[tuple[str, ast.AST]]:
    for child in ast.iter_child_nodes(tree):
        is_scope = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        name = f"{within}.{child.name}".lstrip(".") if is_scope else within  # type: ignore[attr-defined]
        yield name, child
        yield from _named(child, name)


def nodes(sources: Sources) -> Iterator[tuple[str, ast.AST]]:
    """Yields every node with its place: the function or class that it stands in (or is)."""
    for path, source in sources.items():
        for name, node in _named(ast.parse(source)):
            yield (f"{path}:{name}" if name else path), node
