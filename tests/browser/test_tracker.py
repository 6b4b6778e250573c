"""Which views and events the snippet sends, in a real browser."""

import re

import pytest
from playwright.sync_api import BrowserContext

from tests.browser.pages import HIDE, SHOW, opened, tag
from tests.browser.stand import SNIPPET, Stand


def test_a_view_says_page_title_width_and_a_fresh_id(stand: Stand, context: BrowserContext) -> None:
    page, errors = opened(context, stand.page("/a", SNIPPET) + "?utm_source=zalo")
    (view,) = stand.heard("v")
    assert re.fullmatch("[0-9a-z]{16,20}", view["i"])
    assert (view["s"], view["u"], view["t"]) == ("dn7k2q", stand.url + "/a?utm_source=zalo", "Trang")
    assert view["w"] == page.evaluate("screen.width")
    assert not view["b"]
    page.reload()
    first, second = stand.heard("v", 2)
    assert first["i"] < second["i"]
    assert (errors, context.cookies(), page.evaluate("localStorage.length")) == ([], [], 0)


def test_a_tag_that_runs_twice_counts_once(stand: Stand, context: BrowserContext) -> None:
    page, errors = opened(context, stand.page("/a", SNIPPET * 2))
    page.evaluate(
        """() => new Promise(done => {
            const tag = document.createElement('script')
            tag.src = '/v.js'; tag.dataset.site = 'dn7k2q'; tag.onload = done
            document.head.append(tag)
        })"""
    )
    page.evaluate("vstats('mark')")
    stand.heard("c")
    assert len(stand.heard("v")) == 1
    assert errors == []


def test_a_page_in_the_background_counts_when_it_is_first_seen(stand: Stand, context: BrowserContext) -> None:
    context.add_init_script(
        "Object.defineProperty(Document.prototype, 'hidden', {get: () => true, configurable: true})"
    )
    page, _ = opened(context, stand.page("/a", SNIPPET))
    page.evaluate("vstats('mark')")
    stand.heard("c")
    assert [beacon["k"] for beacon in stand.beacons] == ["c"]
    page.evaluate(SHOW)
    assert len(stand.heard("v")) == 1


def test_a_new_path_is_a_view_and_a_new_query_is_none(stand: Stand, context: BrowserContext) -> None:
    page, _ = opened(context, stand.page("/a", SNIPPET))
    stand.heard("v")
    page.evaluate("history.replaceState({}, '', '?filter=1')")
    page.evaluate("history.pushState({}, '', '/b'); document.title = 'B'")
    first, second = stand.heard("v", 2)
    assert (second["u"], second["t"], second["r"]) == (stand.url + "/b", "B", first["u"])
    assert second["i"] != first["i"]
    page.evaluate("history.pushState({}, '', '/b?again=1')")
    page.go_back()
    page.go_back()
    assert stand.heard("v", 3)[2]["u"].endswith("/a?filter=1")
    assert len(stand.heard("v", 3)) == 3


def test_a_route_that_comes_back_at_once_is_no_view(stand: Stand, context: BrowserContext) -> None:
    page, _ = opened(context, stand.page("/a", SNIPPET))
    stand.heard("v")
    page.evaluate("history.pushState({}, '', '/b'); history.pushState({}, '', '/a?back=1')")
    page.evaluate("history.pushState({}, '', '/c')")
    assert [view["u"] for view in stand.heard("v", 2)] == [stand.url + "/a", stand.url + "/c"]


@pytest.mark.parametrize("element", ["", '<div id="navigation"></div>'])
def test_without_the_navigation_api_the_history_is_watched(
    stand: Stand, context: BrowserContext, element: str
) -> None:
    context.add_init_script("delete window.navigation")
    page, errors = opened(context, stand.page("/a", element + SNIPPET))
    assert page.evaluate("typeof window.navigation?.addEventListener") == (
        "function" if element else "undefined"
    )
    stand.heard("v")
    page.evaluate("history.pushState({}, '', '/b')")
    stand.heard("v", 2)
    page.evaluate("history.replaceState({}, '', '/c')")
    stand.heard("v", 3)
    page.go_back()
    views = stand.heard("v", 4)
    assert [view["u"].removeprefix(stand.url) for view in views] == ["/a", "/b", "/c", "/a"]
    assert errors == []


@pytest.mark.parametrize(
    ("spa", "moves", "views"),
    [
        ("query", ["?page=2", "?page=2#top"], ["/a", "/a?page=2"]),
        ("hash", ["#/news", "?q=1#/news"], ["/a", "/a#/news"]),
        ("off", ["/b"], ["/a"]),
    ],
)
def test_what_makes_a_new_page_is_an_option(
    stand: Stand, context: BrowserContext, spa: str, moves: list[str], views: list[str]
) -> None:
    page = context.new_page()
    page.clock.install()
    page.goto(stand.page("/a", tag(spa=spa)))
    stand.heard("v")
    for move in moves:
        page.evaluate("move => history.pushState({}, '', move)", move)
        page.clock.run_for(200)
    page.evaluate("vstats('mark')")
    stand.heard("c")
    assert [view["u"].removeprefix(stand.url) for view in stand.heard("v", len(views))] == views


def test_with_auto_off_only_the_pages_own_calls_count(stand: Stand, context: BrowserContext) -> None:
    page, _ = opened(context, stand.page("/a", tag(auto="off")))
    page.evaluate("history.pushState({}, '', '/b')")
    page.evaluate("vstats('pageview', {url: '/shop', title: 'Shop', referrer: 'https://example.vn/'})")
    (view,) = stand.heard("v")
    assert (view["u"], view["t"], view["r"]) == (stand.url + "/shop", "Shop", "https://example.vn/")


def test_a_signal_not_to_be_tracked_is_honoured_where_asked(stand: Stand, context: BrowserContext) -> None:
    context.add_init_script("Object.defineProperty(navigator, 'globalPrivacyControl', {value: true})")
    page, _ = opened(context, stand.page("/a", tag(dnt="on")))
    page.evaluate("vstats('mark')")
    opened(context, stand.page("/b", SNIPPET))
    assert [view["u"] for view in stand.heard("v")] == [stand.url + "/b"]
    assert [beacon["k"] for beacon in stand.beacons] == ["v"]


def test_it_never_throws_into_the_page(stand: Stand, context: BrowserContext) -> None:
    context.add_init_script(
        """
        delete window.fetch; delete window.navigation; delete Navigator.prototype.sendBeacon
        Object.defineProperty(window, 'localStorage', {get() { throw new Error('denied') }})
        """
    )
    context.clock.install()
    plain, _ = opened(context, stand.page("/plain", ""))
    before = set(plain.evaluate("Object.getOwnPropertyNames(window)"))
    page, errors = opened(context, stand.page("/a", SNIPPET) + "#vstats=on")
    page.evaluate("vstats(); vstats('pageview', {url: 'http://['}); vstats('x', 1); vstats(null, null)")
    page.evaluate("history.pushState({}, '', '/b')")
    page.evaluate(HIDE)
    page.evaluate(SHOW)
    page.clock.run_for(61_000)
    assert set(page.evaluate("Object.getOwnPropertyNames(window)")) - before == {"vstats"}
    assert errors == []


def test_a_route_that_is_left_at_once_is_told_all_the_same(stand: Stand, context: BrowserContext) -> None:
    page, _ = opened(context, stand.page("/a", SNIPPET))
    stand.heard("v")
    page.evaluate("() => { history.pushState({}, '', '/b'); (" + HIDE + ")() }")
    assert stand.heard("v", 2)[1]["u"] == stand.url + "/b"


def test_a_503_is_tried_once_more_with_the_same_id(stand: Stand, context: BrowserContext) -> None:
    stand.statuses = [503, 503]
    page, errors = opened(context, stand.page("/a", SNIPPET))
    first, second = stand.heard("v", 2)
    assert first["i"] == second["i"]
    page.evaluate("vstats('mark')")
    stand.heard("c")
    assert len(stand.heard("v", 2)) == 2
    assert errors == []


def test_where_the_pages_policy_forbids_fetch_an_image_goes(stand: Stand, context: BrowserContext) -> None:
    policy = "connect-src 'none'"
    _, errors = opened(context, stand.page("/a", SNIPPET, Content_Security_Policy=policy))
    (view,) = stand.heard("v")
    assert (view["by"], view["u"]) == ("image", stand.url + "/a")
    assert errors == []


def test_an_automated_browser_says_so(stand: Stand, context: BrowserContext) -> None:
    context.add_init_script("Object.defineProperty(navigator, 'webdriver', {value: true})")
    opened(context, stand.page("/a", SNIPPET))
    assert stand.heard("v")[0]["b"] == 1


def test_who_opts_out_is_silent_until_he_opts_in(stand: Stand, context: BrowserContext) -> None:
    address = stand.page("/a", SNIPPET)
    opened(context, address + "#vstats=off")
    page, errors = opened(context, address)
    page.evaluate("vstats('mark')")
    assert page.evaluate("localStorage.vstats") == "off"
    opened(context, address + "#vstats=on")
    stand.heard("v")
    assert [beacon["k"] for beacon in stand.beacons] == ["v"]
    assert errors == []


def test_calls_made_before_the_snippet_came_are_sent(stand: Stand, context: BrowserContext) -> None:
    queue = "<script>window.vstats=window.vstats||function(){(vstats.q=vstats.q||[]).push(arguments)};"
    queue += "vstats('signup',{props:{plan:'free'}})</script>"
    opened(context, stand.page("/a", queue + SNIPPET))
    (event,) = stand.heard("c")
    assert (event["n"], event["p"]) == ("signup", {"plan": "free"})
    assert re.fullmatch("[0-9a-z]{16,20}", event["x"])
    assert event["i"] == stand.heard("v")[0]["i"]


def test_the_page_hears_when_its_view_was_answered(stand: Stand, context: BrowserContext) -> None:
    context.add_init_script("document.addEventListener('vstats', event => { window.heard = event.detail })")
    page, _ = opened(context, stand.page("/a", SNIPPET))
    page.wait_for_function("window.heard == 'counted'")


def test_a_page_in_a_frame_is_not_counted(stand: Stand, context: BrowserContext) -> None:
    stand.page("/inner", SNIPPET)
    page, _ = opened(context, stand.page("/outer", '<iframe src="/inner"></iframe>'))
    page.frames[1].wait_for_function("window.vstats && vstats.on")
    page.frames[1].evaluate("vstats('mark')")
    page.goto(stand.page("/a", SNIPPET))
    assert [view["u"] for view in stand.heard("v")] == [stand.url + "/a"]
    assert [beacon["k"] for beacon in stand.beacons] == ["v"]
