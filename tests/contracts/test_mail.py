"""Mails handed over to a real mail server: the contract of the port Mailer."""

import socket
from collections.abc import Iterator

import pytest

from analytics_service.app.openers import open_mailer
from analytics_service.errors import MailRefused, Unavailable
from analytics_service.ports.mail import Mailer, MailSecurity
from tests.smtp_server import Inbox, mail_server

MESSAGE = b"From: a@example.vn\r\nTo: b@example.vn\r\nSubject: x\r\n\r\n.\r\n..Ch\xc3\xa0o\r\n"


def mailer(port: int, *, user: str = "", password: str = "", security: str = "none") -> Mailer:
    """What hands mails over to the server at that port."""
    return open_mailer(
        "127.0.0.1",
        port,
        security=MailSecurity(security),
        sender="Thống kê <stats@example.vn>",
        user=user,
        password=password,
    )


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    with mail_server() as inbox:
        yield inbox


def test_a_mail_arrives_as_it_was_handed_over(inbox: Inbox) -> None:
    mailer(inbox.port).send(MESSAGE, "b@example.vn")
    assert inbox.received == [("stats@example.vn", ["b@example.vn"], MESSAGE)]


@pytest.mark.parametrize(
    ("answer", "error"), [("451 later", Unavailable), ("550 no such person", MailRefused)]
)
def test_a_refusal_is_for_now_or_for_good(inbox: Inbox, answer: str, error: type[Exception]) -> None:
    inbox.answers.append(answer)
    with pytest.raises(error, match=answer[:3]):
        mailer(inbox.port).send(MESSAGE, "b@example.vn")
    assert inbox.received == []


def test_a_server_that_is_away_may_come_back() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        with pytest.raises(Unavailable):
            mailer(taken.getsockname()[1]).send(MESSAGE, "b@example.vn")


def test_nothing_goes_in_clear_where_encryption_was_wanted(inbox: Inbox) -> None:
    for security in ("starttls", "tls"):
        with pytest.raises(Unavailable):
            mailer(inbox.port, security=security).send(MESSAGE, "b@example.vn")
    assert inbox.received == []


# The server warns of what is meant: passwords in clear, within this machine.
@pytest.mark.filterwarnings("ignore:Requiring AUTH:UserWarning")
def test_a_wrong_password_waits_for_the_operator() -> None:
    with mail_server(needs_login=True) as inbox:
        with pytest.raises(Unavailable):
            mailer(inbox.port, user="me", password="wrong").send(MESSAGE, "b@example.vn")
        mailer(inbox.port, user="me", password="secret").send(MESSAGE, "b@example.vn")
        assert len(inbox.received) == 1
