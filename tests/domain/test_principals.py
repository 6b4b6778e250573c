"""Rights: every action for every kind of caller, on a site of theirs and on another."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from analytics_service.domain.keys import (
    Key,
    Scope,
    format_token,
    hash_secret,
    is_secret_of,
    make_token,
    parse_token,
)
from analytics_service.domain.principals import (
    FOR_EVERYBODY,
    ROLES,
    SCOPES,
    Action,
    Anonymous,
    Principal,
    Role,
    Share,
    User,
    authorise,
    can_see,
)
from analytics_service.errors import Forbidden, Unauthenticated, UnknownSite
from tests.domain.test_admission import SITE

AT = datetime(2026, 11, 10, 12, tzinfo=UTC)
OWN = replace(SITE, number=1, public=False)
OTHER = replace(SITE, number=2, public=False)
KEY = Key(
    id="abcdefgh",
    secret_hash=hash_secret("s"),
    name="",
    scopes=frozenset(),
    sites=frozenset({1}),
    made_by="me",
    made_at=AT,
)
KEYED = [action for action in Action if action not in FOR_EVERYBODY and action is not Action.READ_COUNTER]


@pytest.mark.parametrize("action", KEYED)
def test_nobody_unknown_may_do_anything_but_what_is_public(action: Action) -> None:
    for site in (OWN, OTHER, None):
        with pytest.raises(Unauthenticated) as refused:
            authorise(Anonymous(), action, site)
        assert str(refused.value) == "a key is needed, in a header: Authorization: Bearer KEY"


@pytest.mark.parametrize("action", KEYED)
def test_a_key_does_what_its_scopes_say_on_its_own_sites(action: Action) -> None:
    scope = SCOPES.get(action)
    others = replace(KEY, scopes=frozenset(Scope) - {scope})
    for site in (OWN, OTHER, None):
        with pytest.raises(Forbidden):
            authorise(others, action, site)
    whole = replace(KEY, scopes=frozenset(Scope), sites=None)
    if scope is None:
        with pytest.raises(Forbidden):
            authorise(whole, action, OWN)
        return
    authorise(whole, action, OTHER)
    if action is not Action.CREATE_SITE:
        authorise(replace(KEY, scopes=frozenset({scope})), action, OWN)
        with pytest.raises(UnknownSite):
            authorise(replace(KEY, scopes=frozenset({scope})), action, OTHER)


def test_only_a_key_without_a_list_of_sites_creates_sites() -> None:
    key = replace(KEY, scopes=frozenset({Scope.SITES_WRITE}))
    authorise(key, Action.CHANGE_SITE, OWN)
    with pytest.raises(Forbidden):
        authorise(key, Action.CREATE_SITE, None)
    authorise(replace(key, sites=None), Action.CREATE_SITE, None)


@pytest.mark.parametrize("action", KEYED)
@pytest.mark.parametrize("role", Role)
def test_a_user_does_what_their_role_says_and_sees_no_other_site(role: Role, action: Action) -> None:
    user = User("ann", {1: role})
    if action is Action.USE_ACCOUNT:
        authorise(user, action, None)
        return
    if action in ROLES and role >= ROLES[action]:
        authorise(user, action, OWN)
        authorise(user, action, None)
    else:
        for site in (OWN, None):
            with pytest.raises(Forbidden):
                authorise(user, action, site)
    with pytest.raises(UnknownSite):
        authorise(user, action, OTHER)
    authorise(User("root", is_administrator=True), action, OTHER)


@pytest.mark.parametrize("action", KEYED)
def test_a_share_shows_the_figures_of_its_site_and_nothing_else(action: Action) -> None:
    with pytest.raises(UnknownSite):
        authorise(Share(1), action, OTHER)
    if action is Action.READ_FIGURES:
        authorise(Share(1), action, OWN)
        return
    with pytest.raises(Forbidden):
        authorise(Share(1), action, OWN)


@pytest.mark.parametrize("principal", [Anonymous(), KEY, User("ann"), Share(3)])
def test_everybody_reads_what_is_public(principal: Principal) -> None:
    for action in FOR_EVERYBODY:
        authorise(principal, action, None)
    authorise(principal, Action.READ_COUNTER, replace(OTHER, public=True))
    assert not can_see(principal, Action.READ_COUNTER, OTHER)


def test_a_token_is_made_of_id_and_secret_and_only_the_secret_opens() -> None:
    key_id, secret = make_token(bytes(range(37)))
    token = format_token(key_id, secret)
    assert (len(key_id), len(secret)) == (8, 43)
    assert parse_token(token) == (key_id, secret)
    key = replace(KEY, id=key_id, secret_hash=hash_secret(secret))
    assert is_secret_of(key, secret)
    assert not is_secret_of(key, secret[:-1] + "_")
    assert secret.encode() not in key.secret_hash


@pytest.mark.parametrize(
    "text", ["", "vs_", "vs_abcdefgh_", "vs_abcdefg_" + 43 * "a", "VS_abcdefgh_" + 43 * "a"]
)
def test_any_other_text_is_no_token(text: str) -> None:
    assert parse_token(text) is None
    assert parse_token(f"vs_abcdefgh_{'a' * 43}\n") is None


def test_a_key_ends_when_it_expires_or_is_revoked() -> None:
    assert KEY.is_valid(AT)
    until = replace(KEY, expires_at=AT + timedelta(seconds=1))
    assert until.is_valid(AT)
    assert not until.is_valid(AT + timedelta(seconds=1))
    assert not replace(KEY, revoked_at=AT).is_valid(AT)
