"""A page's markup is not the snippet's to believe: elements hide properties of `document` and `window`."""

import json

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.browser.pages import HIDE, opened, tag
from tests.browser.stand import SNIPPET, Stand

READ = "title referrer hidden visibilityState prerendering currentScript documentElement body head".split()
CALLED = "querySelector querySelectorAll getElementById addEventListener dispatchEvent createElement".split()
MARKUP = {
    **{f"a form is called {name}": f'<form name="{name}"></form>' for name in READ},
    **{f"an image is called {name}": f'<img name="{name}">' for name in [*READ, *CALLED]},
    "two images have one name": '<img name="title"><img name="title">',
    "a frame is called referrer": '<iframe name="referrer"></iframe>',
    "an element goes by our own name": '<p id="vstats"></p>',
    "a form goes by our name and says it runs": '<form id="vstats"><input name="on"></form>',
    "a form goes by our name and has a queue": '<form id="vstats"><input name="q"></form>',
    "two links go by our name": '<a id="vstats"></a><a id="vstats" name="on" href="x:1"></a>',
    "an element is called navigation": '<form id="navigation"><input name="currentEntry"></form>',
    "elements are called as the window's own": "".join(
        f'<img id="{name}" name="{name}">' for name in "fetch history screen crypto location Document".split()
    ),
}


def _told_once(stand: Stand, page: Page, errors: list[str]) -> None:
    """One view with the page's own title and address, then a route, an event and an engagement."""
    (view,) = stand.heard("v")
    assert (view["s"], view["u"], view["t"], view["r"]) == ("dn7k2q", stand.url + "/a", "Trang", "")
    page.wait_for_function("window.heard == 'counted'")
    page.evaluate("history.pushState({}, '', '/b')")
    first, second = stand.heard("v", 2)
    assert (second["u"], second["r"]) == (stand.url + "/b", first["u"])
    page.evaluate("vstats('mark')")
    stand.heard("c")
    page.wait_for_timeout(200)
    page.evaluate(HIDE.replace("document.dispatchEvent(", "dispatchEvent.call(document, "))
    stand.until(lambda: any(beacon["k"] == "e" and beacon["i"] == second["i"] for beacon in stand.beacons))
    assert len(stand.heard("v")) == 2
    assert errors == []


@pytest.mark.parametrize("what", MARKUP)
@pytest.mark.parametrize("navigation", [True, False])
def test_a_view_is_told_whatever_elements_are_called(
    stand: Stand, context: BrowserContext, what: str, navigation: bool
) -> None:
    context.add_init_script(
        "addEventListener('vstats', event => { window.heard = event.detail }, true)"
        + ("" if navigation else ";delete window.navigation")
    )
    page, errors = opened(context, stand.page("/a", SNIPPET + MARKUP[what]))
    _told_once(stand, page, errors)


@pytest.mark.parametrize("kind", ["", ' type="module"'])
@pytest.mark.parametrize("name", ["currentScript", "querySelector"])
def test_an_image_cannot_name_the_host_that_is_told(
    stand: Stand, context: BrowserContext, name: str, kind: str
) -> None:
    """As a sanitizer may let it through in a comment: only the script's own tag says who is told."""
    evil = stand.url.replace("127.0.0.1", "localhost")
    image = f'<img name="{name}" src="{evil}/x.js" data-site="evil" data-api="{evil}/v">'
    requests: list[str] = []
    context.on("request", lambda request: requests.append(request.url))
    page, errors = opened(
        context,
        stand.page("/a", SNIPPET.replace("defer", "defer" + kind) + image, Referrer_Policy="no-referrer"),
    )
    assert stand.heard("v")[0]["s"] == "dn7k2q"
    page.wait_for_timeout(200)
    page.goto(stand.page("/plain", ""))
    stand.heard("e")
    assert {beacon["s"] for beacon in stand.beacons} == {"dn7k2q"}
    assert [url for url in requests if not url.startswith(stand.url)] == [evil + "/x.js"]
    assert errors == []


@pytest.mark.parametrize("value", ["document.body", "['x']", "{}", "7", "null"])
def test_what_is_no_string_is_no_value(stand: Stand, context: BrowserContext, value: str) -> None:
    page, errors = opened(context, stand.page("/a", tag(auto="off")))
    page.evaluate(f"vstats('pageview', {{url: {value}, title: {value}, referrer: {value}}})")
    (view,) = stand.heard("v")
    assert (view["u"], view["t"], view["r"]) == (stand.url + "/a", "Trang", "")
    assert errors == []


@pytest.mark.parametrize("beat", ["0", "off", "0.0"])
def test_presence_is_off_where_it_is_0(stand: Stand, context: BrowserContext, beat: str) -> None:
    assert _beats(stand, context, beat, seconds=600) == 0


@pytest.mark.parametrize(
    ("beat", "count"),
    [
        ("60", 10), ("30", 20), ("15", 40), ("600", 1),
        ("14", 40), ("0.05", 40), ("1e-9", 40),
        ("abc", 10), ("-5", 10), ("", 10), ("NaN", 10), ("Infinity", 10), ("1e9", 10), ("-Infinity", 10),
    ],
)  # fmt: skip
def test_presence_is_told_at_most_each_15_seconds_and_each_minute_where_it_is_no_number(
    stand: Stand, context: BrowserContext, beat: str, count: int
) -> None:
    assert _beats(stand, context, beat, seconds=600) == count


def _beats(stand: Stand, context: BrowserContext, beat: str, seconds: int) -> int:
    """How often presence is told in that time, while the visitor scrolls."""
    page = context.new_page()
    page.clock.install()
    page.goto(stand.page("/a", tag(beat=beat) + '<div style="height:9000px">'))
    stand.heard("v")
    for second in range(0, seconds, 60):
        page.evaluate("y => scrollTo(0, y)", 10 * second)
        page.clock.run_for(60_000)
    page.evaluate("vstats('mark')")
    stand.heard("c")
    return sum(beacon["k"] == "p" for beacon in stand.beacons)


@pytest.mark.parametrize(("beat", "count"), [("15", 120), ("300", 6)])
def test_presence_ends_thirty_minutes_after_the_last_sign_of_life(
    stand: Stand, context: BrowserContext, beat: str, count: int
) -> None:
    page = context.new_page()
    page.clock.install()
    page.goto(stand.page("/a", tag(beat=beat)))
    stand.heard("v")
    for _ in range(50):
        page.clock.run_for(60_000)
    page.evaluate("vstats('mark')")
    stand.heard("c")
    assert sum(beacon["k"] == "p" for beacon in stand.beacons) == count


def test_a_box_that_scrolls_is_a_sign_of_life(stand: Stand, context: BrowserContext) -> None:
    page = context.new_page()
    page.clock.install()
    page.goto(
        stand.page(
            "/a", tag(beat="600") + '<div id="box" style="height:50px;overflow:auto"><p style="height:999px">'
        )
    )
    stand.heard("v")
    page.clock.run_for(1_800_000)
    stand.heard("p", 3)
    page.evaluate("new Promise(done => { box.onscroll = done; box.scrollTop = 99 })")
    page.clock.run_for(600_000)
    stand.heard("p", 4)


UTM = "utm_source=zalo&utm_campaign=t%E1%BA%BFt"
LONG = {
    "a login's answer in the query": "/a?SAMLResponse=" + "x" * 8100 + "&" + UTM,
    "very many parameters": "/a?" + "&".join(f"p{number}=12345" for number in range(900)) + "&" + UTM,
    "the campaign first": "/a?" + UTM + "&big=" + "x" * 8100,
    "signs that JSON writes as two": "/a?" + UTM + "&big=" + "\\" * 8100,
}


@pytest.mark.parametrize("what", LONG)
def test_a_long_address_keeps_its_path_and_campaign(stand: Stand, context: BrowserContext, what: str) -> None:
    title = "Thống kê lượt truy cập của cổng thông tin điện tử; " * 60
    page, errors = opened(context, stand.page("/a", SNIPPET + f"<script>document.title = '{title}'</script>"))
    stand.heard("v")
    page.evaluate("address => vstats('pageview', {url: address, referrer: address})", LONG[what])
    view = stand.heard("v", 2)[1]
    path, _, query = view["u"].removeprefix(stand.url).partition("?")
    assert path == "/a"
    assert {*UTM.split("&")} <= {*query.split("&")}
    assert len(view["u"]) <= 2000
    assert len(view["r"]) <= 2000
    assert view["t"] == title[:200]
    assert _bytes(view) <= 8192
    assert errors == []


def test_no_view_is_too_large_for_the_service(stand: Stand, context: BrowserContext) -> None:
    page, errors = opened(context, stand.page("/a", tag(auto="off") + "<title>x</title>"))
    for number, letter in enumerate(["x", "ộ", "😀", "%E1%BB%99", '"', "\u0007", "\ud83d"]):
        for address in ["/x" + letter * 9000, "/a?b=" + letter * 9000, "/a?utm_source=" + letter * 9000]:
            page.evaluate(
                "([text, address]) => vstats('pageview', {url: address, referrer: address, title: text})",
                [letter * 20_000, address],
            )
        for view in stand.heard("v", 3 * number + 3):
            assert _bytes(view) <= 8192
    assert errors == []


def _bytes(view: dict[str, object]) -> int:
    told = {key: value for key, value in view.items() if key not in ("by", "to")}
    escaped = json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "backslashreplace")
    return len(escaped)


def test_a_page_opened_with_a_long_query_is_counted(stand: Stand, context: BrowserContext) -> None:
    address = stand.page("/a", SNIPPET) + "?SAMLResponse=" + "x" * 9000 + "&" + UTM
    opened(context, address + "#access_token=secret")
    assert stand.heard("v")[0]["u"].replace("?&", "?") == stand.url + "/a?" + UTM


@pytest.mark.parametrize("spa", ["path", "query", "off"])
def test_a_fragment_is_the_visitors_own(stand: Stand, context: BrowserContext, spa: str) -> None:
    page, _ = opened(context, stand.page("/a", tag(spa=spa)) + "#access_token=secret")
    page.evaluate("vstats('pageview', {url: '/b#id_token=secret', referrer: '/a#access_token=secret'})")
    page.evaluate("vstats('mark')")
    page.wait_for_timeout(200)
    page.goto(stand.page("/plain", ""))
    assert [view["u"].removeprefix(stand.url) for view in stand.heard("v", 2)] == ["/a", "/b"]
    stand.heard("e")
    stand.heard("c")
    assert "secret" not in json.dumps(stand.beacons)


@pytest.mark.parametrize("way", ["merged", "inlined", "bare"])
def test_a_tag_without_a_site_says_so(stand: Stand, context: BrowserContext, way: str) -> None:
    """As optimisers merge it into one file, write it into the page, or make it anew."""
    script = context.request.get(stand.url + "/v.js").text()
    stand.scripts["/cache/all.js"] = f"window.other = 1;\n{script}\n;window.more = 1"
    tags = {
        "merged": '<script defer src="/cache/all.js"></script>',
        "inlined": f"<script>{script}</script>",
        "bare": '<script src="/v.js"></script>',
    }
    context.add_init_script("window.said = []; console.info = what => said.push(what)")
    page, errors = opened(context, stand.page("/a", tags[way]))
    page.evaluate("vstats('signup')")
    assert page.evaluate("said") == ["vstats: no site"]
    assert (stand.beacons, errors) == ([], [])
