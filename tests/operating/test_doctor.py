"""What `doctor` says about a status and about the host, as a page would show it."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from analytics_service.errors import Unavailable
from analytics_service.operating.findings import Finding, Level
from analytics_service.operating.host_checks import check_clock, check_engine, check_flush, check_folder
from analytics_service.operating.service_checks import (
    check_client_named,
    check_proxies,
    check_public_url,
    check_redis,
    check_status,
)
from analytics_service.operating.status import Backlog, Status
from analytics_service.ports.databases import Engine
from analytics_service.ports.probes import RedisState

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)


def status(
    groups: int = 0,
    lag: float = 0.0,
    damaged: tuple[str, ...] = (),
    unreadable: int = 0,
    differences: int = 0,
) -> Status:
    return Status(
        data="/data",
        served_by=17,
        applied_by_another=False,
        waiting=Backlog(journals=1, groups=groups, lag_seconds=lag, damaged_journals=list(damaged)),
        unreadable_groups=unreadable,
        sites=1,
        stats_bytes=1,
        journal_bytes=1,
        config_bytes=1,
        last_check_at=NOW,
        last_check_days=1,
        last_check_differences=differences,
        older_days=0,
        sums_since=None,
    )


@pytest.mark.parametrize(
    ("state", "level", "seen"),
    [
        (status(), Level.OK, "0 batches, lag 0.0 s"),
        (status(groups=1, lag=14.9), Level.OK, "1 batch, lag 14.9 s"),
        (status(groups=3, lag=15.1), Level.WARN, "3 batches, lag 15.1 s"),
        (status(groups=1, lag=-3.0), Level.WARN, "facts are dated in the future"),
    ],
)
def test_a_backlog_is_too_old_from_the_same_age_on_as_for_a_worker(
    state: Status, level: Level, seen: str
) -> None:
    (finding,) = check_status(state)
    assert (finding.level, finding.seen) == (level, seen)


@pytest.mark.parametrize(
    ("state", "about", "seen"),
    [
        (status(damaged=("ab",)), "journal", "ab is damaged"),
        (status(unreadable=1), "journal", "1 batch could not be read"),
        (status(unreadable=2), "journal", "2 batches could not be read"),
        (status(differences=1), "sums", "the last check found 1 difference"),
        (status(differences=2), "sums", "the last check found 2 differences"),
    ],
)
def test_what_must_be_mended_is_bad_and_has_an_advice(state: Status, about: str, seen: str) -> None:
    _, finding = check_status(state)
    assert (finding.level, finding.about, finding.seen) == (Level.BAD, about, seen)
    assert finding.advice


def levels(*findings: Finding) -> list[tuple[str, str]]:
    return [(finding.about, finding.level.value) for finding in findings]


def test_redis_is_well_when_it_answers_and_throws_nothing_away() -> None:
    def unreachable() -> RedisState:
        raise Unavailable("Connection refused")

    clock = int(NOW.timestamp())
    assert levels(*check_redis(None, at=NOW)) == [("Redis", "ok")]
    assert levels(*check_redis(unreachable, at=NOW)) == [("Redis", "bad")]
    for state, expected in (
        (RedisState(0.001, "allkeys-lru", False, clock), [("Redis", "ok")]),
        (RedisState(0.001, "noeviction", True, clock), [("Redis", "ok")]),
        (RedisState(0.001, "allkeys-lru", True, clock), [("Redis", "warn")]),
        (RedisState(0.001, "noeviction", True, clock - 61), [("Redis", "ok"), ("clock", "warn")]),
    ):
        assert levels(*check_redis(lambda state=state: state, at=NOW)) == expected  # type: ignore[misc]


def test_a_proxy_on_the_same_machine_is_no_reason_for_a_warning() -> None:
    (finding,) = check_proxies(("127.0.0.0/8", "::1/128"), is_default=True)
    assert (finding.level, finding.seen) == (Level.OK, "only this machine is trusted (127.0.0.0/8, ::1/128)")
    assert levels(*check_proxies(("10.0.0.0/33",), is_default=False)) == [("proxies", "bad")]


def test_a_proxy_that_names_nobody_is_warned_of() -> None:
    (finding,) = check_client_named("unnamed")
    assert (finding.level, "one visitor" in finding.seen) == (Level.WARN, True)
    assert list(check_client_named("")) == []


def test_a_public_url_that_nobody_answers_is_bad() -> None:
    assert levels(*check_public_url("", "http://127.0.0.1:1")) == [("public URL", "warn")]
    assert levels(*check_public_url("http://127.0.0.1:1", "http://127.0.0.1:1")) == [("public URL", "bad")]


def test_the_host_is_checked_without_leaving_anything(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    assert levels(*check_folder(folder)) == [("data folder", "bad")]
    assert levels(*check_flush(folder)) == [("flush", "bad")]
    folder.mkdir(mode=0o755)
    assert levels(*check_folder(folder)) == [("data folder", "warn")]
    folder.chmod(0o700)
    assert levels(*check_folder(folder)) == [("data folder", "ok")]
    (finding,) = check_flush(folder)
    assert (finding.about, finding.seen.startswith("median ")) == ("flush", True)
    assert list(folder.iterdir()) == []


def test_an_old_engine_and_a_clock_that_was_never_set_are_bad() -> None:
    assert levels(*check_engine(Engine("SQLite", (3, 37, 2), (3, 38)))) == [("SQLite", "bad")]
    assert levels(*check_engine(Engine("SQLite", (3, 38, 0), (3, 38)))) == [("SQLite", "ok")]
    assert levels(*check_clock(datetime(1970, 1, 1, tzinfo=UTC))) == [("clock", "bad")]
    assert levels(*check_clock(NOW)) == [("clock", "ok")]
