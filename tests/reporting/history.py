"""Random visits of several sites over many days, known as visits before any fact is made of them."""

import random
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from analytics_service.applying.attributes import describing, no_hosts
from analytics_service.domain.dimensions import OF_VISITS, Dimension
from analytics_service.domain.facts import Engagement, Event, Fact, View
from analytics_service.domain.metrics import Metric
from analytics_service.domain.periods import local_day
from analytics_service.domain.rollups import fold
from analytics_service.domain.site import OpeningBalance, Site, WeekStart, ZoneSince
from analytics_service.ports.storage import Storage

ZONES = {
    1: "Asia/Ho_Chi_Minh",
    2: "America/New_York",
    3: "Australia/Lord_Howe",
    4: "Asia/Ho_Chi_Minh",
}
"""Clocks go back in New York on 1 November 2026, and half an hour forward on Lord Howe on 4 October."""
FIRST, DAYS = date(2026, 9, 28), 46
AT = datetime(2026, 11, 12, 8, 20, tzinfo=UTC)
GAP = timedelta(minutes=30)
PAGES = ("/", "/gia", "/mua", "/tin-tuc/tết", "/tin-tuc/a|b", "/o'hara", "/100%", "/other")
EVENTS = ("signup", "buy:now", "tải về")
WORDS = {
    Dimension.COUNTRY: ("VN", "LA", "US", ""),
    Dimension.SOURCE: ("Google", "Facebook", "", "google"),
    Dimension.BROWSER: ("Chrome", "Firefox", ""),
}


@dataclass
class Hit:
    """A page view, or an event where it has a name."""

    at: int
    visitor: int
    page: str
    name: str = ""
    engaged_ms: int = 0


@dataclass
class Story:
    """A visit as it happened; `values` are those of OF_VISITS."""

    site: int
    hits: list[Hit]
    values: dict[Dimension, str] = field(default_factory=dict)
    engaged_ms: int = 0
    mark: str = ""


def site_of(number: int) -> Site:
    """The site of that number, with an opening balance of visits where it is the first."""
    balance = OpeningBalance(Metric.VISITS, 1000, AT, "", "")
    return Site(
        number=number,
        uuid="",
        public_id=f"x{number}",
        name="",
        domain=f"x{number}.example.vn",
        zones=(ZoneSince(date(1970, 1, 1), ZONES[number]),),
        week_start=WeekStart.SUNDAY if number == 2 else WeekStart.MONDAY,
        locale="vi",
        created_at=AT,
        host_names=frozenset(),
        public=True,
        paused=False,
        demo=False,
        opening_balances=(balance,) if number == 1 else (),
    )


def tell(seed: int, visits_a_day: int = 12) -> list[Story]:
    """All visits of all sites until AT; some over midnight, one of two days, some marked."""
    chance = random.Random(seed)
    stories = []
    for site, zone in ZONES.items():
        for number in range(DAYS):
            start = datetime.combine(FIRST + timedelta(days=number), datetime.min.time(), ZoneInfo(zone))
            # Few visitors, so that some come twice a day: each visit has a third of the day of its own.
            for visitor in range(visits_a_day // 3):
                for third in range(3):
                    if chance.random() < 0.8:
                        # More than 30 minutes lie between two visits, also over midnight.
                        minutes = chance.randrange(165 if third == 0 else 0, 240 if third < 2 else 430)
                        begin = start.astimezone(UTC) + timedelta(hours=8 * third, minutes=minutes)
                        stories.append(_visit(chance, site, visitor, begin))
        stories.append(_long_visit(chance, site))
    return [story for story in stories if story.hits]


def _visit(chance: random.Random, site: int, visitor: int, begin: datetime) -> Story:
    at, hits = begin, list[Hit]()
    for _ in range(chance.choice((1, 1, 2, 3, 5))):
        if at < AT:
            name = chance.choice(EVENTS) if chance.random() < 0.2 else ""
            hits.append(Hit(_ms(at), _id(site, visitor, at), chance.choice(PAGES), name))
        at += timedelta(seconds=chance.randrange(1, 1700))
    return _describe(chance, Story(site, hits))


def _long_visit(chance: random.Random, site: int) -> Story:
    """A page that loads itself again every half hour for four days."""
    begin = datetime(2026, 10, 20, 15, 7, tzinfo=UTC)
    hits = [
        Hit(_ms(at), _id(site, 99, at), PAGES[number % 3 if number > 120 else 3])
        for number, at in enumerate(begin + n * GAP for n in range(190))
    ]
    return _describe(chance, Story(site, hits))


def _describe(chance: random.Random, story: Story) -> Story:
    if not story.hits:
        return story
    values: dict[Dimension, str] = {
        one: chance.choice(("", f"{one.word}-1", "Other", "é\u0301")) for one in OF_VISITS
    }
    values |= {one: chance.choice(words) for one, words in WORDS.items()}
    values |= {
        Dimension.ENTRY_PAGE: story.hits[0].page,
        Dimension.EXIT_PAGE: story.hits[-1].page,
        Dimension.HOSTNAME: chance.choice(("x.example.vn", "www.example.vn", "")),
    }
    story.values = values
    story.engaged_ms = chance.choice((0, 3_000, 9_999, 12_345, 61_001)) if not story.hits[0].name else 0
    story.hits[0].engaged_ms = story.engaged_ms
    story.mark = "bot" if chance.random() < 0.1 else ""
    return story


def _ms(at: datetime) -> int:
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


def _id(site: int, visitor: int, at: datetime) -> int:
    """A visitor's id: another one each local day."""
    return visitor * 1_000_000 + at.astimezone(ZoneInfo(ZONES[site])).date().toordinal()


def facts_of(stories: list[Story]) -> list[Fact]:
    """The facts of all visits in the order of their time."""
    facts: list[Fact] = []
    for number, story in enumerate(stories):
        described = tuple(story.values[one] for one in OF_VISITS[2:])
        before = None
        for place, hit in enumerate(story.hits):
            given: dict[str, Any] = {
                "site": story.site,
                "at": hit.at,
                "visitor_id": hit.visitor,
                "previous_id": before if before not in (None, hit.visitor) else None,
                "id": f"{number}-{place}",
                "page": hit.page,
                "attributes": described,
                "drop": story.mark,
            }
            facts.append(Event(**given, name=hit.name) if hit.name else View(**given, title=f"T {hit.page}"))
            before = hit.visitor
        if story.engaged_ms:
            first = story.hits[0]
            facts.append(
                Engagement(
                    site=story.site,
                    at=first.at + 1,
                    visitor_id=first.visitor,
                    id=f"{number}-0",
                    page=first.page,
                    drop=story.mark,
                    engaged_ms=story.engaged_ms,
                )
            )
    return sorted(facts, key=lambda fact: fact.at)


def store(storage: Storage, stories: list[Story], *, cap: int = 1000) -> None:
    """Folds the visits' facts into a provisioned storage, in several batches."""
    facts = facts_of(stories)
    zones = {number: site_of(number).zones for number in ZONES}
    with storage.open_applier() as stores:
        for seq, place in enumerate(range(0, len(facts), 997), start=1):
            batch_facts = facts[place : place + 997]
            batch = stores.stats.load(
                batch_facts,
                cap,
                lambda fact: local_day(datetime.fromtimestamp(fact.at / 1000, UTC), zones[fact.site]),
            )
            fold(batch, batch_facts, zones.__getitem__, describing(no_hosts))
            stores.stats.save(batch, {"a": seq})
        while stores.rollups.sum_month(AT.date()):
            pass
