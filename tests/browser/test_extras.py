"""Cards and digits, other languages, and live figures."""

from queue import SimpleQueue
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.pages import COUNTS, LIMIT_MS, LIST, TOLD, opened, rows, shown, with_counts, wound
from tests.browser.stand import COUNTER, WIDGET, Stand

SERIES = [5, 8, 7, 9, 12, 8, 10, 0]
WITH_SERIES = (200, {**COUNTER, "series": {"interval": "day", "from": "2026-11-15", "values": SERIES}})


def told(context: BrowserContext, stand: Stand, attributes: str) -> tuple[Page, list[str]]:
    """The page, and what the widget says to whoever built it."""
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "info" else None)
    page.goto(stand.page("/a", WIDGET + LIST.format(attributes)))
    return page, said


def test_a_card_has_a_large_number_and_a_curve_of_its_days(stand: Stand, context: BrowserContext) -> None:
    stand.counter = WITH_SERIES
    page = shown(context, stand, 'variant="card"')
    rows(page, ["1.461.664", "43", "2.146", "30.277"])
    assert "&series=30d" in stand.asked[0]
    curve = page.get_by_role("img", name="30 ngày qua")
    points = (curve.locator("polyline").get_attribute("points") or "").split()
    assert len(points) == len(SERIES)
    # The highest day is on top, nothing at the bottom, from edge to edge.
    assert points[4].endswith(",20")
    assert (points[0].split(",")[0], points[-1]) == ("0", "1000,290")


def test_a_card_whose_site_shows_no_series_has_no_curve(stand: Stand, context: BrowserContext) -> None:
    stand.shows = {"series": []}
    page = shown(context, stand, 'variant="card"')
    rows(page, ["1.461.664", "43", "2.146", "30.277"])
    assert page.locator("polyline").get_attribute("points") == ""
    assert len(stand.asked) == 2


def test_digits_turn_like_wheels_and_are_heard_as_one_number(stand: Stand, context: BrowserContext) -> None:
    stand.counter = with_counts(month=89842)
    page = shown(context, stand, 'variant="digits" digits="9"')
    expect(page.locator(".reels text")).to_have_text("001461664", timeout=LIMIT_MS)
    assert page.locator(".reels").get_attribute("aria-hidden") == "true"
    assert page.locator(".lead .unseen").inner_text() == "1.461.664"
    assert page.locator(".rows dd").all_inner_texts() == ["43", "2.146", "89.842"]


def test_a_badge_is_one_line(stand: Stand, context: BrowserContext) -> None:
    page = shown(context, stand, 'variant="badge"')
    rows(page, ["43"])
    box = page.get_by_role("group", name="Thống kê truy cập").bounding_box()
    assert box is not None
    assert box["height"] < 32
    assert box["width"] < 160
    stand.counter = (503, {})
    failing = shown(context, stand, 'variant="badge" metric="pageviews"')
    expect(failing.get_by_role("group")).to_have_attribute("title", "Chưa có số liệu", timeout=LIMIT_MS)


@pytest.mark.parametrize("variant", ["card", "digits"])
def test_a_shape_that_does_not_come_is_shown_as_a_list(
    stand: Stand, context: BrowserContext, variant: str
) -> None:
    context.route("**/w/more.js", lambda route: route.abort())
    page, said = told(context, stand, f'variant="{variant}" items="total,online"')
    rows(page, ["1.461.664", "43"])
    expect(page.locator(".list .row")).to_have_count(2)
    assert said == ["visitor-stats: /w/more.js did not load"]


def test_until_its_shape_is_here_the_picture_inside_stays(stand: Stand, context: BrowserContext) -> None:
    held: list[Any] = []
    context.route("**/w/more.js", lambda route: held.append(route))
    page = context.new_page()
    inside = LIST.format('variant="card"').replace(
        "></v", '><img alt="Thống kê" width="240" height="199"></v'
    )
    page.goto(stand.page("/a", WIDGET + inside))
    expect(page.get_by_role("img", name="Thống kê")).to_be_visible()
    stand.until(lambda: bool(held))
    held[0].continue_()
    rows(page, ["1.461.664", "43", "2.146", "30.277"])
    expect(page.get_by_role("img", name="Thống kê")).to_be_hidden()


def test_a_page_has_its_own_numbers(stand: Stand, context: BrowserContext) -> None:
    page = context.new_page()
    page.goto(stand.page("/tin-tuc", WIDGET + LIST.format('path="auto" items="total"')) + "?id=5")
    rows(page, ["1.461.664"])
    assert stand.asked == [
        "/api/v1/sites/dn7k2q/counter?items=total&metric=pageviews&path=%2Ftin-tuc%3Fid%3D5"
    ]


@pytest.mark.parametrize(
    ("language", "labels", "numbers"),
    [
        ("th", ["ออนไลน์ขณะนี้", "วันนี้", "สัปดาห์นี้", "ทั้งหมด"], ["43", "2,146", "30,277", "1,461,664"]),
        ("zh-TW", ["目前在線", "今日", "本週", "總計"], ["43", "2,146", "30,277", "1,461,664"]),
        ("zh", ["当前在线", "今日", "本周", "总计"], ["43", "2,146", "30,277", "1,461,664"]),
        ("es", ["En línea", "Hoy", "Esta semana", "Total"], ["43", "2146", "30.277", "1.461.664"]),
        ("de-DE", ["Jetzt online", "Heute", "Diese Woche", "Gesamt"], ["43", "2.146", "30.277", "1.461.664"]),
    ],
)
def test_another_language_comes_when_it_is_asked_for(
    stand: Stand, context: BrowserContext, language: str, labels: list[str], numbers: list[str]
) -> None:
    page = shown(context, stand, f'lang="{language}"')
    expect(page.locator("visitor-stats dt")).to_have_text(labels, timeout=LIMIT_MS)
    rows(page, numbers)
    assert len(stand.asked) == 1


def test_arabic_runs_from_right_to_left(stand: Stand, context: BrowserContext) -> None:
    page = shown(context, stand, 'lang="ar"')
    expect(page.locator("visitor-stats dt").first).to_have_text("متصل الآن", timeout=LIMIT_MS)
    expect(page.get_by_role("group")).to_have_css("direction", "rtl")
    label, value = (page.locator(f"visitor-stats {tag}").first.bounding_box() for tag in ("dt", "dd"))
    assert label is not None
    assert value is not None
    assert label["x"] > value["x"]


@pytest.mark.parametrize(
    ("attributes", "hint"),
    [
        ('variant="cards"', "no variant cards"),
        ('items="online,todya"', "no item todya"),
        ('grouping="komma"', "no grouping komma"),
        ('metric="visit"', "no metric visit"),
        ('path="/a" metric="visit"', "no metric visit"),
        ('lang="xx"', "no texts in xx"),
        ('lang="not a language"', "no language not a language"),
    ],
)
def test_a_typo_gets_the_usual_and_one_line_for_whoever_built_the_page(
    stand: Stand, context: BrowserContext, attributes: str, hint: str
) -> None:
    page, said = told(context, stand, attributes)
    expect(page.locator("visitor-stats dd").first).to_have_text("43", timeout=LIMIT_MS)
    page.locator("visitor-stats").evaluate("widget => widget.setAttribute('heading', 'again')")
    assert said == [f"visitor-stats: {hint}"]


def test_what_is_pushed_is_shown_at_once(stand: Stand, context: BrowserContext) -> None:
    stand.pushed = SimpleQueue()
    page = shown(context, stand, 'live="stream"')
    rows(page, ["43", "2.146", "30.277", "1.461.664"])
    stand.pushed.put(
        {"online": 44, "today": 2147, "total": 1461665, "generated_at": "2026-11-22T13:54:00+07:00"}
    )
    rows(page, ["44", "2.147", "30.277", "1.461.665"])
    assert len(stand.asked) == 1
    stand.pushed.put(None)


def test_without_a_stream_it_looks_by_itself(stand: Stand, context: BrowserContext) -> None:
    stand.pushed = None
    context.add_init_script("Math.random = () => 0.5")
    page = context.new_page()
    page.clock.install(time="2026-11-22T06:53:00Z")
    page.goto(stand.page("/a", WIDGET + LIST.format('live="stream"')))
    rows(page, ["43", "2.146", "30.277", "1.461.664"])
    stand.counter = with_counts(online=50)
    page.clock.run_for(61_000)
    rows(page, ["50", "2.146", "30.277", "1.461.664"])


def test_whoever_asks_to_hear_it_hears_it_every_five_minutes(stand: Stand, context: BrowserContext) -> None:
    context.add_init_script("Math.random = () => 0.5;" + TOLD)
    page = context.new_page()
    page.clock.install(time="2026-11-22T06:53:00Z")
    page.goto(stand.page("/a", WIDGET + LIST.format('live="polite" items="online,today"')))
    status = page.get_by_role("status")
    expect(status).to_have_text("Đang online: 43, Hôm nay: 2.146", timeout=LIMIT_MS)
    stand.counter = with_counts(online=50)
    page.clock.run_for(61_000)
    rows(page, ["50", "2.146"])
    expect(status).to_have_text("Đang online: 43, Hôm nay: 2.146")
    for count in range(3, 8):
        page.clock.run_for(61_000)
        page.wait_for_function("count => window.told >= count", arg=count)
    expect(status).to_have_text("Đang online: 50, Hôm nay: 2.146", timeout=LIMIT_MS)


def test_where_nobody_knows_who_is_online_it_says_when_somebody_did(
    stand: Stand, context: BrowserContext
) -> None:
    status, counter = with_counts(online=None)
    stand.counter = (status, {**counter, "online_known_at": "2026-11-22T13:41:09+07:00"})
    for now, told in (
        ("2026-11-22T06:53:00Z", "13:41"),
        ("2026-11-22T16:59:00Z", "13:41"),
        # The site's own midnight has passed, the browser's may not have.
        ("2026-11-22T17:01:00Z", "2026-11-22 13:41"),
    ):
        page = context.new_page()
        page.clock.install(time=now)
        page.goto(stand.page("/a", WIDGET + LIST.format('items="online,today"')))
        rows(page, ["–", "2.146"])
        expect(page.locator(".foot")).to_have_text(f"Đang online: lần cuối lúc {told}")
        expect(page.locator(".dot")).to_have_css("background-color", "rgb(227, 231, 237)")


@pytest.mark.parametrize(
    ("digits", "wheels"), [("-3", 7), ("0", 7), ("x", 7), ("99", 12), ("2.5", 7), ("1", 7)]
)
def test_any_number_of_wheels_leaves_the_neighbour_alone(
    stand: Stand, context: BrowserContext, digits: str, wheels: int
) -> None:
    stand.counter = with_counts(month=5)
    body = LIST.format(f'variant="digits" digits="{digits}"') + LIST.format("")
    page, errors = opened(context, stand.page("/a", WIDGET + body))
    neighbour = page.locator("visitor-stats").nth(1).locator("dd")
    expect(neighbour).to_have_text(COUNTS, timeout=LIMIT_MS)
    expect(page.locator(".reels text")).to_have_text("1461664".rjust(wheels, "0"), timeout=LIMIT_MS)
    stand.counter = (503, {})
    unknown = LIST.replace("dn7k2q", "other").format(f'variant="digits" digits="{digits}"')
    page, more = opened(context, stand.page("/b", WIDGET + unknown))
    expect(page.locator(".reels").first).to_contain_text("–", timeout=LIMIT_MS)
    assert errors + more == []


@pytest.mark.parametrize(("luck", "factor"), [(0, 0.8), (0.5, 1.0), (0.999, 1.1996)])
def test_a_stream_that_is_refused_is_tried_again_after_5_seconds_to_5_minutes(
    stand: Stand, context: BrowserContext, luck: float, factor: float
) -> None:
    address = stand.page("/a", WIDGET + LIST.format('live="stream" refresh="0"'))
    page = wound(context, address, luck, is_paused=True)
    rows(page, COUNTS)

    def tried(times: int) -> None:
        stand.until(lambda: sum(path.endswith("/stream") for path, _ in stand.fetched) == times)
        # The page hears of the refusal a moment later, and begins to wait then.
        page.wait_for_timeout(200)

    tried(1)
    for times, seconds in enumerate([5, 10, 20, 40, 80, 160, 300, 300], 1):
        page.clock.run_for(int(seconds * factor * 1000) - 5)
        tried(times)
        page.clock.run_for(10)
        tried(times + 1)


def test_a_stream_that_breaks_off_comes_back(stand: Stand, context: BrowserContext) -> None:
    page = wound(context, stand.page("/a", WIDGET + LIST.format('live="stream"')))
    rows(page, COUNTS)

    def tried() -> int:
        return sum(path.endswith("/stream") for path, _ in stand.fetched)

    stand.until(lambda: tried() == 1)
    page.wait_for_timeout(200)
    stand.pushed = SimpleQueue()
    stand.pushed.put({"online": 44, "generated_at": "2026-11-22T13:54:00+07:00"})
    page.clock.run_for(6000)
    stand.until(lambda: tried() == 2)
    rows(page, ["44", *COUNTS[1:]])
    # It had come, so that the next wait is a short one again.
    stand.pushed.put(None)
    page.wait_for_timeout(300)
    page.clock.run_for(4000)
    page.wait_for_timeout(200)
    assert tried() == 2
    page.clock.run_for(2000)
    stand.until(lambda: tried() == 3)
    stand.pushed.put(None)
