"""What a check tells of a site, out of what is stored of its last minutes."""

from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from analytics_service.domain.facts import DropSample
from analytics_service.operating.site_check import check_site, find_sites_of_host
from analytics_service.ports.storage import Storage
from tests.contracts.conftest import STORAGES
from tests.contracts.facts_of_a_day import NOON, SITE, apply, drops, minute, view
from tests.contracts.test_sites import a_site

A = a_site("a.example.vn", number=SITE)


@pytest.fixture
def storage(tmp_path: Path) -> Storage:
    (tmp_path / "journal").mkdir()
    opened = STORAGES["sqlite"](tmp_path)
    opened.databases.provision()
    return opened


def test_what_came_in_the_last_half_hour_is_told_with_its_reasons(storage: Storage) -> None:
    late = msgspec.structs.replace(
        drops(35, "hostname", 2), samples=(DropSample(minute(35), "hostname", "//localhost/a", "Firefox"),)
    )
    with storage.open_applier() as stores:
        apply(stores.stats, view("a", 1, 0, "/old"), drops(0, "paused", 4), view("b", 2, 34, "/new"), late)
    with storage.open_drops() as reader:
        check = check_site(reader, A, NOON + timedelta(minutes=36))
    assert (check.pageviews, check.last_page, check.dropped) == (1, "/new", {"hostname": 1})
    assert check.places == {"hostname": ("//localhost/a",)}
    assert check.dropped_today == {"paused": 4, "hostname": 2}
    assert not check.has_seen_nothing


def test_a_silent_site_is_told_from_one_that_is_counted(storage: Storage) -> None:
    with storage.open_applier() as stores:
        apply(stores.stats, msgspec.structs.replace(drops(1, "unknown-site", 3), site=0, samples=()))
    with storage.open_drops() as reader:
        check = check_site(reader, A, NOON + timedelta(minutes=2))
    assert (check.has_seen_nothing, check.unknown_today, check.last_at) == (True, 3, None)


def test_a_page_belongs_to_the_site_whose_domain_it_is_before_one_that_counts_it_too() -> None:
    other = a_site("b.example.vn", host_names=frozenset({"b.example.vn", "*.example.vn"}))
    demo = a_site("demo.invalid", host_names=frozenset({"*"}))
    sites = [demo, other, A]
    assert find_sites_of_host(sites, "www.A.example.vn") == [A, other]
    assert find_sites_of_host(sites, "c.example.vn") == [other]
    assert find_sites_of_host(sites, "example.org") == []
