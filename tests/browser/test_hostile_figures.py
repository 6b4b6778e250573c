"""What strangers write into titles, paths, campaigns, events and referrers is text, and no more."""

import asyncio
import csv
import io
import json
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from analytics_service.applying.applier import LARGEST_ROUND, Applier
from analytics_service.domain.annotations import Annotation
from analytics_service.domain.facts import Event, View, encode
from analytics_service.journal import FolderJournals, open_journal
from analytics_service.storage.sqlite.config import open_config
from analytics_service.storage.sqlite.stats import open_stats_writer
from tests.browser.dashboard import Dashboard, running_dashboard
from tests.portal_data import NOW, ZONES

CORPUS = Path(__file__).parents[1] / "bad_inputs.jsonl"
KINDS = {"script injection", "formula injection", "injection", "url odd characters"}
FIELDS = ("title", "ref", "url", "event", "lang")
EXTRA = (
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "javascript:alert(1)",
    "{{7*7}}${7*7}",
    '=HYPERLINK("https://evil.example")',
    "\u202egnp.exe",
    "</title></textarea><script>alert(1)</script>",
    "' style='position:fixed;inset:0",
)


def hostile_texts() -> list[str]:
    """Every text of the corpus that is meant to do harm where it is shown."""
    texts = list(EXTRA)
    for case in map(json.loads, CORPUS.read_text("utf-8").splitlines()):
        body = case["how_sent"].get("body", "")
        if case["category"] not in KINDS or not body.startswith("{"):
            continue
        try:
            given = json.loads(body)
        except ValueError:
            continue
        texts += [
            str(given[name]) for name in FIELDS if name in given and "example/x" not in str(given[name])
        ]
    return [text.replace("{HOST_A}", "a.example.vn")[:300] for text in dict.fromkeys(texts)]


TEXTS = hostile_texts()
# The point on the chart is placed by the script itself.
MARKUP = "main :is(script, img, iframe, [onerror], [style]:not(.cursor, .point, .tip))"


def facts(site: int, host: str) -> Iterator[View | Event]:
    """A visit for each text, which is everything that a stranger can name."""
    for number, text in enumerate(TEXTS):
        clean = text.encode("utf-8", "replace").decode().replace("\0", "")
        at = int((NOW - timedelta(minutes=20, seconds=number)).timestamp() * 1000)
        hit: dict[str, Any] = {
            "site": site,
            "at": at,
            "visitor_id": 7_000_000 + number,
            "hostname": host,
            "page": f"/{clean}",
            "referrer": clean,
            "campaign": (("utm_campaign", clean), ("utm_source", clean)),
            "browser": clean[:60],
            "system": clean[:60],
            "device": clean[:30],
            "country": clean[:2],
            "region": clean[:60],
            "city": clean[:60],
        }
        yield View(**hit, id=f"hostile{number:011d}", title=clean)
        yield Event(
            **{**hit, "at": at + 1},
            id=f"hostilf{number:011d}",
            view_id=f"hostile{number:011d}",
            name=clean[:64] or "x",
        )


async def journal(folder: Path, site: int, host: str) -> None:
    async with open_journal(folder / "journal", "ab" * 10) as journal:
        await asyncio.gather(*(journal.append(encode(fact)) for fact in facts(site, host)))


@pytest.fixture(scope="module")
def dashboard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    with running_dashboard(tmp_path_factory.mktemp("hostile") / "data", days=2, visits_a_day=5) as running:
        site = running.sites[2]
        asyncio.run(journal(running.folder, site.number, site.domain))
        with (
            closing(FolderJournals(running.folder / "journal")) as journals,
            open_stats_writer(running.folder) as stats,
        ):
            applier = Applier(journals, stats, lambda _: ZONES)
            while applier.apply_round(LARGEST_ROUND):
                pass
            applier.make_durable()
        with open_config(running.folder) as config:
            for text in TEXTS[:40]:
                plain = " ".join(text.split())[:200] or "x"
                config.annotations.add_annotation(
                    Annotation(site=site.number, day=NOW.date(), text=plain, by=plain[:60], made_at=NOW)
                )
        yield running


@dataclass
class Watch:
    """What a page did that no text may make it do."""

    dialogs: list[str] = field(default_factory=list)
    reports: list[str] = field(default_factory=list)
    outside: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def over(self, page: Page, own: str) -> "Watch":
        """Begins to watch a page of that origin."""

        def note(dialog: Any) -> None:
            self.dialogs.append(dialog.message)
            dialog.dismiss()

        def hear(message: Any) -> None:
            if "Content Security Policy" in message.text or "TrustedHTML" in message.text:
                self.reports.append(message.text)

        def see(request: Any) -> None:
            if urlsplit(request.url).netloc != urlsplit(own).netloc and not request.url.startswith("data:"):
                self.outside.append(request.url)

        page.on("dialog", note)
        page.on("console", hear)
        page.on("request", see)
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        return self


def test_the_corpus_holds_what_is_meant_to_do_harm() -> None:
    assert len(TEXTS) >= 30
    assert any("<script>" in text for text in TEXTS)


def test_each_watcher_sees_a_planted_one(dashboard: Dashboard, browser: Browser) -> None:
    context = dashboard.context(browser)
    page = context.new_page()
    watch = Watch().over(page, dashboard.url)
    page.goto(dashboard.portal)
    assert (watch.dialogs, watch.reports, watch.outside, watch.errors) == ([], [], [], [])
    page.evaluate("alert('planted')")
    page.evaluate(
        "document.body.append(Object.assign(document.createElement('img'), {src: '//evil.example/x'}))"
    )
    page.evaluate("setTimeout(() => { throw new Error('planted') })")
    page.wait_for_timeout(300)
    page.evaluate("location.assign('http://127.0.0.2:9/')")
    page.wait_for_timeout(300)
    assert watch.dialogs == ["planted"]
    assert watch.reports
    assert watch.errors
    assert "http://127.0.0.2:9/" in watch.outside
    context.close()


@pytest.mark.parametrize("language", ["vi", "en"])
def test_hostile_texts_are_inert_on_every_page(dashboard: Dashboard, browser: Browser, language: str) -> None:
    context = dashboard.context(browser, language)
    page = context.new_page()
    watch = Watch().over(page, dashboard.url)
    site = f"/s/{dashboard.sites[2].public_id}"
    tabs: list[tuple[str, tuple[str, ...]]] = [
        ("sources", ("channel", "source", "campaign")),
        ("pages", ("page", "entry_page", "exit_page")),
    ]
    tabs += [("locations", ("region", "country", "city")), ("devices", ("device", "browser", "system"))]
    tabs += [("events_panel", ("event",))]
    shown = ""
    for name, words in tabs:
        for word in words:
            page.goto(f"{site}?period=today&detail={name}&{name}={word}")
            shown += page.locator("body").inner_text()
            page.locator("dialog tbody .t").first.hover()
    page.locator("dialog tbody a.t").first.click()
    expect(page.locator(".chip.on")).to_have_count(1)
    shown += page.locator("body").inner_text()
    for path in ("/", f"{site}/realtime", f"{site}/notes", f"{site}?period=today"):
        page.goto(path)
        page.mouse.move(400, 400)
        shown += page.locator("body").inner_text()
    assert "<img src=x onerror=alert(1)>" in shown
    assert (watch.dialogs, watch.reports, watch.outside, watch.errors) == ([], [], [], [])
    assert page.locator(MARKUP).count() == 0
    context.close()


def test_links_to_pages_lead_to_the_site_alone(dashboard: Dashboard, browser: Browser) -> None:
    context = dashboard.context(browser)
    page = context.new_page()
    site = dashboard.sites[2]
    page.goto(f"/s/{site.public_id}?period=today&detail=pages")
    links = page.locator("a.open")
    assert links.count() > 10
    for link in links.all():
        assert urlsplit(link.get_attribute("href") or "")[:2] == ("https", site.domain)
        assert link.get_attribute("rel") == "noopener noreferrer nofollow"
    context.close()


def test_a_spreadsheet_runs_nothing_of_the_file(dashboard: Dashboard, browser: Browser) -> None:
    context = dashboard.context(browser)
    for name in ("pages", "sources", "events_panel"):
        site = dashboard.sites[2].public_id
        answer = context.request.get(f"/s/{site}/rows.csv?period=today&detail={name}&{name}=campaign")
        assert answer.status == 200
        rows = list(csv.reader(io.StringIO(answer.text(), newline="")))
        assert len(rows) > 2
        assert not any(row[0].startswith(("=", "+", "-", "@", "\t", "\r")) for row in rows)
    context.close()


@pytest.mark.parametrize(
    "query",
    [
        "search=(a%2B)%2B%24&detail=pages",
        "search=%25%25%25&detail=pages",
        "sort=__class__&detail=pages",
        "cursor=-1&detail=pages",
        "from=x&to=y",
        "sources=<script>",
        "metrics=<script>",
        "period=<script>alert(1)</script>",
        "filter=source:is:</script><script>alert(1)</script>",
        "compare=<img src=x>",
        "interval=__proto__",
        "detail=<script>",
        "dimension=x&operator=y&value=z",
    ],
)
def test_no_parameter_breaks_a_page(dashboard: Dashboard, browser: Browser, query: str) -> None:
    context = dashboard.context(browser)
    page = context.new_page()
    watch = Watch().over(page, dashboard.url)
    answer = page.goto(f"{dashboard.portal}?{query}")
    assert answer is not None
    assert answer.status in (200, 400)
    assert page.locator("main").count() == 1
    assert (watch.dialogs, watch.reports, watch.outside, watch.errors) == ([], [], [], [])
    context.close()
