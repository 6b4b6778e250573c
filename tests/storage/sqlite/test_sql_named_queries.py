"""What the named queries may read."""

import re
import sqlite3
from contextlib import closing
from importlib.resources import files
from pathlib import Path

from analytics_service import storage as storages
from analytics_service.storage.sqlite.anonymity import anonymous_id
from analytics_service.storage.sqlite.sql import queries

FOLDER = files("analytics_service.storage.sqlite").joinpath("queries")
FILES = sorted(entry.name.removesuffix(".sql") for entry in FOLDER.iterdir())
READS = re.compile(r"\b(?:from|join)\s+(visit|view)\b")
MAY_READ_MARKED = {
    "quarantine": "it is what sets marks",
    "verification": "it deletes what is no longer kept, marked or not",
    "batch": "a suspected fact joins a marked visit",
    "removal": "all of a site goes",
    "anonymity": "ids go whether what they are of is counted or not",
}


def test_only_quarantine_and_fold_read_visits_that_are_not_counted() -> None:
    reading = {
        (file, name) for file in FILES for name, statement in queries(file).items() if READS.search(statement)
    }
    assert {file for file, _ in reading} == MAY_READ_MARKED.keys()
    assert {name for file, name in reading if file == "batch"} == {
        "find_visits_named",
        "find_visit",
        "find_seen_ids",
        "contents",
    }
    # Of a counted view the visit tells the visitor, whatever its own mark is between two steps. What
    # a counted visit contains is counted with it, whatever the marks of its views are between two steps.
    found = {name for file, name in reading if file == "verification" and name.startswith("found")}
    groups = "entry_page exit_page hostname acquisition location technology page_visits event_visits".split()
    assert found == {"found_visitors", *(f"found_{group}" for group in groups)}


def test_a_query_that_reads_the_tables_is_found() -> None:
    assert READS.search("select 1 from view as w")
    assert READS.search("select 1 from counted_view as w join visit on 1")
    assert not READS.search("select 1 from counted_view as w cross join counted_visit as v")


def test_a_statement_that_changes_rows_begins_with_its_verb() -> None:
    """Of any other sqlite3 says that it changed -1 rows, and whoever goes on while there are more ends."""
    changes = re.compile(r"(?im)^\s*(insert|update|delete|replace)\b")
    for file in FILES:
        for name, statement in queries(file).items():
            said = re.sub(r"(?m)^\s*--.*$", "", statement).split()
            if changes.search(statement):
                assert said[0] in ("insert", "update", "delete", "replace"), f"{file}: {name}"


TEMPORARY = {"asked_id", "asked_name", "asked_day"}
"""What a batch asks for."""
IN_CONFIG = {"config", "deliveries", "notes", "people", "site_removal"}
BOUNDED = {
    "pending_engagement": "at most 100,000 rows",
    "old_suspect": "what release 0.1.0 left, once",
    "suspected_day": "a row for each site and day of a month",
    "reopened_day": "a row for each site and day that was changed of late",
    "lease": "one row",
    "maintenance": "one row",
    "reached": "one row",
    "position": "a row for each journal",
    "unreadable": "groups that no release could read",
    "site": "configuration",
    "former_public_id": "configuration",
    "removed_site": "configuration",
    "key": "configuration",
    "key_site": "configuration",
    "site_zone": "configuration",
    "user": "configuration",
    "user_site": "configuration",
    "one_time": "links of three days, made by people who are signed in",
    "turn": "a row for each kind of code",
    "session": "sessions of 30 days, each of which somebody signed in for",
    "login_address": "addresses of 30 days, from each of which somebody signed in",
    "login_attempt": "at most 100 of an account, and 10,000 of names that none has",
    "site_host_name": "configuration",
    "opening_balance": "configuration",
    "delivery": "mails of some weeks",
    "salt": "at most three a site",
    "task": "tasks of 30 days",
    "anonymous_day": "a row for each site",
    "CONSTANT": "no table",
}


class AnyValue(dict[str, int]):
    """A value for each name."""

    def __missing__(self, name: str) -> int:
        return 1


def plans(folder: Path) -> dict[tuple[str, str], list[str]]:
    """How SQLite would carry out each named query."""
    storages.open(f"sqlite:{folder}").databases.provision()
    with (
        closing(sqlite3.connect(folder / "stats.db")) as stats,
        closing(sqlite3.connect(folder / "config.db")) as config,
    ):
        stats.create_function("anonymous_id", 2, anonymous_id)
        for table in ("id", "name", "day"):
            stats.execute(queries("batch")[f"make_asked_{table}"])
        return {
            (file, name): _plan(config if file in IN_CONFIG else stats, statement)
            for file in FILES
            for name, statement in queries(file).items()
            if not name.startswith("make_asked")
        }


def _plan(database: sqlite3.Connection, statement: str) -> list[str]:
    values: object = AnyValue() if re.search(r":\w", statement) else (1,) * statement.count("?")
    return [row[3] for row in database.execute(f"explain query plan {statement}", values)]  # type: ignore[arg-type]


def scanned(plan: list[str], statement: str) -> set[str]:
    """The tables that a statement reads from one end to the other."""
    aliases = {alias: table for table, alias in re.findall(r"(\w+) as (\w+)", statement)}
    made = set(re.findall(r"(?:recursive|,)\s+(\w+) ?\(", statement))
    found = {step.split()[1] for step in plan if step.startswith("SCAN") and "VIRTUAL" not in step}
    return {aliases.get(name, name) for name in found if not name.startswith("(")} - made


def test_no_statement_reads_the_whole_of_a_table_that_grows(tmp_path: Path) -> None:
    broken = {
        (file, name): left
        for (file, name), plan in plans(tmp_path).items()
        if (left := scanned(plan, queries(file)[name]) - BOUNDED.keys() - TEMPORARY)
    }
    assert broken == {}


def test_a_statement_that_reads_the_whole_of_a_table_is_found() -> None:
    with closing(sqlite3.connect(":memory:")) as database:
        database.execute("create table view (site integer, day integer)")
        for statement in ("select 1 from view as w where w.day = ?", "delete from view where day = ?"):
            assert scanned(_plan(database, statement), statement) == {"view"}
        database.execute("create index by_day on view (day)")
        assert scanned(_plan(database, "delete from view where day = ?"), "") == set()
