"""The page that shows every variant and state, as a reader, a keyboard and a screen reader meet it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page, expect

from tests.browser_page import running_browser
from tests.service import Service, add_site, known, serving

PICTURES = Path(__file__).with_name("output")
LIMIT_MS = 20_000
SHIFTS = """() => {
    window.shift = 0
    new PerformanceObserver(list => list.getEntries().forEach(entry => {
        if (!entry.hadRecentInput) window.shift += entry.value
    })).observe({ type: 'layout-shift', buffered: true })
}"""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with serving(tmp_path_factory.mktemp("demo") / "data") as running:
        yield running


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    PICTURES.mkdir(exist_ok=True)
    with running_browser() as browser:
        yield browser


def _whole(page: Page, service: Service) -> None:
    """Opens the page, all of it in sight, until every widget has said its last word."""
    page.goto(f"{service.url}/demo")
    height = page.evaluate("document.documentElement.scrollHeight")
    width = page.evaluate("innerWidth")
    page.set_viewport_size({"width": width, "height": height + 800})
    for name in ("#stale", "#stale-card"):
        expect(page.locator(f"{name} .foot")).to_have_text("Số liệu lúc 13:53", timeout=LIMIT_MS)
    for name in ("[variant=card] .lead dd", "[lang=ar] dd", "[live=stream] dd"):
        expect(page.locator(name).first).not_to_have_text("00.000", timeout=LIMIT_MS)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 768, 1280])
def test_everybody_can_read_it_in_every_width(
    service: Service, browser: Browser, width: int, scheme: Literal["light", "dark"]
) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)
    page = context.new_page()
    _whole(page, service)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    # Rules of WCAG 2.0 to 2.2, A and AA, contrast of what is really drawn among them.
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]})
    assert found.violations_count == 0, found.generate_report()
    page.screenshot(path=PICTURES / f"demo-{scheme}-{width}.png", full_page=True)
    context.close()


def test_colours_that_a_reader_forces_and_twice_the_size_leave_it_legible(
    service: Service, browser: Browser
) -> None:
    context = browser.new_context(
        viewport={"width": 640, "height": 800}, forced_colors="active", device_scale_factor=2
    )
    page = context.new_page()
    _whole(page, service)
    # What had only a background has an edge.
    for part in (".list", ".card", ".badge .row"):
        expect(page.locator(part).first).not_to_have_css("border-top-width", "0px")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.screenshot(path=PICTURES / "demo-forced.png", full_page=True)
    context.close()


def test_on_paper_the_white_words_keep_what_they_stand_on(service: Service, browser: Browser) -> None:
    context = browser.new_context(viewport={"width": 768, "height": 800})
    page = context.new_page()
    _whole(page, service)
    page.emulate_media(media="print")
    for part in (".heading", ".badge dd", ".reels"):
        # Browsers leave backgrounds out unless they are told that they matter.
        expect(page.locator(part).first).to_have_css("print-color-adjust", "exact")
    page.screenshot(path=PICTURES / "demo-print.png", full_page=True)
    context.close()


@pytest.mark.parametrize("variant", ["list", "card", "inline", "badge", "digits"])
def test_nothing_moves_where_the_snippet_reserves_its_place(
    service: Service, browser: Browser, variant: str
) -> None:
    """The code as the builder gives it, in a page whose text stands below it."""
    context = browser.new_context(viewport={"width": 1280, "height": 800})
    page = context.new_page()
    site = add_site(service.data, f"{variant}.example.vn")["public_id"]
    known(service, site)
    asked = f"site={site}&variant={variant}"
    built = service.http.get(f"/widget/code?{asked}").json()
    code = built["codes"]["script"]
    text = "<p>Nội dung của trang.</p>" * 20
    style = (
        "<style>body{font:15px/1.5 sans-serif}visitor-stats:not([variant=inline]){max-width:256px}</style>"
    )
    page.route(
        "**/page",
        lambda route: route.fulfill(
            body=f'<!doctype html><html lang="vi"><meta charset="utf-8">{style}{code}{text}',
            content_type="text/html; charset=utf-8",
        ),
    )
    page.add_init_script(f"({SHIFTS})()")
    page.goto(f"{service.url}/page")
    expect(page.locator("visitor-stats dd").last).to_have_text("0", timeout=LIMIT_MS)
    page.evaluate("new Promise(done => requestAnimationFrame(() => setTimeout(done, 300)))")
    shift = page.evaluate("window.shift")
    print(f"{variant}: layout shift {shift:.4f}")
    assert shift <= 0.01
    context.close()
