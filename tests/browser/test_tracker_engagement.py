"""Which engagement and presence the snippet sends, in a real browser."""

from playwright.sync_api import BrowserContext

from tests.browser.pages import HIDE, SHOW, opened
from tests.browser.stand import SNIPPET, Stand


def test_engagement_is_told_in_all_so_far_under_the_views_id(stand: Stand, context: BrowserContext) -> None:
    page, _ = opened(context, stand.page("/a", SNIPPET))
    (view,) = stand.heard("v")
    page.clock.install()
    page.wait_for_function("performance.now() > 400")
    page.evaluate(HIDE)
    (first,) = stand.heard("e")
    page.evaluate(SHOW)
    page.wait_for_function("at => performance.now() > at + 300", arg=page.evaluate("performance.now()"))
    page.evaluate(HIDE)
    _, second = stand.heard("e", 2)
    assert first["i"] == second["i"] == view["i"]
    assert second["d"] >= first["d"] + 100


def test_the_last_engagement_of_a_page_goes_when_it_is_left(stand: Stand, context: BrowserContext) -> None:
    page, _ = opened(context, stand.page("/a", SNIPPET))
    (view,) = stand.heard("v")
    page.wait_for_function("performance.now() > 600")
    page.goto(stand.page("/plain", ""))
    (left,) = stand.heard("e")
    assert (left["i"], left["u"]) == (view["i"], stand.url + "/a")
    assert 100 <= left["d"] < 20_000


def test_engagement_of_a_route_is_told_before_the_next_view(stand: Stand, context: BrowserContext) -> None:
    page, _ = opened(context, stand.page("/a", SNIPPET))
    (view,) = stand.heard("v")
    page.wait_for_function("performance.now() > 600")
    page.evaluate("history.pushState({}, '', '/b')")
    stand.heard("v", 2)
    (left,) = stand.heard("e")
    assert (left["i"], left["u"]) == (view["i"], stand.url + "/a")


def test_without_send_beacon_engagement_goes_by_fetch(stand: Stand, context: BrowserContext) -> None:
    context.add_init_script("delete Navigator.prototype.sendBeacon")
    page, errors = opened(context, stand.page("/a", SNIPPET))
    stand.heard("v")
    page.wait_for_function("performance.now() > 600")
    page.evaluate(HIDE)
    assert stand.heard("e")[0]["by"] == "post"
    assert errors == []


def test_presence_is_told_each_minute_while_visible_and_stops_after_thirty(
    stand: Stand, context: BrowserContext
) -> None:
    page = context.new_page()
    page.clock.install()
    page.goto(stand.page("/a", SNIPPET))
    (view,) = stand.heard("v")
    for minute in range(1, 31):
        page.clock.run_for(60_000)
        assert stand.heard("p", minute)[-1]["i"] == view["i"]
    page.clock.run_for(600_000)
    page.evaluate("vstats('mark')")
    stand.heard("c")
    assert len(stand.heard("p")) == 30
    page.keyboard.press("a")
    page.clock.run_for(60_000)
    assert len(stand.heard("p", 31)) == 31
    page.evaluate(HIDE)
    page.clock.run_for(300_000)
    page.evaluate("vstats('mark')")
    stand.heard("c", 2)
    assert len(stand.heard("p")) == 31
