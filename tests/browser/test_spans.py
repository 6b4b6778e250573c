"""Figures within a page's own text."""

from playwright.sync_api import BrowserContext, expect

from tests.browser.pages import LIMIT_MS, opened
from tests.browser.stand import COUNTER, Stand

SPANS = '<script defer src="/f.js" data-site="dn7k2q"{}></script>'


def test_spans_and_the_ids_of_other_counters_are_filled(stand: Stand, context: BrowserContext) -> None:
    body = """<p>Hôm nay <span data-vstats="today">…</span>, tất cả <b data-vstats="total">…</b></p>
    <span id="busuanzi_container_site_pv" style="display:none"><i id="busuanzi_value_site_pv"></i></span>
    <span id="vercount_value_page_pv"></span><span data-vstats="unheard-of">như cũ</span>"""
    page = context.new_page()
    page.goto(stand.page("/bai-viet", body + SPANS.format("")))
    expect(page.locator("[data-vstats=today]")).to_have_text("2.146", timeout=LIMIT_MS)
    expect(page.locator("[data-vstats=total]")).to_have_text("1.461.664")
    expect(page.locator("#busuanzi_value_site_pv")).to_have_text("1.461.664")
    expect(page.locator("#busuanzi_container_site_pv")).to_be_visible()
    expect(page.locator("#vercount_value_page_pv")).to_have_text("1.461.664")
    expect(page.locator("[data-vstats=unheard-of]")).to_have_text("như cũ")
    assert "metric=pageviews&path=%2Fbai-viet" in stand.asked[-1]
    assert len(stand.asked) == 3


def test_a_span_that_is_not_shown_or_mistyped_keeps_its_words_and_the_others_are_filled(
    stand: Stand, context: BrowserContext
) -> None:
    stand.shows = {"items": ["today", "total"], "metric": ["visits"]}
    names = ["tday", "week", "today", "total"]
    body = "".join(f'<span data-vstats="{name}">…</span> ' for name in names)
    body += '<span data-vstats="today" data-metric="visit">…</span>'
    page, errors = opened(context, stand.page("/a", body + SPANS.format("")))
    expect(page.locator("span")).to_have_text(["…", "…", "2.146", "1.461.664", "…"], timeout=LIMIT_MS)
    assert errors == []


def test_spans_group_digits_as_the_page_wants(stand: Stand, context: BrowserContext) -> None:
    page = context.new_page()
    body = '<span data-vstats="today"></span> <span data-vstats="week"></span>'
    page.goto(stand.page("/a", body + SPANS.format(' data-grouping="comma min2"')))
    expect(page.locator("span")).to_have_text(["2146", "30,277"], timeout=LIMIT_MS)
    page.goto(stand.page("/b", body + SPANS.format(' data-lang="es"')))
    expect(page.locator("span")).to_have_text(["2146", "30.277"], timeout=LIMIT_MS)


def test_spans_keep_their_words_where_nothing_comes(stand: Stand, context: BrowserContext) -> None:
    stand.counter = (503, {})
    page = context.new_page()
    page.goto(stand.page("/a", '<span data-vstats="today">chưa có</span>' + SPANS.format("")))
    stand.asked_for(1)
    page.evaluate("new Promise(done => setTimeout(done, 100))")
    expect(page.locator("span")).to_have_text("chưa có")
    stand.counter = (200, COUNTER)
    # Another page of a single-page application.
    page.evaluate("document.dispatchEvent(new CustomEvent('vstats'))")
    expect(page.locator("span")).to_have_text("2.146", timeout=LIMIT_MS)
