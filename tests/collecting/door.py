"""A door for one site, without a server: its collector and who is online."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from analytics_service.collecting.admit import Collector, Recognisers, Verdict
from analytics_service.collecting.budget import ValueBudget, VisitorBudget
from analytics_service.collecting.salts import SaltCache
from analytics_service.collecting.sites import SiteCache
from analytics_service.domain.beacons import parse
from analytics_service.domain.client import Client, HeaderSignals
from analytics_service.domain.facts import View
from analytics_service.domain.site import SiteRules
from analytics_service.enrichment.places import Places
from analytics_service.enrichment.sources import Spam
from analytics_service.limits.memory import MemoryLimits
from analytics_service.live.memory import MemoryLive
from tests.domain.test_admission import SITE

AT = datetime(2026, 11, 20, 5, 0, tzinfo=UTC)
WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
CHROME = f"Mozilla/5.0 (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/142.0.0.0 Safari/537.36"
CLIENT = Client(
    address="113.160.1.7",
    agent=CHROME,
    languages="vi-VN,vi;q=0.9",
    header_signals=HeaderSignals.ACCEPT_LANGUAGE,
)


class Door:
    """A collector for one site whose rules are given."""

    def __init__(
        self, *, per_minute: int = 600, burst: int = 600, new: tuple[int, int] = (12, 120), **rules: Any
    ) -> None:
        site = replace(SITE, rules=SiteRules(**rules))
        salts = {1: {AT.date(): b"s" * 32}}
        limits = MemoryLimits(per_minute=per_minute, burst=burst)
        senses = Recognisers(places=Places(), spam=Spam(), limits=limits)
        self.live = MemoryLive(timedelta(minutes=5), 1000)
        budget = MemoryLimits(per_minute=new[0], burst=new[1])
        self.collector = Collector(
            sites=SiteCache({"dn7k2q": site}),
            salts=SaltCache(salts),
            live=self.live,
            recognisers=senses,
            visitors=VisitorBudget(budget),
            values=ValueBudget(budget),
            random=bytes,
        )

    def admit(self, at: datetime = AT, client: Client = CLIENT, **changed: Any) -> Verdict:
        fields = {"k": "v", "s": "dn7k2q", "i": "0123456789abcdef", "u": "https://x.example.vn/a", **changed}
        return self.collector.admit(parse(msgspec.json.encode(fields)), client, at)

    def fact(self, at: datetime = AT, **changed: Any) -> View:
        verdict = self.admit(at, **changed)
        assert isinstance(verdict.fact, View), verdict
        return verdict.fact
