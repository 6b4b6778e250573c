"""A store in memory that loads and keeps batches as the real one does, and shows what it holds."""

import random
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from analytics_service.domain.batch import Batch, CountedView, ViewRow, Visit
from analytics_service.domain.contents import Contents
from analytics_service.domain.dimensions import (
    OF_VISITS,
    Acquisition,
    Dimension,
    Location,
    Technology,
    VisitAttributes,
    values_of,
)
from analytics_service.domain.facts import Engagement, VisitorFact
from analytics_service.domain.metrics import Sums
from analytics_service.domain.rollups import fold
from analytics_service.domain.site import ZoneSince
from tests.domain.reference_count import (
    ZONES,
    Figures,
    Visited,
    counted,
    in_time,
    key_of,
    local,
    nonzero,
)
from tests.domain.stories import Hit

OF_VIEWS = (Dimension.PAGE, Dimension.EVENT)


def attributes_of(fact: Hit) -> VisitAttributes:
    """Something of each kind that differs from fact to fact."""
    return VisitAttributes(
        f"{fact.page[1:]}.vn",
        Acquisition(fact.page, "referral", utm_source=fact.id[1:]),
        Location("VN", f"VN-{fact.page[1:]}"),
        Technology(language=fact.id[1:2]),
    )


@dataclass
class BatchStore:
    """What lasts from batch to batch. It keeps only what a batch says it has changed."""

    cap: int = 1_000
    visits: dict[int, Visit] = field(default_factory=dict)
    names: dict[tuple[int, int], set[int]] = field(default_factory=dict)
    seen_ids: dict[tuple[int, str], CountedView] = field(default_factory=dict)
    pending_engagement: dict[tuple[int, str], tuple[int, int]] = field(default_factory=dict)
    first_seen: dict[tuple[int, date, int], tuple[int, int]] = field(default_factory=dict)
    views: list[ViewRow] = field(default_factory=list)
    contents: dict[int, Contents] = field(default_factory=dict)
    titles: dict[tuple[int, str], str] = field(default_factory=dict)
    days: dict[tuple[int, Dimension, date, str], Sums] = field(default_factory=lambda: defaultdict(Sums))
    hours: dict[tuple[int, date, int], Sums] = field(default_factory=lambda: defaultdict(Sums))
    drops: Counter[tuple[int, date, str]] = field(default_factory=Counter)

    def take(self, facts: Iterable[VisitorFact]) -> "BatchStore":
        """Folds the facts as one batch: loads what they may touch, folds all, keeps the changes."""
        ordered = in_time(facts)
        batch = Batch(next_visit=len(self.visits) + 1, cap=self.cap)
        for fact in ordered:
            self._load(batch, fact)
        zones = {site: (ZoneSince(date(1970, 1, 1), zone),) for site, zone in ZONES.items()}
        fold(batch, ordered, zones.__getitem__, attributes_of)
        self._keep(batch)
        return self

    def take_late(self, facts: Sequence[VisitorFact], seed: int) -> "BatchStore":
        """Takes the facts shuffled, in batches of any size."""
        chance = random.Random(seed)
        late = chance.sample(facts, len(facts))
        while late:
            size = chance.randint(1, 8)
            self.take(late[:size])
            late = late[size:]
        return self

    def _load(self, batch: Batch, fact: VisitorFact) -> None:
        numbers: set[int] = set()
        if view := self.seen_ids.get(key_of(fact)):
            batch.seen_ids[key_of(fact)] = replace(view)
            numbers.add(view.visit)
        if waits := self.pending_engagement.get(key_of(fact)):
            batch.pending_engagement[key_of(fact)] = waits
        if not isinstance(fact, Engagement):
            for name in (fact.visitor_id, fact.previous_id or 0):
                named = self.names.get((fact.site, name), set())
                batch.visits_of[fact.site, name] = sorted(named)
                numbers |= named
            day = local(fact.site, fact.at)[0]
            if first := self.first_seen.get((fact.site, day, fact.visitor_id)):
                batch.first_seen[fact.site, day, fact.visitor_id] = first
            self._load_values(batch, fact.site, day)
        batch.visits.update((number, replace(self.visits[number])) for number in numbers)
        batch.contents.update((number, self.contents[number]) for number in numbers)
        for number in numbers:
            self._load_values(batch, self.visits[number].site, self.visits[number].day)

    def _load_values(self, batch: Batch, site: int, day: date) -> None:
        known = batch.known.setdefault((site, day), {})
        for number, dimension, on, value in self.days:
            if dimension and (number, on) == (site, day):
                known.setdefault(dimension, set()).add(value)

    def _keep(self, batch: Batch) -> None:
        self.visits |= {number: batch.visits[number] for number in batch.changed_visits}
        for site, name, visit, _ in batch.new_names:
            self.names.setdefault((site, name), set()).add(visit)
        self.seen_ids |= {key: batch.seen_ids[key] for key in batch.changed_ids}
        for key in batch.changed_pending:
            self.pending_engagement.pop(key, None)
        self.pending_engagement |= {
            key: batch.pending_engagement[key]
            for key in batch.changed_pending
            if key in batch.pending_engagement
        }
        self.first_seen |= {key: batch.first_seen[key] for key in batch.changed_days}
        self.views += batch.new_views
        self.contents |= batch.contents
        self.titles |= batch.titles
        for bucket, sums in batch.days.items():
            self.days[bucket].add(sums)
        for hour, sums in batch.hours.items():
            self.hours[hour].add(sums)
        self.drops += batch.drops

    def figures(self) -> Figures:
        days = {(site, day): sums for (site, of, day, _), sums in self.days.items() if not of}
        pages = {
            (site, day, page): sums
            for (site, of, day, page), sums in self.days.items()
            if of is Dimension.PAGE
        }
        pages = {key: replace(sums, visits=0) for key, sums in pages.items()}
        return Figures(nonzero(days), nonzero(self.hours), nonzero(pages))

    def broken_down(self) -> dict[Any, Sums]:
        """The rollups of what visits are described with, and the visits of pages and of events' names."""
        described = {key: sums for key, sums in self.days.items() if key[1] in OF_VISITS}
        contained = {key: Sums(visits=sums.visits) for key, sums in self.days.items() if key[1] in OF_VIEWS}
        return nonzero(described | contained)

    def added_up(self) -> dict[Any, Sums]:
        """Returns these rollups again, added up from the visits and views one by one."""
        sums: dict[Any, Sums] = defaultdict(Sums)
        described = {}
        for visit in self.visits.values():
            values = values_of(visit.entry_page, visit.exit_page, visit.attributes)
            described[visit.id] = list(zip(OF_VISITS, values, strict=True))
            one = Sums(visits=1, bounces=int(visit.is_bounce()), engaged_ms=visit.engaged_ms)
            for dimension, value in described[visit.id]:
                sums[visit.site, dimension, visit.day, value].add(one)
        contained = set()
        for view in self.views:
            one = Sums(events=1) if view.name else Sums(pageviews=1)
            for dimension, value in described[view.visit]:
                sums[view.site, dimension, view.day, value].add(one)
            contained.add(
                (view.visit, Dimension.EVENT, view.name)
                if view.name
                else (view.visit, Dimension.PAGE, view.page)
            )
        for number, of, value in contained:
            visit = self.visits[number]
            sums[visit.site, of, visit.day, value].visits += 1
        return nonzero(sums)

    def runs(self, facts: Iterable[VisitorFact]) -> list[list[Hit]]:
        """The views and events of each visit."""
        runs = defaultdict(list)
        for fact in counted(facts):
            runs[self.seen_ids[key_of(fact)].visit].append(fact)
        return [runs[number] for number in sorted(self.visits)]

    def stored(self) -> list[Visit]:
        return [visit for _, visit in sorted(self.visits.items())]

    def visited(self) -> list[Visited]:
        return [
            Visited(
                *(one.site, one.day, one.hour),
                began_at=one.began_at,
                seen_at=one.seen_at,
                pageviews=one.pageviews,
                events=one.events,
                engaged_ms=one.engaged_ms,
            )
            for one in self.stored()
        ]
