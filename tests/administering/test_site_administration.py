"""Whatever is done to a site stands in the audit log, with who did it and what is new."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from analytics_service.administering.audit import Actor
from analytics_service.administering.opening_balances import BalanceChanges
from analytics_service.administering.rules import RuleChanges
from analytics_service.administering.site_administration import DETAIL_LIMIT, SiteAdministration
from analytics_service.administering.sites import SiteChanges
from analytics_service.domain.audit import Entry, Event
from analytics_service.domain.sessions import Visitor
from analytics_service.errors import BadParameter
from analytics_service.ports.storage import ConfigStores
from analytics_service.storage.sqlite.config import create_config, open_config

NOON = datetime(2026, 11, 26, 4, 30, tzinfo=UTC)
DOMAIN = "x.example.vn"


@pytest.fixture
def stores(tmp_path: Path) -> Iterator[ConfigStores]:
    create_config(tmp_path)
    with open_config(tmp_path) as opened:
        yield opened


@pytest.fixture
def sites(stores: ConfigStores) -> SiteAdministration:
    return SiteAdministration(stores, Actor("Ann", Visitor(country="VN", browser="Firefox")), NOON)


def last(stores: ConfigStores) -> Entry:
    return stores.audit.entries(limit=1)[0]


def test_each_step_of_a_sites_life_is_written_down(stores: ConfigStores, sites: SiteAdministration) -> None:
    site = sites.add(DOMAIN, SiteChanges(), bytes)
    sites.delete(DOMAIN)
    sites.restore(DOMAIN)
    renewed = sites.renew_id(DOMAIN, lambda count: b"1" * count)
    entries = stores.audit.entries()[::-1]
    assert [entry.event for entry in entries] == [
        Event.SITE_ADDED,
        Event.SITE_DELETED,
        Event.SITE_RESTORED,
        Event.SITE_CHANGED,
    ]
    assert {(one.at, one.by, one.subject, one.site, one.country, one.browser) for one in entries} == {
        (NOON, "Ann", DOMAIN, site.number, "VN", "Firefox")
    }
    assert entries[-1].details == {"public_id": renewed.public_id}


def test_a_change_is_written_down_with_the_new_value_of_what_differs(
    stores: ConfigStores, sites: SiteAdministration
) -> None:
    sites.add(DOMAIN, SiteChanges(), bytes)
    sites.change(
        DOMAIN,
        SiteChanges(
            name="Cần Thơ",
            public=False,
            timezone="Europe/London",
            opening_balance=BalanceChanges(values={"visits": 5}, reason="the old counter"),
            rules=RuleChanges(robots="strict", excluded_pages=["/b/*", "/a"], series=False),
        ),
    )
    assert last(stores).details == {
        "name": "Cần Thơ",
        "public": "False",
        "zones": "Asia/Ho_Chi_Minh from 1970-01-01, Europe/London from 2026-11-27",
        "robots": "strict",
        "excluded_pages": "/a, /b/*",
        "series": "False",
        "opening visits": "5 (the old counter)",
    }


def test_what_changes_nothing_or_is_refused_is_not_written_down(
    stores: ConfigStores, sites: SiteAdministration
) -> None:
    sites.add(DOMAIN, SiteChanges(), bytes)
    sites.change(DOMAIN, SiteChanges(public=True))
    with pytest.raises(BadParameter):
        sites.change(DOMAIN, SiteChanges(timezone="Nowhere"))
    assert last(stores).event is Event.SITE_ADDED


def test_a_long_list_is_cut(stores: ConfigStores, sites: SiteAdministration) -> None:
    sites.add(DOMAIN, SiteChanges(), bytes)
    sites.change(DOMAIN, SiteChanges(rules=RuleChanges(excluded_pages=[f"/{n}" for n in range(1_000)])))
    assert len(last(stores).details["excluded_pages"]) == DETAIL_LIMIT
