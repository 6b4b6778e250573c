"""Letters: mails made of a subject and a text, put into the table from which they are sent."""

from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from analytics_service.domain.accounts import parse_email
from analytics_service.domain.deliveries import LEASE, Delivery, DeliveryState, next_try
from analytics_service.errors import BadParameter, MailRefused, Unavailable
from analytics_service.ports.clock import Randomness
from analytics_service.ports.deliveries import DeliveryStore
from analytics_service.ports.mail import Mailer

PROBLEM_LIMIT = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What is written to whom; `period` tells it from others of its kind to the same recipient."""

    kind: str
    recipient: str
    subject: str
    text: str
    period: str
    site: int = 0


def compose(letter: Letter, sender: str, at: datetime, random: Randomness) -> bytes:
    """Returns the whole mail as it is sent. Raises BadParameter for an address or a subject that is none."""
    recipient = parse_email(letter.recipient)
    if not recipient or not letter.subject.isprintable():
        raise BadParameter("email", "value", "this is no e-mail address such as ten@example.vn")
    message = EmailMessage(policy=SMTP)
    message["From"] = sender
    message["To"] = recipient
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(at)
    # Made once: who gets the mail twice sees that it is the same.
    message["Message-ID"] = f"<{random(16).hex()}@{sender.rpartition('@')[2].rstrip('>')}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(letter.text)
    return message.as_bytes()


def post_letter(
    deliveries: DeliveryStore, letter: Letter, *, sender: str, at: datetime, random: Randomness
) -> bool:
    """Puts a letter into the table; False where the same one is there. Raises BadParameter, Unavailable."""
    return deliveries.add_delivery(
        Delivery(
            kind=letter.kind,
            site=letter.site,
            period=letter.period,
            recipient=letter.recipient,
            message=compose(letter, sender, at, random),
            due_at=at,
            made_at=at,
        )
    )


def deliver_next(deliveries: DeliveryStore, mailer: Mailer, at: datetime) -> Delivery | None:
    """Sends the mail that has been due for longest; returns it, or None where none is due.

    What the server refuses for now is tried again later, what it refuses for good is given up.
    """
    delivery = deliveries.claim_delivery(at, LEASE)
    if delivery is None:
        return None
    try:
        mailer.send(delivery.message, delivery.recipient)
    except MailRefused as error:
        deliveries.end_delivery(delivery.id, DeliveryState.FAILED, at=at, problem=_shorten(error))
    except Unavailable as error:
        again_at = next_try(delivery.tries, at)
        if again_at is None:
            deliveries.end_delivery(delivery.id, DeliveryState.FAILED, at=at, problem=_shorten(error))
        else:
            deliveries.postpone_delivery(delivery.id, again_at, _shorten(error))
    else:
        deliveries.end_delivery(delivery.id, DeliveryState.SENT, at=at)
    return delivery


def _shorten(error: Exception) -> str:
    return "".join(sign if sign.isprintable() else " " for sign in str(error))[:PROBLEM_LIMIT]
