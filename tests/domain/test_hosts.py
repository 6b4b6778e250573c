"""Host names: one form for one host, and which of them are a site's own."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics_service.domain.hosts import (
    enclosing_hosts,
    host_names_of,
    is_own_host,
    normal_host,
    origin_of,
    spellings_of,
    unwrapped_host,
)
from analytics_service.domain.urls import host_of, parse_url


@pytest.mark.parametrize(
    ("written", "host"),
    [
        ("CanTho.Example.VN", "cantho.example.vn"),
        ("cantho.example.vn.", "cantho.example.vn"),
        ("Tiếng-Việt.example.vn", "xn--ting-vit-e50d7c.example.vn"),
        # The same letters with their signs apart.
        ("Tie\u0302\u0301ng-Vie\u0323\u0302t.example.vn", "xn--ting-vit-e50d7c.example.vn"),
        ("XN--ting-vit-e50d7c.example.vn", "xn--ting-vit-e50d7c.example.vn"),
        # IDNA 2008: ß is a letter of its own; 2003 made it ss.
        ("faß.example", "xn--fa-hia.example"),
        # Browsers go where registries do not.
        ("💩.example", "xn--ls8h.example"),
        ("under_score.example.vn", "under_score.example.vn"),
        ("ｃａｎｔｈｏ。example。vn", "cantho.example.vn"),
        # A sign that would end the host is no part of one.
        ("a／b.example", "xn--ab-1u3n.example"),
        ("[2001:DB8::1]", "[2001:db8::1]"),
    ],
)
def test_a_host_has_one_form(written: str, host: str) -> None:
    assert normal_host(written) == host
    assert normal_host(host) == host


@given(st.text(st.characters(exclude_categories=()), max_size=80))
@settings(derandomize=True, deadline=None, max_examples=500)
def test_any_text_has_one_form_which_is_its_own_in_ascii(text: str) -> None:
    once = normal_host(text)
    assert once.isascii()
    assert normal_host(once) == once


@pytest.mark.parametrize(
    ("wrapper", "host"),
    [
        ("cantho-example-vn.cdn.ampproject.org", "cantho.example.vn"),
        ("can--tho-example-vn.translate.goog", "can-tho.example.vn"),
        ("cantho-example-vn.bing-amp.com", "cantho.example.vn"),
        ("xn--ting--vit-example-vn-4z6k1f.cdn.ampproject.org", "xn--ting-vit-e50d7c.example.vn"),
        ("cdn.ampproject.org", "cdn.ampproject.org"),
        (".translate.goog", ".translate.goog"),
        ("a.b.translate.goog", "a.b.translate.goog"),
        ("translate.google.com", "translate.google.com"),
    ],
)
def test_a_wrapper_names_the_host_that_it_shows(wrapper: str, host: str) -> None:
    assert unwrapped_host(wrapper) == host


def test_a_page_in_a_wrapper_is_the_page_itself() -> None:
    for url in (
        "https://cantho.example.vn/tin?utm_source=zalo",
        "https://cantho-example-vn.cdn.ampproject.org/v/s/cantho.example.vn/tin?utm_source=zalo",
        "https://cantho-example-vn.cdn.ampproject.org/c/cantho.example.vn/tin?utm_source=zalo",
        "https://cantho-example-vn.bing-amp.com/c/s/cantho.example.vn/tin?utm_source=zalo",
        "https://cantho-example-vn.translate.goog/tin?utm_source=zalo&_x_tr_sl=vi&_x_tr_tl=en",
    ):
        page = parse_url(url)
        assert page is not None
        assert (page.host, page.path) == ("cantho.example.vn", "/tin"), url
        assert page.campaign == (("utm_source", "zalo"),)
    assert host_of("https://cantho-example-vn.translate.goog") == "cantho.example.vn"
    # A page that only lies where a cache's pages lie stays where it is.
    other = parse_url("https://cantho-example-vn.cdn.ampproject.org/v/s/evil.example/tin")
    assert other is not None
    assert (other.host, other.path) == ("cantho.example.vn", "/v/s/evil.example/tin")


def test_a_sites_hosts_are_the_same_whether_it_came_with_www_or_without() -> None:
    both = frozenset({"cantho.example.vn", "www.cantho.example.vn"})
    assert host_names_of("cantho.example.vn") == host_names_of("www.cantho.example.vn") == both
    assert host_names_of("www.cantho.example.vn", ("Tiếng-Việt.vn.",)) == both | {"xn--ting-vit-e50d7c.vn"}


def test_a_site_is_found_under_each_spelling_of_its_name() -> None:
    for name in ("cantho.example.vn", "CANTHO.example.vn", "www.cantho.example.vn", "cantho.example.vn."):
        assert "cantho.example.vn" in spellings_of(name)
    assert spellings_of("Dn7k2q")[0] == "Dn7k2q"


def test_a_host_lies_under_its_parents_and_no_single_label() -> None:
    assert list(enclosing_hosts("a.b.example.vn")) == ["a.b.example.vn", "b.example.vn", "example.vn"]
    assert list(enclosing_hosts("android-app://com.zing.zalo")) == ["android-app://com.zing.zalo"]
    own = frozenset({"cantho.vn", "www.tphcm.vn", "*.parts.vn"})
    assert all(is_own_host(host, own) for host in ("www.cantho.vn", "tphcm.vn", "www.tphcm.vn"))
    assert not is_own_host("www.www.cantho.vn", own)
    assert [is_own_host(host, own) for host in ("cantho.vn", "x.parts.vn", "parts.vn", "x.cantho.vn")] == [
        *(True, True, False, False)
    ]


@pytest.mark.parametrize(
    ("written", "origin"),
    [
        ("https://CanTho.Example.vn", "https://cantho.example.vn"),
        (" https://cantho.example.vn/ ", "https://cantho.example.vn"),
        ("https://cantho.example.vn:443", "https://cantho.example.vn"),
        ("http://cantho.example.vn:80", "http://cantho.example.vn"),
        ("https://cantho.example.vn:80", "https://cantho.example.vn:80"),
        ("http://cantho.example.vn:8080", "http://cantho.example.vn:8080"),
        ("http://[2001:DB8::1]:8080", "http://[2001:db8::1]:8080"),
        ("http://[2001:db8::1]", "http://[2001:db8::1]"),
        ("https://Tiếng-Việt.example.vn", "https://xn--ting-vit-e50d7c.example.vn"),
        ("ftp://cantho.example.vn", None),
        ("cantho.example.vn", None),
        ("https://", None),
        ("https://cantho.example.vn/a", None),
        ("https://cantho.example.vn?a", None),
        ("https://cantho.example.vn#a", None),
        ("https://an@cantho.example.vn", None),
        ("https://:secret@cantho.example.vn", None),
        ("https://cantho.example.vn:port", None),
        ("https://cantho.example.vn:99999", None),
        ("https://a,b.example.vn", None),
        ("https://a;b.example.vn", None),
        ("https://a b.example.vn", None),
        ("https://a'b.example.vn", None),
        ("https://a*b.example.vn", None),
        (f"https://{'a' * 265}", "https://" + "a" * 265),
        (f"https://{'a' * 266}", None),
    ],
)
def test_an_origin_has_the_form_in_which_browsers_send_it(written: str, origin: str | None) -> None:
    assert origin_of(written) == origin
