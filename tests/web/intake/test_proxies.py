"""Whose address counts."""

import logging

import pytest

from analytics_service.domain.client import HeaderSignals
from analytics_service.domain.networks import networks
from analytics_service.web.intake.client import client_from
from analytics_service.web.intake.proxies import Forwarded, Proxies

LOOPBACK = ("127.0.0.0/8", "::1/128")
# Every way in which proxies write an address, and the address.
WRITTEN = [
    ("203.0.113.7", "203.0.113.7"),
    (" 203.0.113.7 ", "203.0.113.7"),
    ("203.0.113.7:4711", "203.0.113.7"),
    ('"203.0.113.7"', "203.0.113.7"),
    ('"203.0.113.7:4711"', "203.0.113.7"),
    ("[203.0.113.7]:80", "203.0.113.7"),
    ("2001:db8::1", "2001:db8::1"),
    ("[2001:db8::1]", "2001:db8::1"),
    ("[2001:DB8:0::1]:443", "2001:db8::1"),
    ('"[2001:db8::1]:443"', "2001:db8::1"),
    ("fe80::1%eth0", "fe80::1"),
    ("[fe80::1%25eth0]:443", "fe80::1"),
    ("::ffff:203.0.113.7", "203.0.113.7"),
    ("[::ffff:203.0.113.7]:9", "203.0.113.7"),
]
NO_ADDRESS = [
    "garbage",
    "unknown",
    "_hidden",
    "203.0.113.7:port",
    "203.0.113.7:1234567",
    "[2001:db8::1",
    ":",
    '"',
]


def client(peer: str, addresses: str, **more: str) -> str:
    return Proxies(networks(LOOPBACK)).client(peer, Forwarded(addresses, **more)).address


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", "8.8.8.8, 203.0.113.7", "203.0.113.7"),
        ("127.0.0.1", "8.8.8.8:1, 203.0.113.7:2", "203.0.113.7"),
        ("127.0.0.1", "203.0.113.7, 127.0.0.9", "203.0.113.7"),
        ("127.0.0.1", "203.0.113.7:55, [::1]:443", "203.0.113.7"),
        ("127.0.0.1", "unknown, 203.0.113.7", "203.0.113.7"),
        ("127.0.0.1", "203.0.113.7, garbage", "127.0.0.1"),
        ("::1", "203.0.113.7", "203.0.113.7"),
        ("::ffff:127.0.0.1", "203.0.113.7", "203.0.113.7"),
        ("::ffff:203.0.113.1", "", "203.0.113.1"),
        ("fe80::1%eth0", "", "fe80::1"),
        ("203.0.113.1", "8.8.8.8", "203.0.113.1"),
        ("127.0.0.1", "10.0.0.1, " * 500 + "203.0.113.7", "203.0.113.7"),
        ("", "8.8.8.8", ""),
    ],
)
def test_the_rightmost_address_that_no_trusted_proxy_owns(peer: str, forwarded: str, address: str) -> None:
    assert client(peer, forwarded) == address


@pytest.mark.parametrize(("written", "address"), WRITTEN)
def test_an_address_is_one_however_a_proxy_writes_it(written: str, address: str) -> None:
    assert client("127.0.0.1", written) == address
    assert client("127.0.0.1", f"8.8.8.8, {written}") == address
    assert client("127.0.0.1", "", standard=f"for={written}") == address
    assert client("127.0.0.1", "", standard=f'for=8.8.8.8;proto=http, For={written};by="[::1]"') == address


@pytest.mark.parametrize("written", NO_ADDRESS)
def test_what_is_no_address_names_nobody(written: str) -> None:
    found = Proxies(networks(LOOPBACK)).client("127.0.0.1", Forwarded(written))
    assert (found.address, found.is_proxy_address) == ("127.0.0.1", True)


def test_what_a_client_adds_as_forwarded_does_not_outdo_the_proxys_own_header() -> None:
    assert client("127.0.0.1", "203.0.113.7", standard="for=8.8.8.8") == "203.0.113.7"
    assert client("203.0.113.1", "", standard="for=8.8.8.8") == "203.0.113.1"


@pytest.mark.parametrize(
    ("peer", "headers", "url_is_https", "is_https"),
    [
        ("127.0.0.1", {}, False, False),
        ("127.0.0.1", {}, True, True),
        ("127.0.0.1", {"x-forwarded-proto": "https"}, False, True),
        ("127.0.0.1", {"x-forwarded-proto": "HTTPS"}, False, True),
        ("127.0.0.1", {"x-forwarded-proto": "https, http"}, False, True),
        ("127.0.0.1", {"x-forwarded-proto": "http"}, True, False),
        ("127.0.0.1", {"forwarded": 'for=203.0.113.7;proto="https"'}, False, True),
        ("127.0.0.1", {"forwarded": "proto=http"}, True, False),
        ("203.0.113.1", {"x-forwarded-proto": "https"}, False, False),
        ("203.0.113.1", {}, True, False),
    ],
)
def test_only_a_trusted_proxy_says_by_which_protocol_it_was_asked(
    peer: str, headers: dict[str, str], url_is_https: bool, is_https: bool
) -> None:
    sent = [(name.encode(), value.encode()) for name, value in headers.items()]
    found = client_from(sent, peer, Proxies(networks(LOOPBACK), is_https=url_is_https))
    assert bool(found.header_signals & HeaderSignals.HTTPS) == is_https


def test_an_origin_that_is_kept_back_is_no_other_site() -> None:
    proxies = Proxies(networks(LOOPBACK))
    assert client_from([(b"origin", b"null")], "203.0.113.1", proxies).origin is None
    named = client_from([(b"origin", b"https://x.example.vn")], "203.0.113.1", proxies)
    assert named.origin == "https://x.example.vn"


def test_an_untrusted_proxy_is_named_once_with_the_flag_to_add(caplog: pytest.LogCaptureFixture) -> None:
    proxies = Proxies(networks(LOOPBACK))
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            proxies.client("10.1.2.3", Forwarded("8.8.8.8"))
    assert [record.getMessage() for record in caplog.records] == [
        "10.1.2.3 sends X-Forwarded-For and is not trusted; if it is your proxy, add --trusted-proxy 10.1.2.3"
    ]


@pytest.mark.parametrize(
    ("said", "is_https", "warnings"),
    [
        (Forwarded("unknown"), False, 1),
        (Forwarded("", "https"), True, 1),
        (Forwarded("203.0.113.7:80"), True, 0),
        (Forwarded(), False, 0),  # as on the operator's own machine, without a proxy
    ],
)
def test_a_trusted_proxy_that_names_nobody_is_told_of_once(
    said: Forwarded, is_https: bool, warnings: int, caplog: pytest.LogCaptureFixture
) -> None:
    proxies = Proxies(networks(LOOPBACK), is_https=is_https)
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            proxies.client("127.0.0.1", said)
    told = [record.getMessage() for record in caplog.records]
    assert len(told) == warnings
    assert all("the trusted proxy 127.0.0.1 does not name its clients" in one for one in told)
