"""Opens what is stored and journaled, for every process and command."""

from contextlib import closing
from email.utils import parseaddr
from pathlib import Path

from analytics_service import storage
from analytics_service.administering.sealer import Sealer
from analytics_service.disk.key_file import read_or_make_key
from analytics_service.journal import FolderJournals
from analytics_service.mail.smtp import SmtpMailer
from analytics_service.operating.archive import SECRET_KEY
from analytics_service.operating.installation import Installation
from analytics_service.ports.mail import Mailer, MailSecurity
from analytics_service.ports.storage import Storage

JOURNAL_FOLDER = "journal"


def open_storage(database: str) -> Storage:
    """Returns everything that is stored at a URL; each part is opened when it is asked for."""
    return storage.open(database)


def open_journals(folder: Path) -> FolderJournals:
    """Returns all journals of a data folder, as their one reader sees them; whoever asks closes it."""
    return FolderJournals(folder / JOURNAL_FOLDER)


def open_sealer(folder: Path) -> Sealer:
    """Returns what seals secrets with the key of a data folder, which is read when it is first needed."""
    return Sealer(lambda: read_or_make_key(folder / SECRET_KEY))


def open_mailer(
    host: str, port: int, *, security: MailSecurity, sender: str, user: str, password: str
) -> Mailer:
    """Returns what hands mails over to a mail server; it connects for each mail."""
    return SmtpMailer(
        host=host, port=port, security=security, sender=parseaddr(sender)[1], user=user, password=password
    )


def open_installation(folder: Path, database: str) -> Installation:
    """Returns what status, doctor, backup and restore work on; each part is opened when it is asked for."""
    return Installation(
        folder=folder,
        journal_folder=folder / JOURNAL_FOLDER,
        storage=open_storage(database),
        open_journals=lambda: closing(open_journals(folder)),
    )
