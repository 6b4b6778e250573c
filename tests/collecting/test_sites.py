"""Sites in memory: found by each of their names, in any spelling."""

import logging
from dataclasses import replace
from datetime import UTC, datetime
from typing import cast

import pytest

from analytics_service.collecting.sites import SiteCache, read_sites
from analytics_service.domain.site import Site
from analytics_service.ports.sites import SiteStore
from tests.domain.test_admission import SITE

AT = datetime(2026, 11, 10, 12, tzinfo=UTC)
OTHER = replace(SITE, number=2, public_id="b3c4d5", uuid="u-2", domain="bố.example.vn")


class Store:
    """A store that holds these sites."""

    def __init__(self, *sites: Site) -> None:
        self._sites = sites

    def sites(self) -> list[Site]:
        return list(self._sites)


def cache(*sites: Site) -> SiteCache:
    return read_sites(cast(SiteStore, Store(*sites)), AT)


def test_a_site_is_found_by_id_uuid_number_and_domain() -> None:
    known = cache(SITE, OTHER)
    assert [known.find(name) for name in ("dn7k2q", "u", "1", "x.example.vn")] == [SITE] * 4
    assert [known.find(name) for name in ("b3c4d5", "u-2", "2", "bố.example.vn")] == [OTHER] * 4
    assert known.find("nobody") is None


def test_a_domain_is_found_in_any_spelling() -> None:
    known = cache(SITE, replace(OTHER, domain="xn--b-hna8460a.example.vn"))
    assert known.find("X.Example.vn.") == SITE
    assert known.find("www.nobody.example") is None


def test_each_site_is_listed_once() -> None:
    assert cache(SITE, OTHER).all() == [SITE, OTHER]


def test_a_name_that_two_sites_have_stays_with_the_first() -> None:
    # A domain of the letters of another site's public id.
    taken = replace(OTHER, domain="dn7k2q")
    assert cache(SITE, taken).find("dn7k2q") == SITE


def test_who_comes_and_goes_is_logged_but_not_at_the_start(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "analytics_service.collecting.sites")
    known = SiteCache()
    known.replace(cache(SITE), is_start=True)
    known.replace(cache(SITE))
    assert caplog.messages == []
    known.replace(cache(SITE, OTHER))
    known.replace(cache(OTHER))
    assert caplog.messages == [
        "bố.example.vn is counted from now on",
        "x.example.vn is not counted any more",
    ]
    assert known.all() == [OTHER]
