"""The widget where no script runs, as the running service gives it."""

import gzip
import random
import sys
import time
from pathlib import Path
from urllib.parse import urlencode
from xml.etree.ElementTree import fromstring

import pytest

from analytics_service.web.outlets.render_cache import KEPT_BYTES, RenderCache, drawing
from tests.faults.sizes import soak
from tests.service import add_site, known, run, serving, until

OUTLETS = ("w/{}.svg", "w/{}.png", "w/{}.html", "w/{}.json", "w/{}.txt", "badge/{}.json")
TYPES = {
    "w/{}.svg": "image/svg+xml",
    "w/{}.png": "image/png",
    "w/{}.html": "text/html; charset=utf-8",
    "w/{}.json": "application/json",
    "w/{}.txt": "text/plain; charset=utf-8",
    "badge/{}.json": "application/json",
}
MANY = soak(300, 10_000)
PROBLEM = "application/problem+json"


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("outlets") / "data") as running:
        yield running


@pytest.fixture(scope="module")
def site(service):
    balance = ("--opening-balance", "visits=1461664", "--reason", "a former counter", "--locale", "vi")
    name = add_site(service.data, "outlets.example.vn", *balance)["public_id"]
    known(service, name)
    return name


def got(service, outlet: str, name: str, query: str = "", **headers: str):
    return service.http.get(f"/{outlet.format(name)}?{query}", headers=headers)


def words_of(svg: str) -> str:
    return " ".join(
        "".join(text.itertext()) for text in fromstring(svg).iter("{http://www.w3.org/2000/svg}text")
    )


def test_every_outlet_shows_the_counters_own_figures(service, site) -> None:
    total = f"{service.counts(site, 'total')['total']:,}"
    query = "items=total&grouping=comma"
    assert words_of(got(service, "w/{}.svg", site, query).text) == f"Thống kê truy cập {total} Tất cả"
    assert total in got(service, "w/{}.html", site, query).text
    assert got(service, "w/{}.txt", site, query).text == f"Tất cả: {total}\n"
    assert got(service, "w/{}.json", site, query).json()["counts"] == service.counts(site, "total")
    assert got(service, "badge/{}.json", site, query).json() == {
        "schemaVersion": 1,
        "label": "Tất cả",
        "message": total,
        "color": "0b6b88",
        "cacheSeconds": 300,
    }
    assert got(service, "w/{}.png", site, query).content.startswith(b"\x89PNG\r\n\x1a\n")


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("lang=vi", "1.461.664"),
        ("lang=en", "1,461,664"),
        ("lang=vi-VN", "1.461.664"),
        ("lang=vi&grouping=comma+min2", "1,461,664"),
        ("grouping=space", "1\u202f461\u202f664"),
        ("grouping=none", "1461664"),
    ],
)
def test_numbers_are_grouped_as_the_language_or_the_owner_wants(service, site, query, expected) -> None:
    assert got(service, "w/{}.txt", site, f"items=total&{query}").text.rpartition(": ")[2] == expected + "\n"


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("fr-CA", "Total: 1\u202f461\u202f664"),
        ("ES", "Total: 1.461.664"),
        ("zh-TW", "總計: 1,461,664"),
        ("zh_CN", "总计: 1,461,664"),
        ("zh", "总计: 1,461,664"),
    ],
)
def test_an_outlet_speaks_the_widgets_other_languages(service, site, written, shown) -> None:
    assert got(service, "w/{}.txt", site, f"items=total&lang={written}").text == shown + "\n"


@pytest.mark.parametrize("outlet", OUTLETS)
def test_an_outlet_is_kept_shortly_known_by_its_tag_and_may_be_used_anywhere(service, site, outlet) -> None:
    answer = got(service, outlet, site, "items=total")
    headers = answer.headers
    assert (answer.status_code, headers["content-type"]) == (200, TYPES[outlet])
    assert headers["cross-origin-resource-policy"] == "cross-origin"
    assert headers["access-control-allow-origin"] == "*"
    assert "stale-while-revalidate" in headers["cache-control"]
    assert headers["content-security-policy"].startswith("default-src 'none';")
    again = got(service, outlet, site, "items=total", **{"If-None-Match": headers["etag"]})
    if outlet != "w/{}.json":  # Its bytes hold the time.
        assert (again.status_code, again.content) == (304, b"")
    plain = service.http.get(f"/{outlet.format(site)}?items=total", headers={"Accept-Encoding": "identity"})
    assert "content-encoding" not in plain.headers


def test_a_packed_picture_holds_the_same_bytes_under_another_tag(service, site) -> None:
    packed = got(service, "w/{}.svg", site, "items=total")
    plain = got(service, "w/{}.svg", site, "items=total", **{"Accept-Encoding": "identity"})
    assert packed.headers["content-encoding"] == "gzip"
    assert packed.content == plain.content
    assert packed.headers["etag"] != plain.headers["etag"]


@pytest.mark.parametrize("outlet", OUTLETS)
@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("variant=lst", "variant: 'lst' is not known; did you mean 'list'?"),
        ("items=tody", "items: 'tody' is not known; did you mean 'today'?"),
        ("varant=list", "varant: is no parameter here; did you mean 'variant'?"),
        ("lang=xx", "lang: 'xx' is not known"),
        ("accent=red", "accent: 'red' is no colour; one is 0b6b88"),
        ("width=9999", "width: '9999' is no number from 160 to 600"),
        ("width=88", "width: 88 is only a badge's; others are from 160 to 600"),
        ("digits=-1", "digits: '-1' is no number from 1 to 12"),
        ("heading=" + "x" * 61, "heading: is longer than 60 characters"),
        ("labels=today", "labels: is not written as online="),
        ("labels=tody=x", "labels: 'tody' is not known; did you mean 'today'?"),
        ("grouping=dots", "grouping: 'dots' is not known; did you mean 'dot'?"),
        ("theme=drak", "theme: 'drak' is not known; did you mean 'dark'?"),
    ],
)
def test_a_typo_is_told_with_the_right_status_and_no_picture_is_broken(
    service, site, outlet, query, told
) -> None:
    answer = got(service, outlet, site, query)
    assert answer.status_code == 400
    if outlet in ("w/{}.json", "w/{}.txt"):
        assert answer.headers["content-type"] == PROBLEM
        assert answer.json()["detail"].startswith(told)
    else:
        assert answer.headers["content-type"] == TYPES[outlet]
        assert answer.headers["x-problem"].startswith(told)
    if outlet == "w/{}.svg":
        root = fromstring(answer.text)
        assert "Chưa có số liệu" in words_of(answer.text)
        assert told in root.findtext("{http://www.w3.org/2000/svg}desc", "")
    if outlet == "badge/{}.json":
        assert answer.json()["isError"] is True


@pytest.mark.parametrize("outlet", OUTLETS)
def test_a_private_site_and_none_at_all_are_told_alike(service, outlet) -> None:
    private = add_site(service.data, f"private-{OUTLETS.index(outlet)}.example.vn", "--private")["public_id"]
    # It is known by now: what it is told is not that there is none.
    beacon = {"k": "v", "s": private, "u": "https://x.example.vn/"}
    until(lambda: service.http.post("/v", json=beacon).headers["x-vstats"], lambda x: "unknown" not in x)
    query = "count=1" if "svg" in outlet else ""
    answers = [
        (answer.status_code, answer.content, [pair for pair in answer.headers.items() if pair[0] != "date"])
        for answer in (got(service, outlet, name, query) for name in (private, "zzzzzz"))
    ]
    assert answers[0] == answers[1]
    assert answers[0][0] == 404


def test_what_an_owner_does_not_show_is_a_403(service) -> None:
    name = add_site(service.data, "shy.example.vn")["public_id"]
    assert run("site", "counter", name, "--item", "today", "--no-series", data=service.data).returncode == 0
    until(lambda: got(service, "w/{}.svg", name, "items=total").status_code, (403).__eq__)
    assert words_of(got(service, "w/{}.svg", name).text) == "Thống kê truy cập 0 Hôm nay"
    assert got(service, "w/{}.svg", name, "variant=card").status_code == 200
    assert got(service, "w/{}.svg", name, "variant=card&series=30d").status_code == 403


def test_an_error_is_as_large_as_what_it_stands_for(service, site) -> None:
    for variant in ("list", "card", "digits", "badge"):
        pictures = [got(service, "w/{}.svg", name, f"variant={variant}").text for name in (site, "zzzzzz")]
        sizes = [(fromstring(svg).get("width"), fromstring(svg).get("height")) for svg in pictures]
        assert sizes[0][1] == sizes[1][1]
        assert variant == "badge" or sizes[0] == sizes[1]


def test_without_a_font_a_png_is_an_error_that_is_drawn_and_says_what_to_install(tmp_path) -> None:
    env = {"ANALYTICS_FONT_FILE": str(tmp_path / "none.ttf")}
    with serving(tmp_path / "data", env=env) as service:
        answer = got(service, "w/{}.png", "zzzzzz", "variant=badge")
    assert (answer.status_code, answer.headers["content-type"]) == (501, "image/svg+xml")
    assert "apt-get install fonts-dejavu-core" in answer.headers["x-problem"]
    assert words_of(answer.text) == "Đang online –"


def test_hostile_words_are_only_words_in_json_and_text(service, site) -> None:
    label, shown = '</script>"\\\n\u202e<b>', '</script>"\\\ufffd<b>'
    query = urlencode({"labels": f"total={label}", "items": "total"})
    badge = got(service, "badge/{}.json", site, query)
    assert badge.json()["label"] == shown
    assert badge.headers["content-type"] == "application/json"
    lines = got(service, "w/{}.txt", site, query).text.splitlines()
    assert [line.rpartition(": ")[0] for line in lines] == [shown]
    # No script takes it as its own: there is no callback, and the type is nobody's to guess.
    assert got(service, "w/{}.json", site, "items=total&callback=x").status_code == 400
    assert got(service, "w/{}.json", site).headers["x-content-type-options"] == "nosniff"


def test_one_image_counts_and_shows(service) -> None:
    name = add_site(service.data, "image.example.vn")["public_id"]
    known(service, name)
    page = urlencode({"count": 1, "u": "https://image.example.vn/tin", "metric": "pageviews"})
    answer = got(service, "w/{}.svg", name, page)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert answer.headers["x-vstats"] == "counted"
    assert service.http.head(f"/w/{name}.svg?{page}").status_code == 200
    assert until(lambda: service.counts(name, "total", "pageviews"), {"total": 1}.__eq__) == {"total": 1}
    assert got(service, "w/{}.svg", name, "u=https://image.example.vn/").status_code == 400
    assert got(service, "w/{}.svg", name, "count=1&u=nonsense").status_code == 400
    assert got(service, "w/{}.txt", name, page).status_code == 400


def test_a_bot_that_fetches_the_counting_image_sees_it_and_is_not_counted(service) -> None:
    name = add_site(service.data, "bots.example.vn")["public_id"]
    known(service, name)
    answer = got(
        service, "w/{}.svg", name, "count=1&u=https://bots.example.vn/", **{"User-Agent": "Googlebot/2.1"}
    )
    assert (answer.status_code, answer.headers["x-vstats"]) == (200, "dropped; reason=bot")


def resident(service) -> int:
    """Bytes that the worker holds in memory."""
    status = Path(f"/proc/{service.child('worker')}/status").read_text()
    return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1]) * 1024


def some_query(chance: random.Random) -> str:
    """Parameters as owners and vandals write them."""
    wild = [
        "",
        "x",
        "-1",
        "9" * 40,
        "<script>alert(1)</script>",
        "\u202e\ufffe\x00&quot;",
        "%ZZ",
        "ữ" * 50,
        "a=b;c",
    ]
    fair = {
        "variant": ["list", "inline", "badge", "card", "digits"],
        "items": ["online", "today,week", "total,peak,year", "online,online"],
        "metric": ["visits", "pageviews", "visitors"],
        "lang": ["vi", "en", "EN-us"],
        "labels": ["online=Đang xem", "today=<b>;total=]]>", "week=" + "W" * 40],
        "heading": ["", "Lượt xem", "<svg onload=alert(1)>"],
        "grouping": ["auto", "comma min2", "dot", "space", "none"],
        "digits": ["1", "7", "12"],
        "theme": ["light", "dark", "auto"],
        "width": ["88", "160", "240", "600"],
        "radius": ["0", "24"],
        "accent": ["0b6b88", "#fff", "000"],
        "bg": ["123456"],
        "path": ["/", "/tin-tức"],
        "series": ["7d", "30d", "90d"],
        "count": ["0"],
        "refresh": ["0", "60"],
    }
    names = chance.sample([*fair, "callback", "\x00\r\n\ufffe"], chance.randint(0, 5))
    pairs = [
        (name, chance.choice(fair[name]) if name in fair and chance.random() < 0.85 else chance.choice(wild))
        for name in names
    ]
    return urlencode(pairs, errors="replace")


@pytest.mark.timeout(soak(120, 3600))
@pytest.mark.parametrize("outlet", OUTLETS)
def test_whatever_is_asked_of_an_outlet_it_answers(service, site, outlet) -> None:
    chance = random.Random(7)
    took, statuses, held = [], set(), resident(service)
    for _ in range(MANY):
        query = some_query(chance)
        began = time.perf_counter()
        answer = got(service, outlet, site, query)
        took.append(time.perf_counter() - began)
        statuses.add(answer.status_code)
        assert answer.status_code in (200, 400, 403), (query, answer.text)
        if outlet == "w/{}.svg":
            fromstring(answer.text)
    took.sort()
    p99 = took[int(len(took) * 0.99)] * 1000
    print(
        f"{outlet}: {MANY} requests, p50 {took[MANY // 2] * 1000:.1f} ms, p99 {p99:.1f} ms", file=sys.stderr
    )
    assert statuses >= {200, 400}
    grown = resident(service) - held
    print(f"{outlet}: the worker grew by {grown / 2**20:.1f} MiB", file=sys.stderr)
    # Drawings are kept up to 16 MiB; what draws them takes its own room, and the allocator its share.
    assert grown < 4 * KEPT_BYTES


def test_drawings_are_kept_up_to_a_number_of_bytes_and_the_last_asked_for_stay() -> None:
    kept = RenderCache(limit=20_000)
    for number in range(1000):
        kept.keep(number, drawing(bytes(2000), packs=False))
        assert kept.find(0 if number < 5 else number) is not None
        assert kept.size <= 20_000
    assert kept.find(1) is None
    kept.keep("again", drawing(b"x" * 500, packs=True))
    size = kept.size
    kept.keep("again", drawing(b"x" * 500, packs=True))
    assert kept.size == size
    found = kept.find("again")
    assert found is not None
    assert gzip.decompress(found.packed) == found.body
