"""The figures of a province's portal, the same on every run: `python -m tests.portal_data FOLDER`.

Through journal and applier, as if visitors had come: weekdays and weekends, a storm, a busy morning.
"""

import argparse
import asyncio
import random
import secrets
from collections.abc import Iterator, Sequence
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from analytics_service.administering.opening_balances import BalanceChanges
from analytics_service.administering.sites import SiteChanges, add_site
from analytics_service.applying.applier import LARGEST_ROUND, Applier
from analytics_service.domain.facts import Engagement, Event, Fact, Online, View, encode
from analytics_service.domain.site import Site, ZoneSince
from analytics_service.journal import FolderJournals, open_journal
from analytics_service.storage.sqlite.config import create_config, open_config
from analytics_service.storage.sqlite.stats import create_stats, open_stats_writer

ZONES = (ZoneSince(date(1970, 1, 1), "Asia/Ho_Chi_Minh"),)
OPENING = BalanceChanges(values={"visits": 1_351_052}, reason="a former counter")
NOW = datetime(2026, 11, 22, 6, 53, tzinfo=UTC)
PAGES = (
    ("/", "Trang chủ", 58),
    ("/tin-tuc/bao-so-13", "Dự báo bão số 13 và công tác ứng phó", 45),
    ("/thu-tuc-hanh-chinh", "Thủ tục hành chính", 37),
    ("/lich-tiep-cong-dan", "Lịch tiếp công dân tháng 11", 19),
    ("/tra-cuu-ho-so", "Tra cứu hồ sơ một cửa", 13),
    ("/van-ban/quyet-dinh-2211", "Quyết định 2211/QĐ-UBND", 8),
    ("/lien-he", "Liên hệ", 5),
    *((f"/tin-tuc/{number}", f"Tin trong tỉnh số {number}", 0.12) for number in range(1, 161)),
)
SOURCES = (
    ("www.google.com.vn", 446),
    ("", 248),
    ("zalo.me", 107),
    ("www.facebook.com", 88),
    ("dichvucong.gov.vn", 43),
    ("coccoc.com", 29),
    ("www.bing.com", 17),
    ("chatgpt.com", 12),
    ("www.youtube.com", 10),
)
PLACES = (
    ("VN", "Đồng Nai", 365),
    ("VN", "TP. Hồ Chí Minh", 266),
    ("VN", "Hà Nội", 99),
    ("VN", "Lâm Đồng", 62),
    ("VN", "Tây Ninh", 43),
    ("VN", "Cần Thơ", 35),
    ("VN", "Đà Nẵng", 24),
    ("US", "California", 21),
    ("JP", "Tokyo", 13),
    ("LA", "", 6),
)
BROWSERS = (
    (("Chrome", "Android", "mobile", 390), 290),
    (("Chrome", "Windows", "desktop", 1920), 152),
    (("Safari", "iOS", "mobile", 390), 221),
    (("Cốc Cốc", "Windows", "desktop", 1366), 137),
    (("Zalo", "Android", "mobile", 390), 83),
    (("Edge", "Windows", "desktop", 1920), 55),
    (("Samsung Internet", "Android", "tablet", 820), 36),
    (("Firefox", "Linux", "desktop", 1440), 14),
)
CAMPAIGNS = ("bao-so-13", "dich-vu-cong", "ngay-hoi-xanh")
EVENTS = ("tai-bieu-mau", "goi-duong-day-nong", "dat-lich-hen")
STORM = {11: 1.72, 12: 1.3, 13: 1.08}
HOURS = (2, 1, 1, 1, 1, 2, 5, 9, 11, 10, 9, 7, 6, 8, 9, 8, 7, 6, 6, 7, 8, 7, 5, 3)


class Portal:
    """Makes the facts of one site, visit by visit."""

    def __init__(self, site: int, host: str, seed: int = 13) -> None:
        self._site = site
        self._host = host
        self._chance = random.Random(seed)
        self._visitor = 0

    def facts(self, now: datetime, days: int, visits_a_day: int) -> Iterator[Fact]:
        """Yields the facts of so many days before an instant, in the order of their time."""
        zone = timedelta(hours=7)
        today = (now + zone).replace(hour=0, minute=0, second=0, microsecond=0)
        for ago in range(days - 1, -1, -1):
            day = today - timedelta(days=ago)
            weekend = 0.64 if day.weekday() >= 5 else 1
            growth = 1 - ago / days * 0.28
            storm = STORM.get(day.day, 1) if (day.year, day.month) == (now.year, now.month) else 1
            count = round(visits_a_day * weekend * growth * storm * self._chance.uniform(0.97, 1.03))
            starts = sorted(self._moment(day - zone) for _ in range(count))
            if not ago:
                starts += [
                    now - timedelta(seconds=self._chance.uniform(5, 280)) for _ in range(visits_a_day // 9)
                ]
            made = [fact for at in starts for fact in self._visit(at)]
            noon = int((day - zone + timedelta(hours=10, minutes=12)).timestamp() * 1000)
            made.append(Online(site=self._site, at=noon, online=max(2, count // 7)))
            yield from sorted(
                (one for one in made if one.at <= now.timestamp() * 1000), key=lambda one: one.at
            )

    def _moment(self, midnight: datetime) -> datetime:
        hour = self._chance.choices(range(24), HOURS)[0]
        return midnight + timedelta(hours=hour, seconds=self._chance.uniform(0, 3600))

    def _place(self, listed: Sequence[tuple[Any, ...]]) -> int:
        return self._chance.choices(range(len(listed)), [float(one[-1]) for one in listed])[0]

    def _visit(self, start: datetime) -> list[Fact]:
        chance = self._chance
        self._visitor += 1
        # A third come again on the same day under the same name.
        who = self._visitor - chance.randrange(1, 40) if chance.random() < 0.32 else self._visitor
        browser, system, device, screen = BROWSERS[self._place(BROWSERS)][0]
        country, region, _ = PLACES[self._place(PLACES)]
        described: dict[str, Any] = {
            "hostname": self._host,
            "referrer": SOURCES[self._place(SOURCES)][0],
            "campaign": (("utm_campaign", chance.choice(CAMPAIGNS)),) if chance.random() < 0.06 else (),
            "browser": browser,
            "system": system,
            "device": device,
            "screen": screen,
            "country": country,
            "region": region,
            "language": "vi",
        }
        at = int(start.timestamp() * 1000)
        facts: list[Fact] = []
        is_brief = chance.random() < 0.42
        for _ in range(1 if is_brief else chance.choice((2, 2, 3, 3, 4, 6))):
            stay = chance.randrange(900, 9_900) if is_brief else int(chance.expovariate(1 / 65_000)) + 5_000
            facts += self._view(at, stay, (max(who, 1) * 0x9E3779B97F4A7C15) % 2**63, described)
            at += stay + chance.randrange(1_000, 20_000)
        return facts

    def _view(self, at: int, stay: int, visitor: int, described: dict[str, Any]) -> list[Fact]:
        chance = self._chance
        page, title, _ = PAGES[self._place(PAGES)]
        view = f"{at:011x}{chance.randrange(2**28):07x}"
        hit: dict[str, Any] = {"site": self._site, "at": at, "visitor_id": visitor, "page": page}
        facts: list[Fact] = [View(**hit, **described, id=view, title=title)]
        facts.append(Engagement(**{**hit, "at": at + stay}, id=view, engaged_ms=stay))
        if chance.random() < 0.03:
            done = {**hit, "at": at + stay // 2, "id": f"{view}e"}
            facts.append(Event(**done, **described, view_id=view, name=chance.choice(EVENTS)))
        return facts


def make_folder(folder: Path, now: datetime = NOW, *, days: int = 57, visits_a_day: int = 400) -> list[Site]:
    """Makes a data folder with three sites, the first with these figures; returns them."""
    (folder / "journal").mkdir(parents=True)
    create_config(folder)
    create_stats(folder)
    domains = ("dongnai.example.vn", "thuvien.example.vn", "sotnmt.example.vn")
    numbers = random.Random(7)
    with open_config(folder) as config:
        sites = [
            add_site(
                config.sites,
                domain,
                SiteChanges(
                    opening_balance=BalanceChanges(
                        values={} if number else {"visits": 1_351_052}, reason="old counter"
                    )
                ),
                at=now - timedelta(days=days),
                random=numbers.randbytes,
                by="tests",
            )
            for number, domain in enumerate(domains)
        ]
    asyncio.run(_journal(folder, sites[:2], now, days, visits_a_day))
    with closing(FolderJournals(folder / "journal")) as journals, open_stats_writer(folder) as stats:
        applier = Applier(journals, stats, lambda _: ZONES)
        while applier.apply_round(LARGEST_ROUND):
            pass
        applier.make_durable()
    return sites


async def _journal(folder: Path, sites: list[Site], now: datetime, days: int, visits_a_day: int) -> None:
    async with open_journal(folder / "journal", secrets.token_hex(10)) as journal:
        for site, part in zip(sites, (1, 0.1), strict=True):
            portal = Portal(site.number, site.domain, seed=13 + site.number)
            facts = portal.facts(now, days, round(visits_a_day * part))
            while piece := [encode(fact) for _, fact in zip(range(1000), facts, strict=False)]:
                await asyncio.gather(*(journal.append(one) for one in piece))


def main() -> None:
    """Makes a folder that `serve` can be started over."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("folder", type=Path)
    asked.add_argument("--visits-a-day", type=int, default=400)
    given = asked.parse_args()
    for site in make_folder(given.folder, datetime.now(UTC), visits_a_day=given.visits_a_day):
        print(site.domain, site.public_id)


if __name__ == "__main__":
    main()
