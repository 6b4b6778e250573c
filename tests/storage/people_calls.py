"""Every call that writes accounts, sessions, logins, links, the audit log and mails."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

from analytics_service.domain.deliveries import LEASE, DeliveryState
from analytics_service.domain.principals import Role
from analytics_service.domain.sessions import Session
from analytics_service.ports.storage import ConfigStores
from tests.contracts.test_audit import ENTRY
from tests.contracts.test_deliveries import MAIL
from tests.contracts.test_logins import FAILED, HERE, WAITS
from tests.contracts.test_one_time import INVITATION, RESET
from tests.contracts.test_users import ANN, AT, BOB, CODE

PEOPLE_READING = {
    *(("users", name) for name in ("users", "has_users", "find_user", "user")),
    *(("sessions", name) for name in ("find_session", "sessions")),
    *(("one_times", name) for name in ("find_one_time", "one_times")),
    ("logins", "knows_address"),
    ("audit", "entries"),
    ("deliveries", "deliveries"),
}
SECOND = b"t" * 32
SESSION = Session(token_hash=b"s" * 32, user=1, made_at=AT, used_at=AT, confirmed_at=AT)


def people_calls() -> Iterator[Callable[[ConfigStores], object]]:
    """Yields the calls in an order in which each finds what it changes; site 2 is there."""
    yield lambda config: config.one_times.add_one_time(CODE, is_only=True)
    yield lambda config: config.users.add_user(
        replace(ANN, roles={2: Role.OWNER}), token_hash=CODE.token_hash, is_first=True
    )
    yield lambda config: config.users.add_user(BOB)
    yield lambda config: config.sessions.add_session(SESSION)
    yield lambda config: config.sessions.add_session(
        replace(SESSION, token_hash=SECOND), replaces=SESSION.token_hash
    )
    yield lambda config: config.sessions.touch_session(SECOND, AT + timedelta(hours=1))
    yield lambda config: config.logins.change_attempts("user:1", lambda _: (None, [FAILED, WAITS]), at=AT)
    yield lambda config: config.logins.note_address(1, HERE, AT)
    yield lambda config: config.one_times.add_one_time(RESET)
    yield lambda config: config.users.change_user(
        1,
        lambda old, _: replace(old, password_hash="new", roles={2: Role.VIEWER}),
        ends_sessions=True,
        token_hash=RESET.token_hash,
    )
    yield lambda config: config.sessions.add_session(SESSION)
    yield lambda config: config.sessions.end_session(SESSION.token_hash)
    yield lambda config: config.sessions.add_session(SESSION)
    yield lambda config: config.sessions.end_sessions(1)
    yield lambda config: config.one_times.add_one_time(INVITATION)
    yield lambda config: config.one_times.end_one_time(INVITATION.token_hash)
    yield lambda config: config.one_times.take_turn("code", AT, timedelta(seconds=1))
    yield lambda config: config.audit.add_entry(replace(ENTRY, site=2))
    yield lambda config: config.audit.count_entry(ENTRY)
    yield lambda config: config.audit.count_entry(ENTRY)
    yield lambda config: config.deliveries.add_delivery(MAIL)
    yield lambda config: config.deliveries.claim_delivery(AT, LEASE)
    yield lambda config: config.deliveries.postpone_delivery(1, AT, "away")
    yield lambda config: config.deliveries.end_delivery(1, DeliveryState.SENT, at=AT)
    yield lambda config: config.keys.give_keys(1, 2, "bob")
    yield lambda config: config.users.change_user(2, lambda *_: None)
