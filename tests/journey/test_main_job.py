"""The main job, from socket to pixel: page views in a real browser become numbers in the widget."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser_page import running_browser
from tests.service import Service, add_site, serving, until

PICTURES = Path(__file__).with_name("output")
LIMIT_MS = 30_000
FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    PICTURES.mkdir(exist_ok=True)
    with running_browser() as browser:
        yield browser


def shown(page: Page) -> list[str]:
    """The list widget's numbers, top to bottom."""
    return page.locator("visitor-stats").first.locator("dd").all_inner_texts()


def demo_site(service: Service) -> str:
    page = service.http.get("/demo").text
    return page.split('data-site="')[1].split('"')[0]


def test_a_page_view_moves_the_widget_and_survives_a_kill(tmp_path: Path, browser: Browser) -> None:
    service = Service(tmp_path / "data")
    first = browser.new_context(locale="vi-VN", viewport={"width": 1280, "height": 720})
    page = first.new_page()
    page.goto(f"{service.url}/demo")
    value = page.locator("visitor-stats").first.locator("dd")
    expect(value.nth(0)).to_have_text("1", timeout=LIMIT_MS)
    # Counted on his very first look: no refresh came between.
    assert shown(page) == ["1", "1", "1", "1"]
    page.screenshot(path=PICTURES / "demo-1280.png")

    second = browser.new_context(user_agent=FIREFOX)
    other = second.new_page()
    other.goto(f"{service.url}/demo")
    expect(other.locator("visitor-stats").first.locator("dd").nth(0)).to_have_text("2", timeout=LIMIT_MS)

    page.reload()
    expect(value.nth(0)).to_have_text("2", timeout=LIMIT_MS)
    site = demo_site(service)
    right = {"online": 2, "today": 3}
    assert until(lambda: service.counts(site, "online,today", "pageviews"), right.__eq__) == right
    assert service.counts(site, "today", "visits") == {"today": 2}

    service.kill()
    with serving(tmp_path / "data") as again:
        assert again.counts(site, "online,today", "pageviews") == right
    first.close()
    second.close()


def test_the_portals_sample_is_printed_to_the_letter(tmp_path: Path, browser: Browser) -> None:
    with serving(tmp_path / "data") as service:
        site = add_site(
            service.data, "x.example.vn", *"--opening-balance visits=1461664 --reason NukeViet".split()
        )["public_id"]
        until(lambda: service.http.get(f"/api/v1/sites/{site}/counter").status_code, (200).__eq__)
        page = browser.new_page(viewport={"width": 360, "height": 640})
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(f"{service.url}/demo")
        page.evaluate(
            """site => {
                const made = document.createElement('visitor-stats')
                for (const [name, value] of Object.entries(
                    {site, id: 'made', variant: 'inline', grouping: 'comma min2',
                     items: 'online,today,total'}))
                    made.setAttribute(name, value)
                document.querySelector('main').prepend(made)
            }""",
            site,
        )
        expect(page.locator("#made dd").nth(2)).to_have_text("1,461,664", timeout=LIMIT_MS)
        assert page.locator("#made dt").all_inner_texts() == ["Đang online", "Hôm nay", "Tất cả"]
        page.screenshot(path=PICTURES / "demo-360.png", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert errors == []
        page.close()
