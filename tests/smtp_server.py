"""A real mail server for tests: what came, and what it answers."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, LoginPassword, Session


@dataclass
class Inbox:
    """What came; `answers` are given to the next mails in place of 250."""

    answers: list[str] = field(default_factory=list)
    received: list[tuple[str, list[str], bytes]] = field(default_factory=list)
    port: int = 0

    @property
    def mails(self) -> list[Message]:
        """The mails that were taken."""
        return [message_from_bytes(body, policy=default) for _, _, body in self.received]

    async def handle_DATA(self, _server: Any, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Takes a mail, or answers as it was told."""
        if self.answers:
            return self.answers.pop(0)
        body = envelope.content
        assert isinstance(body, bytes)
        self.received.append((envelope.mail_from or "", list(envelope.rcpt_tos), body))
        return "250 taken"


class AnyPort(Controller):
    """A server on a port that is free: it knows which once it listens."""

    def _trigger_server(self) -> None:
        assert isinstance(self.server, asyncio.Server)
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


def _authenticate(_server: Any, _session: Any, _envelope: Any, _mechanism: str, given: Any) -> AuthResult:
    is_right = isinstance(given, LoginPassword) and (given.login, given.password) == (b"me", b"secret")
    return (
        AuthResult(success=is_right, handled=True) if is_right else AuthResult(success=False, handled=False)
    )


@contextmanager
def mail_server(*, needs_login: bool = False) -> Iterator[Inbox]:
    """A mail server on a port of its own, for the length of a block."""
    inbox = Inbox()
    more: dict[str, Any] = {"authenticator": _authenticate, "auth_require_tls": False, "auth_required": True}
    controller = AnyPort(inbox, hostname="127.0.0.1", port=0, **(more if needs_login else {}))
    controller.start()
    inbox.port = controller.port
    try:
        yield inbox
    finally:
        controller.stop()
