"""Whose address counts."""

import logging

import pytest

from analytics_service.domain.networks import networks
from analytics_service.web.parts import Proxies

LOOPBACK = ("127.0.0.0/8", "::1/128")


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", "203.0.113.7", "203.0.113.7"),
        ("127.0.0.1", "8.8.8.8, 203.0.113.7", "203.0.113.7"),
        ("127.0.0.1", "203.0.113.7, 127.0.0.9", "203.0.113.7"),
        ("127.0.0.1", "unknown, 203.0.113.7", "203.0.113.7"),
        ("127.0.0.1", "203.0.113.7, garbage", "127.0.0.1"),
        ("127.0.0.1", "garbage", "127.0.0.1"),
        ("127.0.0.1", "2001:db8::1", "2001:db8::1"),
        ("127.0.0.1", "::ffff:203.0.113.7", "203.0.113.7"),
        ("::1", "203.0.113.7", "203.0.113.7"),
        ("203.0.113.1", "8.8.8.8", "203.0.113.1"),
        ("127.0.0.1", "10.0.0.1, " * 500 + "203.0.113.7", "203.0.113.7"),
        ("", "8.8.8.8", ""),
    ],
)
def test_the_rightmost_address_that_no_trusted_proxy_owns(peer: str, forwarded: str, address: str) -> None:
    assert Proxies(networks(LOOPBACK)).client(peer, forwarded)[0] == address


def test_an_untrusted_proxy_is_named_once_with_the_flag_to_add(caplog: pytest.LogCaptureFixture) -> None:
    proxies = Proxies(networks(LOOPBACK))
    with caplog.at_level(logging.WARNING):
        for _ in range(3):
            proxies.client("10.1.2.3", "8.8.8.8")
    assert [record.getMessage() for record in caplog.records] == [
        "10.1.2.3 sends X-Forwarded-For and is not trusted; if it is your proxy, add --trusted-proxy 10.1.2.3"
    ]
