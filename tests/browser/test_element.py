"""What the widget shows in a real browser: every state, every grouping, and no harm."""

from typing import Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from tests.browser.pages import LIMIT_MS, LIST, OTHER, rows, shown, with_counts, wound
from tests.browser.stand import COUNTER, PICTURES, WIDGET, Stand


@pytest.mark.parametrize(
    ("attributes", "numbers"),
    [
        ("", ["43", "2.146", "30.277", "1.461.664"]),
        ('lang="en"', ["43", "2,146", "30,277", "1,461,664"]),
        ('grouping="comma min2"', ["43", "2146", "30,277", "1,461,664"]),
        ('grouping="comma"', ["43", "2,146", "30,277", "1,461,664"]),
        ('grouping="dot"', ["43", "2.146", "30.277", "1.461.664"]),
        ('grouping="space min2"', ["43", "2146", "30\u202f277", "1\u202f461\u202f664"]),
        ('grouping="none"', ["43", "2146", "30277", "1461664"]),
        ('grouping="dot min2"', ["43", "2146", "30.277", "1.461.664"]),
        ('grouping="min2"', ["43", "2146", "30.277", "1.461.664"]),
        ('lang="es"', ["43", "2146", "30.277", "1.461.664"]),
        ('lang="vi_VN"', ["43", "2.146", "30.277", "1.461.664"]),
        ('variant="unheard-of"', ["43", "2.146", "30.277", "1.461.664"]),
        ('items="total,online"', ["1.461.664", "43"]),
    ],
)
def test_numbers_are_grouped_as_asked(
    stand: Stand, context: BrowserContext, attributes: str, numbers: list[str]
) -> None:
    rows(shown(context, stand, attributes), numbers)


def test_the_portals_line_is_printed_to_the_letter(stand: Stand, context: BrowserContext) -> None:
    page = shown(context, stand, 'variant="inline" grouping="comma min2"')
    rows(page, ["43", "2146", "30,277", "1,461,664"])
    assert page.locator("visitor-stats dt").all_inner_texts() == [
        "Đang online",
        "Hôm nay",
        "Trong tuần",
        "Tất cả",
    ]


@pytest.mark.parametrize(
    ("language", "labels", "heading"),
    [
        ("vi", ["Đang online", "Hôm nay", "Trong tuần", "Tất cả"], "Thống kê truy cập"),
        ("en", ["Online now", "Today", "This week", "All time"], "Visitor statistics"),
    ],
)
def test_labels_follow_the_language(
    stand: Stand, context: BrowserContext, language: str, labels: list[str], heading: str
) -> None:
    page = shown(context, stand, f'lang="{language}"')
    assert page.locator("visitor-stats dt").all_inner_texts() == labels
    assert page.get_by_role("group", name=heading).count() == 1


def test_labels_and_heading_are_the_sites_own(stand: Stand, context: BrowserContext) -> None:
    labels = "online=Đang truy cập;total=Tổng lượt truy cập"
    page = shown(
        context, stand, f'labels="{labels}" heading="Lượt xem" heading-level="2" items="online,total"'
    )
    assert page.locator("visitor-stats dt").all_inner_texts() == ["Đang truy cập", "Tổng lượt truy cập"]
    assert page.get_by_role("heading", name="Lượt xem", level=2).count() == 1
    page.locator("visitor-stats").evaluate("widget => widget.setAttribute('heading', '')")
    assert page.get_by_role("heading").count() == 0


def test_nothing_in_an_attribute_is_markup(stand: Stand, context: BrowserContext) -> None:
    hostile = "&lt;img src=x onerror=document.title='hurt'&gt;"
    page = shown(context, stand, f'heading="{hostile}" labels="online={hostile}" href="javascript:alert(1)"')
    rows(page, ["43", "2.146", "30.277", "1.461.664"])
    assert page.locator("visitor-stats img").count() == 0
    assert page.locator("visitor-stats a").count() == 0
    assert page.title() == "Trang"


def test_while_it_loads_the_box_has_its_size_and_says_it_is_busy(
    stand: Stand, context: BrowserContext
) -> None:
    stand.counter = None
    page = shown(context, stand)
    group = page.get_by_role("group")
    expect(group).to_have_attribute("aria-busy", "true")
    loading = group.bounding_box()
    stand.counter = (200, COUNTER)
    # Another metric: the browser would let an equal request wait for the one that hangs.
    ready = shown(context, stand, 'metric="pageviews"')
    rows(ready, ["43", "2.146", "30.277", "1.461.664"])
    expect(ready.get_by_role("group")).to_have_attribute("aria-busy", "false")
    box = ready.get_by_role("group").bounding_box()
    assert loading is not None
    assert box is not None
    assert abs(loading["height"] - box["height"]) < 1


def test_zero_is_a_number_and_unknown_is_a_dash(stand: Stand, context: BrowserContext) -> None:
    stand.counter = with_counts(online=None, today=0)
    rows(shown(context, stand), ["–", "0", "30.277", "1.461.664"])


@pytest.mark.parametrize(("status", "state"), [(404, "private"), (503, "error")])
def test_without_any_figure_it_says_so(
    stand: Stand, context: BrowserContext, status: int, state: str
) -> None:
    context.add_init_script(
        "document.addEventListener('visitor-stats', event => { window.heard = event.detail })"
    )
    stand.counter = (status, {})
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "info" else None)
    page.goto(stand.page("/a", WIDGET + LIST.format("")))
    rows(page, ["–", "–", "–", "–"])
    expect(page.locator("visitor-stats .foot")).to_have_text("Chưa có số liệu")
    assert page.evaluate("heard.state") == state
    assert len(said) == (status == 404)


@pytest.mark.parametrize("mode", ["", 'live="stream"'])
def test_without_a_site_it_says_so_once_and_asks_nothing(
    stand: Stand, context: BrowserContext, mode: str
) -> None:
    page = context.new_page()
    said: list[str] = []
    asked: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "info" else None)
    page.on("request", lambda request: asked.append(request.url))
    nameless = f"<visitor-stats {mode}></visitor-stats>"
    page.goto(stand.page("/a", WIDGET + nameless + nameless + LIST.format("")))
    expect(page.locator("visitor-stats").nth(2).locator("dd").first).to_have_text("43", timeout=LIMIT_MS)
    assert said == ["visitor-stats: no site"]
    assert not [url for url in asked if "/sites//" in url]


@pytest.mark.parametrize("items", ["online", "online,today", "online,today,week,total,year,peak"])
def test_no_state_is_taller_than_another(stand: Stand, context: BrowserContext, items: str) -> None:
    stand.counter = with_counts(year=5, peak=6)
    body = LIST.format(f'items="{items}"') + OTHER.format(f'items="{items}"')
    page = wound(context, stand.page("/a", WIDGET + body))
    expect(page.locator("dd").first).to_have_text("43", timeout=LIMIT_MS)
    stand.counter = (503, {})
    page.clock.run_for(61_000)
    expect(page.locator(".foot").first).to_have_text("Số liệu lúc 13:53", timeout=LIMIT_MS)
    page.locator("visitor-stats").nth(1).evaluate("widget => widget.setAttribute('site', 'third')")
    expect(page.locator(".foot").nth(1)).to_have_text("Chưa có số liệu", timeout=LIMIT_MS)
    stale, error = (
        box["height"] for group in page.get_by_role("group").all() if (box := group.bounding_box())
    )
    stand.counter = with_counts(year=5, peak=6)
    page.clock.run_for(61_000)
    expect(page.locator(".foot")).to_have_count(0, timeout=LIMIT_MS)
    ready = page.get_by_role("group").first.bounding_box()
    assert ready is not None
    assert (stale, error) == pytest.approx((ready["height"], ready["height"]), abs=1)


def test_what_stood_inside_gives_way(stand: Stand, context: BrowserContext) -> None:
    inside = '<visitor-stats site="dn7k2q"><img alt="Thống kê" width="240" height="199"></visitor-stats>'
    page = context.new_page()
    page.goto(stand.page("/a", inside))
    expect(page.locator("img")).to_be_visible()
    page.goto(stand.page("/b", WIDGET + inside))
    rows(page, ["43", "2.146", "30.277", "1.461.664"])
    expect(page.locator("img")).to_be_hidden()


def test_visitors_of_many_days_say_what_they_are(stand: Stand, context: BrowserContext) -> None:
    stand.counter = (200, {**COUNTER, "metric": "visitors", "visitors_are": "sum of days"})
    page = shown(context, stand, 'metric="visitors"')
    numbers = rows(page, ["43", "2.146", "30.277", "1.461.664"])
    titles = [number.get_attribute("title") for number in numbers.all()]
    assert titles == [None, None, "Tổng của từng ngày", "Tổng của từng ngày"]


def test_a_link_keeps_the_focus_when_the_figures_change(stand: Stand, context: BrowserContext) -> None:
    page = wound(context, stand.page("/a", WIDGET + LIST.format('href="https://example.vn/share"')))
    rows(page, ["43", "2.146", "30.277", "1.461.664"])
    page.keyboard.press("Tab")
    stand.counter = with_counts(today=2200)
    page.clock.run_for(61_000)
    rows(page, ["43", "2.200", "30.277", "1.461.664"])
    assert page.evaluate("document.querySelector('visitor-stats').shadowRoot.activeElement.tagName") == "A"


@pytest.mark.parametrize(
    ("theme", "scheme", "background"),
    [
        ("", "dark", "rgb(255, 255, 255)"),
        ('theme="dark"', "light", "rgb(21, 28, 37)"),
        ('theme="auto"', "light", "rgb(255, 255, 255)"),
        ('theme="auto"', "dark", "rgb(21, 28, 37)"),
    ],
)
def test_the_theme_is_light_unless_asked(
    stand: Stand, browser: Browser, theme: str, scheme: Literal["dark", "light"], background: str
) -> None:
    context = browser.new_context(color_scheme=scheme)
    expect(shown(context, stand, theme).get_by_role("group")).to_have_css("background-color", background)
    context.close()


def test_the_page_hears_the_state_and_the_counts(stand: Stand, context: BrowserContext) -> None:
    context.add_init_script(
        "document.addEventListener('visitor-stats', event => { window.heard = event.detail })"
    )
    page = shown(context, stand)
    page.wait_for_function("window.heard")
    assert page.evaluate("heard") == {"state": "ready", "counts": COUNTER["counts"]}


def test_it_works_where_the_page_forbids_inline_styles_and_markup(
    stand: Stand, context: BrowserContext
) -> None:
    policy = "default-src 'none'; script-src 'self'; connect-src 'self'; require-trusted-types-for 'script'"
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    page.goto(stand.page("/a", WIDGET + LIST.format(""), Content_Security_Policy=policy))
    rows(page, ["43", "2.146", "30.277", "1.461.664"])
    assert [error for error in errors if "favicon" not in error] == []


@pytest.mark.parametrize("width", [360, 768, 1280])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pictures_of_every_state(stand: Stand, browser: Browser, width: int, theme: str) -> None:
    context = browser.new_context(viewport={"width": width, "height": 700})
    style = (
        "<style>body{font:15px/1.5 sans-serif;margin:20px;background:%s}visitor-stats{margin:0 0 16px}"
        % ("#f2f4f7" if theme == "light" else "#0b1016")
    )
    style += "visitor-stats:not([variant]){max-width:250px}</style>"
    body = LIST.format(f'theme="{theme}"') + LIST.format(f'theme="{theme}" lang="en" variant="inline"')
    # All in sight at once: what is far below would not ask.
    page = wound(context, stand.page("/a", style + WIDGET + body))
    page.set_viewport_size({"width": width, "height": 1600})
    rows(page, ["43", "2.146", "30.277", "1.461.664"])
    stand.counter = (503, {})
    page.clock.run_for(61_000)
    expect(page.locator(".foot")).to_have_text(["Số liệu lúc 13:53", "As of 13:53"], timeout=LIMIT_MS)

    def add(site: str, first: str) -> None:
        page.evaluate(
            "body => { document.body.insertAdjacentHTML('beforeend', body) }", body.replace("dn7k2q", site)
        )
        added = page.locator(f"visitor-stats[site={site}]").first
        expect(added.locator("dd").first).to_have_text(first, timeout=LIMIT_MS)

    add("failing", "–")
    stand.counter = (200, COUNTER)
    add("ready", "43")
    stand.counter = with_counts(online=0, today=0, week=0, total=0)
    add("zero", "0")
    stand.counter = None
    add("hanging", "00.000")
    expect(page.locator("[site=hanging] [role=group]").first).to_have_attribute("aria-busy", "true")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.screenshot(path=PICTURES / f"widget-{theme}-{width}.png", full_page=True)
    context.close()
