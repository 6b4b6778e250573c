"""Opening balances are set or added to, and the history says who did it and why."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from analytics_service.administering.opening_balances import MAX_BALANCE, BalanceChanges
from analytics_service.administering.sites import SiteChanges, add_site, find_site, set_site
from analytics_service.domain.metrics import Metric
from analytics_service.domain.site import OpeningBalance
from analytics_service.errors import BadParameter
from analytics_service.ports.sites import SiteStore
from analytics_service.storage.sqlite.config import create_config, open_config

NOON = datetime(2026, 11, 26, 4, 30, tzinfo=UTC)
DOMAIN = "x.example.vn"


@pytest.fixture
def sites(tmp_path: Path) -> Iterator[SiteStore]:
    create_config(tmp_path)
    with open_config(tmp_path) as stores:
        balance = BalanceChanges(values={"visits": 1_461_664}, reason="the old counter")
        add_site(stores.sites, DOMAIN, SiteChanges(opening_balance=balance), at=NOON, random=bytes, by="Ann")
        yield stores.sites


def change(sites: SiteStore, values: dict[str, int], *, adds: bool = False, hours: int = 1) -> int:
    balance = BalanceChanges(values=values, adds=adds, reason="counted anew")
    at = NOON + timedelta(hours=hours)
    site = set_site(sites, DOMAIN, SiteChanges(opening_balance=balance), at=at, by="Bob")
    return site.opening(Metric.VISITS)


def test_a_balance_is_set_and_the_history_keeps_all(sites: SiteStore) -> None:
    assert change(sites, {"visits": 99}) == 99
    assert change(sites, {"visits": 1}, adds=True, hours=2) == 100
    assert change(sites, {"visits": -30}, adds=True, hours=3) == 70
    site = find_site(sites, DOMAIN, NOON)
    assert site.opening(Metric.VISITS) == 70
    assert [(one.value, one.replaces, one.entered_by) for one in site.opening_balances] == [
        (1_461_664, True, "Ann"),
        (99, True, "Bob"),
        (1, False, "Bob"),
        (-30, False, "Bob"),
    ]
    assert site.opening_balances[1] == OpeningBalance(
        Metric.VISITS, 99, NOON + timedelta(hours=1), "counted anew", "Bob", replaces=True
    )


def test_one_metric_is_set_and_the_others_stay(sites: SiteStore) -> None:
    change(sites, {"pageviews": 5})
    site = find_site(sites, DOMAIN, NOON)
    assert (site.opening(Metric.VISITS), site.opening(Metric.PAGEVIEWS)) == (1_461_664, 5)


@pytest.mark.parametrize(
    ("values", "adds", "problem"),
    [
        ({"visits": -5}, False, "visits would be -5"),
        ({"visits": -1_461_665}, True, "visits would be -1"),
        ({"visits": MAX_BALANCE}, True, "is more than"),
        ({"vists": 5}, False, "did you mean 'visits'"),
    ],
)
def test_a_balance_that_cannot_be_is_refused(
    sites: SiteStore, values: dict[str, int], adds: bool, problem: str
) -> None:
    with pytest.raises(BadParameter, match=problem):
        change(sites, values, adds=adds)
    assert len(find_site(sites, DOMAIN, NOON).opening_balances) == 1


@pytest.mark.parametrize("reason", ["", "   ", "x" * 201, "a\nb"])
def test_a_reason_is_asked_for(sites: SiteStore, reason: str) -> None:
    changes = SiteChanges(opening_balance=BalanceChanges(values={"visits": 5}, reason=reason))
    with pytest.raises(BadParameter, match="reason"):
        set_site(sites, DOMAIN, changes, at=NOON, by="Bob")
