"""`ask`: any query in the terminal, against the real service."""

import csv
import io
import json
from collections.abc import Iterator

import pytest

from analytics_service.reporting.tables import format_csv
from tests.cli.filled import VIEWS, fill
from tests.service import Service, run, serving


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Service, str]]:
    with serving(tmp_path_factory.mktemp("ask") / "data") as service:
        yield service, fill(service)


def test_a_breakdown_is_printed_as_a_table(asked: tuple[Service, str]) -> None:
    service, site = asked
    words = ("--by", "page", "--period", "28d", "--limit", "2")
    done = run("ask", site, *words, data=service.data)
    assert done.returncode == 0, done.stderr
    header, *rows = [line.split() for line in done.stdout.splitlines()]
    assert header == ["page", "pageviews", "visits"]
    assert rows[0] == ["/0", "6", "6"]
    assert "2 of 5 rows; next: --cursor " in done.stderr
    assert "the period is still running" in done.stderr


def test_json_has_the_form_of_the_counts_api(asked: tuple[Service, str]) -> None:
    service, site = asked
    words = ("--by", "source", "--period", "today", "--filter", "page:is:/0|/1", "--compare", "previous")
    answer = json.loads(run("ask", site, *words, "--json", data=service.data).stdout)
    assert answer["query"]["filters"] == ["page:is:/0|/1"]
    assert answer["query"]["timezone"] == "Asia/Ho_Chi_Minh"
    assert [(row["source"], row["pageviews"]) for row in answer["results"]] == [(None, 12)]
    assert (answer["meta"]["complete"], answer["meta"]["total_rows"]) == (False, 1)
    series = json.loads(run("ask", site, "--interval", "day", "--json", data=service.data).stdout)
    assert len(series["results"]) == 28
    assert sum(point["pageviews"] for point in series["results"]) == VIEWS
    totals = json.loads(run("ask", "x.example.vn", "--json", data=service.data).stdout)
    assert totals["results"] == {"visits": 7, "visitors": 7, "pageviews": VIEWS}


def test_csv_can_be_read_by_a_program(asked: tuple[Service, str]) -> None:
    service, site = asked
    words = ("--by", "page", "--sort", "pageviews", "--csv")
    done = run("ask", site, *words, data=service.data)
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert {row["page"]: row["pageviews"] for row in rows} == {f"/{page}": "6" for page in range(5)}


def test_a_wrong_word_is_answered_with_the_nearest(asked: tuple[Service, str]) -> None:
    service, site = asked
    for words, problem in (
        (("--by", "sorce"), "did you mean 'source'"),
        (("--period", "lastweek"), "did you mean 'last_week'"),
        (("--filter", "contry:is:VN"), "did you mean 'country'"),
        (("--filter", "property:plan:is:pro"), "are not stored yet"),
        (("--json", "--csv"), "does not go with --json"),
    ):
        done = run("ask", site, *words, data=service.data)
        assert (done.returncode, done.stdout) == (2, "")
        assert problem in done.stderr


def test_no_cell_is_a_formula() -> None:
    words = ("=1+1", "+1", "-1", "@sum", "\tx", "\rx", "a=1", "'=1")
    written = format_csv(("word", "number"), [(word, -1) for word in words])
    rows = list(csv.reader(io.StringIO(written, newline="")))[1:]
    assert [row[0] for row in rows] == [f"'{word}" for word in words[:6]] + ["a=1", "'=1"]
    assert {row[1] for row in rows} == {"-1"}
