"""A snippet with a wrong name is found in the log, and nobody fills the log with names."""

import logging

import pytest

from analytics_service.collecting.unknown_sites import NAMES_LIMIT, UnknownSites
from tests.collecting.door import Door

HOUR = 3_600_000


@pytest.fixture
def logged(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.WARNING, "analytics_service.collecting.unknown_sites")
    return caplog


def test_the_first_is_named_at_once_and_the_others_within_an_hour(logged: pytest.LogCaptureFixture) -> None:
    unknown = UnknownSites()
    for name, at_ms in (("dn7k2x", 0), ("a.example.vn", 1), ("dn7k2x", 2), ("a.example.vn", HOUR)):
        unknown.note(name, at_ms)
    assert [one.split(": ", 1)[1].split(";")[0] for one in logged.messages] == [
        "dn7k2x (1)",
        "a.example.vn (2), dn7k2x (1)",
    ]


def test_what_is_no_name_and_what_is_too_much_is_only_counted(logged: pytest.LogCaptureFixture) -> None:
    unknown = UnknownSites()
    for name in ("203.0.113.9", "an@example.vn", "x\nERROR", "2001:db8::1"):
        unknown.note(name, 0)
    for number in range(NAMES_LIMIT * 2):
        unknown.note(f"site{number}", HOUR - 1)
    unknown.note("last", HOUR)
    assert "others (1);" in logged.messages[0]
    assert logged.messages[1].count("site") - logged.messages[1].count("sites") < NAMES_LIMIT + 3
    assert not any(
        "203.0.113.9" in one or "@" in one or "\n" in one or "::" in one for one in logged.messages
    )


def test_a_beacon_that_names_no_site_is_named_in_the_log(logged: pytest.LogCaptureFixture) -> None:
    Door().admit(s="nobody7")
    assert "nobody7 (1)" in logged.messages[0]
