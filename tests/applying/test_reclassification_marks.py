"""Whatever is accepted and rejected, and cut wherever: sums are those of the visits without a mark."""

import random
from collections import defaultdict
from datetime import timedelta
from pathlib import Path

import pytest

from analytics_service.domain.facts import VisitorFact
from analytics_service.domain.tasks import TaskKind, TaskState
from analytics_service.storage.sqlite import quarantine
from tests.applying.process import NOON, TODAY, Process, engaged, event, fresh, running, view
from tests.faults.sizes import soak

DAYS = 4
FAMILIES = ("Robo", "Firefox", "Chrome")
STEPS = ("VISITS_A_STEP", "VIEWS_A_STEP", "ROWS_A_STEP")
DAY_MS = 86_400_000
COUNTED = """
select (v.at + 25200000) / 86400000, coalesce(v.visitor, t.visitor),
    v.name = (select id from string where value = '')
from view as v join visit as t on t.id = v.visit where t.mark = ''
"""


def story(chance: random.Random, first: int) -> list[VisitorFact]:
    """What a few visitors did in some days, suspected or not, some with both browsers, some over midnight."""
    facts: list[VisitorFact] = []
    for _ in range(chance.randrange(10, 50)):
        who, minute = chance.randrange(6), chance.randrange((DAYS - 1) * 24 * 60)
        family, reason = chance.choice(FAMILIES), chance.choice(["", "", "bot", "spam-referrer"])
        more: dict[str, object] = {"browser": family}
        if reason:
            more |= {"drop": reason, "family": family}
        for number in range(chance.choice([1, 1, 2, 9])):
            name = f"{first + len(facts)}"
            at, page = minute + 20 * number, f"/{chance.randrange(5)}"
            is_event = chance.random() < 0.2
            facts.append(
                event(who, at, "buy", page, id=name, **more)
                if is_event
                else view(who, at, page, id=name, **more)
            )
            if not is_event:
                facts.append(engaged(facts[-1], chance.randrange(20_000)))
    return facts


class Marks:
    """The rule, obviously: a mark for each visit, set by whoever has the last word."""

    def __init__(self) -> None:
        self.of: dict[int, str] = {}

    def learn(self, it: Process) -> None:
        """What a new visit came with."""
        for number, mark in it.rows("select id, mark from visit"):
            self.of.setdefault(int(str(number)), str(mark))

    def change(self, it: Process, kind: TaskKind, first: int, last: int, family: str, reason: str) -> None:
        """What a task that has ended made of them."""
        for number, day, browser in it.rows(
            "select v.id, v.day, (select value from string where id = e.browser) "
            "from visit as v join technology as e on e.id = v.technology"
        ):
            mark = self.of[int(str(number))]
            if not first <= int(str(day)) <= last or family not in ("", browser):
                continue
            if kind is TaskKind.REJECT and not mark:
                self.of[int(str(number))] = "rejected"
            if kind is TaskKind.ACCEPT and mark and reason in ("", mark):
                self.of[int(str(number))] = ""


def check(it: Process) -> None:
    """The site's sums are those of what is not marked, added up in another way than `verify` does."""
    stored = {
        day: sums
        for day, *sums in it.rows(
            "select day, pageviews, events, visitors, visits, engaged_ms from rollup_day where dimension = 0"
        )
    }
    right: dict[object, list[int]] = defaultdict(lambda: [0] * 5)
    met: dict[object, set[object]] = defaultdict(set)
    for day, visitor, is_view in it.rows(COUNTED):
        right[day][0 if is_view else 1] += 1
        met[day].add(visitor)
    for day, count, engaged_ms in it.rows(
        "select day, count(*), sum(engaged_ms) from visit where mark = '' group by day"
    ):
        right[day][3:] = int(str(count)), int(str(engaged_ms))
    for day, visitors in met.items():
        right[day][2] = len(visitors)
    assert stored == {day: sums for day, sums in right.items() if any(sums)}
    marked = it.rows("""select w.day, w.mark, count(*) from view as w where w.mark != '' group by 1, 2""")
    dropped = it.rows("select day, reason, count from drop_day where reason != 'duplicate'")
    assert sorted(marked) == sorted(dropped)


@pytest.mark.parametrize("seed", range(soak(25, 400)))
def test_sums_are_those_of_the_visits_without_a_mark(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    chance = random.Random(seed)
    for step in STEPS:
        monkeypatch.setattr(quarantine, step, chance.choice([1, 3, 7, 1_000]))
    folder, marks = fresh(tmp_path / "data"), Marks()
    with running(folder) as it:
        it.apply(*story(chance, 0))
        marks.learn(it)
    for turn in range(chance.randrange(2, 7)):
        kind = chance.choice([TaskKind.ACCEPT, TaskKind.REJECT])
        begin = chance.randrange(DAYS)
        end = chance.randrange(begin, DAYS)
        family = chance.choice(FAMILIES if kind is TaskKind.REJECT else ("", *FAMILIES))
        reason = chance.choice(["", "bot", "rejected"]) if kind is TaskKind.ACCEPT else ""
        with running(folder) as it:
            if chance.random() < 0.3:
                it.stats.forget(0, TODAY + timedelta(days=9))
            first, last = ((TODAY + timedelta(days=day)).isoformat() for day in (begin, end))
            number = it.place(kind, first=first, last=last, family=family, reason=reason)
            for _ in range(chance.randrange(6)):
                it.care.step()
                assert it.wrong() == []
        with running(folder) as it:
            if chance.random() < 0.3:
                # Whatever comes between two steps is counted, and more than that is never asked.
                it.apply(*(view(99, 60 * 24 * (DAYS + 5) + turn, f"/{turn}", browser="Later") for _ in "ab"))
                marks.learn(it)
            it.work()
            assert it.found(number).state is TaskState.DONE
            marks.change(it, kind, day_number(begin), day_number(end), *(family, reason))
            assert marks.of == {int(str(n)): m for n, m in it.rows("select id, mark from visit")}
            assert (
                it.rows("select 1 from view as w join visit as v on v.id = w.visit where w.mark != v.mark")
                == []
            )
            assert it.wrong() == []
            check(it)


def day_number(number: int) -> int:
    """The number of a story's day."""
    return int((NOON + timedelta(days=number)).timestamp() * 1000) // DAY_MS
