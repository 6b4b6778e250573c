"""The page that shows the API: all of it, on a phone too, with nothing from elsewhere and nothing inline."""

from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page, expect

from analytics_service.web.api.operations import EVERY_ENTRY
from tests.browser.stand import PICTURES
from tests.service import Service, serving
from tests.web.api.conftest import add_key

LIMIT_MS = 30_000
WIDTHS = (360, 1280)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with serving(tmp_path_factory.mktemp("docs") / "data") as running:
        yield running


def opened(browser: Browser, service: Service, width: int) -> tuple[Page, list[str], list[str]]:
    """The page in full, with what the console said and what was fetched."""
    page = browser.new_page(viewport={"width": width, "height": 900})
    said: list[str] = []
    fetched: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(str(error)))
    page.on("request", lambda request: fetched.append(request.url))
    page.goto(f"{service.url}/api/docs")
    expect(page.locator(".opblock")).to_have_count(len(EVERY_ENTRY), timeout=LIMIT_MS)
    return page, said, fetched


@pytest.mark.parametrize("width", WIDTHS)
def test_every_operation_is_shown_and_nothing_comes_from_elsewhere(
    browser: Browser, service: Service, width: int
) -> None:
    page, said, fetched = opened(browser, service, width)
    page.locator("[id$=getBreakdown] button.opblock-summary-control").click()
    expect(page.locator("[id$=getBreakdown] .renderedMarkdown code").first).to_contain_text(
        "breakdown/source?period=28d", timeout=LIMIT_MS
    )
    page.screenshot(path=PICTURES / f"api-docs-{width}.png")
    assert said == []
    assert [url for url in fetched if not url.startswith((service.url, "data:"))] == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page)
    assert [(one["id"], [n["html"] for n in one["nodes"]]) for one in found.response["violations"]] == []
    page.close()


def test_a_key_that_is_typed_in_gets_figures(browser: Browser, service: Service) -> None:
    key = add_key(service, "--all-sites")
    page, said, _ = opened(browser, service, 1280)
    page.locator("button.authorize").click()
    page.locator(".auth-container input").fill(key)
    page.locator(".auth-container button.authorize").click()
    page.locator(".auth-container button.btn-done").click()
    page.locator("[id$=listSites] button.opblock-summary-control").click()
    page.get_by_role("button", name="Try it out").click()
    page.get_by_role("button", name="Execute").click()
    answer = page.locator("[id$=listSites] .live-responses-table td.response-col_status")
    expect(answer.last).to_contain_text("200", timeout=LIMIT_MS)
    assert said == []
    # The key is in the page's memory only.
    assert page.evaluate("Object.keys(localStorage).length + Object.keys(sessionStorage).length") == 0
    page.close()
