"""The page on which a widget is put together, used as a webmaster does; what it gives, pasted elsewhere."""

import re
import time
from collections.abc import Iterator
from html import unescape
from urllib.parse import urlencode

import pytest
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]
from playwright.sync_api import Browser, BrowserContext, Page, Route, expect

from tests.browser.stand import PICTURES, Stand
from tests.service import Service, add_site, known, serving

LIMIT_MS = 20_000
# What is pasted counts: the figure grows by a visit. Digits stand before the number that is read aloud.
TOTAL = re.compile(r"^(Tất cả: |\d{7})?1\.461\.66[4-9]$")
VARIANTS = ("list", "inline", "badge", "card", "digits")
SHIFTS = """() => new Promise(done => {
    let sum = 0
    new PerformanceObserver(list => {
        for (const one of list.getEntries()) sum += one.value
    }).observe({type: 'layout-shift', buffered: true})
    requestAnimationFrame(() => setTimeout(() => done(sum), 300))
})"""
LEAST_SHIFT = 0.01
SLOW_LINE = 0.2


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with serving(tmp_path_factory.mktemp("building") / "data") as running:
        yield running


@pytest.fixture(scope="module")
def site(service: Service) -> str:
    balance = ("--opening-balance", "visits=1461664", "--reason", "a former counter", "--locale", "vi")
    name: str = add_site(service.data, "building.example.vn", *balance)["public_id"]
    known(service, name)
    return name


def opened(context: BrowserContext, service: Service, **form: str) -> Page:
    """The builder with its widget's figures in place, and nothing wrong said in the console."""
    page = context.new_page()
    page.on("pageerror", lambda error: pytest.fail(str(error)))
    page.goto(f"{service.url}/widget?{urlencode(form)}")
    expect(page.locator("#widget").locator("dd").last).not_to_have_text("", timeout=LIMIT_MS)
    return page


def code(page: Page, kind: str) -> str:
    return page.locator(f"[data-code={kind}]").inner_text()


def hosted(stand: Stand, body: str) -> str:
    text = "<p>" + "Tin tức trong ngày. " * 20 + "</p>"
    return stand.page("/portal", f"{text}{body}{text}").replace("127.0.0.1", "localhost")


def later(route: Route) -> None:
    time.sleep(SLOW_LINE)
    route.continue_()


def pasted(stand: Stand, context: BrowserContext, body: str) -> Page:
    """A page of another site that holds what was copied, between its own paragraphs.

    It is painted before anything comes from the service, as over a slow line.
    """
    page = context.new_page()
    page.route(re.compile(r"/w(/|\.js)"), later)
    page.goto(hosted(stand, body))
    return page


def test_what_is_chosen_is_seen_in_preview_address_and_code(
    service: Service, site: str, context: BrowserContext
) -> None:
    page = opened(context, service, site=site, ui="vi")
    before = code(page, "svg")
    page.get_by_label("Kiểu", exact=True).select_option("digits")
    expect(page.locator("#widget")).to_have_attribute("variant", "digits", timeout=LIMIT_MS)
    page.get_by_label("Màu nhấn").fill("#a51c2b")
    expect(page.locator("[data-code=script]")).to_contain_text("--vs-accent:#a51c2b", timeout=LIMIT_MS)
    page.get_by_label("Tất cả", exact=True).check()
    page.get_by_label("Nhãn của “Tất cả”").fill("Tổng lượt truy cập")
    expect(page.locator("[data-code=svg]")).to_contain_text("T%E1%BB%95ng", timeout=LIMIT_MS)
    assert code(page, "svg") != before
    picture = page.locator("#picture")
    expect(picture).to_have_attribute("src", re.compile("variant=digits.*accent=a51c2b"))
    expect(page.locator("#widget").locator("dd")).to_have_text([TOTAL])
    # The address is the form, so that it can be kept and sent; what was left empty is not in it.
    page.reload()
    expect(page.locator("#widget")).to_have_attribute("labels", "total=Tổng lượt truy cập")
    expect(page.get_by_label("Kiểu", exact=True)).to_have_value("digits")
    assert "label-today" not in page.url
    # And back to what is usual: nothing of it stays.
    page.get_by_label("Kiểu", exact=True).select_option("list")
    page.get_by_label("Màu nhấn").fill("#0b6b88")
    expect(page.locator("[data-code=script]")).not_to_contain_text("--vs-accent", timeout=LIMIT_MS)
    assert page.locator("#widget").evaluate("one => one.style.getPropertyValue('--vs-accent')") == ""


def test_what_cannot_be_used_is_said_and_what_was_right_stays(
    service: Service, site: str, context: BrowserContext
) -> None:
    page = opened(context, service, site=site, ui="vi")
    before = code(page, "script")
    page.get_by_label("Mã website").fill("zzzzzz")
    problem = page.get_by_role("alert")
    expect(problem).to_have_text("Không có website công khai nào mang mã này.", timeout=LIMIT_MS)
    # No code of another site can be copied in error.
    expect(page.locator("#codes")).to_be_hidden()
    expect(page.get_by_label("Mã website")).to_have_attribute("aria-invalid", "true")
    page.get_by_label("Mã website").fill(site)
    expect(problem).to_be_empty(timeout=LIMIT_MS)
    assert code(page, "script") == before
    page.context.set_offline(True)
    page.get_by_label("Kiểu", exact=True).select_option("badge")
    expect(problem).to_contain_text("Không liên lạc được với dịch vụ.", timeout=LIMIT_MS)
    page.context.set_offline(False)
    page.get_by_role("button", name="Cập nhật").click()
    expect(page.locator("#widget")).to_have_attribute("variant", "badge", timeout=LIMIT_MS)
    expect(problem).to_be_empty()


def test_it_is_used_with_the_keyboard_alone(service: Service, site: str, context: BrowserContext) -> None:
    page = opened(context, service, site=site, ui="en")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    expect(page.locator("#preview")).to_be_focused()
    page.goto(f"{service.url}/widget?site={site}&ui=en")
    seen: list[str] = []
    for _ in range(100):
        page.keyboard.press("Tab")
        place = page.evaluate(
            "() => { const one = document.activeElement; "
            "return one === document.body ? '' : [one.id || one.name || one.dataset.copy || one.localName, "
            "getComputedStyle(one).outlineStyle].join(' ') }"
        )
        if place.startswith("site ") and place in seen:
            break
        seen += [place] if place else []
        if place.startswith("variant "):
            page.keyboard.press("ArrowDown")
        if place.startswith("item "):
            page.keyboard.press("Space")
        if place.startswith("script "):
            page.keyboard.press("Enter")
    names = [place.split()[0] for place in seen]
    fields = ["site", "variant", "metric", "theme", "lang", "grouping", "heading", "no-heading", "accent"]
    assert names[2 : 2 + len(fields)] == fields
    assert [name for name in names if name in ("script", "svg", "iframe", "span", "count", "summary")] == [
        "script",
        "svg",
        "iframe",
        "span",
        "count",
        *["summary"] * 8,
    ]
    assert [place for place in seen if place.endswith(" none")] == []
    expect(page.locator("#widget")).to_have_attribute("variant", "inline", timeout=LIMIT_MS)


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_no_rule_of_accessibility_is_broken_at_any_width(
    service: Service, site: str, browser: Browser, language: str, theme: str
) -> None:
    scheme = browser.new_context(color_scheme="dark" if theme == "dark" else "light")
    page = opened(scheme, service, site=site, ui=language, variant="card")
    # What is folded is looked at too, and what is wrong.
    page.locator("details").evaluate_all("all => all.forEach(one => { one.open = true })")
    page.get_by_role("alert").evaluate("one => { one.textContent = 'x' }")
    for width in (360, 768, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.screenshot(path=PICTURES / f"builder-{language}-{theme}-{width}.png", full_page=True)
    scheme.close()


def test_the_button_copies_and_says_so(service: Service, site: str, context: BrowserContext) -> None:
    page = opened(context, service, site=site, ui="en", variant="badge")
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    button = page.locator("[data-copy=svg]")
    expect(button).to_have_text("Copy")
    button.click()
    expect(button).to_have_text("Copied.")
    expect(page.get_by_role("status")).to_have_text("Copied.")
    assert page.evaluate("navigator.clipboard.readText()") == code(page, "svg")
    page.locator("[data-copy=script]").click()
    expect(button).to_have_text("Copy")
    # Where the browser forbids it, the code is selected for the reader's own keys.
    page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject() }")
    button.click()
    expect(page.get_by_role("status")).to_contain_text("Ctrl+C")
    assert page.evaluate("getSelection().toString()") == code(page, "svg")


@pytest.mark.parametrize("variant", VARIANTS)
def test_every_copied_code_shows_the_figures_on_another_site_and_moves_nothing(
    service: Service, site: str, stand: Stand, context: BrowserContext, variant: str
) -> None:
    builder = opened(
        context, service, site=site, ui="vi", variant=variant, item="total", heading="Đã xem {2026}"
    )
    codes = {
        button.get_attribute("data-copy") or "": code(builder, button.get_attribute("data-copy") or "")
        for button in builder.locator("[data-copy]").all()
    }
    assert codes.keys() == {"tracker", "script", "svg", "png", "iframe", "span", "count", "badge"}
    assert codes.pop("tracker").startswith(f'<script defer src="{service.url}/v.js" data-site="{site}">')
    assert TOTAL.fullmatch(service.http.get(codes.pop("badge")).json()["message"])
    png = unescape(codes.pop("png").partition('src="')[2].partition('"')[0])
    assert service.http.get(png).headers["content-type"] == "image/png"
    page = pasted(stand, context, codes.pop("script"))
    widget = page.locator("visitor-stats")
    expect(widget.locator("dd").first).to_have_text(TOTAL, timeout=LIMIT_MS)
    if variant == "list":
        expect(widget.locator(".heading")).to_have_text("Đã xem {2026}")
    moved = page.evaluate(SHIFTS)
    page.goto(hosted(stand, "".join(codes.values())))
    expect(page.frame_locator("iframe").locator("desc")).to_have_text(TOTAL, timeout=LIMIT_MS)
    images = page.locator("img").all()
    assert len(images) == 2
    for image in images:
        width = int(image.get_attribute("width") or "")
        expect(image).to_have_js_property("naturalWidth", width, timeout=LIMIT_MS)
        assert "Tất cả: 1.461.66" in service.http.get(str(image.get_attribute("src")).split("&count")[0]).text
    expect(page.locator("[data-vstats=total]")).to_have_text(TOTAL, timeout=LIMIT_MS)
    moved_without = page.evaluate(SHIFTS)
    print(f"{variant}: layout shift {moved:.5f} by script, {moved_without:.5f} without")
    assert max(moved, moved_without) <= LEAST_SHIFT


def test_without_the_room_that_the_code_keeps_the_page_would_move(
    service: Service, site: str, stand: Stand, context: BrowserContext
) -> None:
    script = f'<script type="module" src="{service.url}/w.js"></script>'
    page = pasted(stand, context, f'{script}<visitor-stats site="{site}"></visitor-stats>')
    expect(page.locator("visitor-stats dd").last).to_have_text(TOTAL, timeout=LIMIT_MS)
    assert page.evaluate(SHIFTS) > LEAST_SHIFT


def test_the_copied_image_counts(service: Service, stand: Stand, context: BrowserContext) -> None:
    # An image counts for the page that shows it: here, the stand's.
    name = add_site(service.data, "counting.example.vn", "--host-name", "localhost")["public_id"]
    known(service, name)
    builder = opened(context, service, site=name)
    page = pasted(stand, context, code(builder, "count"))
    with page.expect_response(lambda got: "count=1" in got.url, timeout=LIMIT_MS) as answer:
        page.reload()
    assert answer.value.header_value("x-vstats") == "counted"


def test_the_recipe_for_docusaurus_is_right_javascript(
    service: Service, site: str, stand: Stand, context: BrowserContext
) -> None:
    page = opened(context, service, site=site, heading="It's \\n {x} `${1}`", item="total")
    recipe = page.locator("[data-recipe=docusaurus]").text_content() or ""
    config = re.search(r"scripts: (\[.*\]),", recipe)
    markup = re.search(r"dangerouslySetInnerHTML=\{(\{ __html: '.*' \})\} />", recipe)
    assert config is not None
    assert markup is not None
    other = pasted(stand, context, "<div id=root></div>")
    other.evaluate(
        """([config, markup]) => {
            document.getElementById('root').innerHTML = (0, eval)(`(${markup})`).__html
            for (const attributes of (0, eval)(config)) {
                document.head.append(Object.assign(document.createElement('script'), attributes))
            }
        }""",
        [config.group(1), markup.group(1).replace("`", "\\u0060")],
    )
    widget = other.locator("visitor-stats")
    expect(widget.locator("dd")).to_have_text([TOTAL], timeout=LIMIT_MS)
    expect(widget.locator(".heading")).to_have_text("It's \\n {x} `${1}`")
