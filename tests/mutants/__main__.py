"""Runs the tests on mutants of the code: `make mutants ARGS="--seed 1 --count 1000"`."""

import argparse
import sys
from pathlib import Path

import pytest

from tests.mutants.mutations import draw, find
from tests.mutants.plugin import Plugin
from tests.mutants.report import Report, alive_of, reasons_of

HERE = Path(__file__).parent
TOP = HERE.parents[1]
PACKAGE = TOP / "analytics_service"
ROOMS = ["domain", "collecting", "applying", "journal", "storage"]
TESTS = [f"tests/{folder}" for folder in (*ROOMS, "contracts", "reporting")]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make mutants", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="which mutants are drawn")
    parser.add_argument("--count", type=int, default=1000, help="how many of them; 0 is all")
    parser.add_argument("--rooms", nargs="+", default=ROOMS, help="packages that are changed")
    parser.add_argument("--tests", nargs="+", default=TESTS, help="tests that are run")
    parser.add_argument("--seconds", type=float, default=6.0, help="of tests for each mutant, at most")
    parser.add_argument("--examples", type=int, default=20, help="of each property, at most")
    parser.add_argument("--out", type=Path, default=HERE / "output", help="folder of the results")
    parser.add_argument("--part", default="1/1", help="1/2 and 2/2 for two runs side by side")
    parser.add_argument("--again", action="store_true", help="only those that this seed left alive last time")
    return parser.parse_args()


def main() -> int:
    """Prints each mutant that survives; returns 1 if one of them is not in survivors.txt."""
    given = _arguments()
    part, parts = map(int, given.part.split("/"))
    given.out.mkdir(exist_ok=True)
    log = given.out / f"seed-{given.seed}.jsonl"
    if given.again:
        mutants = find(PACKAGE, alive_of(log))
        log = log.with_suffix(".again.jsonl")
    else:
        mutants = draw(PACKAGE, given.rooms, given.seed, given.count)
    mutants = mutants[part - 1 :: parts]
    if parts > 1:
        log = log.with_suffix(f".part-{part}.jsonl")
    with log.open("w", encoding="utf-8") as file:
        report = Report(file, reasons_of(HERE / "survivors.txt"))
        plugin = Plugin(
            PACKAGE, mutants, given.out, report.add, allowance=given.seconds, examples=given.examples
        )
        options = ["-q", "-n", "0", "-p", "no:cacheprovider", "-o", "timeout=0", "-m", "quick"]
        pytest.main([*options, *given.tests], plugins=[plugin])
    return report.end(given.seed)


sys.exit(main())
