"""Keys: what a new one may be, and how one is found by what a program shows."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import pytest

from analytics_service.administering.keys import USE_INTERVAL, KeyCache, NewKey, add_key, revoke_key
from analytics_service.domain.hosts import origin_of
from analytics_service.domain.keys import Key
from analytics_service.errors import BadParameter

AT = datetime(2026, 11, 10, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)


class Written:
    """A store that remembers what was written."""

    def __init__(self) -> None:
        self.added: list[Key] = []
        self.uses: list[Mapping[str, datetime]] = []

    def keys(self) -> list[Key]:
        return self.added

    def add_key(self, key: Key) -> None:
        self.added.append(key)

    def revoke_key(self, key_id: str, at: datetime) -> Key | None:
        return next((key for key in self.added if key.id == key_id), None)

    def give_keys(self, user: int, to: int, name: str) -> int:
        raise AssertionError(f"keys of {user} given to {to}, {name}")

    def note_uses(self, uses: Mapping[str, datetime]) -> None:
        self.uses.append(uses)


def make(store: Written, **new: object) -> tuple[Key, str]:
    return add_key(store, NewKey(**new), at=AT, random=bytes, by="me")  # type: ignore[arg-type]


def test_a_key_is_found_by_its_whole_token_only() -> None:
    store, cache = Written(), KeyCache()
    key, token = make(store)
    cache.replace(store.keys(), AT)
    assert cache.find(token, AT) == key
    for wrong in ("", token[:-1], token[:-1] + "B", token.replace("vs_", "vx_"), token + "A"):
        assert cache.find(wrong, AT) is None


def test_a_key_ends_by_time_without_a_new_reading() -> None:
    store, cache = Written(), KeyCache()
    _, token = make(store, expires="2026-11-10")
    cache.replace(store.keys(), AT)
    midnight = datetime(2026, 11, 11, tzinfo=UTC)
    assert cache.find(token, midnight - SECOND)
    assert cache.find(token, midnight) is None
    cache.replace(store.keys(), midnight)
    assert cache.by_id == {}


def test_uses_are_written_at_most_once_a_minute_and_at_the_end() -> None:
    store, cache = Written(), KeyCache()
    key, token = make(store)
    cache.replace(store.keys(), AT)
    cache.write_uses(store, AT)
    for seconds in range(0, 121, 10):
        cache.find(token, AT + seconds * SECOND)
        cache.write_uses(store, AT + seconds * SECOND)
    assert [uses[key.id] for uses in store.uses] == [AT, AT + USE_INTERVAL, AT + 2 * USE_INTERVAL]
    cache.find(token, AT + 121 * SECOND)
    cache.write_uses(store, AT + 121 * SECOND, is_last=True)
    assert store.uses[-1] == {key.id: AT + 121 * SECOND}


@pytest.mark.parametrize(
    ("new", "parameter"),
    [
        ({"scopes": ["stats:reed"]}, "scope"),
        ({"scopes": []}, "scope"),
        ({"origins": ["x.example.vn"]}, "origin"),
        ({"origins": ["*"]}, "origin"),
        ({"expires": "tomorrow"}, "expires"),
        ({"expires": "2026-11-09"}, "expires"),
        ({"name": "a\nb"}, "name"),
    ],
)
def test_what_a_key_cannot_be_is_named(new: dict, parameter: str) -> None:
    with pytest.raises(BadParameter) as refused:
        make(Written(), **new)
    assert refused.value.parameter == parameter


def test_a_key_is_revoked_by_its_id_or_by_itself() -> None:
    store = Written()
    key, token = make(store)
    assert revoke_key(store, key.id, AT) == revoke_key(store, token, AT) == key
    with pytest.raises(BadParameter):
        revoke_key(store, "nobody", AT)


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("https://X.example.vn/", "https://x.example.vn"),
        ("https://x.example.vn:443", "https://x.example.vn"),
        ("http://[::1]:8080", "http://[::1]:8080"),
        ("https://báo.vn", "https://xn--bo-mia.vn"),
        ("https://x.example.vn/a", None),
        ("ftp://x.example.vn", None),
        ("https://u@x.example.vn", None),
        ("null", None),
        ("https://x.example.vn:99999", None),
    ],
)
def test_an_origin_is_what_browsers_send(text: str, origin: str | None) -> None:
    assert origin_of(text) == origin
