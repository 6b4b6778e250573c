"""The audit log as it is stored: the contract of the port AuditLog."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from analytics_service.domain.audit import AUDIT_RETENTION, COUNT, Entry, Event
from analytics_service.ports.audit import AuditLog
from analytics_service.ports.storage import Storage
from tests.contracts.test_users import AT

ENTRY = Entry(
    at=AT,
    by="ann",
    event=Event.USER_ADDED,
    subject="bob",
    site=3,
    details={"rights": "viewer"},
    country="VN",
    browser="Firefox",
)


@pytest.fixture
def audit(storage: Storage) -> Iterator[AuditLog]:
    with storage.open_config() as config:
        yield config.audit


def test_entries_are_read_newest_first_page_by_page(audit: AuditLog) -> None:
    for number in range(5):
        audit.add_entry(replace(ENTRY, at=AT + timedelta(minutes=number), site=number % 2 or None))
    entries = audit.entries()
    assert [entry.id for entry in entries] == [5, 4, 3, 2, 1]
    assert entries[-1] == replace(ENTRY, id=1, site=None)
    assert [entry.id for entry in audit.entries(before=4, limit=2)] == [3, 2]
    assert [entry.id for entry in audit.entries(site=1)] == [4, 2]
    assert audit.entries(before=10**30) == entries


def test_entries_of_long_ago_are_deleted(audit: AuditLog) -> None:
    audit.add_entry(ENTRY)
    audit.add_entry(replace(ENTRY, at=AT + AUDIT_RETENTION + timedelta(seconds=1)))
    assert [entry.id for entry in audit.entries()] == [2]


def test_what_happens_often_within_a_minute_is_one_entry_with_its_count(audit: AuditLog) -> None:
    failed = replace(ENTRY, by="", event=Event.LOGIN_FAILED, subject="", site=None, details={})
    minute = AT.replace(second=0, microsecond=0)
    for second in range(16):
        audit.count_entry(replace(failed, at=minute + timedelta(seconds=second)))
    audit.count_entry(replace(failed, at=minute + timedelta(seconds=59), browser="Chrome"))
    audit.count_entry(replace(failed, at=minute + timedelta(seconds=59), subject="bob"))
    audit.count_entry(replace(failed, at=minute + timedelta(seconds=60)))
    found = [(one.subject, one.details, one.country, one.browser) for one in audit.entries()]
    assert found == [
        ("", {}, "VN", "Firefox"),
        ("bob", {}, "VN", "Firefox"),
        ("", {COUNT: "17"}, "VN", ""),
    ]
