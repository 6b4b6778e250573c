"""The mailer's process: sends what waits in the table of deliveries, where a mail server is set."""

import logging
import signal
from threading import Event

from analytics_service.administering.letters import deliver_next
from analytics_service.app.openers import open_mailer, open_storage
from analytics_service.errors import Unavailable
from analytics_service.ports.clock import Clock
from analytics_service.processes.applier_process import IDLE_INTERVAL
from analytics_service.processes.heartbeat import LONG_WORK, send_heartbeat
from analytics_service.settings import Settings

IDLE_ROUNDS = 10
"""Looks for a mail are that many times rarer than heartbeats."""

log = logging.getLogger(__name__)


def run_mailer(settings: Settings, heartbeats: int, *, clock: Clock) -> int:
    """Sends mails until SIGTERM; returns the exit status."""
    stopping = Event()
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    mailer = open_mailer(
        settings.smtp_host,
        settings.smtp_port,
        security=settings.smtp_security,
        sender=settings.mail_from,
        user=settings.smtp_user,
        password=settings.smtp_password,
    )
    with open_storage(settings.database).open_config() as stores:
        while not stopping.is_set():
            # A mail server may take a minute for its answers.
            send_heartbeat(heartbeats, LONG_WORK)
            try:
                delivery = deliver_next(stores.deliveries, mailer, clock())
            except Unavailable as error:
                log.warning("%s", error)
                delivery = None
            if delivery is None:
                stopping.wait(IDLE_INTERVAL.total_seconds() * IDLE_ROUNDS)
            else:
                log.info("mail %d (%s): try %d", delivery.id, delivery.kind, delivery.tries)
    return 0
