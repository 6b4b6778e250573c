"""Sessions: begun at a login, found by their cookie, listed and ended by people."""

from dataclasses import replace
from datetime import datetime

from analytics_service.domain.accounts import Account
from analytics_service.domain.sessions import TOKEN_BYTES, Session, Visitor, hash_token, make_token
from analytics_service.errors import Refused
from analytics_service.ports.clock import Randomness
from analytics_service.ports.sessions import SessionStore
from analytics_service.ports.storage import ConfigStores


def begin_session(
    sessions: SessionStore,
    account: Account,
    *,
    visitor: Visitor,
    at: datetime,
    random: Randomness,
    is_complete: bool = True,
    replaces: bytes | None = None,
) -> str:
    """Stores a new session and returns its token, of which only the hash is stored."""
    token = make_token(random(TOKEN_BYTES))
    session = Session(
        token_hash=hash_token(token),
        user=account.id,
        made_at=at,
        used_at=at,
        confirmed_at=at,
        is_complete=is_complete,
        visitor=visitor,
    )
    sessions.add_session(session, replaces=replaces)
    return token


def find_signed_in(stores: ConfigStores, token: str, at: datetime) -> tuple[Session, Account] | None:
    """Returns the session of a token with its account; None where it is over, and notes that it was used."""
    session = stores.sessions.find_session(hash_token(token))
    if session is None or not session.is_valid(at):
        return None
    account = stores.users.user(session.user)
    if account is None:
        return None
    if session.is_complete and session.is_stale(at):
        stores.sessions.touch_session(session.token_hash, at)
    return session, account


def confirm_session(sessions: SessionStore, session: Session, *, at: datetime, random: Randomness) -> str:
    """Returns the new token of a session whose password was typed again; the old one works no longer."""
    token = make_token(random(TOKEN_BYTES))
    confirmed = replace(session, token_hash=hash_token(token), used_at=at, confirmed_at=at)
    sessions.add_session(confirmed, replaces=session.token_hash)
    return token


def end_listed(sessions: SessionStore, session_id: str, user: int | None = None) -> Session:
    """Ends the session of that id, of an account or of any, and returns it. Raises Refused."""
    found = next((one for one in sessions.sessions(user) if one.id == session_id), None)
    if found is None:
        raise Refused("there is no such session any more")
    sessions.end_session(found.token_hash)
    return found
