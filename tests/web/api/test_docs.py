"""The page of the API's document: shipped in full, as npm has it, in the encodings that clients take."""

import gzip

import brotli
import pytest

from analytics_service.web.api.docs import FILES, FOLDER
from tests.web.api.conftest import Stand
from tests.web.api.viewer import LICENCES, PACKED, fetch, pack


def test_the_viewer_is_that_of_its_release_and_its_licence_is_with_it() -> None:
    released = fetch()
    for name in PACKED:
        assert brotli.decompress((FOLDER / f"{name}.br").read_bytes()) == pack(released[name])
    for name in LICENCES:
        assert (FOLDER / name).read_bytes() == released[name]


@pytest.mark.parametrize("name", FILES)
def test_each_file_is_the_same_in_every_encoding(stand: Stand, name: str) -> None:
    bodies, tags = set(), set()
    for encoding, decode in (("br", brotli.decompress), ("gzip", gzip.decompress), ("identity", bytes)):
        headers = {"Accept-Encoding": encoding}
        with stand.service.http.stream("GET", f"/api/docs/{name}", headers=headers) as answer:
            raw = b"".join(answer.iter_raw())
        is_encoded = answer.headers.get("content-encoding") == encoding
        bodies.add(decode(raw) if is_encoded else raw)
        tags.add(answer.headers["etag"])
        assert answer.headers["content-type"].startswith(FILES[name])
    assert len(bodies) == 1
    assert len(tags) == (3 if name in PACKED else 1)


def test_no_other_file_is_served(stand: Stand) -> None:
    for name in ("LICENSE", "docs.html", "..%2fgate.py", "x"):
        assert stand.service.http.get(f"/api/docs/{name}").status_code == 404


def test_the_page_allows_nothing_inline_and_nothing_from_elsewhere(stand: Stand) -> None:
    policy = stand.service.http.get("/api/docs").headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
    assert "unsafe" not in policy


@pytest.mark.parametrize("path", ["/api", "/api/v1"])
def test_whoever_guesses_an_address_is_led_to_the_page(stand: Stand, path: str) -> None:
    answer = stand.service.http.get(path)
    assert (answer.status_code, answer.headers["location"]) == (307, "/api/docs")


def test_whoever_shows_no_key_is_told_how(stand: Stand) -> None:
    for headers in ({}, {"Authorization": stand.keys["reads_a"]}):
        answer = stand.get("/sites", None, headers=headers)
        assert answer.status_code == 401
        assert "Authorization: Bearer KEY" in answer.json()["detail"]
