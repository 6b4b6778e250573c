"""What the applier does between two batches: orders, retention, the daily check."""

import logging
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import date, datetime, timedelta

import msgspec

from analytics_service.applying.reclassification import Reclassification
from analytics_service.domain.tasks import BEGUN_AT_MOST, Task, TaskKind, TaskState
from analytics_service.domain.verification import Check, Difference, Part, as_told, wording
from analytics_service.errors import Unavailable, WriteFailed
from analytics_service.ports.clock import Clock
from analytics_service.ports.tasks import TaskStore
from analytics_service.ports.verification import VerificationStore

CHECKED_EACH = timedelta(days=1)
DAYS_CHECKED = 2
DIFFERENCES_TOLD = 1_000

log = logging.getLogger(__name__)


class Maintenance:
    """Work that is cut into small steps, so that no batch waits long for it."""

    def __init__(
        self,
        truth: VerificationStore,
        orders: TaskStore,
        recounting: Reclassification,
        *,
        clock: Clock,
        retention: timedelta | None,
    ) -> None:
        self._truth = truth
        self._orders = orders
        self._recounting = recounting
        self._clock = clock
        self._retention = retention
        self._work: Iterator[None] | None = None
        self._pruned: date | None = None

    def step(self) -> bool:
        """One step of what is due; False where nothing is. Raises WriteFailed."""
        try:
            if self._work is None:
                self._work = self._due()
            if self._work is None:
                return False
            next(self._work)
        except StopIteration:
            self._work = None
        except WriteFailed:
            raise
        except Unavailable as error:
            self._work = None
            log.error("%s", error)
            return False
        return True

    def may_forget(self) -> bool:
        """Whether nothing is under way, nor was cut off by a restart, that needs the ids of old facts."""
        try:
            return self._work is None and self._orders.next() is None
        except Unavailable:
            return False

    def _due(self) -> Iterator[None] | None:
        at = self._clock()
        if old := self._recounting.old_suspects():
            return self._recounting.fold_old_suspects(old)
        if order := self._orders.next():
            return self._carry_out(order)
        if self._retention is not None and (first_kept := (at - self._retention).date()) != self._pruned:
            return self._prune(first_kept)
        last = self._truth.last_check()
        # A clock that was set back must not silence the check.
        if last is None or abs(_ms(at) - last.at_ms) >= _ms(CHECKED_EACH):
            return self._check(at)
        return None

    def _carry_out(self, order: Task) -> Iterator[None]:
        answer: Mapping[str, object] = {}
        try:
            if order.begun >= BEGUN_AT_MOST:
                raise Unavailable(_given_up(order))
            self._orders.begin(order.id)
            for outcome in self._steps_of(order):
                answer = outcome or answer
                yield
        except WriteFailed as error:
            with suppress(Unavailable):
                self._orders.note(order.id, {"error": str(error)})
            raise
        except (Unavailable, msgspec.ValidationError) as error:
            log.error("order %d (%s) failed: %s", order.id, order.kind.value, error)
            self._orders.end(order.id, TaskState.FAILED, {"error": str(error)}, at=self._clock())
            return
        self._orders.end(order.id, TaskState.DONE, answer, at=self._clock())
        told = ", ".join(f"{count} {what}" for what, count in answer.items() if isinstance(count, int))
        log.info("order %d (%s): %s", order.id, order.kind.value, told)

    def _steps_of(self, order: Task) -> Iterator[Mapping[str, object] | None]:
        if order.kind is TaskKind.REPAIR:
            return self._repair(order)
        if order.kind is TaskKind.RESET_PEAK:
            return self._reset_peak(order)
        return self._recounting.carry_out(order, self._clock)

    def _reset_peak(self, order: Task) -> Iterator[Mapping[str, object] | None]:
        site, since_ms = (msgspec.convert(order.arguments.get(name), int) for name in ("site", "since_ms"))
        yield {"peak": self._truth.reset_peak(site, since_ms)}

    def _repair(self, order: Task) -> Iterator[Mapping[str, object] | None]:
        told: list[Difference] = []
        count = days = 0
        site = order.arguments.get("site")
        for number in [site] if isinstance(site, int) else self._truth.sites():
            for day in self._truth.days(number):
                before = count
                for part in Part:
                    if wrong := self._truth.differences(number, day, part):
                        self._truth.repair(number, day, part)
                        count += len(wrong)
                        told += wrong[: DIFFERENCES_TOLD - len(told)]
                    yield None
                days += count > before
        yield {"days": days, "differences": count, "first": [as_told(one) for one in told]}

    def _prune(self, first_kept: date) -> Iterator[None]:
        for site in self._truth.sites():
            while self._truth.prune(site, first_kept):
                yield
        self._pruned = first_kept

    def _check(self, at: datetime) -> Iterator[None]:
        """The last days of each site; visits whose marks are old go before it."""
        yield from self._recounting.forget(self._clock)
        days = wrong = 0
        for site in self._truth.sites():
            for day in self._truth.days(site)[-DAYS_CHECKED:]:
                days += 1
                for part in Part:
                    found = self._truth.differences(site, day, part)
                    wrong += len(found)
                    for one in found[:10]:
                        log.error("%s; run `analytics-service verify`", wording(one))
                    yield
        self._truth.note_check(Check(_ms(at), days, wrong))


def _given_up(order: Task) -> str:
    why = order.answer.get("error") or "the applier ended each time while it worked on it; see its log"
    return f"it was begun {order.begun} times and never ended: {why}"


def _ms(time: datetime | timedelta) -> int:
    seconds = time.timestamp() if isinstance(time, datetime) else time.total_seconds()
    return int(seconds * 1000)
