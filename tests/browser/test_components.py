"""Each component in each state on one page, in both languages and themes, at three widths."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Route

from analytics_service.domain.answers import Breakdown, Meta, Row
from analytics_service.domain.buckets import Interval
from analytics_service.domain.dimensions import Dimension
from analytics_service.domain.metrics import Metric
from analytics_service.domain.period_forms import Named
from analytics_service.domain.ranges import resolve
from analytics_service.errors import TooHeavy, Unavailable
from analytics_service.web.dashboard.address import Address
from analytics_service.web.dashboard.chart import Note, make_chart
from analytics_service.web.dashboard.counter_strip import CounterItem, CounterStrip
from analytics_service.web.dashboard.environment import FOLDER, asset_path, environment
from analytics_service.web.dashboard.formats import formats_of
from analytics_service.web.dashboard.overview import Figures
from analytics_service.web.dashboard.panels import Panel, PanelContext, make_panel
from analytics_service.web.dashboard.tiles import make_tiles
from tests.browser.stand import PICTURES
from tests.web.dashboard.answers import AT, CALENDAR, line

PAGE = Path(__file__).parents[1] / "web" / "dashboard" / "components.html"
ORIGIN = "https://components.example"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def panels(context: PanelContext) -> Iterator[Panel]:
    """A panel with rows, one without, and two in trouble."""
    rows = [
        Row("Google", {Metric.VISITS: 90}),
        Row(None, {Metric.VISITS: 40}),
        Row("other", {Metric.VISITS: 3}, True),
    ]
    whole = resolve(Named.DAYS_7, CALENDAR, AT)
    make = partial(make_panel, context=context, totals={Metric.VISITS: 133})
    yield make("sources", Dimension.SOURCE, Breakdown(whole, tuple(rows), 3, None, Meta(True)))
    yield make("devices", Dimension.BROWSER, Breakdown(whole, (), 0, None, Meta(True)))
    yield make("pages", Dimension.PAGE, Unavailable("gone"))
    yield make("locations", Dimension.REGION, TooHeavy(5, ("period",)))


def render(language: str, theme: str) -> str:
    formats = formats_of(language, AT.date())
    answer = line([100, 2046, 900, 1400, 700], [90, 1930, 1100, 1200, 1300])
    chart = make_chart(
        answer, Metric.VISITS, Interval.DAY, formats, at=AT, notes=(Note(AT.date(), "Bão số 13"),)
    )
    full = Figures(
        tiles=make_tiles(answer, Metric.VISITS, formats, visitors_are="sum of days"),
        chart=chart,
        interval=formats.words.dashboard["interval_day"],
        versus=formats.words.dashboard["vs_previous"],
    )
    context = PanelContext(Address("/s/a"), formats, language, "a.example.vn")
    listed = list(panels(context))
    items = tuple(
        CounterItem(name, formats.words.widget[name], "1.461.664") for name in ("online", "today", "total")
    )
    return (
        environment()
        .from_string(PAGE.read_text("utf-8"))
        .render(
            t=formats.words.dashboard,
            language=language,
            theme=theme,
            root="",
            asset=partial(asset_path, ""),
            figures=[full, replace(full, is_empty=True), Figures(trouble=listed[2].trouble)],
            strips=[CounterStrip(items, True, "43", "", True), CounterStrip(items, False, "–", "", False)],
            panels=listed,
        )
    )


@pytest.mark.parametrize("width", [360, 768, 1280])
@pytest.mark.parametrize(("language", "theme"), [("vi", "light"), ("en", "dark")])
def test_components_are_sound_in_every_state(browser: Browser, language: str, theme: str, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 900})

    def serve(route: Route) -> None:
        name = route.request.url.rpartition("/")[2]
        if name in ("dashboard.css", "mark.svg"):
            route.fulfill(path=FOLDER / "static" / name)
        else:
            route.fulfill(body=render(language, theme), content_type="text/html; charset=utf-8")

    page.route("**/*", serve)
    page.goto(f"{ORIGIN}/dev/components")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page, options={"runOnly": RULES})
    assert found.violations_count == 0, found.generate_report()
    page.screenshot(path=PICTURES / f"components-{language}-{theme}-{width}.png", full_page=True)
    page.close()
