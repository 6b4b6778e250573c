"""The dashboard in a real browser: what is clicked, typed and read, with scripts and without."""

import re
from collections.abc import Iterator

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, Page, expect

from tests.browser.dashboard import Dashboard, find_outside, running_dashboard

LIMIT_MS = 20_000
expect.set_options(timeout=LIMIT_MS)
SHIFTS = """() => new Promise(done => {
    let sum = 0
    new PerformanceObserver(list => {
        for (const one of list.getEntries()) sum += one.value
    }).observe({type: 'layout-shift', buffered: true})
    requestAnimationFrame(() => setTimeout(() => done(sum), 300))
})"""
FIRST_SCREEN_BYTES = 60_000
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


@pytest.fixture(scope="module")
def dashboard(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Dashboard]:
    with running_dashboard(tmp_path_factory.mktemp("portal") / "data", visits_a_day=60) as running:
        yield running


@pytest.fixture
def page(dashboard: Dashboard, browser: Browser) -> Iterator[Page]:
    context = dashboard.context(browser)
    page = context.new_page()
    page.on("pageerror", lambda error: pytest.fail(str(error)))
    yield page
    context.close()


def figure(page: Page, name: str) -> str:
    """The figure of a tile."""
    return page.locator(f"button.kpi[value={name}] .v").inner_text()


def panel(page: Page, name: str) -> list[str]:
    """The first cells of a panel's rows."""
    return page.locator(f"[data-part={name}] tbody .t").all_inner_texts()


def test_a_tile_chooses_what_the_chart_shows(dashboard: Dashboard, page: Page) -> None:
    page.goto(dashboard.portal)
    line = page.locator("path.now").get_attribute("d")
    page.get_by_role("button", name="Lượt xem trang").click()
    expect(page.get_by_role("button", name="Lượt xem trang")).to_have_attribute("aria-pressed", "true")
    expect(page.locator("path.now")).not_to_have_attribute("d", line or "")
    assert "metrics=pageviews" in page.url
    # The one that was pressed has the focus still.
    expect(page.get_by_role("button", name="Lượt xem trang")).to_be_focused()
    page.go_back()
    expect(page.get_by_role("button", name="Lượt truy cập")).to_have_attribute("aria-pressed", "true")


def test_a_row_filters_everything_and_shift_leaves_it_out(dashboard: Dashboard, page: Page) -> None:
    page.goto(dashboard.portal)
    whole = figure(page, "visits")
    page.get_by_role("link", name="Zalo", exact=True).first.click()
    expect(page.locator(".chip.on")).to_have_text(re.compile("Nguồn là Zalo|Trình duyệt là Zalo"))
    only = figure(page, "visits")
    page.go_back()
    expect(page.locator(".chip.on")).to_have_count(0)
    page.get_by_role("link", name="Zalo", exact=True).first.click(modifiers=["Shift"])
    expect(page.locator(".chip.on")).to_contain_text("không là Zalo")
    rest = figure(page, "visits")
    assert int(only.replace(".", "")) + int(rest.replace(".", "")) == int(whole.replace(".", ""))
    page.locator(".chip.on").click()
    expect(page.locator(".chip.on")).to_have_count(0)
    assert figure(page, "visits") == whole


def test_a_tab_changes_its_panel_alone_and_stays(dashboard: Dashboard, page: Page) -> None:
    page.goto(dashboard.portal)
    page.get_by_role("tab", name="Kênh").click()
    expect(page.get_by_role("tab", name="Kênh")).to_have_attribute("aria-selected", "true")
    expect(page.locator("[data-part=sources] tbody")).to_contain_text("Tìm kiếm")
    assert "sources=channel" in page.url
    page.get_by_role("button", name="Tỷ lệ thoát").click()
    expect(page.get_by_role("button", name="Tỷ lệ thoát")).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("tab", name="Kênh")).to_have_attribute("aria-selected", "true")
    page.get_by_role("tab", name="Kênh").press("ArrowRight")
    expect(page.get_by_role("tab", name="Nguồn")).to_be_focused()


def test_the_drawer_lists_searches_sorts_and_closes(dashboard: Dashboard, page: Page) -> None:
    page.goto(dashboard.portal)
    page.locator("[data-part=pages] .more").click()
    drawer = page.get_by_role("dialog", name="Trang")
    expect(drawer.locator("tbody tr")).to_have_count(100)
    assert "detail=pages" in page.url
    drawer.get_by_role("searchbox").fill("tin-tuc/1")
    drawer.get_by_role("searchbox").press("Enter")
    expect(drawer.locator("tbody tr").first).to_contain_text("/tin-tuc/1")
    assert all("tin-tuc/1" in text for text in drawer.locator("tbody .t").all_inner_texts())
    drawer.get_by_role("link", name="Lượt xem ↓").click()
    expect(drawer.get_by_role("columnheader", name="Lượt xem")).to_have_attribute("aria-sort", "ascending")
    page.keyboard.press("Escape")
    expect(drawer).to_have_count(0)
    assert "detail" not in page.url


def test_the_file_holds_what_the_drawer_shows(dashboard: Dashboard, page: Page) -> None:
    page.goto(f"{dashboard.portal}?detail=pages&search=/tin-tuc/1")
    shown = page.locator("dialog tbody tr")
    rows = [row.locator(".t").inner_text() for row in shown.all()]
    figures = [row.locator("td.n").first.inner_text().replace(".", "") for row in shown.all()]
    with page.expect_download() as begun:
        page.get_by_role("link", name="Tải CSV").click()
    lines = begun.value.path().read_text("utf-8").splitlines()
    assert lines[0] == "page,pageviews,visits"
    listed = [line.split(",")[:2] for line in lines[1:]]
    assert listed[: len(rows)] == [[row, figure] for row, figure in zip(rows, figures, strict=True)]
    assert begun.value.suggested_filename == f"{dashboard.sites[0].public_id}-pages-2026-11-22.csv"


def test_the_form_adds_a_filter(dashboard: Dashboard, page: Page) -> None:
    page.goto(dashboard.portal)
    page.get_by_text("Lọc", exact=True).click()
    page.locator("#filter-dimension").select_option("page")
    page.locator("#filter-operator").select_option("starts")
    page.locator("#filter-value").fill("/tin-tuc")
    page.locator("#filter-value").press("Enter")
    expect(page.locator(".chip.on")).to_have_text(re.compile("Trang bắt đầu bằng /tin-tuc"))
    assert all(text.startswith("/tin-tuc") for text in panel(page, "pages"))


def test_a_period_of_ones_own_is_in_the_address(dashboard: Dashboard, page: Page) -> None:
    page.goto(dashboard.portal)
    page.get_by_text("28 ngày qua").first.click()
    page.locator("#range-from").fill("2026-11-09")
    page.locator("#range-to").fill("2026-11-15")
    page.locator("details[data-range] button").click()
    expect(page.locator(".range summary")).to_contain_text("9/11 – 15/11")
    expect(page.locator(".key").first).to_have_text("9/11 – 15/11")
    page.get_by_role("link", name="Khoảng trước").click()
    expect(page.locator(".range summary")).to_contain_text("2/11 – 8/11")


def test_days_of_ones_own_can_be_compared_with(dashboard: Dashboard, page: Page) -> None:
    page.goto(f"{dashboard.portal}?from=2026-11-09&to=2026-11-15")
    page.get_by_text("So với kỳ trước").first.click()
    page.locator("#compare-from").fill("2026-10-12")
    page.locator("#compare-to").fill("2026-10-18")
    page.locator("details[data-compare] button").click()
    expect(page.locator(".key").nth(1)).to_have_text("12/10 – 18/10")
    assert "compare=2026-10-12%2F2026-10-18" in page.url
    expect(page.locator(".kpi small.cmp").first).to_have_text("so với 12/10 – 18/10")


def test_the_chart_says_its_points_by_pointer_and_by_keys(dashboard: Dashboard, page: Page) -> None:
    page.goto(dashboard.portal)
    plot = page.locator("[data-chart]")
    box = plot.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + 80)
    expect(page.locator(".tip")).to_be_visible()
    expect(page.locator(".tip")).to_contain_text("·")
    page.mouse.move(0, 0)
    expect(page.locator(".tip")).to_be_hidden()
    plot.focus()
    page.keyboard.press("Home")
    expect(page.locator("#said")).to_contain_text("Thứ Hai, 26/10")
    page.keyboard.press("ArrowRight")
    expect(page.locator("#said")).to_contain_text("Thứ Ba, 27/10")


def test_letters_are_shortcuts_and_none_while_somebody_types(dashboard: Dashboard, page: Page) -> None:
    page.goto(dashboard.portal)
    for key, label in {"d": "Hôm nay", "w": "7 ngày qua", "y": "Trong năm", "f": "28 ngày qua"}.items():
        page.keyboard.press(key)
        expect(page.locator(".range summary")).to_contain_text(label)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Phím tắt")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    expect(page.locator("#filter-value")).to_be_focused()
    page.keyboard.type("dwy")
    expect(page.locator("#filter-value")).to_have_value("dwy")
    page.keyboard.press("Escape")
    page.keyboard.press("r")
    page.wait_for_url("**/realtime")


def test_shortcuts_can_be_turned_off(dashboard: Dashboard, page: Page) -> None:
    page.goto(dashboard.portal)
    page.keyboard.press("?")
    page.get_by_label("Bật phím tắt").uncheck()
    page.keyboard.press("Escape")
    page.keyboard.press("d")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Phím tắt")).to_be_hidden()
    expect(page.locator(".range summary")).to_contain_text("28 ngày qua")


def test_without_scripts_everything_can_be_read_and_chosen(dashboard: Dashboard, browser: Browser) -> None:
    context = dashboard.context(browser, java_script_enabled=False)
    page = context.new_page()
    page.goto(dashboard.portal)
    assert int(figure(page, "visits").replace(".", "")) > 0
    assert page.locator("path.now").get_attribute("d")
    page.get_by_role("button", name="Lượt xem trang").click()
    assert "metrics=pageviews" in page.url
    page.get_by_role("tab", name="Kênh").click()
    assert "Tìm kiếm" in page.locator("[data-part=sources] tbody").inner_text()
    page.locator("[data-part=pages] .more").click()
    expect(page.get_by_role("dialog", name="Trang").locator("tbody tr")).to_have_count(100)
    page.locator("dialog tbody a.t").first.click()
    expect(page.locator(".chip.on")).to_have_count(1)
    page.get_by_text("Xem dạng bảng").click()
    expect(page.locator("[data-samples] tbody tr")).to_have_count(28)
    page.goto("/")
    page.get_by_label("Đánh dấu: thuvien.example.vn").click()
    assert page.locator("tbody th").first.inner_text() == "thuvien.example.vn"
    page.get_by_label("Đánh dấu: thuvien.example.vn").click()
    context.close()


def test_what_cannot_be_reached_leaves_the_figures_where_they_are(dashboard: Dashboard, page: Page) -> None:
    page.goto(dashboard.portal)
    before = figure(page, "visits")
    page.route("**/s/**", lambda route: route.abort())
    page.get_by_role("button", name="Lượt xem trang").click()
    expect(page.locator("#offline")).to_be_visible()
    assert figure(page, "visits") == before


def test_the_first_screen_is_small_and_does_not_jump(dashboard: Dashboard, page: Page) -> None:
    size = 0
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")

    def add(event: dict[str, float]) -> None:
        nonlocal size
        size += int(event["encodedDataLength"])

    session.on("Network.loadingFinished", add)
    page.goto(dashboard.portal, wait_until="load")
    shifted = page.evaluate(SHIFTS)
    assert 0 < size <= FIRST_SCREEN_BYTES
    assert shifted < 0.01


@pytest.mark.parametrize("width", [360, 768, 1024, 1600])
def test_no_page_is_wider_than_the_screen(dashboard: Dashboard, browser: Browser, width: int) -> None:
    context = dashboard.context(browser, viewport={"width": width, "height": 800})
    page = context.new_page()
    for path in pages(dashboard):
        page.goto(path)
        assert find_outside(page) == [], path
    context.close()


def pages(dashboard: Dashboard) -> list[str]:
    """The paths of every page about sites."""
    portal = dashboard.portal
    empty = f"/s/{dashboard.sites[2].public_id}"
    return [
        "/",
        "/?search=nothing",
        "/sites/new",
        portal,
        f"{portal}?filter=source:is:Google&compare=none&period=today",
        f"{portal}?period=2020",
        f"{portal}?detail=sources",
        f"{portal}?filter=nonsense",
        f"{portal}/realtime",
        f"{portal}/notes",
        empty,
    ]


@pytest.mark.parametrize(("language", "scheme", "width"), [("vi", "light", 1280), ("en", "dark", 360)])
def test_axe_finds_nothing(
    dashboard: Dashboard, browser: Browser, language: str, scheme: str, width: int
) -> None:
    context = dashboard.context(
        browser, language, color_scheme=scheme, viewport={"width": width, "height": 800}
    )
    page = context.new_page()
    for path in pages(dashboard):
        page.goto(path)
        page.evaluate("for (const one of document.querySelectorAll('details:not(.menu)')) one.open = true")
        is_first = path == dashboard.portal and width == 1280
        menus = page.locator(".menu > summary:visible").count() if is_first else 0
        for number in range(menus + 1):
            if number:
                # One after the other: an open one hides what lies below it.
                page.keyboard.press("Escape")
                page.locator(".menu > summary:visible").nth(number - 1).click()
            found = Axe().run(page, options={"runOnly": RULES})
            assert found.violations_count == 0, f"{path} {number}: {found.generate_report()}"
    context.close()
