"""From the first start to a filtered figure: what an administrator does on their first day, in a browser."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser_page import running_browser
from tests.service import Service, run, serving, view_id

LIMIT_MS = 30_000
PASSWORD = "khu vuon mua xuan nam ay"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with running_browser() as browser:
        yield browser


@pytest.fixture
def service(tmp_path: Path) -> Iterator[Service]:
    with serving(tmp_path / "data") as running:
        yield running


def first_code(service: Service) -> str:
    """The code for the first account, as the operator's command prints it."""
    done = run("user", "code", data=service.data)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()[0]


def set_up(page: Page, service: Service) -> None:
    """Makes the first account and signs it in."""
    page.goto(f"{service.url}/")
    page.wait_for_url("**/setup**")
    page.locator("#code").fill(first_code(service))
    page.locator("#name").fill("an")
    page.locator("#password").fill(PASSWORD)
    page.locator("#repeated").fill(PASSWORD)
    page.locator("#repeated").press("Enter")
    page.wait_for_url(f"{service.url}/")


def add_site(page: Page, domain: str) -> str:
    """Adds a site and returns its public id."""
    page.get_by_role("link", name="Thêm website").first.click()
    page.locator("#domain").fill(domain)
    page.locator("#domain").press("Enter")
    page.wait_for_url("**/s/*")
    return page.url.rpartition("/")[2]


def visit(service: Service, site: str, path: str, **more: Any) -> None:
    """One page view of somebody, as a browser with the snippet sends it."""
    answer = service.beacon(site, f"https://nhatrang.example.vn{path}", i=view_id(), **more)
    assert answer.headers["x-vstats"] == "counted", answer.headers


def test_the_first_day_of_an_administrator(service: Service, browser: Browser) -> None:
    context = browser.new_context(locale="vi", accept_downloads=True)
    page = context.new_page()
    page.set_default_timeout(LIMIT_MS)
    expect.set_options(timeout=LIMIT_MS)
    set_up(page, service)
    site = add_site(page, "nhatrang.example.vn")
    # The code to paste names this service and this site.
    expect(page.locator("#snippet")).to_contain_text(f'data-site="{site}"')
    expect(page.locator("#snippet")).to_contain_text(f"{service.url}/v.js")
    visit(service, site, "/tin", t="Tin tức", r="https://zalo.me/")
    # The page was waiting for it.
    expect(page.locator("button.kpi[value=visits] .v")).to_have_text("1")
    visit(service, site, "/", t="Trang chủ")
    expect(page.locator("[data-figure=online]")).to_have_text("1")
    page.goto(f"{service.url}/s/{site}?period=today")
    while page.locator("button.kpi[value=pageviews] .v").inner_text() != "2":
        page.reload()
    page.get_by_role("link", name="Zalo", exact=True).click()
    expect(page.locator(".chip.on")).to_have_text(re.compile("Nguồn là Zalo"))
    page.get_by_text("So với kỳ trước").first.click()
    page.get_by_role("link", name="Không so sánh").first.click()
    expect(page.locator(".key")).to_have_count(1)
    page.locator("[data-part=pages] .more").click()
    drawer = page.get_by_role("dialog", name="Trang")
    expect(drawer.locator("tbody tr")).to_have_count(2)
    with page.expect_download() as begun:
        drawer.get_by_role("link", name="Tải CSV").click()
    lines = begun.value.path().read_text("utf-8").splitlines()
    assert sorted(lines[1:]) == ["/,1,1", "/tin,1,1"]
    context.close()


def test_the_same_by_keys_alone(service: Service, browser: Browser) -> None:
    context = browser.new_context(locale="en")
    page = context.new_page()
    page.set_default_timeout(LIMIT_MS)
    expect.set_options(timeout=LIMIT_MS)
    set_up(page, service)

    def tab_to(name: str) -> None:
        for _ in range(80):
            page.keyboard.press("Tab")
            if (
                page.evaluate(
                    "(document.activeElement.innerText || document.activeElement.value || '').trim()"
                )
                == name
            ):
                return
        raise AssertionError(f"no way to {name}")

    tab_to("Add a site")
    page.keyboard.press("Enter")
    page.wait_for_url("**/sites/new")
    expect(page.locator("#domain")).to_be_focused()
    page.keyboard.type("nhatrang.example.vn")
    page.keyboard.press("Enter")
    page.wait_for_url("**/s/*")
    visit(service, page.url.rpartition("/")[2], "/tin", r="https://zalo.me/")
    expect(page.locator("button.kpi[value=visits] .v")).to_have_text("1")
    page.keyboard.press("d")
    expect(page.locator(".range summary")).to_contain_text("Today")
    tab_to("Zalo")
    page.keyboard.press("Enter")
    expect(page.locator(".chip.on")).to_have_text(re.compile("Source is Zalo"))
    page.keyboard.press("Escape")
    expect(page.locator(".chip.on")).to_have_count(0)
    page.keyboard.press("2")
    expect(page.locator("button.kpi[value=visits] .v")).to_have_text("1")
    context.close()
