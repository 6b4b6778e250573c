"""Everything that is stored, opened part by part."""

from contextlib import AbstractAsyncContextManager, AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from analytics_service.ports.annotations import AnnotationStore
from analytics_service.ports.answers import AnswerStore
from analytics_service.ports.audit import AuditLog
from analytics_service.ports.databases import Copies, Databases, Presence
from analytics_service.ports.deliveries import DeliveryStore
from analytics_service.ports.drops import DropReader
from analytics_service.ports.favourites import FavouriteStore
from analytics_service.ports.figures import FigureStore
from analytics_service.ports.keys import KeyStore
from analytics_service.ports.logins import LoginStore
from analytics_service.ports.one_time import OneTimeStore
from analytics_service.ports.quarantine import QuarantineStore
from analytics_service.ports.removals import FigureRemover, SiteRemovals
from analytics_service.ports.rollups import RollupStore
from analytics_service.ports.salts import SaltStore
from analytics_service.ports.sessions import SessionStore
from analytics_service.ports.sites import SiteStore
from analytics_service.ports.stats import StatsStore
from analytics_service.ports.tasks import TaskStore
from analytics_service.ports.users import UserStore
from analytics_service.ports.verification import VerificationStore, Verifier


@dataclass(frozen=True, slots=True)
class ConfigStores:
    """What people configure and ask for; all over one connection."""

    sites: SiteStore
    removals: SiteRemovals
    salts: SaltStore
    tasks: TaskStore
    keys: KeyStore
    annotations: AnnotationStore
    favourites: FavouriteStore
    users: UserStore
    sessions: SessionStore
    logins: LoginStore
    one_times: OneTimeStore
    audit: AuditLog
    deliveries: DeliveryStore


@dataclass(frozen=True, slots=True)
class ApplierStores:
    """What the applier writes, all over one connection that holds the lease."""

    stats: StatsStore
    verification: VerificationStore
    quarantine: QuarantineStore
    remover: FigureRemover
    rollups: RollupStore


class Storage(Protocol):
    """Everything that is stored; nothing is opened before it is asked for. Each may raise Unavailable."""

    @property
    def databases(self) -> Databases:
        """The databases as a whole: made, migrated, examined."""
        ...

    @property
    def copies(self) -> Copies:
        """Copies for backup and restore."""
        ...

    def open_config(self, *, standing_still: bool = True) -> AbstractContextManager[ConfigStores]:
        """Opens all that people configure; calls are brief, yet not for the event loop.

        With `standing_still` they can be read on a disk that takes no writes; without, that is Unavailable.
        """
        ...

    def open_applier(self) -> AbstractContextManager[ApplierStores]:
        """Opens what the one applier writes, and takes the lease; the holder before then gets LeaseLost."""
        ...

    def open_figures(self, *, standing_still: bool = False) -> AbstractAsyncContextManager[FigureStore]:
        """Opens the figures for reading; `standing_still` is for a disk that takes no writes."""
        ...

    def open_answers(self, *, standing_still: bool = False) -> AbstractAsyncContextManager[AnswerStore]:
        """Opens sums and rows for answers, apart from what counter and beacons use."""
        ...

    def open_verifier(self) -> AbstractContextManager[Verifier]:
        """Opens the sums and what is behind them for reading, beside a running service."""
        ...

    def open_drops(self) -> AbstractContextManager[DropReader]:
        """Opens what was dropped for reading, beside a running service."""
        ...

    def watch(self) -> Presence:
        """Remembers which files are in place now, to see later whether they still are."""
        ...
