"""Networks of addresses, and what one sender has of them."""

import pytest

from analytics_service.domain.networks import address_block


@pytest.mark.parametrize(
    ("address", "block"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("unknown", "unknown"),
    ],
)
def test_a_sender_has_an_address_or_a_network_of_64_bits(address: str, block: str) -> None:
    assert address_block(address) == block
