"""Every figure on the page is the API's and the widget's for the same question."""

import re
import secrets
from collections.abc import Iterator
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Browser, Page

from analytics_service.administering.keys import NewKey, add_key
from analytics_service.storage.sqlite.config import open_config
from tests.browser.dashboard import Dashboard, running_dashboard
from tests.portal_data import NOW
from tests.service import until

TILES = "visits,visitors,pageviews,pageviews_per_visit,bounce_rate,engaged_seconds_per_visit"
QUERIES = (
    "period=28d",
    "period=today",
    "period=2026-W46",
    "period=7d&filter=source:is:Google",
    "from=2026-11-01&to=2026-11-14&filter=region:not:Đồng Nai",
)


@pytest.fixture(scope="module")
def dashboard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    with running_dashboard(tmp_path_factory.mktemp("figures") / "data", visits_a_day=60) as running:
        yield running


@pytest.fixture(scope="module")
def api(dashboard: Dashboard) -> Iterator[httpx2.Client]:
    with open_config(dashboard.folder) as config:
        _, token = add_key(config.keys, NewKey(), at=NOW, random=secrets.token_bytes, by="tests")
    base = f"{dashboard.url}/api/v1/sites/{dashboard.sites[0].public_id}"
    with httpx2.Client(base_url=base, headers={"Authorization": f"Bearer {token}"}, timeout=30) as client:
        until(lambda: client.get("/counts").status_code, (200).__eq__)
        yield client


@pytest.fixture
def page(dashboard: Dashboard, browser: Browser) -> Iterator[Page]:
    context = dashboard.context(browser, "en")
    yield context.new_page()
    context.close()


def number(text: str) -> float:
    """What a text in English says: 1,234 or 37.6% or 2m 29s."""
    if found := re.fullmatch(r"(?:(\d+)h )?(?:(\d+)m)?(?: ?(\d+)s)?", text):
        hours, minutes, seconds = (int(part or 0) for part in found.groups())
        return hours * 3600 + minutes * 60 + seconds
    return float(text.replace(",", "").removesuffix("%"))


def rounded(name: str, value: float) -> float:
    """An API's figure as the page rounds it."""
    if name in ("bounce_rate",):
        return round(value * 100, 1)
    return round(value, 1) if name == "pageviews_per_visit" else round(value)


@pytest.mark.parametrize("query", QUERIES)
def test_tiles_and_changes_are_the_counts_of_the_api(
    dashboard: Dashboard, api: httpx2.Client, page: Page, query: str
) -> None:
    answer = api.get(f"/counts?{query}&compare=previous&metrics={TILES}").json()
    page.goto(f"{dashboard.portal}?{query}")
    for name in TILES.split(","):
        tile = page.locator(f"button.kpi[value={name}]")
        assert number(tile.locator(".v").inner_text()) == rounded(name, answer["results"][name]), name
        change = answer["comparison"]["change"][name]
        spoken = tile.locator(".d .vh").text_content() or ""
        if change is not None and abs(change) >= 0.0005:
            assert spoken == f"{'up' if change > 0 else 'down'} {round(abs(change) * 100, 1):g}%", name


def test_the_chart_is_the_timeseries_of_the_api(dashboard: Dashboard, api: httpx2.Client, page: Page) -> None:
    answer = api.get("/timeseries?period=28d&compare=previous&metrics=pageviews").json()
    page.goto(f"{dashboard.portal}?metrics=pageviews")
    page.get_by_text("View as table").click()
    rows = page.locator("[data-samples] tbody tr").all()
    cells = [[number(cell) for cell in row.locator("td").all_inner_texts()[:2]] for row in rows]
    expected = [
        [point["pageviews"], before["pageviews"]]
        for point, before in zip(answer["results"], answer["comparison"], strict=True)
    ]
    assert cells == expected


@pytest.mark.parametrize("query", QUERIES)
def test_panels_are_the_breakdowns_of_the_api(
    dashboard: Dashboard, api: httpx2.Client, page: Page, query: str
) -> None:
    page.goto(f"{dashboard.portal}?{query}")
    panels = {
        "sources": ("source", "visits"),
        "pages": ("page", "pageviews"),
        "locations": ("region", "visits"),
        "devices": ("browser", "visits"),
        "events_panel": ("event", "events"),
    }
    totals = api.get(f"/counts?{query}&metrics=visits,pageviews,events").json()["results"]
    for name, (dimension, metric) in panels.items():
        rows: list[dict[str, Any]] = api.get(f"/breakdown/{dimension}?{query}&limit=7").json()["results"]
        found = page.locator(f"[data-part={name}] tbody tr").all()
        assert [number(row.locator("td.n").inner_text()) for row in found] == [row[metric] for row in rows]
        names = {"source": "Direct / unknown"}.get(dimension, "Unknown")
        assert [row.locator(".t").inner_text() for row in found] == [row[dimension] or names for row in rows]
        for row, cell in zip(rows, found, strict=True):
            share = round(100 * row[metric] / totals[metric], 1)
            assert number(cell.locator("td.p").inner_text()) == share


def test_the_strip_is_what_the_widget_shows(dashboard: Dashboard, api: httpx2.Client, page: Page) -> None:
    page.goto(dashboard.portal)
    names = ("online", "today", "yesterday", "week", "month", "total")
    public = httpx2.get(f"{api.base_url}counter?items={','.join(names)}").json()["counts"]
    found = {name: number(page.locator(f"[data-figure={name}]").inner_text()) for name in names}
    assert found == public
    svg = httpx2.get(
        f"{dashboard.url}/w/{dashboard.sites[0].public_id}.svg?lang=en&items={','.join(names)}"
    ).text
    assert all(f"{count:,}" in svg for count in public.values())


def test_the_table_of_sites_is_the_counts_of_each(
    dashboard: Dashboard, api: httpx2.Client, page: Page
) -> None:
    base = f"{dashboard.url}/api/v1/counts?period=28d&compare=previous&metrics=visits"
    answer = httpx2.get(base, headers=dict(api.headers)).json()
    by_site = {one["site"]: one for one in answer["sites"]}
    page.goto("/")
    rows = page.locator("table.sites tbody tr").all()
    domains = {site.domain: site.public_id for site in dashboard.sites}
    for row in rows[:-1]:
        site = by_site[domains[row.locator("th").inner_text()]]
        assert number(row.locator("td b").inner_text()) == site["results"]["visits"]
    assert number(rows[-1].locator("td b").inner_text()) == answer["combined"]["results"]["visits"]
