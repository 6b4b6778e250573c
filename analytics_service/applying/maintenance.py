"""What the applier does between two batches: tasks, retention, the daily check."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date, datetime, timedelta

import msgspec

from analytics_service.applying.reclassification import Reclassification
from analytics_service.applying.removal import Removal
from analytics_service.domain.dimensions import BROKEN_DOWN
from analytics_service.domain.tasks import BEGUN_AT_MOST, Task, TaskKind, TaskState
from analytics_service.domain.verification import Check, Difference, Part, as_told, wording
from analytics_service.errors import Unavailable, WriteFailed
from analytics_service.ports.clock import Clock
from analytics_service.ports.rollups import RollupStore
from analytics_service.ports.tasks import TaskStore
from analytics_service.ports.verification import VerificationStore

CHECKED_EACH = timedelta(days=1)
CHECK_SPAN = 2
DUE_INTERVAL = timedelta(minutes=1)
"""How often deleted sites are looked through for those whose grace is over."""
REPORTED_LIMIT = 1_000

log = logging.getLogger(__name__)


class Maintenance:
    """Work that is cut into small steps, so that no batch waits long for it."""

    def __init__(
        self,
        verification: VerificationStore,
        tasks: TaskStore,
        reclassification: Reclassification,
        removal: Removal,
        *,
        rollups: RollupStore,
        clock: Clock,
        retention: timedelta | None,
    ) -> None:
        self._verification = verification
        self._tasks = tasks
        self._reclassification = reclassification
        self._removal = removal
        self._rollups = rollups
        self._clock = clock
        self._retention = retention
        self._work: Iterator[None] | None = None
        self._pruned: date | None = None
        self._looked_at: datetime | None = None

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
            return self._work is None and self._tasks.next() is None
        except Unavailable:
            return False

    def _due(self) -> Iterator[None] | None:
        at = self._clock()
        if old := self._reclassification.old_suspects():
            return self._reclassification.fold_old_suspects(old)
        if self._looked_at is None or abs(at - self._looked_at) >= DUE_INTERVAL:
            self._removal.place_due(self._tasks, at)
            self._looked_at = at
        if task := self._tasks.next():
            return self._carry_out(task)
        if self._retention is not None and (first_kept := (at - self._retention).date()) != self._pruned:
            return self._prune(first_kept)
        last = self._verification.last_check()
        # A clock that was set back must not silence the check.
        if last is None or abs(_ms(at) - last.at_ms) >= _ms(CHECKED_EACH):
            return self._check(at)
        if self._rollups.sum_older() or self._rollups.sum_month(at.date()):
            return iter((None,))
        return None

    def _carry_out(self, task: Task) -> Iterator[None]:
        answer: Mapping[str, object] = {}
        try:
            if task.begun >= BEGUN_AT_MOST:
                raise Unavailable(_given_up(task))
            self._tasks.begin(task.id)
            for outcome in self._steps_of(task):
                answer = outcome or answer
                yield
        except WriteFailed as error:
            with suppress(Unavailable):
                self._tasks.note(task.id, {"error": str(error)})
            raise
        except (Unavailable, msgspec.ValidationError) as error:
            log.error("task %d (%s) failed: %s", task.id, task.kind.value, error)
            self._tasks.end(task.id, TaskState.FAILED, {"error": str(error)}, at=self._clock())
            return
        self._tasks.end(task.id, TaskState.DONE, answer, at=self._clock())
        summary = ", ".join(f"{count} {what}" for what, count in answer.items() if isinstance(count, int))
        log.info("task %d (%s): %s", task.id, task.kind.value, summary)

    def _steps_of(self, task: Task) -> Iterator[Mapping[str, object] | None]:
        if task.kind is TaskKind.REPAIR:
            return self._repair(task)
        if task.kind is TaskKind.RESET_PEAK:
            return self._reset_peak(task)
        if task.kind is TaskKind.REMOVE_SITE:
            return self._removal.carry_out(task, self._clock)
        return self._reclassification.carry_out(task, self._clock)

    def _reset_peak(self, task: Task) -> Iterator[Mapping[str, object] | None]:
        site, since_ms = (msgspec.convert(task.arguments.get(name), int) for name in ("site", "since_ms"))
        yield {"peak": self._verification.reset_peak(site, since_ms)}

    def _repair(self, task: Task) -> Iterator[Mapping[str, object] | None]:
        reported: list[Difference] = []
        count = days = 0
        site = task.arguments.get("site")
        for number in [site] if isinstance(site, int) else self._verification.sites():
            for day in self._verification.days(number):
                before = count
                for part in Part:
                    if wrong := self._verification.differences(number, day, part):
                        self._verification.repair(number, day, part)
                        count += len(wrong)
                        reported += wrong[: REPORTED_LIMIT - len(reported)]
                    yield None
                days += count > before
            for month in self._verification.months(number):
                for dimension in BROKEN_DOWN:
                    if wrong := self._verification.month_differences(number, month, dimension):
                        self._verification.repair_month(number, month)
                        count += len(wrong)
                        reported += wrong[: REPORTED_LIMIT - len(reported)]
                    yield None
        yield {"days": days, "differences": count, "first": [as_told(one) for one in reported]}

    def _prune(self, first_kept: date) -> Iterator[None]:
        for site in self._verification.sites():
            while self._verification.prune(site, first_kept):
                yield
        self._pruned = first_kept

    def _check(self, at: datetime) -> Iterator[None]:
        """The last days of each site; visits whose marks are old go before it."""
        yield from self._reclassification.forget(self._clock)
        days = wrong = 0
        for site in self._verification.sites():
            for day in self._verification.days(site)[-CHECK_SPAN:]:
                days += 1
                for part in Part:
                    wrong += _log_wrong(self._verification.differences(site, day, part))
                    yield
            for month in self._verification.months(site)[-1:]:
                for dimension in BROKEN_DOWN:
                    wrong += _log_wrong(self._verification.month_differences(site, month, dimension))
                    yield
        self._verification.note_check(Check(_ms(at), days, wrong))


def _log_wrong(found: Sequence[Difference]) -> int:
    for one in found[:10]:
        log.error("%s; run `analytics-service verify`", wording(one))
    return len(found)


def _given_up(task: Task) -> str:
    why = task.answer.get("error") or "the applier ended each time while it worked on it; see its log"
    return f"it was begun {task.begun} times and never ended: {why}"


def _ms(time: datetime | timedelta) -> int:
    seconds = time.timestamp() if isinstance(time, datetime) else time.total_seconds()
    return int(seconds * 1000)
