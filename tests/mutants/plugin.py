"""The part of pytest that runs tests on mutants: tests are collected once, and each mutant is a fork."""

import faulthandler
import importlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.mutants.coverage_map import CoverageMap, read_or_make_map
from tests.mutants.mutations import Mutant
from tests.mutants.processes import OUT_OF_TIME, answer_of
from tests.mutants.replacement import Functions, find_functions, replace_function
from tests.mutants.report import KILLED, SURVIVED, TIMED_OUT, UNTESTED

MOST_SECONDS = 300
ALL_PASSED, NOT_PLACED = "all passed", "not placed"


class Verdicts:
    """Hears of every report, so that a test runs with all that surrounds it otherwise."""

    def __init__(self) -> None:
        self.failed = False

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Notes a failure."""
        self.failed = self.failed or report.failed


@dataclass
class Plugin:
    """Runs mutants in place of the tests' own loop, and tells `add` how each ended."""

    package: Path
    mutants: list[Mutant]
    out: Path
    add: Callable[[Mutant, str, float, str], None]
    allowance: float
    examples: int

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Gives each property a few examples, always the same."""
        from hypothesis import settings  # Only now: pytest rewrites it as it loads it as a plugin.

        for item in items:
            function = getattr(item, "obj", None)
            own = getattr(function, "_hypothesis_internal_use_settings", None)
            if function is not None and own is not None:
                few = min(self.examples, own.max_examples)
                function._hypothesis_internal_use_settings = settings(
                    own, max_examples=few, derandomize=True, database=None, deadline=None
                )

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Runs every mutant; true, so that pytest runs nothing itself."""
        _import_all(self.package)
        session.config.pluginmanager.unregister(name="terminalreporter")
        items = {item.nodeid: item for item in session.items}
        known = read_or_make_map(self.package, list(items.values()), _passes, self.out / "map.json")
        print(f"{len(items)} tests; they fail without any mutant: {known.failed or 'none'}\n", flush=True)
        functions = find_functions(self.package)
        for mutant in self.mutants:
            began = time.monotonic()
            tests = [items[name] for name in known.tests_for(mutant, self.allowance)]
            end, by = self._end_of(mutant, tests, known, functions)
            self.add(mutant, end, time.monotonic() - began, by)
        return True

    def _end_of(
        self, mutant: Mutant, tests: list[pytest.Item], known: CoverageMap, functions: Functions
    ) -> tuple[str, str]:
        """How the mutant ends, and by which test."""
        if not tests:
            return UNTESTED, ""

        def first_failure() -> str:
            if not replace_function(mutant, self.package, functions):
                return NOT_PLACED
            for index, test in enumerate(tests):
                faulthandler.dump_traceback_later(10 + 20 * known.seconds(test.nodeid), exit=True, file=2)
                if not _passes(tests, index):
                    return test.nodeid
            return ALL_PASSED

        status, answer = answer_of(first_failure, MOST_SECONDS)
        if status == OUT_OF_TIME:
            return TIMED_OUT, ""
        if answer == NOT_PLACED:
            return UNTESTED, "its code could not be put in place"
        # Whoever ends without an answer was ended by what the mutant did.
        return (SURVIVED, f"{len(tests)} tests") if answer == ALL_PASSED else (KILLED, answer)


def _passes(tests: list[pytest.Item], index: int) -> bool:
    test, following = tests[index], tests[index + 1] if index + 1 < len(tests) else None
    verdicts = Verdicts()
    test.config.pluginmanager.register(verdicts)
    test.config.hook.pytest_runtest_protocol(item=test, nextitem=following)
    test.config.pluginmanager.unregister(verdicts)
    return not verdicts.failed


def _import_all(package: Path) -> None:
    """Imports what is imported only as it is needed, so that its functions are there to be replaced."""
    for path in package.rglob("*.py"):
        if path.name != "__main__.py":
            parts = path.relative_to(package.parent).with_suffix("").parts
            importlib.import_module(".".join(parts).removesuffix(".__init__"))
