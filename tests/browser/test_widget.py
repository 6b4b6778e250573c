"""What the widget shows in a real browser: every state, every grouping, and no harm."""

from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from tests.browser.conftest import COUNTER, PICTURES, SNIPPET, WIDGET, Stand

LIST = '<visitor-stats site="dn7k2q" {}></visitor-stats>'
LIMIT_MS = 20_000


def shown(context: BrowserContext, stand: Stand, attributes: str = "", before: str = "") -> Page:
    page = context.new_page()
    page.goto(stand.page("/a", before + WIDGET + LIST.format(attributes)))
    return page


def rows(page: Page, right: list[str]) -> Locator:
    """The first widget's numbers, once they are right."""
    numbers = page.locator("visitor-stats").first.locator("dd")
    expect(numbers).to_have_text(right, timeout=LIMIT_MS)
    return numbers


def with_counts(**counts: int | None) -> tuple[int, dict[str, Any]]:
    return 200, {**COUNTER, "counts": {**COUNTER["counts"], **counts}}


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


@pytest.mark.parametrize("status", [404, 503])
def test_without_any_figure_it_says_so(stand: Stand, context: BrowserContext, status: int) -> None:
    stand.counter = (status, {})
    page = shown(context, stand)
    rows(page, ["–", "–", "–", "–"])
    expect(page.locator("visitor-stats .foot")).to_have_text("Chưa có số liệu")


def test_where_a_refresh_fails_the_last_figures_stay_with_their_time(
    stand: Stand, context: BrowserContext
) -> None:
    page = context.new_page()
    page.clock.install(time="2026-11-22T06:53:00Z")
    page.goto(stand.page("/a", WIDGET + LIST.format("")))
    page.clock.run_for(1000)
    rows(page, ["43", "2.146", "30.277", "1.461.664"])
    stand.counter = (503, {})
    page.clock.run_for(70_000)
    expect(page.locator("visitor-stats .foot")).to_have_text("Số liệu lúc 13:53", timeout=LIMIT_MS)
    rows(page, ["43", "2.146", "30.277", "1.461.664"])
    stand.counter = with_counts(today=2147)
    page.clock.run_for(70_000)
    rows(page, ["43", "2.147", "30.277", "1.461.664"])
    expect(page.locator("visitor-stats .foot")).to_have_count(0)


def test_two_widgets_of_one_site_ask_once(stand: Stand, context: BrowserContext) -> None:
    page = shown(context, stand, "", before=LIST.format('variant="inline"'))
    rows(page, ["43", "2.146", "30.277", "1.461.664"])
    expect(page.locator("visitor-stats").nth(1).locator("dd").first).to_have_text("43", timeout=LIMIT_MS)
    assert len(stand.asked) == 1


def test_the_first_look_waits_for_the_visitors_own_view(stand: Stand, context: BrowserContext) -> None:
    page = shown(context, stand, "", before=SNIPPET)
    rows(page, ["43", "2.146", "30.277", "1.461.664"])
    waited = page.evaluate(
        """() => {
            const of = name => performance.getEntriesByType('resource').find(e => e.name.includes(name))
            return of('/api/').startTime - of('/v').startTime
        }"""
    )
    assert waited >= 400
    assert len(stand.heard("v")) == 1


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
    page = context.new_page()
    style = (
        "<style>body{font:15px/1.5 sans-serif;margin:20px;background:%s}visitor-stats{margin:0 0 16px}"
        % ("#f2f4f7" if theme == "light" else "#0b1016")
    )
    style += "visitor-stats:not([variant]){max-width:250px}</style>"
    body = LIST.format(f'theme="{theme}"') + LIST.format(f'theme="{theme}" lang="en" variant="inline"')
    page.goto(stand.page("/a", style + WIDGET + body))
    rows(page, ["43", "2.146", "30.277", "1.461.664"])
    stand.counter = (503, {})
    page.evaluate(
        "body => { document.body.insertAdjacentHTML('beforeend', body) }", body.replace("dn7k2q", "other")
    )
    expect(page.locator("visitor-stats .foot").first).to_have_text("Chưa có số liệu", timeout=LIMIT_MS)
    stand.counter = None
    page.evaluate(
        "body => { document.body.insertAdjacentHTML('beforeend', body) }", body.replace("dn7k2q", "third")
    )
    expect(page.get_by_role("group").nth(4)).to_have_attribute("aria-busy", "true")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.screenshot(path=PICTURES / f"widget-{theme}-{width}.png", full_page=True)
    context.close()
