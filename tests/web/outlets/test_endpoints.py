"""The widget where no script runs, as the running service gives it."""

from urllib.parse import urlencode
from xml.etree.ElementTree import fromstring

import pytest

from tests.service import add_site, known, run, serving, until
from tests.web.outlets.outlet_requests import OUTLETS, TYPES, got, words_of


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
    shown = ("--item", "today", "--no-series")
    assert run("site", "counter", name, *shown, data=service.data).returncode == 0
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
    no_font = tmp_path / "none.ttf"
    no_font.write_text("a text, and no font")
    env = {"ANALYTICS_FONT_FILE": str(no_font)}
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
