"""What the named queries may read."""

import re
from importlib.resources import files

from analytics_service.storage.sqlite.sql import queries

FOLDER = files("analytics_service.storage.sqlite").joinpath("queries")
FILES = sorted(entry.name.removesuffix(".sql") for entry in FOLDER.iterdir())
READS = re.compile(r"\b(?:from|join)\s+(visit|view)\b")
MAY_READ_MARKED = {
    "quarantine": "it is what sets marks",
    "verification": "it deletes what is no longer kept, marked or not",
    "batch": "a suspected fact joins a marked visit",
    "anonymity": "ids go whether what they are of is counted or not",
}


def test_only_quarantine_and_fold_read_visits_that_are_not_counted() -> None:
    reading = {
        (file, name) for file in FILES for name, statement in queries(file).items() if READS.search(statement)
    }
    assert {file for file, _ in reading} == MAY_READ_MARKED.keys()
    assert {name for file, name in reading if file == "batch"} == {"find_visits_named", "find_visit"}
    # Of a counted view the visit tells the visitor, whatever its own mark is between two steps.
    found = {name for file, name in reading if file == "verification" and name.startswith("found")}
    assert found == {"found_visitors"}


def test_a_query_that_reads_the_tables_is_found() -> None:
    assert READS.search("select 1 from view as w")
    assert READS.search("select 1 from counted_view as w join visit on 1")
    assert not READS.search("select 1 from counted_view as w cross join counted_visit as v")
