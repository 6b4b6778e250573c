"""Addresses of pages: one normal form for one page."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analytics_service.domain.urls import (
    CAMPAIGN_LIMIT,
    Address,
    campaign_of,
    host_of,
    normal_path,
    parse_url,
)


@pytest.mark.parametrize(
    ("url", "host", "path"),
    [
        ("https://x.vn", "x.vn", "/"),
        ("HTTPS://X.VN/A", "x.vn", "/A"),
        ("https://x.vn.:8443/a", "x.vn", "/a"),
        ("https://a:b@x.vn/p", "x.vn", "/p"),
        ("https://x.vn@evil.example/", "evil.example", "/"),
        ("https://[2001:db8::1]:8080/a", "[2001:db8::1]", "/a"),
        ("https://x.vn/a/../b", "x.vn", "/b"),
        ("https://x.vn/a/./b/..", "x.vn", "/a/"),
        ("https://x.vn/../../etc", "x.vn", "/etc"),
        ("https://x.vn//a//b", "x.vn", "//a//b"),
        ("https://x.vn/%61", "x.vn", "/a"),
        ("https://x.vn/%252e%252e%252f", "x.vn", "/%252e%252e%252f"),
        ("https://x.vn/a%2fb", "x.vn", "/a%2Fb"),
        ("https://x.vn/%zz", "x.vn", "/%zz"),
        ("https://x.vn/%ff", "x.vn", "/%FF"),
        ("https://x.vn/%0d%0aSet-Cookie", "x.vn", "/%0D%0ASet-Cookie"),
        ("https://x.vn/a;jsessionid=ABC", "x.vn", "/a"),
        ("https://x.vn/a\\b", "x.vn", "/a/b"),
        ("https://x.vn/tin-t%E1%BB%A9c", "x.vn", "/tin-tức"),
        ("https://x.vn/p?email=jane%40example.org#top", "x.vn", "/p"),
        ("http://localhost:3000/", "localhost", "/"),
    ],
)
def test_a_page_has_one_form(url: str, host: str, path: str) -> None:
    assert parse_url(url) == Address(host, path, (), url.partition("#")[0].partition("?")[2])


@pytest.mark.parametrize(
    "url",
    [
        *("", "/a", "//x.vn/a", "javascript:alert(1)", "data:text/html,x", "ftp://x.vn/f", "about:srcdoc"),
        *("https://", "https:///a", "https://x.vn:99999/", "https://x.vn:-1/", "https://[fe80::1%25eth0]/"),
        *("https://x y/", " https://x.vn/", "https://" + "a" * 300 + "/"),
    ],
)
def test_what_is_no_page_is_none(url: str) -> None:
    assert parse_url(url) is None


def test_of_a_query_only_campaigns_are_kept_and_of_a_click_only_that_it_was_one() -> None:
    query = "utm_source=Zalo+OA&token=secret&gclid=person-123&UTM_Medium=social&utm_source=again&ref="
    assert campaign_of(query) == (("gclid", ""), ("utm_medium", "social"), ("utm_source", "Zalo OA"))


@pytest.mark.parametrize(
    ("query", "campaign"),
    [
        ("utm_source=zalo?fbclid=IwAR0abc", (("fbclid", ""), ("utm_source", "zalo"))),
        ("x=1?utm_source=zalo", (("utm_source", "zalo"),)),
        ("utm_source=zalo%26fbclid%3DIwAR0abc", (("utm_source", "zalo"),)),
        ("utm_content=an.nguyen%40example.vn", (("utm_content", "[email]"),)),
        ("utm_campaign=te%CC%82%CC%81t", (("utm_campaign", "tết"),)),
        ("utm_campaign=t%E1%BA%BFt", (("utm_campaign", "tết"),)),
        ("utm_campaign=h%C3%A8=1", (("utm_campaign", "hè=1"),)),
    ],
)
def test_a_campaign_holds_nothing_of_a_person_and_has_one_spelling(
    query: str, campaign: tuple[tuple[str, str], ...]
) -> None:
    assert campaign_of(query) == campaign


@pytest.mark.parametrize(
    ("referrer", "host"),
    [
        ("https://www.google.com.vn/search?q=x", "www.google.com.vn"),
        ("android-app://com.zing.zalo/x", "android-app://com.zing.zalo"),
        ("javascript:alert(document.cookie)", ""),
        ("https://r.example/\udc00", "r.example"),
        ("nothing", ""),
    ],
)
def test_of_a_referrer_the_host_is_kept(referrer: str, host: str) -> None:
    assert host_of(referrer) == host


@given(st.text(max_size=80))
def test_the_normal_form_is_its_own_normal_form(path: str) -> None:
    once = normal_path("/" + path)
    assert normal_path(once) == once


@given(st.text(alphabet="/.%0a2fEeFf;=jsionid\\ab", max_size=60))
def test_the_normal_form_of_hostile_paths_is_its_own(path: str) -> None:
    once = normal_path("/" + path)
    assert normal_path(once) == once


def test_a_value_of_a_campaign_is_cut_to_its_length() -> None:
    for word in ("tin tuc ", "tin tức "):
        ((_, value),) = campaign_of(f"utm_source={word.replace(' ', '+') * 100}")
        assert value == (word * 100)[:CAMPAIGN_LIMIT]


@pytest.mark.parametrize(("port", "is_address"), [("65535", True), ("65536", False), ("0", True)])
def test_a_port_is_a_number_of_sixteen_bits(port: str, is_address: bool) -> None:
    assert (parse_url(f"https://x.example.vn:{port}/a") is not None) is is_address
