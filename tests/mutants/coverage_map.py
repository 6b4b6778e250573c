"""Which tests run a line, and how long each takes: what to run for a mutant."""

import ast
import hashlib
import json
import time
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import coverage
import pytest

from tests.mutants.mutations import Mutant
from tests.mutants.processes import answer_of

MOST_SECONDS = 3600
SLOW = 1.0
"""More processor seconds than that are better spent on several other tests."""

Run = tuple[float, bool, dict[str, list[int]]]
"""Processor seconds of a test, whether it passed, and the lines it ran of each file."""


@dataclass(frozen=True)
class CoverageMap:
    """What each test needed and ran without any mutant, by its name."""

    package: Path
    runs: dict[str, Run]
    by_line: dict[tuple[str, int], list[str]]

    @property
    def failed(self) -> list[str]:
        """Tests that fail without any mutant, and say nothing of one."""
        return [name for name, (_, passed, _) in self.runs.items() if not passed]

    def seconds(self, name: str) -> float:
        """Processor seconds of a test."""
        return self.runs[name][0]

    def tests_for(self, mutant: Mutant, allowance: float) -> list[str]:
        """Tests that run the changed statement: quick ones of its module and package first."""
        file = self.package / mutant.path
        lines = _lines_of_statement(file.read_text("utf-8"), mutant.line)
        names = {name for line in lines for name in self.by_line.get((str(file), line), [])}
        package, module = mutant.path.split("/")[0], Path(mutant.path).stem

        def order(name: str) -> tuple[bool, bool, bool, float]:
            seconds = self.seconds(name)
            return seconds > SLOW, f"test_{module}" not in name, f"tests/{package}/" not in name, seconds

        chosen: list[str] = []
        for name in sorted((name for name in names if self.runs[name][1]), key=order):
            if not chosen or self.seconds(name) <= allowance:
                chosen.append(name)
                allowance -= self.seconds(name)
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
    package: Path, tests: list[pytest.Item], passes: Callable[[list[pytest.Item], int], bool], file: Path
) -> CoverageMap:
    """The map of these tests on this code; kept in a file, of which changed files of tests are run anew."""
    keys = _keys(package)
    kept: dict[str, tuple[str, Run]] = json.loads(file.read_text("utf-8")) if file.exists() else {}
    missing = [test for test in tests if kept.get(test.nodeid, ("",))[0] != keys[str(test.path)]]
    if missing:
        _, made = answer_of(lambda: _run_all(package, missing, passes), MOST_SECONDS)
        runs: dict[str, Run] = json.loads(made)
        kept |= {test.nodeid: (keys[str(test.path)], runs[test.nodeid]) for test in missing}
        file.write_text(json.dumps(kept), "utf-8")
    of_tests = {test.nodeid: kept[test.nodeid][1] for test in tests}
    by_line: dict[tuple[str, int], list[str]] = defaultdict(list)
    for name, (_, _, files) in of_tests.items():
        for path, lines in files.items():
            for line in lines:
                by_line[path, line].append(name)
    return CoverageMap(package, of_tests, by_line)


def _keys(package: Path) -> dict[str, str]:
    """For each file of tests a key that changes with it, with the code, and with what tests share."""
    tests = sorted((package.parent / "tests").rglob("*.py"))
    shared = hashlib.sha256()
    for path in [*sorted(package.rglob("*.py")), *(path for path in tests if path.name[:5] != "test_")]:
        if "mutants" not in path.parts:
            shared.update(path.read_bytes())
    return {str(path): hashlib.sha256(shared.digest() + path.read_bytes()).hexdigest()[:16] for path in tests}


def _run_all(
    package: Path, tests: list[pytest.Item], passes: Callable[[list[pytest.Item], int], bool]
) -> str:
    measured = coverage.Coverage(data_file=None, source=[str(package)], branch=False)
    measured.start()
    runs: dict[str, Run] = {}
    for index, test in enumerate(tests):
        began = time.process_time()
        measured.switch_context(test.nodeid)
        passed = passes(tests, index)
        runs[test.nodeid] = (time.process_time() - began, passed, {})
    measured.stop()
    found = measured.get_data()
    for path in found.measured_files():
        for line, names in found.contexts_by_lineno(path).items():
            for name in names:
                if name in runs:
                    runs[name][2].setdefault(path, []).append(line)
    return json.dumps(runs)
