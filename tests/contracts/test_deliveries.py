"""Mails that are to be sent, as they are stored: the contract of the port DeliveryStore."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from analytics_service.domain.deliveries import DELIVERY_RETENTION, LEASE, Delivery, DeliveryState
from analytics_service.ports.deliveries import DeliveryStore
from analytics_service.ports.storage import Storage
from tests.contracts.test_users import AT

SOON = AT + timedelta(minutes=1)
MAIL = Delivery(
    kind="reset", period="2026-11-10", recipient="a@example.vn", message=b"text", due_at=AT, made_at=AT
)


@pytest.fixture
def deliveries(storage: Storage) -> Iterator[DeliveryStore]:
    with storage.open_config() as config:
        yield config.deliveries


def test_one_mail_of_a_kind_site_period_and_recipient(deliveries: DeliveryStore) -> None:
    assert deliveries.add_delivery(MAIL)
    assert not deliveries.add_delivery(replace(MAIL, message=b"other"))
    for other in (
        replace(MAIL, kind="report"),
        replace(MAIL, site=2),
        replace(MAIL, period="2026-11-11"),
        replace(MAIL, recipient="b@example.vn"),
    ):
        assert deliveries.add_delivery(other)
    assert len(deliveries.deliveries()) == 5
    assert deliveries.deliveries()[-1] == replace(MAIL, id=1)


def test_a_mail_belongs_to_who_claimed_it_until_the_lease_is_over(
    storage: Storage, deliveries: DeliveryStore
) -> None:
    deliveries.add_delivery(MAIL)
    with storage.open_config() as other:
        assert deliveries.claim_delivery(AT - timedelta(seconds=1), LEASE) is None
        assert deliveries.claim_delivery(AT, LEASE) == replace(MAIL, id=1, tries=1)
        assert other.deliveries.claim_delivery(SOON, LEASE) is None
        assert other.deliveries.claim_delivery(AT + LEASE, LEASE) == replace(MAIL, id=1, tries=2)


def test_the_one_that_is_due_for_longest_comes_first(deliveries: DeliveryStore) -> None:
    deliveries.add_delivery(replace(MAIL, due_at=SOON))
    deliveries.add_delivery(replace(MAIL, period="x"))
    found = [deliveries.claim_delivery(SOON, LEASE) for _ in range(3)]
    assert [one and one.period for one in found] == ["x", MAIL.period, None]


def test_of_a_mail_that_was_sent_nothing_is_left(deliveries: DeliveryStore) -> None:
    deliveries.add_delivery(MAIL)
    deliveries.claim_delivery(AT, LEASE)
    deliveries.end_delivery(1, DeliveryState.SENT, at=SOON)
    assert deliveries.deliveries() == [replace(MAIL, id=1, tries=1, message=b"", state=DeliveryState.SENT)]
    # It ended: what comes late changes nothing.
    deliveries.postpone_delivery(1, AT, "late")
    deliveries.end_delivery(1, DeliveryState.FAILED, at=SOON, problem="late")
    assert deliveries.deliveries()[0].state is DeliveryState.SENT
    assert deliveries.claim_delivery(AT + LEASE, LEASE) is None


def test_a_postponed_mail_is_due_again(deliveries: DeliveryStore) -> None:
    deliveries.add_delivery(MAIL)
    deliveries.claim_delivery(AT, LEASE)
    deliveries.postpone_delivery(1, SOON, "the server is away")
    assert deliveries.claim_delivery(AT, LEASE) is None
    assert deliveries.claim_delivery(SOON, LEASE) == replace(
        MAIL, id=1, tries=2, due_at=SOON, problem="the server is away"
    )


def test_what_ended_long_ago_is_deleted(deliveries: DeliveryStore) -> None:
    deliveries.add_delivery(MAIL)
    deliveries.end_delivery(1, DeliveryState.SENT, at=AT)
    late = AT + DELIVERY_RETENTION + timedelta(seconds=1)
    deliveries.add_delivery(replace(MAIL, period="x", made_at=late, due_at=late))
    assert [one.period for one in deliveries.deliveries()] == ["x"]
