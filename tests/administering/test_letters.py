"""Letters: what a mail says, and what becomes of it."""

import email
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.policy import default
from pathlib import Path

import pytest

from analytics_service import storage as storages
from analytics_service.administering.letters import Letter, compose, deliver_next, post_letter
from analytics_service.domain.deliveries import PAUSES, DeliveryState
from analytics_service.errors import BadParameter, MailRefused, Unavailable

AT = datetime(2026, 11, 10, 12, tzinfo=UTC)
SENDER = "Thống kê <stats@example.vn>"
LETTER = Letter(
    kind="reset",
    recipient="ten@example.vn",
    subject="Mật khẩu mới",
    text="Chào bạn\nhttps://x.example.vn/reset/abc\n",
    period="1",
)


@dataclass
class ListedMailer:
    """Takes mails, or raises what it was given."""

    errors: list[Exception] = field(default_factory=list)
    sent: list[str] = field(default_factory=list)

    def send(self, message: bytes, recipient: str) -> None:
        if self.errors:
            raise self.errors.pop(0)
        self.sent.append(recipient)


def test_a_mail_says_what_the_letter_says() -> None:
    mail = email.message_from_bytes(compose(LETTER, SENDER, AT, lambda n: bytes(n)), policy=default)
    assert mail["Subject"] == "Mật khẩu mới"
    assert mail["From"] == SENDER
    assert mail["To"] == "ten@example.vn"
    assert mail["Message-ID"] == f"<{'00' * 16}@example.vn>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail.get_content().replace("\r\n", "\n") == LETTER.text


@pytest.mark.parametrize(
    ("field_name", "value"),
    [
        ("recipient", "a@example.vn\r\nBcc: b@example.vn"),
        ("recipient", "a@example.vn, b@example.vn"),
        ("recipient", ""),
        ("subject", "x\r\nBcc: b@example.vn"),
        ("subject", "x\x00"),
    ],
)
def test_no_header_comes_in_by_a_value(field_name: str, value: str) -> None:
    fields = {name: getattr(LETTER, name) for name in ("kind", "recipient", "subject", "text", "period")}
    with pytest.raises(BadParameter):
        compose(Letter(**{**fields, field_name: value}), SENDER, AT, lambda n: bytes(n))


def test_a_mail_is_tried_again_for_a_day_and_then_given_up(tmp_path: Path) -> None:
    storage = storages.open(f"sqlite:{tmp_path}")
    storage.databases.provision()
    with storage.open_config() as config:
        store, mailer = config.deliveries, ListedMailer()
        assert post_letter(store, LETTER, sender=SENDER, at=AT, random=lambda n: bytes(n))
        assert not post_letter(store, LETTER, sender=SENDER, at=AT, random=lambda n: bytes(n))
        at = AT
        for pause in PAUSES:
            mailer.errors.append(Unavailable("away"))
            assert deliver_next(store, mailer, at) is not None
            assert deliver_next(store, mailer, at + pause - timedelta(seconds=1)) is None
            at += pause
        mailer.errors.append(Unavailable("away"))
        deliver_next(store, mailer, at)
        assert [(one.state, one.problem, one.message) for one in store.deliveries()] == [
            (DeliveryState.FAILED, "away", b"")
        ]
        assert at - AT >= timedelta(hours=23)
        assert deliver_next(store, mailer, at + timedelta(days=2)) is None


def test_what_is_refused_for_good_is_not_tried_again(tmp_path: Path) -> None:
    storage = storages.open(f"sqlite:{tmp_path}")
    storage.databases.provision()
    with storage.open_config() as config:
        store, mailer = config.deliveries, ListedMailer([MailRefused("550 no\r\nsuch person")])
        post_letter(store, LETTER, sender=SENDER, at=AT, random=lambda n: bytes(n))
        deliver_next(store, mailer, AT)
        assert [(one.state, one.problem) for one in store.deliveries()] == [
            (DeliveryState.FAILED, "550 no  such person")
        ]
        assert mailer.sent == []
