"""Fills a data folder with views in Zipf's proportions, through the journal and the applier themselves.

`python -m tests.bench.dataset FOLDER --views 10000000`
"""

import argparse
import asyncio
import random
import secrets
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

from analytics_service.applying.applier import LARGEST_ROUND, Applier
from analytics_service.domain.facts import View, encode
from analytics_service.domain.site import ZoneSince
from analytics_service.journal import FolderJournals, open_journal
from analytics_service.storage.sqlite.config import create_config
from analytics_service.storage.sqlite.stats import create_stats, open_stats_writer

SITES, PAGES, VISITORS, REFERRERS, AGENTS, COUNTRIES = 100, 2_000, 50_000, 40, 200, 60
ZONES = (ZoneSince(date(1970, 1, 1), "Asia/Ho_Chi_Minh"),)
PIECE = 1_000
DURABLE_EACH = 3.0
STEP = 250_000


def views(count: int, per_second: float, seed: int = 1, ends: float | None = None) -> Iterator[View]:
    """That many views of the `count / per_second` seconds before an instant, or before now."""
    chance = random.Random(seed)

    def zipf(many: int) -> list[int]:
        return chance.choices(range(many), [1 / (rank + 1) for rank in range(many)], k=count)

    begins = int((time.time() if ends is None else ends) * 1000 - count * 1000 / per_second)
    for number, (site, page, who) in enumerate(zip(zipf(SITES), zipf(PAGES), zipf(VISITORS), strict=True)):
        at = begins + int(number * 1000 / per_second)
        yield View(
            site=site + 1,
            at=at,
            visitor_id=(who * 0x9E3779B97F4A7C15 + site * 97) % 2**63,
            id=f"{at:011x}{secrets.token_hex(4)}",
            hostname=f"s{site}.example.vn",
            page=f"/page/{page}",
            title=f"Trang {page}",
            referrer=f"r{who % REFERRERS}.example",
            screen=1280 if who % 3 else 390,
            browser=f"Browser {who % AGENTS % 12}",
            browser_version=str(120 + who % AGENTS % 23),
            system=f"System {who % AGENTS % 7}",
            system_version=str(who % AGENTS % 5),
            device="mobile" if who % AGENTS % 3 else "desktop",
            language="vi" if who % 5 else "en",
            country=f"C{who % COUNTRIES}",
        )


async def _journaled(folder: Path, facts: Iterator[View]) -> None:
    async with open_journal(folder / "journal", secrets.token_hex(10)) as journal:
        piece = []
        for fact in facts:
            piece.append(journal.append(encode(fact)))
            if len(piece) == PIECE:
                await asyncio.gather(*piece)
                piece.clear()
        if piece:
            await asyncio.gather(*piece)


def fill(folder: Path, count: int, per_second: int = 50) -> float:
    """Makes the folder's databases with that many views; seconds that the applier took for them."""
    (folder / "journal").mkdir(parents=True)
    create_config(folder)
    create_stats(folder)
    asyncio.run(_journaled(folder, views(count, per_second)))
    began = durable_at = time.perf_counter()
    with closing(FolderJournals(folder / "journal")) as journals, open_stats_writer(folder) as stats:
        applier = Applier(journals, stats, lambda _: ZONES)
        while applier.apply_round(LARGEST_ROUND):
            if time.perf_counter() - durable_at > DURABLE_EACH:
                applier.make_durable()
                durable_at = time.perf_counter()
        applier.make_durable()
    return time.perf_counter() - began


def main() -> None:
    """Fills a folder, a piece after the other, and prints how fast each was applied."""
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("folder", type=Path)
    asked.add_argument("--views", type=int, default=1_000_000)
    asked.add_argument("--days", type=int, default=365, help="days over which they are spread")
    given = asked.parse_args()
    (given.folder / "journal").mkdir(parents=True)
    create_config(given.folder)
    create_stats(given.folder)
    made = 0
    with (
        closing(FolderJournals(given.folder / "journal")) as journals,
        open_stats_writer(given.folder) as stats,
    ):
        applier = Applier(journals, stats, lambda _: ZONES)
        while made < given.views:
            count = min(STEP, given.views - made)
            ends = time.time() - (given.views - made - count) / given.views * given.days * 86_400
            per_second = given.views / (given.days * 86_400)
            asyncio.run(_journaled(given.folder, views(count, per_second, seed=made, ends=ends)))
            began = time.perf_counter()
            while applier.apply_round(LARGEST_ROUND):
                pass
            applier.make_durable()
            took = time.perf_counter() - began
            at = datetime.fromtimestamp(ends, UTC)
            applier.forget(partial(datetime.astimezone, at))
            made += count
            size = sum(path.stat().st_size for path in given.folder.glob("stats.db*"))
            print(
                f"{made:>12,} views, {count / took:8,.0f} facts/s, {size / made:6.0f} bytes each", flush=True
            )


if __name__ == "__main__":
    main()
