"""Mails by SMTP: one connection for each mail, encrypted unless the operator says otherwise."""

import smtplib
import ssl
from dataclasses import dataclass
from datetime import timedelta

from analytics_service.errors import MailRefused, Unavailable
from analytics_service.ports.mail import MailSecurity

SERVER_TIMEOUT = timedelta(seconds=20)
"""How long the server may take for each of its answers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SmtpMailer:
    """A mail server with what lets us in; `sender` is the address that it answers to when mail fails."""

    host: str
    port: int
    security: MailSecurity
    sender: str
    user: str = ""
    password: str = ""

    def send(self, message: bytes, recipient: str) -> None:
        """Hands a whole mail over. Raises MailRefused where it is refused for good, Unavailable for now."""
        try:
            with self._connect() as server:
                if self.security is MailSecurity.STARTTLS:
                    server.starttls(context=ssl.create_default_context())
                if self.user:
                    server.login(self.user, self.password)
                server.sendmail(self.sender, [recipient], message)
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPResponseException) as error:
            code, answer = _answer_of(error)
            problem = f"the mail server answered {code} {answer}"
            # A wrong password is the operator's to mend: the mails wait for it.
            if 500 <= code < 600 and not isinstance(error, smtplib.SMTPAuthenticationError):
                raise MailRefused(problem) from error
            raise Unavailable(problem) from error
        except (OSError, smtplib.SMTPException) as error:
            raise Unavailable(f"the mail server {self.host}:{self.port} cannot be used: {error}") from error

    def _connect(self) -> smtplib.SMTP:
        seconds = SERVER_TIMEOUT.total_seconds()
        if self.security is MailSecurity.TLS:
            context = ssl.create_default_context()
            return smtplib.SMTP_SSL(self.host, self.port, timeout=seconds, context=context)
        return smtplib.SMTP(self.host, self.port, timeout=seconds)


def _answer_of(error: smtplib.SMTPRecipientsRefused | smtplib.SMTPResponseException) -> tuple[int, str]:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, answer = next(iter(error.recipients.values()))
        return code, answer.decode("utf-8", "replace")
    text = error.smtp_error
    return error.smtp_code, text.decode("utf-8", "replace") if isinstance(text, bytes) else str(text)
