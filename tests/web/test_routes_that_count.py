"""Every form that counts a view is equally careful: what asks without showing, and where it is shown."""

import json
from collections.abc import Callable, Iterator
from urllib.parse import quote

import httpx2
import pytest

from tests.service import Service, add_site, known, serving, view_id

HOST = "forms.example.vn"
PAGE = f"https://{HOST}/tin"
Send = Callable[[Service, str, str, dict[str, str]], httpx2.Response]


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with serving(tmp_path_factory.mktemp("forms") / "data") as running:
        yield running


@pytest.fixture(scope="module")
def site(service: Service) -> str:
    name: str = add_site(service.data, HOST)["public_id"]
    known(service, name)
    return name


def _image(service: Service, site: str, method: str, headers: dict[str, str]) -> httpx2.Response:
    return service.http.request(method, f"/v.gif?s={site}&u={quote(PAGE, safe='')}", headers=headers)


def _image_of_json(service: Service, site: str, method: str, headers: dict[str, str]) -> httpx2.Response:
    beacon = json.dumps({"k": "v", "s": site, "i": view_id(), "u": PAGE})
    return service.http.request(method, f"/v.gif?d={quote(beacon)}", headers=headers)


def _widget(service: Service, site: str, method: str, headers: dict[str, str]) -> httpx2.Response:
    address = f"/w/{site}.svg?count=1&u={quote(PAGE, safe='')}"
    return service.http.request(method, address, headers=headers)


def _beacon(service: Service, site: str, _method: str, headers: dict[str, str]) -> httpx2.Response:
    return service.beacon(site, PAGE, headers)


IMAGES = {"image": _image, "image of JSON": _image_of_json, "widget": _widget}
FORMS = {**IMAGES, "beacon": _beacon}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("Sec-Purpose", "prefetch"),
        ("Sec-Purpose", "prefetch;prerender"),
        ("Sec-Purpose", "prefetch;anonymous-client-ip"),
        ("Sec-Fetch-Purpose", "prefetch"),
        ("Purpose", "Prefetch"),
        ("Purpose", "preview"),
        ("X-Purpose", "preview"),
        ("X-Purpose", "instant"),
        ("X-Moz", "prefetch"),
    ],
)
def test_what_is_fetched_and_not_yet_shown_is_not_counted(
    service: Service, site: str, form: str, name: str, value: str
) -> None:
    answer = FORMS[form](service, site, "GET", {name: value})
    assert answer.headers["x-vstats"] == "dropped; reason=prefetch"


@pytest.mark.parametrize("form", IMAGES)
def test_who_asks_for_headers_only_is_shown_nothing(service: Service, site: str, form: str) -> None:
    answer = IMAGES[form](service, site, "HEAD", {})
    assert (answer.status_code, answer.headers["x-vstats"]) == (200, "asked only")


@pytest.mark.parametrize("form", IMAGES)
@pytest.mark.parametrize(
    ("referer", "verdict"),
    [
        (None, "counted"),
        (f"https://{HOST}/", "counted"),
        (f"https://www.{HOST.upper()}./tin", "counted"),
        (f"https://{HOST.replace('.', '-')}.cdn.ampproject.org/", "counted"),
        ("https://foreign.example/page", "dropped; reason=hostname"),
        (f"https://{HOST}.foreign.example/", "dropped; reason=hostname"),
        ("about:srcdoc", "counted"),
    ],
)
def test_an_image_is_judged_by_the_page_that_shows_it(
    service: Service, site: str, form: str, referer: str | None, verdict: str
) -> None:
    answer = IMAGES[form](service, site, "GET", {"Referer": referer} if referer else {})
    assert answer.headers["x-vstats"] == verdict
