"""The page on which a widget is put together, as the running service gives it to who has no script."""

import json
import re
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from analytics_service.web.builder import embed_code
from analytics_service.web.outlets.colours import LIGHT
from tests.service import add_site, known, serving

LOCALES = Path(embed_code.__file__).parents[2] / "locales"
HOSTILE = "\"><script>alert(1)</script>'{{7*7}}${1}\u202e"
KINDS = {"tracker", "script", "svg", "png", "iframe", "span", "count", "badge"}


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("builder") / "data") as running:
        yield running


@pytest.fixture(scope="module")
def site(service):
    balance = ("--opening-balance", "visits=1461664", "--reason", "a former counter", "--locale", "vi")
    name = add_site(service.data, "builder.example.vn", *balance)["public_id"]
    known(service, name)
    return name


class Tags(HTMLParser):
    """Every tag of a text, with its attributes."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]


def page(service, language: str = "vi", **form: object):
    query = urlencode(form, doseq=True)
    return service.http.get(f"/widget?{query}", headers={"Accept-Language": language})


def built(service, site: str, **form: object):
    answer = service.http.get(f"/widget/code?{urlencode({'site': site, **form}, doseq=True)}")
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize(
    ("asked", "language", "heading"),
    [
        ("vi", "vi", "Tạo bộ đếm truy cập"),
        ("en-US,en;q=0.9", "en", "Build your counter"),
        ("xx", "vi", "Tạo bộ đếm truy cập"),
    ],
)
def test_the_page_speaks_the_readers_language_and_needs_no_script(
    service, site, asked, language, heading
) -> None:
    answer = page(service, asked, site=site, variant="card")
    assert (answer.status_code, answer.headers["content-language"]) == (200, language)
    assert f'<html lang="{language}">' in answer.text
    assert f"<h1>{heading}</h1>" in answer.text
    codes = re.findall(r'<code data-code="(\w+)">([^<]+)</code>', answer.text)
    assert {kind for kind, _ in codes} == KINDS
    assert {kind: unescape(code) for kind, code in codes} == built(service, site, variant="card")["codes"]
    # What a script would do, the form does by its button.
    tags = Tags(answer.text)
    assert [form["action"] for form in tags.of("form")] == ["widget"]
    assert [button.get("type") for button in tags.of("button")].count("submit") == 1
    assert all("hidden" in button for button in tags.of("button") if button.get("type") == "button")
    picture = next(image for image in tags.of("img") if image.get("id") == "picture")
    assert service.http.get(f"/{picture['src']}").headers["content-type"] == "image/svg+xml"


def test_every_word_of_the_page_is_there_in_both_languages(service, site) -> None:
    texts = {name: json.loads((LOCALES / f"{name}.json").read_text("utf-8")) for name in ("vi", "en")}
    for part in ("widget", "builder"):
        assert texts["vi"][part].keys() == texts["en"][part].keys()
    for language in texts:
        text = page(service, language, site=site).text
        # A word that has the name of a dictionary's method was shown as that method once.
        assert "built-in" not in text
        for name, word in texts[language]["builder"].items():
            # It is the demo site's.
            assert name == "demo_note" or word in unescape(text), name


def test_the_other_language_shows_the_same_widget(service, site) -> None:
    text = page(service, "vi", site=site, variant="badge", item=["online", "total"]).text
    link = next(link for link in Tags(text).of("a") if link.get("hreflang") == "en")
    query = parse_qs(urlsplit(link["href"] or "").query)
    assert query == {"site": [site], "variant": ["badge"], "item": ["online", "total"], "ui": ["en"]}


def test_the_policy_lets_no_inline_script_or_style_run_and_nobody_frame_the_page(service, site) -> None:
    for answer in (page(service, site=site), page(service, site="zzzzzz")):
        assert answer.headers["content-security-policy"] == (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
            "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
            "require-trusted-types-for 'script'; trusted-types 'none'"
        )
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        tags = Tags(answer.text)
        assert all(script["src"] for script in tags.of("script"))
        assert not any("style" in attributes for _, attributes in tags.found)


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("vi", "Không có website công khai nào mang mã này."),
        ("en", "There is no public site with this id."),
    ],
)
def test_no_such_site_and_a_private_one_are_told_alike(service, site, language, sentence) -> None:
    private = add_site(service.data, f"{language}.private.example.vn", "--private")["public_id"]
    pages = [page(service, language, site=name) for name in (private, "zzzzzz", HOSTILE)]
    assert [answer.status_code for answer in pages] == [404] * 3
    assert all(f'role="alert">{sentence}</span>' in answer.text for answer in pages)
    assert pages[0].text.replace(private, "zzzzzz") == pages[1].text
    codes = [service.http.get(f"/widget/code?site={name}") for name in (private, "zzzzzz")]
    assert [answer.status_code for answer in codes] == [404] * 2
    assert codes[0].json()["detail"].replace(private, "zzzzzz") == codes[1].json()["detail"]


def test_with_no_site_named_the_demo_sites_figures_are_shown(service) -> None:
    answer = page(service)
    assert answer.status_code == 200
    assert "Đang dùng website mẫu." in answer.text


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({"variant": "lst"}, "variant: unknown value 'lst'; did you mean 'list'?"),
        ({"accent": "red"}, "accent: invalid colour 'red'; expected e.g. 0b6b88"),
        ({"heading": "x" * 61}, "heading: must have at most 60 characters"),
        ({"label-today": "x" * 41}, "labels: must have at most 40 characters"),
        ({"lang": "xx"}, "lang: unknown value 'xx'"),
        ({"grouping": "dots"}, "grouping: unknown value 'dots'; did you mean 'dot'?"),
        ({"metric": "view"}, "metric: unknown value 'view'"),
    ],
)
def test_what_cannot_be_used_is_told_in_a_sentence_and_the_usual_look_is_shown(
    service, site, form, told
) -> None:
    answer = page(service, site=site, **form)
    assert answer.status_code == 200
    assert f'role="alert">Chưa dùng được lựa chọn này: <span lang="en">{told}' in unescape(answer.text)
    code = built(service, site, **form)
    assert code["problem"].startswith(told)
    assert code["codes"] == built(service, site)["codes"]
    # A browser shows what is no colour as black.
    assert [field["value"] for field in Tags(answer.text).of("input") if field.get("type") == "color"] == [
        LIGHT[name] for name in embed_code.COLOURS
    ]


def test_what_the_form_chose_is_in_every_code(service, site) -> None:
    form = {
        "variant": "card",
        "metric": "pageviews",
        "lang": "en",
        "grouping": "comma min2",
        "theme": "dark",
        "heading": "Hits & more",
        "item": ["total", "today"],
        "label-total": "Tổng; tất cả",
        "accent": "#A51C2B",
        "bg": "#ffffff",
        "no-such-field": "x",
    }
    code = built(service, site, **form)
    query = {
        "variant": ["card"],
        "metric": ["pageviews"],
        "lang": ["en"],
        "grouping": ["comma min2"],
        "theme": ["dark"],
        "heading": ["Hits & more"],
        "items": ["today,total"],
        "labels": ["total=Tổng, tất cả"],
        "accent": ["a51c2b"],
    }
    codes = {kind: Tags(text) for kind, text in code["codes"].items()}
    pictures = [codes["svg"].of("img"), codes["iframe"].of("iframe"), codes["script"].of("img")]
    for source in (str(picture[0]["src"]) for picture in pictures):
        assert parse_qs(urlsplit(source).query) == query
        assert service.http.get(source).status_code == 200
    counting = urlsplit(str(codes["count"].of("img")[0]["src"]))
    assert parse_qs(counting.query) == {**query, "count": ["1"], "u": ["https://builder.example.vn/"]}
    element = codes["script"].of("visitor-stats")[0]
    shown = {name: value for name, value in element.items() if name not in ("site", "style")}
    assert shown == {name: value for name, (value,) in query.items() if name != "accent"}
    assert "--vs-accent:#a51c2b;--vs-accent-text:#ffffff" in (element["style"] or "")


def test_a_heading_may_be_left_away(service, site) -> None:
    code = built(service, site, **{"no-heading": "1", "heading": "x"})
    assert 'heading=""' in code["codes"]["script"]
    assert code["size"] == {"width": 240, "height": 144}


def test_hostile_words_are_only_words_in_page_and_code(service, site) -> None:
    form = {"heading": HOSTILE, "label-online": HOSTILE[:40], "item": "online", "variant": HOSTILE}
    for wild in (form, {**form, "variant": "list"}):
        text = page(service, site=site, **wild).text
        assert [script.get("src") for script in Tags(text).of("script")] == [
            "w.js",
            "widget/static/builder.js",
        ]
    code = built(service, site, **{**form, "variant": "list"})
    assert code["problem"] == ""
    for kind, text in code["codes"].items():
        tags = Tags(text)
        assert len(tags.of("script")) == (1 if kind in ("tracker", "script", "span") else 0), kind
        assert not any(name.startswith("on") for _, attributes in tags.found for name in attributes)
        # Braces are Hugo's, Joomla's and Docusaurus' own; a sign that turns the text misleads who copies it.
        assert not set("{}\u202e") & set(text), kind
    element = Tags(code["codes"]["script"]).of("visitor-stats")[0]
    assert element["heading"] == HOSTILE[:-1]
    assert element["labels"] == f"online={HOSTILE[:40].removesuffix(HOSTILE[-1])}"
