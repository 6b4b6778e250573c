"""The settings in a real browser: by keyboard, without scripts, at every width, and safe to look at."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Dialog, Page, Request, expect

from analytics_service.administering.audit import Actor
from analytics_service.administering.people import NewAccount, add_account
from analytics_service.applying.maintenance import Maintenance
from analytics_service.domain.principals import Role
from analytics_service.storage.sqlite.config import open_config
from tests.applying.process import running
from tests.browser.dashboard import Dashboard, find_outside, running_dashboard
from tests.browser.test_dashboard import LIMIT_MS, RULES
from tests.portal_data import NOW
from tests.service import view_id

expect.set_options(timeout=LIMIT_MS)
TABS = ("general", "install", "counter", "rules", "drops", "data", "keys", "delete", "owner")
WIDTHS = (360, 768, 1280)
LONG = "x" * 90
PARTS = ("settings/keys", "settings/counter", "settings/drops", "settings/people", "notes")
OF_SERVICE = ("/settings/account", "/settings/audit", "/settings/users")
HOSTILE = "<img src=x onerror=alert(1)>\"'><script>alert(2)</script>"


@pytest.fixture(scope="module")
def dashboard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    with running_dashboard(tmp_path_factory.mktemp("settings") / "data", visits_a_day=40) as started:
        yield started


@pytest.fixture
def page(dashboard: Dashboard, browser: Browser) -> Iterator[Page]:
    context = dashboard.context(browser, "en")
    page = context.new_page()
    page.on("pageerror", lambda error: pytest.fail(str(error)))
    yield page
    context.close()


def paths(dashboard: Dashboard) -> list[str]:
    return [
        *(f"{dashboard.portal}/settings/{tab}" for tab in TABS),
        "/sites/deleted",
        "/settings/system?check",
    ]


def save_picture(page: Page, name: str) -> None:
    """Keeps a picture of the page where somebody wants to look at it."""
    if folder := os.environ.get("SETTINGS_PICTURES"):
        page.screenshot(path=Path(folder) / f"{name}.png", full_page=True)


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_page_has_anything_that_axe_finds_nor_wider_than_its_window(
    dashboard: Dashboard, browser: Browser, language: str, scheme: str
) -> None:
    context = dashboard.context(browser, language, color_scheme=scheme)
    page = context.new_page()
    found = {}
    for path in paths(dashboard):
        name = path.partition("?")[0].rpartition("/")[2]
        for width in WIDTHS if scheme == "light" else WIDTHS[-1:]:
            page.set_viewport_size({"width": width, "height": 800})
            page.goto(path)
            save_picture(page, f"{name}-{language}-{scheme}-{width}")
            assert find_outside(page) == [], (path, width)
        result = Axe().run(page, options={"runOnly": RULES})
        if result.violations_count:
            found[path] = result.generate_report()
    context.close()
    assert found == {}


def fill_tables(page: Page, dashboard: Dashboard, name: str) -> None:
    """Makes an editor, a robot, a key, a note, an invitation and an opening value, with long words."""
    portal, roles = dashboard.portal, {dashboard.sites[0].number: Role.EDITOR}
    with open_config(dashboard.folder) as stores:
        new = NewAccount(name=name, password="mot khu vuon khac nua", password_hash="-", roles=roles)
        add_account(stores, new, actor=Actor("tests"), at=NOW)
    site = dashboard.sites[0]
    beacon = {"k": "v", "s": site.public_id, "i": view_id(), "u": f"https://{site.domain}/{LONG}"}
    sent = page.request.post("/v", data=beacon, headers={"User-Agent": "Googlebot/2.1"})
    assert sent.ok, sent.text()
    with running(dashboard.folder, NOW) as applier:
        applier.apply()
    page.goto(f"{portal}/settings/keys")
    page.get_by_label("Name").fill(LONG)
    page.get_by_role("button", name="Add a key").click()
    page.goto(f"{portal}/notes")
    page.locator("#text").fill(LONG)
    page.get_by_role("button", name="Add note").click()
    page.goto(f"{portal}/settings/counter")
    page.get_by_label("Counted so far").fill("123456789")
    page.get_by_label("Where").fill(LONG)
    page.get_by_role("button", name="Save").last.click()
    page.goto("/settings/users")
    page.locator("#email").fill(f"{LONG[:60]}@example.vn")
    page.locator("#role").select_option("owner")
    page.locator("[name=site]").first.check()
    page.get_by_role("button", name="Invite").click()
    expect(page.locator("table.blocks tbody tr").first).to_be_visible()


@pytest.mark.parametrize("language", ["vi", "en"])
def test_tables_on_a_phone_show_every_button_and_figure(
    dashboard: Dashboard, browser: Browser, page: Page, language: str
) -> None:
    fill_tables(page, dashboard, f"binh-{language}")
    with dashboard.context(browser, language, viewport={"width": 360, "height": 800}) as context:
        phone = context.new_page()
        hidden = {}
        for path in (*(f"{dashboard.portal}/{part}" for part in PARTS), *OF_SERVICE):
            phone.goto(path)
            name = path.partition("?")[0].rpartition("/")[2]
            save_picture(phone, f"phone-{name}-{language}")
            assert phone.locator("table.blocks tbody tr").count(), path
            if found := find_outside(phone):
                hidden[path] = found
            result = Axe().run(phone, options={"runOnly": RULES})
            assert result.violations_count == 0, (path, result.generate_report())
        assert hidden == {}
        # The check sees a button that is pushed out.
        phone.locator("main button:visible").first.evaluate("button => button.style.marginLeft = '400px'")
        assert find_outside(phone)


def test_the_public_counter_follows_what_is_ticked(dashboard: Dashboard, page: Page) -> None:
    site = dashboard.sites[0].public_id

    def shown(item: str) -> int:
        return page.request.get(f"/api/v1/sites/{site}/counter?items={item}").status

    page.goto(f"{dashboard.portal}/settings/counter")
    assert shown("peak") == 200
    page.get_by_label("Peak").uncheck()
    page.get_by_role("button", name="Save").first.click()
    expect(page.get_by_role("status")).to_have_text("Saved.")
    expect(page.get_by_label("Peak")).not_to_be_checked()
    assert (shown("peak"), shown("total")) == (403, 200)
    # The widget as a picture: nothing is shown that the owner took back.
    assert page.request.get(f"/w/{site}.svg?items=peak").status == 403
    assert page.request.get(f"/w/{site}.svg?items=total").status == 200
    page.get_by_label("Everybody may see the counter").uncheck()
    page.get_by_role("button", name="Save").first.click()
    expect(page.get_by_role("status")).to_have_text("Saved.")
    assert page.request.get(f"/api/v1/sites/{site}/counter").status == 404
    page.get_by_label("Everybody may see the counter").check()
    page.get_by_label("Peak").check()
    page.get_by_role("button", name="Save").first.click()
    expect(page.get_by_role("status")).to_have_text("Saved.")
    assert shown("peak") == 200


def test_a_form_is_filled_in_by_keyboard_alone(dashboard: Dashboard, page: Page) -> None:
    page.goto(f"{dashboard.portal}/settings/general")
    page.get_by_label("Name", exact=True).focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("Cổng Đồng Nai")
    page.keyboard.press("Enter")
    expect(page.get_by_role("status")).to_have_text("Saved.")
    expect(page.get_by_label("Name", exact=True)).to_have_value("Cổng Đồng Nai")
    page.get_by_role("link", name="Rules").press("Enter")
    expect(page.get_by_label("Detect robots")).to_be_visible()


def test_an_error_is_told_at_its_field(dashboard: Dashboard, page: Page) -> None:
    page.goto(f"{dashboard.portal}/settings/rules")
    page.get_by_label("Addresses not to count").fill("203.0.113.300")
    page.get_by_role("button", name="Save").click()
    field = page.get_by_label("Addresses not to count")
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_have_accessible_description(
        "One of these is no address such as 203.0.113.0/24. "
        "One a line, such as 203.0.113.7 or 203.0.113.0/24."
    )
    expect(field).to_have_value("203.0.113.300")


def test_what_somebody_typed_runs_nowhere(dashboard: Dashboard, page: Page) -> None:
    seen: list[str] = []

    def note_dialog(dialog: Dialog) -> None:
        seen.append(dialog.message)
        dialog.dismiss()

    def note_request(request: Request) -> None:
        if dashboard.url not in request.url:
            seen.append(request.url)

    page.on("dialog", note_dialog)
    page.on("request", note_request)
    page.goto(f"{dashboard.portal}/settings/counter")
    page.get_by_label("Counted so far").fill("7")
    page.get_by_label("Where").fill(HOSTILE)
    page.get_by_role("button", name="Save").last.click()
    expect(page.get_by_role("cell", name=HOSTILE)).to_be_visible()
    page.goto(f"{dashboard.portal}/settings/general")
    page.get_by_label("Name", exact=True).fill(HOSTILE)
    page.get_by_role("button", name="Save").click()
    for path in paths(dashboard):
        page.goto(path)
    assert seen == []
    # The watcher sees one that is planted.
    page.evaluate("setTimeout(() => alert(3))")
    page.wait_for_timeout(100)
    assert seen == ["3"]


def test_everything_works_without_scripts(dashboard: Dashboard, browser: Browser) -> None:
    context = dashboard.context(browser, "en", java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{dashboard.portal}/settings/rules")
    page.get_by_label("Pages not to count").fill("/rieng/*")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_label("Pages not to count")).to_have_value("/rieng/*")
    page.goto(f"{dashboard.portal}/settings/keys")
    page.get_by_label("Name").fill("bảng tin")
    page.get_by_role("button", name="Add a key").click()
    expect(page.locator("#token")).to_contain_text("vs_")
    context.close()


def test_visits_are_rejected_with_their_number_before_and_come_back(dashboard: Dashboard, page: Page) -> None:
    page.goto(f"{dashboard.portal}/settings/drops")
    page.get_by_label("Browser or robot").fill("Chrome")
    page.get_by_role("button", name="See how many").click()
    expect(page.get_by_text("They are taken out of all figures of these days.")).to_be_visible()
    save_picture(page, "review")
    page.get_by_role("button", name="Reject").click()
    expect(page.get_by_role("status")).to_contain_text("Being carried out")
    with running(dashboard.folder, NOW) as applier:
        _work(applier.care)
    expect(page.get_by_role("status")).to_contain_text("Rejected:")
    save_picture(page, "task")
    page.get_by_role("button", name="Undo").click()
    page.get_by_role("button", name="Accept").click()
    with running(dashboard.folder, NOW) as applier:
        _work(applier.care)
    expect(page.get_by_role("status")).to_contain_text("Accepted:")


def _work(care: Maintenance) -> None:
    while care.step():
        pass
