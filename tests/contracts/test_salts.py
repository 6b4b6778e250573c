"""Salts as they are stored: the contract of the port SaltStore."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest

from analytics_service.ports.salts import SaltStore
from analytics_service.ports.storage import Storage

DAY = date(2026, 11, 10)
NEXT = DAY + timedelta(days=1)
SITE, OTHER = 1, 2


@pytest.fixture
def salts(storage: Storage) -> Iterator[SaltStore]:
    with storage.open_config() as config:
        yield config.salts


def test_the_first_candidate_of_a_site_and_day_wins(storage: Storage, salts: SaltStore) -> None:
    assert salts.salts(date.min) == {}
    salts.offer_salts([(SITE, DAY, b"first"), (OTHER, DAY, b"another")])
    with storage.open_config() as beside:
        beside.salts.offer_salts([(SITE, DAY, b"second"), (SITE, NEXT, b"next")])
    expected = {SITE: {DAY: b"first", NEXT: b"next"}, OTHER: {DAY: b"another"}}
    assert salts.salts(date.min) == expected


def test_salts_are_read_from_a_day_on(salts: SaltStore) -> None:
    salts.offer_salts([(SITE, DAY, b"first"), (SITE, NEXT, b"next"), (OTHER, DAY, b"another")])
    assert salts.salts(NEXT) == {SITE: {NEXT: b"next"}}


def test_which_days_have_a_salt_is_told_without_the_salts(salts: SaltStore) -> None:
    assert salts.days() == {}
    salts.offer_salts([(SITE, DAY, b"first"), (SITE, NEXT, b"next"), (OTHER, DAY, b"another")])
    assert salts.days() == {SITE: {DAY, NEXT}, OTHER: {DAY}}


def test_salts_of_the_days_before_are_destroyed_site_by_site(salts: SaltStore) -> None:
    salts.offer_salts([(SITE, DAY, b"first"), (SITE, NEXT, b"next"), (OTHER, DAY, b"another")])
    salts.destroy_salts({SITE: NEXT})
    assert salts.salts(date.min) == {SITE: {NEXT: b"next"}, OTHER: {DAY: b"another"}}
    salts.destroy_salts({})
    assert salts.salts(DAY)[OTHER] == {DAY: b"another"}
