"""Contract suites: one for each port, in `tests/contracts/`."""

import ast

from tests.house.sources import PACKAGE, Sources, Wrongs

# Protocols that describe a value or a callable, and have nothing to implement twice.
NO_SUITE_NEEDED: dict[str, str] = {}


def ports_without_suite(package: Sources, tests: Sources) -> Wrongs:
    """Finds ports that no suite in `tests/contracts/` imports by name."""
    suites = [source for path, source in tests.items() if path.startswith("contracts/test_")]
    tested = {
        f"{node.module}.{alias.name}"
        for source in suites
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    wrongs = {}
    for path, source in package.items():
        if not path.startswith("ports/"):
            continue
        module = f"{PACKAGE}.{path.removesuffix('.py').replace('/', '.')}"
        for node in ast.parse(source).body:
            is_port = isinstance(node, ast.ClassDef) and "Protocol" in map(ast.unparse, node.bases)
            if is_port and f"{module}.{node.name}" not in tested and node.name not in NO_SUITE_NEEDED:  # type: ignore[attr-defined]
                wrongs[f"{path}:{node.name}"] = "no suite in tests/contracts imports this port"  # type: ignore[attr-defined]
    return wrongs
