"""Which tests run a line, and how long each takes: what to run for a mutant."""

import ast
import hashlib
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import coverage
import pytest

from tests.mutants.mutations import Mutant
from tests.mutants.processes import answer_of

MOST_SECONDS = 3600


@dataclass(frozen=True)
class CoverageMap:
    """Seconds of each test; tests by file and line; and those that fail without any mutant."""

    package: Path
    seconds: dict[str, float]
    tests: dict[str, dict[int, list[str]]]
    failed: list[str]

    def tests_for(self, mutant: Mutant, allowance: float) -> list[str]:
        """Tests that run the changed statement: those of its module and package first, then the quickest."""
        lines = self.tests.get(str(self.package / mutant.path), {})
        code = (self.package / mutant.path).read_text("utf-8")
        names = {name for line in _lines_of_statement(code, mutant.line) for name in lines.get(line, [])}
        package, module = mutant.path.split("/")[0], Path(mutant.path).stem

        def order(name: str) -> tuple[bool, bool, float]:
            return f"test_{module}" not in name, f"tests/{package}/" not in name, self.seconds[name]

        chosen: list[str] = []
        for name in sorted(names - set(self.failed), key=order):
            if not chosen or self.seconds[name] <= allowance:
                chosen.append(name)
                allowance -= self.seconds[name]
        return chosen


def _lines_of_statement(code: str, line: int) -> list[int]:
    """The lines of the statement in which a line is, without those of a block below it."""
    best = [line]
    for node in ast.walk(ast.parse(code)):
        if not isinstance(node, ast.stmt) or isinstance(
            node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
        ):
            continue
        body = getattr(node, "body", None)
        last = max(node.lineno, body[0].lineno - 1) if body else node.end_lineno or node.lineno
        if node.lineno <= line <= last:
            best = list(range(node.lineno, last + 1))
    return best


def read_or_make_map(
    package: Path, tests: list[pytest.Item], passes: Callable[[list[pytest.Item], int], bool], out: Path
) -> CoverageMap:
    """The map of these tests on this code; kept in a file below `out` until either changes."""
    read = hashlib.sha256(" ".join(test.nodeid for test in tests).encode())
    folders = package, package.parent / "tests"
    for path in sorted(path for folder in folders for path in folder.rglob("*.py")):
        read.update(path.read_bytes())
    file = out / f"map-{read.hexdigest()[:16]}.json"
    if not file.exists():
        _, made = answer_of(lambda: _make(package, tests, passes), MOST_SECONDS)
        file.write_text(made, "utf-8")
    seconds, tests_of, failed = json.loads(file.read_text("utf-8"))
    by_line = {path: {int(line): names for line, names in lines.items()} for path, lines in tests_of.items()}
    return CoverageMap(package, seconds, by_line, failed)


def _make(package: Path, tests: list[pytest.Item], passes: Callable[[list[pytest.Item], int], bool]) -> str:
    seconds, failed = {}, []
    measured = coverage.Coverage(data_file=None, source=[str(package)], branch=False)
    measured.start()
    for index, test in enumerate(tests):
        began = time.monotonic()
        measured.switch_context(test.nodeid)
        if not passes(tests, index):
            failed.append(test.nodeid)
        seconds[test.nodeid] = time.monotonic() - began
    measured.stop()
    found = measured.get_data()
    return json.dumps(
        [seconds, {path: found.contexts_by_lineno(path) for path in found.measured_files()}, failed]
    )
