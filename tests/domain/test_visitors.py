"""Who pays for the new visitors of an address, and who is one sender."""

import pytest

from analytics_service.domain.visitors import BUDGET_SHARES, budget_holder, sender


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::", "2001:db8:1:2::/64"),
    ],
)
def test_a_sender_is_an_address_or_a_household(address: str, network: str) -> None:
    assert sender(address) == network


def test_all_households_of_a_site_share_its_budget_in_ten_parts() -> None:
    for household in ("0", "8000", "ffff"):
        network, _, share = budget_holder(f"2001:db8:1:{household}::1").partition(" ")
        assert network == "2001:db8:1::/48"
        assert int(share) in range(BUDGET_SHARES)
    assert budget_holder("2001:db8:1:2::1") == budget_holder("2001:db8:1:2:ffff::9")
