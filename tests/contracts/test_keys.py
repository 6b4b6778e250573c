"""Keys as they are stored: the contract of the port KeyStore."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from analytics_service.domain.keys import Key, Scope, hash_secret
from analytics_service.errors import Refused
from analytics_service.ports.keys import KeyStore
from analytics_service.ports.storage import Storage
from tests.domain.test_admission import SITE

AT = datetime(2026, 11, 10, 12, tzinfo=UTC)
ALL = Key(
    id="aaaaaaaa",
    secret_hash=hash_secret("secret"),
    name="Cổng thông tin",
    scopes=frozenset({Scope.STATS_READ, Scope.SITES_WRITE}),
    sites=None,
    made_by="me",
    made_at=AT,
)


@pytest.fixture
def keys(storage: Storage) -> Iterator[KeyStore]:
    with storage.open_config() as config:
        yield config.keys


def test_a_key_is_found_as_it_was_added(storage: Storage, keys: KeyStore) -> None:
    with storage.open_config() as config:
        site = config.sites.add_site(SITE)
    one = replace(
        ALL,
        id="bbbbbbbb",
        sites=frozenset({site.number}),
        origins=frozenset({"https://a.example.vn", "https://b.example.vn:8443"}),
        made_at=AT + timedelta(seconds=1),
        expires_at=AT + timedelta(days=1),
    )
    none = replace(ALL, id="cccccccc", sites=frozenset(), made_at=AT + timedelta(seconds=2))
    for key in (ALL, one, none):
        keys.add_key(key)
    with storage.open_config() as beside:
        assert beside.keys.keys() == [ALL, one, none]


def test_an_id_is_given_once(keys: KeyStore) -> None:
    keys.add_key(ALL)
    with pytest.raises(Refused):
        keys.add_key(replace(ALL, secret_hash=hash_secret("other")))
    assert keys.keys() == [ALL]


def test_a_revoked_key_stays_in_the_list_with_the_first_time(keys: KeyStore) -> None:
    keys.add_key(ALL)
    ended = replace(ALL, revoked_at=AT)
    assert keys.revoke_key(ALL.id, AT) == ended
    assert keys.revoke_key(ALL.id, AT + timedelta(days=1)) == ended
    assert keys.revoke_key("zzzzzzzz", AT) is None
    assert keys.keys() == [ended]


def test_the_last_use_of_several_workers_is_the_latest(keys: KeyStore) -> None:
    keys.add_key(ALL)
    for seconds in (1, 3, 2):
        keys.note_uses({ALL.id: AT + timedelta(seconds=seconds), "zzzzzzzz": AT})
    assert keys.keys() == [replace(ALL, used_at=AT + timedelta(seconds=3))]


def test_another_connection_notices_a_change_of_keys(storage: Storage, keys: KeyStore) -> None:
    with storage.open_config() as beside:
        before = beside.sites.version()
        keys.add_key(ALL)
        added = beside.sites.version()
        keys.revoke_key(ALL.id, AT)
        assert len({before, added, beside.sites.version()}) == 3
