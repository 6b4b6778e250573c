"""A mail server, as whoever sends mails sees it."""

from enum import StrEnum
from typing import Protocol


class MailSecurity(StrEnum):
    """How a connection to the mail server is encrypted."""

    STARTTLS = "starttls"
    TLS = "tls"
    NONE = "none"


class Mailer(Protocol):
    """Hands mails over to a server."""

    def send(self, message: bytes, recipient: str) -> None:
        """Hands a whole mail over. Raises MailRefused where it is refused for good, Unavailable for now."""
        ...
