"""Addresses of pages: what holds for any text that a stranger sends."""

import re
from unicodedata import normalize
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from analytics_service.domain.hosts import HOST_LIMIT, normal_host
from analytics_service.domain.invisible_signs import compose
from analytics_service.domain.urls import (
    CAMPAIGN_KEYS,
    CAMPAIGN_LIMIT,
    CLICK_KEYS,
    PATH_LIMIT,
    Address,
    campaign_of,
    host_of,
    normal_path,
    parse_url,
    printable,
)
from tests.faults.sizes import soak

UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
PIECES = (
    *(
        "/",
        "//",
        "\\",
        ".",
        "..",
        "/.",
        "/..",
        "/%2e%2e/",
        "a",
        "0",
        "41",
        "2F",
        ";",
        "=",
        "&",
        "?",
        "#",
        "@",
        ":",
    ),
    *(
        "%",
        "%2",
        "%4",
        "%41",
        "%25",
        "%2F",
        "%3B",
        "%E1%BB%A9",
        "%E1%BB",
        "%ff",
        "%00",
        "%0d%0a",
        "%F0%9F%98%80",
    ),
    *(";sid=", ";jsessionid=1", "%3Bsid=", "ứ", "e\u0302\u0301", "İ", "ẞ", "Σ", " ", "\t", "\x00", "\x85"),
    *(
        "\u2028",
        "\ufeff",
        "\u202e",
        "\ud83d",
        "\udc00",
        "😀",
        "utm_source=",
        "gclid=",
        "ref=",
        "+",
        "https://",
    ),
    *("[::1]", "x.vn", "xn--", "a" * 63, "/" * 90, "%C3%AA" * 100, "/..." * 128),
)

any_text = st.text(st.characters(exclude_categories=()), max_size=120)
pieced = st.lists(st.sampled_from(PIECES), max_size=24).map("".join)
texts = st.one_of(any_text, pieced)
huge = st.builds(lambda text, times, end: text * times + end, texts, st.integers(1, 400), texts)
hostile = st.one_of(texts, huge)

properly = settings(
    derandomize=True,
    deadline=None,
    max_examples=soak(250, 5_000),
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)

pytestmark = pytest.mark.timeout(soak(120, 1_200))


@given(hostile)
@example("%%36%31")
@example("%2%46")
@example("0/.00000000000000000" * 52)
@example("a" * 1014 + "%E1%BB%A9%2F")
@example("a" * 1022 + "/..b")
@properly
def test_a_path_has_one_form_which_is_its_own(text: str) -> None:
    once = normal_path("/" + text)
    assert normal_path(once) == once


@given(hostile)
@example("a" * 1022 + "/..b")
@properly
def test_a_normal_path_is_bounded_and_printable_and_leads_nowhere_up(text: str) -> None:
    path = normal_path("/" + text)
    assert path.startswith("/")
    assert len(path) <= PATH_LIMIT
    assert not UNPRINTABLE.search(path)
    assert "\\" not in path
    assert not {".", ".."} & set(path.split("/"))


@given(st.text(st.characters(categories=["L", "N", "Pd"]), min_size=1, max_size=80))
@properly
def test_letters_written_with_percent_signs_are_the_same_page(text: str) -> None:
    assert normal_path("/" + quote(text)) == normal_path("/" + text) == "/" + normalize("NFC", text)


@pytest.mark.parametrize("sign", [*"/?#%\\;", "\x00", "\n", "\x7f", "\u2028"])
def test_a_sign_that_would_mean_something_else_stays_as_it_was_written(sign: str) -> None:
    written = f"/a{quote(sign, safe='')}x=b"
    assert normal_path(written) == normal_path(written.lower()) == written


@given(hostile)
@example("https://./")
@example("https://../")
@example("https://" + "İ" * HOST_LIMIT + "/")
@example("https://a\x00b/")
@example("https://\ud800/")
@properly
def test_an_address_is_none_or_bounded_printable_and_in_its_own_form(text: str) -> None:
    for url in (text, "https://" + text, "http://x.vn/" + text, "https://a@x.vn:80?" + text):
        address = parse_url(url)
        if address is None:
            continue
        assert 0 < len(address.host) <= HOST_LIMIT
        assert not UNPRINTABLE.search(address.host)
        assert normal_host(address.host) == address.host
        assert parse_url(f"https://{address.host}{address.path}") == Address(address.host, address.path, ())


@given(hostile)
@properly
def test_any_text_behind_a_sites_host_is_one_of_its_pages(text: str) -> None:
    for sign in "/?#":
        address = parse_url(f"https://x.vn{sign}{text}")
        assert address is not None
        assert address.host == "x.vn"


@given(hostile)
@example("https://../")
@example("https://" + "İ" * HOST_LIMIT + "/")
@example("https://a\x1bb/")
@properly
def test_a_referrers_host_is_bounded_and_printable(text: str) -> None:
    for url in (text, "https://" + text, "android-app://" + text):
        host = host_of(url)
        assert len(host) <= HOST_LIMIT
        assert not UNPRINTABLE.search(host)
        assert not host or host.startswith("android-app://") or host_of(f"https://{host}/") == host


@given(hostile)
@properly
def test_of_any_query_only_short_campaigns_are_kept(text: str) -> None:
    for query in (text, f"utm_source={text}", f"gclid={text}&ref={text}"):
        kept = campaign_of(query)
        names = [name for name, _ in kept]
        assert names == sorted(set(names))
        assert set(names) <= CAMPAIGN_KEYS | CLICK_KEYS
        assert all(not value for name, value in kept if name in CLICK_KEYS)
        assert all(len(value) <= CAMPAIGN_LIMIT and not UNPRINTABLE.search(value) for _, value in kept)


@given(hostile, st.integers(0, 500))
@properly
def test_plain_text_is_printable_and_as_long_as_allowed(text: str, limit: int) -> None:
    once = printable(text, limit)
    assert len(once) == min(len(compose(text)), limit)
    assert not UNPRINTABLE.search(once)
    assert printable(once, limit) == once
