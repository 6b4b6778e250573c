"""Narrow columns and old browsers: no digit is cut off, and something is shown."""

import pytest
from playwright.sync_api import Browser, BrowserContext, expect

from analytics_service.domain.counter import Item
from analytics_service.domain.counts import Counts
from analytics_service.domain.metrics import Metric
from analytics_service.web.outlets.options import Variant, WidgetOptions
from analytics_service.web.outlets.svg import render_svg
from analytics_service.web.outlets.widget_view import build_view
from tests.browser.pages import COUNTS, LIMIT_MS, LIST, opened, rows, with_counts
from tests.browser.stand import COUNTER, ITEMS, PICTURES, WIDGET, Stand
from tests.browser.test_outlets import NOON, SITE

VARIANTS = ["list", "inline", "badge", "card", "digits"]
NINE_DIGITS = 123_456_789
SERIES = {"interval": "day", "from": "2026-11-15", "values": [5, 8, 7, 9, 12, 8, 10, 0]}
CUT = """() => [...document.querySelectorAll('visitor-stats')].flatMap((widget) =>
  [...widget.shadowRoot.querySelectorAll('dd, svg text, .foot, dt')].flatMap((part) => {
    if (getComputedStyle(part.closest('.unseen') ?? part).clipPath == 'inset(50%)') return []
    const range = document.createRange()
    range.selectNodeContents(part)
    const column = widget.parentElement.getBoundingClientRect()
    const box = widget.shadowRoot.querySelector('[part=box]')
    const edges = [column, box.getBoundingClientRect()]
    return [...range.getClientRects()]
      .filter((text) => text.width > 1)
      .filter((text) => edges.some((edge) => text.left < edge.left - 0.5 || text.right > edge.right + 0.5 ||
        text.top < edge.top - 0.5 || text.bottom > edge.bottom + 0.5))
      .map(() => widget.outerHTML + part.textContent)
  }))"""
OVER = """() => [...document.querySelectorAll('visitor-stats')].flatMap((widget) => {
  const notes = [...widget.shadowRoot.querySelectorAll('.foot')].filter((one) => one.clientWidth > 1)
  const others = [...widget.shadowRoot.querySelectorAll('.heading, dt, dd')]
  const apart = (a, b) => 
    a.right <= b.left + 0.5 || b.right <= a.left + 0.5 || a.bottom <= b.top + 1 || b.bottom <= a.top + 1
  return notes.flatMap((note) => others.filter((one) => one.getClientRects().length &&
    [...note.getClientRects()].some((a) => [...one.getClientRects()].some((b) => !apart(a, b))))
    .map((one) => widget.outerHTML + one.textContent))
})"""


def columns(width: int, attributes: str) -> str:
    """Each variant in a column of that width."""
    one = f'<div style="width:{width}px;float:left;margin:4px">{{}}</div>'
    return "".join(one.format(LIST.format(f'variant="{variant}" {attributes}')) for variant in VARIANTS)


@pytest.mark.parametrize("language", ["vi", "en", "ar", "ja", "de"])
@pytest.mark.parametrize("width", [160, 200, 256, 360])
def test_no_digit_of_nine_is_cut_off(stand: Stand, browser: Browser, width: int, language: str) -> None:
    status, counter = with_counts(**dict.fromkeys(ITEMS, NINE_DIGITS))
    stand.counter = (status, {**counter, "series": SERIES})
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    items = f'lang="{language}" items="total,online,today,last_month"'
    page, errors = opened(
        context,
        stand.page("/a", f"<style>body{{font:16px/1.5 sans-serif}}</style>{WIDGET}{columns(width, items)}"),
    )
    for variant in VARIANTS:
        last = page.locator(f"[variant={variant}] dd").last
        expect(last).to_contain_text("456", timeout=LIMIT_MS)
    page.screenshot(path=PICTURES / f"narrow-{width}-{language}.png", full_page=True)
    assert page.evaluate(CUT) == []
    assert page.locator("[variant=digits] .reels text").text_content() == str(NINE_DIGITS)
    assert errors == []
    context.close()


@pytest.mark.parametrize("width", [160, 200, 256])
def test_no_note_lies_over_a_text(stand: Stand, context: BrowserContext, width: int) -> None:
    status, counter = with_counts(online=None, month=5)
    stand.counter = (status, {**counter, "online_known_at": "2026-11-22T13:41:09+07:00", "series": SERIES})
    body = columns(width, "") + columns(width, 'heading="Thống kê lượt truy cập của cổng thông tin"')
    page, errors = opened(context, stand.page("/a", WIDGET + body))
    for number in (0, 1):
        expect(page.locator("[variant=card] .foot").nth(number)).to_be_visible(timeout=LIMIT_MS)
    assert page.evaluate(OVER) == []
    assert page.evaluate(CUT) == []
    assert errors == []


def test_the_large_figure_has_its_name(stand: Stand, context: BrowserContext) -> None:
    stand.counter = (200, {**COUNTER, "series": SERIES})
    body = "".join(LIST.format(f'variant="{one}" items="online,today"') for one in ("card", "digits"))
    page, _ = opened(context, stand.page("/a", WIDGET + body))
    for number in (0, 1):
        name = page.locator(".lead dt").nth(number)
        expect(name).to_have_text("Đang online", timeout=LIMIT_MS)
        page.wait_for_function(
            "n => document.querySelectorAll('visitor-stats')[n].shadowRoot"
            ".querySelector('.lead dt').getBoundingClientRect().width > 20",
            arg=number,
        )


@pytest.mark.parametrize("width", [160, 256, 640])
def test_no_line_begins_or_ends_with_a_separator(stand: Stand, context: BrowserContext, width: int) -> None:
    body = f'<div style="width:{width}px">{LIST.format("variant=inline")}</div>'
    page, _ = opened(context, stand.page("/a", WIDGET + body))
    rows(page, COUNTS)
    # What stands before the beginning of a line is out of the part that is painted.
    clip = page.locator("[part=box]").evaluate("box => getComputedStyle(box).clipPath")
    left = page.locator("visitor-stats").evaluate("widget => widget.getBoundingClientRect().left")
    starts = page.locator(".row").evaluate_all(
        "all => all.map(row => { const r = document.createRange(); r.selectNodeContents(row.firstChild);"
        "return [r.getClientRects()[0].left, row.getBoundingClientRect().top] })"
    )
    assert clip.startswith("inset(0px 0px 0px ")
    first: dict[int, float] = {}
    for start, top in starts:
        first.setdefault(round(top), start)
    assert list(first.values()) == pytest.approx([left] * len(first), abs=14)


# What Safari has had since the release beside it; Safari 14 shows the widget without any of them.
NEWER = {
    "16.4, sheets of our own": "window.CSSStyleSheet = function () { throw new TypeError('Illegal') };"
    "delete Document.prototype.adoptedStyleSheets; delete ShadowRoot.prototype.adoptedStyleSheets",
    "16, AbortSignal.timeout": "delete AbortSignal.timeout",
    "15.4, at": "delete Array.prototype.at; delete String.prototype.at",
    "15.4, hasOwn": "delete Object.hasOwn",
    "15.4, structuredClone": "delete window.structuredClone",
    "15.4, randomUUID": "delete Crypto.prototype.randomUUID",
    "15.4, findLast": "delete Array.prototype.findLast",
    "18.4, navigation": "delete window.navigation",
}


@pytest.mark.parametrize("newer", [*NEWER, "all of them"])
def test_without_what_is_newer_the_widget_is_shown_with_its_look(
    stand: Stand, context: BrowserContext, newer: str
) -> None:
    context.add_init_script(NEWER[newer] if newer in NEWER else ";".join(NEWER.values()))
    stand.counter = (200, {**COUNTER, "series": SERIES})
    body = LIST.format("") + LIST.format('variant="card"')
    page, errors = opened(context, stand.page("/a", WIDGET + body))
    rows(page, COUNTS)
    expect(page.locator(".lead dd")).to_have_text("1.461.664", timeout=LIMIT_MS)
    expect(page.locator(".list .heading")).to_have_css("background-color", "rgb(11, 107, 136)")
    expect(page.locator(".card .rows")).to_have_css("display", "grid")
    page.locator("visitor-stats").first.evaluate("widget => widget.setAttribute('heading', 'Một')")
    expect(page.locator(".list .heading")).to_have_text("Một")
    assert (
        page.locator("visitor-stats").first.evaluate("w => w.shadowRoot.querySelectorAll('style').length") < 2
    )
    assert errors == []


@pytest.mark.parametrize("language", ["vi", "en", "ja", "de"])
@pytest.mark.parametrize("width", [160, 200, 256, 360])
def test_no_digit_of_a_picture_is_cut_off(context: BrowserContext, width: int, language: str) -> None:
    page = context.new_page()
    for variant in Variant:
        options = WidgetOptions(variant=variant, lang=language, width=width)
        items: dict[Item, int | None] = dict.fromkeys(
            (Item.TOTAL, Item.ONLINE, Item.TODAY, Item.LAST_MONTH), NINE_DIGITS
        )
        counts = Counts(SITE, Metric.VISITS, NOON, items)
        page.set_content(f"<body style='margin:0'>{render_svg(build_view(counts, options))}")
        written = "".join(page.locator("svg text").all_text_contents())
        assert [sign for sign in written if sign.isdigit()] == list(str(NINE_DIGITS)) * 4
        cut = page.locator("svg text").evaluate_all(
            "all => all.filter(one => { const box = one.getBBox(), svg = one.ownerSVGElement.viewBox.baseVal;"
            "return box.x < -0.5 || box.x + box.width > svg.width + 0.5 }).map(one => one.textContent)"
        )
        assert cut == [], variant
