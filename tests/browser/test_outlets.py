"""The widget where no script runs, in a real browser: as it looks, and as it behaves on a stranger's page."""

from base64 import b64encode
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from html import escape
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, BrowserContext, Dialog, expect

from analytics_service.domain.counter import Item
from analytics_service.domain.counts import Counts, Series
from analytics_service.domain.metrics import Metric
from analytics_service.domain.site import Site, WeekStart, ZoneSince
from analytics_service.web.outlets import png, svg
from analytics_service.web.outlets.number_format import format_number
from analytics_service.web.outlets.options import BUTTON_WIDTH, ITEMS_OF, Theme, Variant, WidgetOptions
from analytics_service.web.outlets.widget_view import WidgetView, build_error_view, build_view
from analytics_service.web.translations import languages
from tests.browser.stand import PICTURES, Stand
from tests.service import Service, add_site, known, serving

LIMIT_MS = 20_000
FIGURES: dict[Item, int | None] = {
    Item.ONLINE: 43,
    Item.TODAY: 2146,
    Item.YESTERDAY: 2980,
    Item.WEEK: 30277,
    Item.LAST_WEEK: 30830,
    Item.MONTH: 89842,
    Item.TOTAL: 1461664,
}
DAYS = tuple(1400 + (day * 37 % 11) * 60 + (2100 if day == 18 else 0) for day in range(30))
NOON = datetime(2026, 11, 22, 13, 53, tzinfo=UTC)
SITE = Site(
    number=1,
    public_id="dn7k2q",
    uuid="",
    domain="mocks.example.vn",
    name="",
    zones=(ZoneSince(date(2026, 1, 1), "Asia/Ho_Chi_Minh"),),
    week_start=WeekStart.MONDAY,
    locale="vi",
    host_names=frozenset("*"),
    public=True,
    paused=False,
    demo=False,
    created_at=NOON,
)
HOSTILE = "</text><script>parent.hurt=1</script><img src=x onerror=alert(1)>"
FOLLOWS = """<script>
addEventListener('message', (event) => {
  const frame = document.querySelector('iframe[src*="/w/"]')
  const told = event.source === frame?.contentWindow && event.data
  if (told?.type === 'visitor-stats') frame.height = told.height
})
</script>"""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with serving(tmp_path_factory.mktemp("pictures") / "data") as running:
        yield running


@pytest.fixture(scope="module")
def site(service: Service) -> str:
    balance = ("--opening-balance", "visits=1461664", "--reason", "a former counter", "--locale", "vi")
    name: str = add_site(service.data, "pictures.example.vn", *balance)["public_id"]
    known(service, name)
    return name


def hosted(stand: Stand, body: str) -> str:
    """The address of a stranger's page: another site than the service's."""
    return stand.page("/host", body).replace("127.0.0.1", "localhost")


def view(options: WidgetOptions, items: tuple[Item, ...] = (), *, is_stale: bool = False) -> WidgetView:
    """What the counter would have said on the mocks' day."""
    shown = {item: FIGURES[item] for item in items or ITEMS_OF[options.variant]}
    series = Series(date(2026, 10, 24), DAYS)
    return build_view(Counts(SITE, Metric.VISITS, NOON, shown, series=series), options, is_stale=is_stale)


def views(options: WidgetOptions) -> list[WidgetView]:
    """Every variant of one language and theme, and its states."""
    shown = [view(replace(options, variant=variant)) for variant in Variant]
    red = (("accent", "#a51c2b"),) if options.theme is Theme.LIGHT else (("accent", "#f2a33a"),)
    band = (("bg", "#7a1420"), ("text", "#ffffff"))
    return [
        *shown,
        view(replace(options, colours=red), tuple(FIGURES)),
        view(replace(options, variant=Variant.INLINE, colours=band)),
        view(replace(options, variant=Variant.BADGE), (Item.TOTAL,)),
        view(options, is_stale=True),
        build_error_view(options, ()),
        view(replace(options, variant=Variant.CARD), is_stale=True),
        build_error_view(replace(options, variant=Variant.BADGE), ()),
        view(replace(options, variant=Variant.BADGE, width=BUTTON_WIDTH)),
        view(replace(options, variant=Variant.BADGE, width=BUTTON_WIDTH), (Item.TOTAL,)),
    ]


def picture(shown: WidgetView, kind: str) -> str:
    """An `<img>` that holds its picture."""
    body = svg.render_svg(shown).encode() if kind == "svg" else png.render_png(shown, None)
    width, height = svg.measure_svg(shown)
    media = {"svg": "image/svg+xml", "png": "image/png"}[kind]
    source = f"data:{media};base64,{b64encode(body).decode()}"
    return f'<img width="{width}" height="{height}" src="{source}" alt="{escape(shown.title)}">'


def test_a_sheet_of_every_variant_in_both_themes_languages_and_forms(browser: Browser) -> None:
    sheet = [
        "<!doctype html><meta charset=utf-8><style>body{margin:0;font:12px sans-serif}"
        "div{display:flex;flex-wrap:wrap;gap:16px;padding:16px;align-items:start;background:#f2f4f8}"
        ".dark{background:#0a0e14;color:#fff}b{flex-basis:100%}</style>"
    ]
    for theme in (Theme.LIGHT, Theme.DARK):
        for language in ("vi", "en"):
            for kind in ("svg", "png"):
                pictures = [picture(one, kind) for one in views(WidgetOptions(theme=theme, lang=language))]
                title = f"<b>{kind} · {theme} · {language}</b>"
                sheet.append(f"<div class={theme}>{title}{''.join(pictures)}</div>")
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    page.set_content("".join(sheet))
    page.screenshot(path=PICTURES / "outlets.png", full_page=True)
    loaded = page.locator("img").evaluate_all("all => all.map(one => one.complete && one.naturalWidth > 0)")
    assert loaded == [True] * len(loaded)
    assert len(loaded) == 8 * len(views(WidgetOptions(lang="vi")))
    page.close()


def test_numbers_are_grouped_in_every_language_as_the_browser_would(context: BrowserContext) -> None:
    page = context.new_page()
    pictures, compared = [], []
    for language in languages():
        options = WidgetOptions(lang=language)
        numbers = [FIGURES[item] for item in (Item.TODAY, Item.WEEK, Item.TOTAL)]
        expected = page.evaluate(
            "([language, numbers]) => numbers.map(one => new Intl.NumberFormat(language).format(one))",
            [language, numbers],
        )
        # A browser that lacks a language writes numbers as its own user does.
        if page.evaluate("language => Intl.NumberFormat.supportedLocalesOf(language).length", language):
            compared.append(language)
            assert [format_number(one, options) for one in numbers] == expected, language
        pictures += [picture(view(replace(options, variant=one)), "svg") for one in Variant]
    assert len(compared) >= 12
    page.set_viewport_size({"width": 1500, "height": 900})
    page.set_content("".join(pictures))
    page.screenshot(path=PICTURES / "outlets-languages.png", full_page=True)


@pytest.mark.parametrize("kind", ["svg", "png", "html"])
def test_an_error_is_a_picture_of_the_widget_and_never_a_broken_one(
    service: Service, stand: Stand, context: BrowserContext, kind: str
) -> None:
    source = f"{service.url}/w/zzzzzz.{kind}"
    tag = f'<iframe src="{source}"></iframe>' if kind == "html" else f'<img src="{source}" alt="">'
    page = context.new_page()
    statuses: list[int] = []
    page.on("response", lambda got: statuses.append(got.status) if got.url == source else None)
    page.goto(hosted(stand, tag))
    if kind == "html":
        expect(page.frame_locator("iframe").get_by_text("Chưa có số liệu", exact=True)).to_be_visible(
            timeout=LIMIT_MS
        )
    else:
        image = page.locator("img")
        expect(image).to_have_js_property("naturalWidth", 480 if kind == "png" else 240, timeout=LIMIT_MS)
        expect(image).to_have_js_property("naturalHeight", 352 if kind == "png" else 176)
    assert statuses == [404]


@pytest.mark.parametrize("kind", ["html", "svg", "json", "txt"])
def test_hostile_words_are_only_words_wherever_they_are_opened(
    service: Service, site: str, stand: Stand, context: BrowserContext, kind: str
) -> None:
    words = HOSTILE[:40]
    query = {"heading": HOSTILE[:60], "labels": f"online={words.replace(';', ',')}", "items": "online"}
    page = context.new_page()
    scripts: list[str] = []

    def heard(dialog: Dialog) -> None:
        scripts.append(dialog.message)
        dialog.dismiss()

    page.on("dialog", heard)
    page.on("console", lambda said: scripts.append(said.text) if "violates" in said.text else None)
    # Both opened by itself and inside another page.
    address = f"{service.url}/w/{site}.{kind}?{urlencode(query)}"
    page.goto(address)
    assert page.locator("script:not([src]), img, [onerror]").count() == 0
    if kind in ("html", "svg"):
        assert page.locator("svg title").text_content() == HOSTILE[:60]
        parts = page.locator("svg > *").evaluate_all("all => all.map(one => one.localName)")
        assert parts == ["title", "desc", "style", "g"]
    page.goto(hosted(stand, f'<iframe src="{escape(address)}"></iframe>'))
    assert page.evaluate("window.hurt") is None
    assert scripts == []


def test_a_frame_tells_its_height_and_the_page_around_it_follows(
    service: Service, site: str, stand: Stand, context: BrowserContext
) -> None:
    frame = '<iframe src="{}/w/{}.html?items={}" width="240" height="50" title="x"></iframe>'
    page = context.new_page()
    page.goto(hosted(stand, FOLLOWS + frame.format(service.url, site, "online,today,week,total")))
    expect(page.locator("iframe")).to_have_attribute("height", "176", timeout=LIMIT_MS)
    # Another look, another height; a narrow frame is a smaller picture.
    page.locator("iframe").evaluate(
        "(frame, source) => { frame.src = source }", f"{service.url}/w/{site}.html?items=total"
    )
    expect(page.locator("iframe")).to_have_attribute("height", "77", timeout=LIMIT_MS)
    page.locator("iframe").evaluate("frame => { frame.width = 120 }")
    expect(page.locator("iframe")).to_have_attribute("height", "39", timeout=LIMIT_MS)


def test_a_picture_in_a_dark_page_is_dark_where_that_is_wished(
    service: Service, site: str, browser: Browser
) -> None:
    shots = {}
    for scheme in ("light", "dark"):
        page = browser.new_page(color_scheme="dark" if scheme == "dark" else "light")
        for theme in ("auto", "light"):
            page.goto(f"{service.url}/w/{site}.svg?theme={theme}&items=total")
            shots[scheme, theme] = page.screenshot()
        page.close()
    assert shots["light", "auto"] == shots["light", "light"]
    assert shots["dark", "auto"] != shots["light", "auto"]


@pytest.mark.parametrize("language", ["vi", "en"])
def test_a_badge_of_88_by_31_is_legible(
    service: Service, site: str, context: BrowserContext, language: str
) -> None:
    page = context.new_page()
    for item in ("online", "total", "last_month"):
        query = f"variant=badge&width=88&items={item}&lang={language}"
        page.goto(f"{service.url}/w/{site}.svg?{query}")
        box = page.locator("svg").evaluate("one => [one.width.baseVal.value, one.height.baseVal.value]")
        assert box == [88, 31]
        # What is painted: the box of a line is as high as each font's own makers like it.
        texts = page.locator("svg text").evaluate_all(
            "all => all.map(one => { const {x, width} = one.getBBox(), style = getComputedStyle(one); "
            "const y = one.getStartPositionOfChar(0).y; "
            "const canvas = document.createElementNS('http://www.w3.org/1999/xhtml', 'canvas'); "
            "const ink = canvas.getContext('2d'); "
            "ink.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`; "
            "const {actualBoundingBoxAscent, actualBoundingBoxDescent} = ink.measureText(one.textContent); "
            "return [x, y - actualBoundingBoxAscent, x + width, y + actualBoundingBoxDescent, "
            "parseFloat(style.fontSize)] })"
        )
        assert len(texts) == 2
        for left, _top, right, bottom, size in texts:
            assert left >= 2
            assert right <= 86
            assert bottom <= 31
            assert size >= 10
