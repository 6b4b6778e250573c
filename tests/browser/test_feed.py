"""When widgets ask for figures, and what they share."""

import pytest
from playwright.sync_api import BrowserContext, expect

from tests.browser.pages import COUNTS, HIDDEN, LIMIT_MS, LIST, TOLD, opened, rows, shown, with_counts, wound
from tests.browser.stand import SNIPPET, WIDGET, Stand


def test_where_a_refresh_fails_the_last_figures_stay_with_their_time(
    stand: Stand, context: BrowserContext
) -> None:
    page = wound(context, stand.page("/a", WIDGET + LIST.format("")))
    rows(page, ["43", "2.146", "30.277", "1.461.664"])
    stand.counter = (503, {})
    page.clock.run_for(61_000)
    expect(page.locator("visitor-stats .foot")).to_have_text("Số liệu lúc 13:53", timeout=LIMIT_MS)
    rows(page, ["43", "2.146", "30.277", "1.461.664"])
    stand.counter = with_counts(today=2147)
    page.clock.run_for(61_000)
    rows(page, ["43", "2.147", "30.277", "1.461.664"])
    expect(page.locator("visitor-stats .foot")).to_have_count(0)


def test_the_widgets_of_one_site_ask_once_for_all(stand: Stand, context: BrowserContext) -> None:
    stand.counter = with_counts(peak=977)
    context.add_init_script(TOLD)
    body = LIST.format('variant="inline" items="peak,online" refresh="60"') + LIST.format("") * 2
    page = wound(context, stand.page("/a", WIDGET + body))
    rows(page, ["977", "43"])
    expect(page.locator("visitor-stats").nth(2).locator("dd").last).to_have_text("1.461.664")
    asked = "/api/v1/sites/dn7k2q/counter?items=online,today,week,total,peak&metric=visits"
    assert stand.asked == [asked]
    for count in range(2, 6):
        page.clock.run_for(58_000)
        assert len(stand.asked) == count - 1
        page.clock.run_for(3000)
        stand.asked_for(count)
        page.wait_for_function("count => window.told == 3 * count", arg=count)
    assert set(stand.asked) == {asked}


@pytest.mark.parametrize(("luck", "seconds"), [(0, 54), (0.999, 66)])
def test_widgets_of_many_visitors_do_not_ask_in_step(
    stand: Stand, context: BrowserContext, luck: float, seconds: int
) -> None:
    page = wound(context, stand.page("/a", WIDGET + LIST.format("")), luck)
    rows(page, ["43", "2.146", "30.277", "1.461.664"])
    page.clock.run_for(seconds * 1000 - 1500)
    assert len(stand.asked) == 1
    page.clock.run_for(3000)
    stand.asked_for(2)


def test_an_item_that_comes_later_is_asked_for(stand: Stand, context: BrowserContext) -> None:
    page = shown(context, stand, 'items="online"')
    rows(page, ["43"])
    page.locator("visitor-stats").evaluate("widget => widget.setAttribute('items', 'online,total')")
    rows(page, ["43", "1.461.664"])
    page.locator("visitor-stats").evaluate("widget => widget.setAttribute('grouping', 'comma')")
    rows(page, ["43", "1,461,664"])
    assert len(stand.asked) == 2


def test_a_failing_service_is_asked_less_and_less(stand: Stand, context: BrowserContext) -> None:
    stand.counter = (503, {})
    context.add_init_script(TOLD)
    page = wound(context, stand.page("/a", WIDGET + LIST.format('refresh="15"')))
    for count, minutes in enumerate([1, 2, 4, 8, 10, 10], 1):
        page.wait_for_function("count => window.told == count", arg=count)
        page.clock.run_for(minutes * 60_000 - 1500)
        assert len(stand.asked) == count
        page.clock.run_for(3000)
        stand.asked_for(count + 1)


def test_a_hidden_tab_asks_nothing_and_looks_again_when_shown(stand: Stand, context: BrowserContext) -> None:
    page = wound(context, stand.page("/a", WIDGET + LIST.format("")))
    rows(page, ["43", "2.146", "30.277", "1.461.664"])
    page.evaluate(HIDDEN, True)
    page.clock.run_for(600_000)
    assert len(stand.asked) == 1
    stand.counter = with_counts(today=2200)
    page.evaluate(HIDDEN, False)
    rows(page, ["43", "2.200", "30.277", "1.461.664"])
    page.evaluate(HIDDEN, True)
    page.evaluate(HIDDEN, False)
    page.clock.run_for(40_000)
    assert len(stand.asked) == 2


def test_refresh_0_asks_once(stand: Stand, context: BrowserContext) -> None:
    page = wound(context, stand.page("/a", WIDGET + LIST.format('refresh="0"')))
    rows(page, ["43", "2.146", "30.277", "1.461.664"])
    page.clock.run_for(600_000)
    page.evaluate(HIDDEN, True)
    page.evaluate(HIDDEN, False)
    page.clock.run_for(600_000)
    assert len(stand.asked) == 1


def test_a_widget_far_below_asks_when_it_is_nearly_seen(stand: Stand, context: BrowserContext) -> None:
    far = "<style>visitor-stats{display:block;margin-top:3000px}</style>"
    page = context.new_page()
    page.goto(stand.page("/a", far + WIDGET + LIST.format("")))
    expect(page.get_by_role("group")).to_have_attribute("aria-busy", "true")
    # Two frames: an observer has spoken by then.
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert stand.asked == []
    page.evaluate("scrollTo(0, 3000 - innerHeight - 150)")
    rows(page, ["43", "2.146", "30.277", "1.461.664"])


def test_where_the_snippet_is_silent_the_first_look_waits_two_seconds(
    stand: Stand, context: BrowserContext
) -> None:
    page = wound(context, stand.page("/a", SNIPPET.replace("dn7k2q", "") + WIDGET + LIST.format("")))
    expect(page.get_by_role("group")).to_have_attribute("aria-busy", "true")
    page.clock.run_for(1000)
    assert stand.asked == []
    page.clock.run_for(1500)
    rows(page, ["43", "2.146", "30.277", "1.461.664"])


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


@pytest.mark.parametrize(
    ("attributes", "numbers"),
    [
        ("", ["2.146", "1.461.664"]),
        ('variant="inline"', ["2.146", "1.461.664"]),
        ('variant="card"', ["1.461.664", "2.146"]),
        ('variant="badge"', ["2.146", "1.461.664"]),
        ('items="online,total"', ["–", "1.461.664"]),
        ('items="week"', ["–"]),
    ],
)
def test_a_widget_shows_what_its_site_shows_and_blanks_no_other(
    stand: Stand, context: BrowserContext, attributes: str, numbers: list[str]
) -> None:
    """Without items those that the site shows, as in the outlets; of named ones a dash for the hidden."""
    stand.shows = {"items": ["today", "total"], "series": []}
    body = LIST.format(attributes) + LIST.format('items="total"')
    page, errors = opened(context, stand.page("/a", WIDGET + body))
    rows(page, numbers)
    if attributes != 'items="week"':
        expect(page.locator(".foot")).to_have_count(0)
    expect(page.locator("visitor-stats").nth(1).locator("dd")).to_have_text(["1.461.664"], timeout=LIMIT_MS)
    assert len(stand.asked) <= 3
    assert errors == []


def test_a_site_that_shows_less_from_now_on_keeps_the_rest_in_sight(
    stand: Stand, context: BrowserContext
) -> None:
    page = wound(context, stand.page("/a", WIDGET + LIST.format("")))
    rows(page, COUNTS)
    stand.shows = {"items": ["total"]}
    page.clock.run_for(61_000)
    rows(page, ["1.461.664"])
    page.clock.run_for(61_000)
    stand.asked_for(4)


@pytest.mark.parametrize("metric", ["visits", "pageviews"])
def test_a_metric_that_is_not_shown_blanks_only_its_own_widget(
    stand: Stand, context: BrowserContext, metric: str
) -> None:
    stand.shows = {"metric": ["visitors"]}
    body = LIST.format(f'metric="{metric}"') + LIST.format('metric="visitors"')
    page, errors = opened(context, stand.page("/a", WIDGET + body))
    rows(page, ["–"] * 4)
    expect(page.locator("visitor-stats").nth(1).locator("dd")).to_have_text(COUNTS, timeout=LIMIT_MS)
    assert errors == []


def test_a_widget_that_the_page_breaks_leaves_the_others_alone(stand: Stand, context: BrowserContext) -> None:
    body = LIST.format('id="broken"') + LIST.format("")
    body += "<script>broken.closest = broken.dispatchEvent = () => { throw new Error('no') }</script>"
    page = context.new_page()
    page.goto(stand.page("/a", body + WIDGET))
    expect(page.locator("visitor-stats").nth(1).locator("dd")).to_have_text(COUNTS, timeout=LIMIT_MS)
