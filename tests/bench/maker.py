"""Fills a data folder with views in Zipf's proportions, through the journal and the applier themselves."""

import asyncio
import random
import secrets
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path

from analytics_service.applying import LARGEST_ROUND, Applier
from analytics_service.domain.facts import FORMAT, Fact, FactKind, encode
from analytics_service.domain.model import ZoneSince
from analytics_service.journal import FolderJournals, open_journal
from analytics_service.storage.sqlite.config import create_config
from analytics_service.storage.sqlite.stats import create_stats, open_stats_writer

SITES, PAGES, VISITORS, REFERRERS, AGENTS, COUNTRIES = 100, 2_000, 50_000, 40, 200, 60
ZONES = (ZoneSince(date(1970, 1, 1), "Asia/Ho_Chi_Minh"),)
PIECE = 1_000
DURABLE_EACH = 3.0


def views(count: int, per_second: int, seed: int = 1) -> Iterator[Fact]:
    """That many views of the last `count / per_second` seconds."""
    chance = random.Random(seed)

    def zipf(many: int) -> list[int]:
        return chance.choices(range(many), [1 / (rank + 1) for rank in range(many)], k=count)

    begins = int(time.time() * 1000) - count * 1000 // per_second
    for number, (site, page, who) in enumerate(zip(zipf(SITES), zipf(PAGES), zipf(VISITORS), strict=True)):
        at = begins + number * 1000 // per_second
        yield Fact(
            FORMAT,
            FactKind.VIEW,
            site + 1,
            at,
            visitor=(who * 0x9E3779B97F4A7C15 + site * 97) % 2**63,
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


async def _journaled(folder: Path, facts: Iterator[Fact]) -> None:
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
