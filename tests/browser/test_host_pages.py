"""Snippet and widget on pages that others made: of 2009, of 2026, broken, locked down or hostile.

What the world learned the hard way, and the test that holds our answer: a changed query is no view
(test_snippet: a new path is a view and a new query is none); a script that runs twice
(a tag that runs twice counts once); a tab in the background (counts when it is first seen); prerender and
pages from the back/forward cache (test_snippet_lifecycle); pages that are swapped in (here: Turbo, htmx, a
router); no sendBeacon (without send beacon); links are left alone (here); a policy that forbids to connect
(where the pages policy forbids fetch); a service that is away (test_widget: the last figures stay).
"""

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.npm import library
from tests.browser.pages import LIST, opened, rows
from tests.browser.stand import SNIPPET, WIDGET, Stand

COUNTS = ["43", "2.146", "30.277", "1.461.664"]

HOSTILE = {
    "a library of 2009 gives every object and array a toJSON": """
        Array.prototype.toJSON = Object.prototype.toJSON = String.prototype.toJSON =
            function () { return 'spoilt' }""",
    "every object has more than its own": """
        Object.prototype.extra = 'spoilt'; Array.prototype.last = function () { return 'spoilt' };
        Object.prototype.k = 'x'; Object.prototype.headers = { 'X-Spoilt': '1' }""",
    "fetch throws": "window.fetch = () => { throw new Error('no') }",
    "fetch is gone": "delete window.fetch; window.fetch = undefined",
    "fetch refuses": "window.fetch = () => Promise.reject(new Error('no'))",
    "there is no sendBeacon": "Navigator.prototype.sendBeacon = undefined",
    "storage throws": """
        Object.defineProperty(window, 'localStorage', { get() { throw new DOMException('no') } })""",
    "cookies throw": "Object.defineProperty(document, 'cookie', { get() { throw new DOMException('no') } })",
    "the clock is ten years late": "const now = Date.now; Date.now = () => now() - 3.2e11",
    "the log is gone": "window.console = undefined",
    "an element is called navigation": "onload = () => document.body.id = 'navigation'",
}


def spoilt(what: str) -> str:
    """A page with a widget on which something is not as it should be."""
    return f"<script>{HOSTILE[what]}</script>{WIDGET}{LIST.format('')}"


@pytest.mark.parametrize("what", HOSTILE)
def test_the_view_is_counted_once_and_the_page_sees_no_error(
    stand: Stand, context: BrowserContext, what: str
) -> None:
    page, errors = opened(context, stand.page("/a", f"<script>{HOSTILE[what]}</script>{SNIPPET}<p>Nội dung"))
    (view,) = stand.heard("v")
    assert (view["s"], view["u"], view["t"]) == ("dn7k2q", stand.url + "/a", "Trang")
    assert "extra" not in view
    page.evaluate("vstats('mark')")
    stand.heard("c")
    assert len(stand.heard("v")) == 1
    assert errors == []


@pytest.mark.parametrize(
    "what", [what for what in HOSTILE if "fetch" not in what and "toJSON" not in what and "every" not in what]
)
def test_the_widget_shows_its_figures_there_too(stand: Stand, context: BrowserContext, what: str) -> None:
    page, errors = opened(context, stand.page("/a", spoilt(what)))
    rows(page, COUNTS)
    assert errors == []


@pytest.mark.parametrize("what", [what for what in HOSTILE if "toJSON" in what or "every" in what])
def test_the_widget_shows_its_figures_whatever_objects_are_given(
    stand: Stand, context: BrowserContext, what: str
) -> None:
    page, _ = opened(context, stand.page("/a", spoilt(what)))
    rows(page, COUNTS)


@pytest.mark.parametrize("what", ["fetch throws", "fetch is gone", "fetch refuses"])
def test_without_fetch_the_widget_says_that_it_knows_nothing(
    stand: Stand, context: BrowserContext, what: str
) -> None:
    page, errors = opened(context, stand.page("/a", spoilt(what)))
    rows(page, ["–"] * 4)
    assert errors == []


@pytest.mark.parametrize(
    ("tag", "api"),
    [
        ('<script defer src="/stats/v.js" data-site="dn7k2q"></script>', "/stats/v"),
        ('<script defer src="/v/1.2.3.js" data-site="dn7k2q"></script>', "/v"),
        ('<script defer src="/stats/v/1.2.3.js" data-site="dn7k2q"></script>', "/stats/v"),
        ('<script defer src="/v.js?site=dn7k2q"></script>', "/v"),
        ('<script defer src="/v.js" data-website-id="dn7k2q"></script>', "/v"),
        ('<script defer src="/v.js" data-domain="dn7k2q"></script>', "/v"),
        ('<script src="/v.js" data-site="dn7k2q" data-api="/elsewhere"></script>', "/elsewhere"),
        (
            "<base href='https://other.example.vn/'><script src='{url}/v.js' data-site='dn7k2q'></script>",
            "/v",
        ),
        ('<script>document.write(\'<script src="/v.js" data-site="dn7k2q"><\\/script>\')</script>', "/v"),
        (
            # As a tag manager does: no element is the current script while it runs.
            "<script>const tag = document.createElement('script'); tag.type = 'module';"
            "tag.src = '/v.js?site=dn7k2q'; onload = () => document.head.append(tag)</script>",
            "/v",
        ),
    ],
)
def test_the_tag_is_found_and_tells_where_it_came_from(
    stand: Stand, context: BrowserContext, tag: str, api: str
) -> None:
    context.new_page().goto(stand.page("/a", tag.replace("{url}", stand.url) + "<p>Nội dung"))
    (view,) = stand.heard("v")
    assert (view["s"], view["to"]) == ("dn7k2q", api)


def test_nothing_runs_where_cookies_and_storage_are_blocked_but_it_counts(
    stand: Stand, context: BrowserContext
) -> None:
    """A sandboxed frame has neither, and no origin."""
    inner = stand.page("/inner", SNIPPET.replace("></", " data-frame></"))
    page, errors = opened(
        context, stand.page("/a", f'<iframe sandbox="allow-scripts" src="{inner}"></iframe>')
    )
    # Whose answer cannot be read there is sent once more, as an image, under the same id.
    views = stand.heard("v")
    assert len({(view["i"], view["u"]) for view in views}) == 1
    assert views[0]["u"] == inner
    assert (errors, context.cookies()) == ([], [])
    assert page.frames[1].url == inner


def test_under_trusted_types_both_work(stand: Stand, context: BrowserContext) -> None:
    policy = "require-trusted-types-for 'script'; trusted-types 'none'; script-src 'self'; default-src 'self'"
    body = SNIPPET + WIDGET + LIST.format('variant="card" lang="th"')
    page, errors = opened(context, stand.page("/a", body, Content_Security_Policy=policy))
    stand.heard("v")
    rows(page, ["1,461,664", "43", "2,146", "30,277"])
    assert errors == []


def test_where_nothing_may_be_connected_to_the_view_goes_as_an_image(
    stand: Stand, context: BrowserContext
) -> None:
    policy = "connect-src 'none'; script-src 'self'; img-src 'self'"
    page, errors = opened(
        context, stand.page("/a", SNIPPET + WIDGET + LIST.format(""), Content_Security_Policy=policy)
    )
    (view,) = stand.heard("v")
    assert view["by"] == "image"
    rows(page, ["–"] * 4)
    assert errors == []


def test_a_framework_may_set_properties_instead_of_attributes(stand: Stand, context: BrowserContext) -> None:
    """React 19 assigns whatever a custom element already has under a name; none of ours may be read-only."""
    page, errors = opened(context, stand.page("/a", WIDGET + LIST.format("")))
    rows(page, COUNTS)
    names = "site,variant,items,metric,path,lang,labels,heading,grouping,digits,href,api,refresh,live,theme"
    page.locator("visitor-stats").evaluate(
        """(widget, names) => {
            'use strict'
            for (const name of names.split(',')) if (name in widget) widget[name] = 'x'
        }""",
        names,
    )
    assert errors == []


def test_links_are_left_alone(stand: Stand, context: BrowserContext) -> None:
    stand.page("/b", "<p>Trang khác")
    body = (
        SNIPPET
        + """<svg width="100" height="30"><a href="/b"><text y="20">sang trang khác</text></a></svg>"""
    )
    page, errors = opened(context, stand.page("/a", body))
    stand.heard("v")
    page.locator("svg a").click()
    expect(page).to_have_url(stand.url + "/b")
    assert errors == []


def _walk(page: Page, stand: Stand) -> None:
    """From page to page by links that a library follows, and back."""
    page.evaluate("window.same = true")
    for number, name in enumerate(["b", "c"], 2):
        page.get_by_role("link", name=name, exact=True).click()
        expect(page.locator("h1")).to_have_text(name)
        stand.heard("v", number)
    page.go_back()
    expect(page.locator("h1")).to_have_text("b")
    views = stand.heard("v", 4)
    assert [view["u"].removeprefix(stand.url) for view in views] == ["/a", "/b", "/c", "/b"]
    # A new page was never loaded, and each view names the page before.
    assert page.evaluate("window.same") is True
    assert [view["r"].removeprefix(stand.url) for view in views[1:]] == ["/a", "/b", "/c"]
    page.evaluate("vstats('mark')")
    stand.heard("c")
    assert len(stand.heard("v")) == 4


LINKS = '<a href="/a">a</a> <a href="/b">b</a> <a href="/c">c</a>'


@pytest.mark.parametrize("where", ["head", "body"])
@pytest.mark.parametrize("name", ["turbo", "htmx"])
def test_a_page_that_is_swapped_in_is_one_view(
    stand: Stand, context: BrowserContext, name: str, where: str
) -> None:
    stand.scripts["/library.js"] = library(name)
    for page_name in "abc":
        head = '<script defer src="/library.js"></script>' + (SNIPPET if where == "head" else "")
        tail = SNIPPET if where == "body" else ""
        body = f'{head}</head><body hx-boost="true"><h1>{page_name}</h1>{LINKS}{tail}</body>'
        stand.page(f"/{page_name}", body)
    page, errors = opened(context, stand.url + "/a")
    stand.heard("v")
    _walk(page, stand)
    assert errors == []


def test_each_route_of_a_router_is_one_view(stand: Stand, context: BrowserContext) -> None:
    stand.scripts["/library.js"] = library("navigo")
    body = (
        SNIPPET
        + f"""<body><h1>a</h1>{LINKS.replace("<a ", "<a data-navigo ")}
        <script src="/library.js"></script><script>
        const router = new Navigo('/')
        const title = document.querySelector('h1')
        for (const name of 'abc') router.on('/' + name, () => {{ title.textContent = name }})
        router.resolve()
        </script>"""
    )
    page, errors = opened(context, stand.page("/a", body))
    stand.heard("v")
    _walk(page, stand)
    assert errors == []
