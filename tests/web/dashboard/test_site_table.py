"""The table of sites: order, search, favourites and all together."""

from dataclasses import replace
from typing import Any

from analytics_service.domain.principals import User
from analytics_service.web.dashboard.address import Address
from analytics_service.web.dashboard.site_table import SiteFigures, draw_spark, make_table, search_sites
from analytics_service.web.dashboard.viewer import Viewer
from tests.domain.test_admission import SITE
from tests.web.dashboard.answers import AT

NOBODY: Any = None
VIEWER = Viewer(services=NOBODY, user=User("an"), language="vi", root="", at=AT)
NAMES = ("b.example.vn", "a.example.vn", "c.example.vn")
SITES = [
    replace(SITE, number=number, domain=name, public_id=name[0] * 6, name=f"Cổng {name[0].upper()}")
    for number, name in enumerate(NAMES, start=1)
]
FIGURES = [
    SiteFigures(SITES[0], online=3, today=10, week=(1, 2, 4), visits=100, before=50, change=1.0),
    SiteFigures(SITES[1], online=0, today=5, week=(4, 0, 0), visits=30, before=60, change=-0.5),
    SiteFigures(SITES[2]),
]


def table(query: str = "", favourites: frozenset[int] = frozenset()):
    pairs = tuple(
        (name, value) for name, _, value in (part.partition("=") for part in query.split("&")) if value
    )
    return make_table(FIGURES, favourites, Address("/", pairs), VIEWER)


def names(query: str = "", favourites: frozenset[int] = frozenset()) -> str:
    return "".join(row.name[0] for row in table(query, favourites).rows)


def test_sites_stand_by_their_domain_and_favourites_first():
    assert names() == "abc"
    assert names("", frozenset({3})) == "cab"
    assert [row.is_favourite for row in table("", frozenset({3})).rows] == [True, False, False]


def test_a_column_sorts_and_what_is_not_known_comes_last():
    assert names("sort=-visits") == "bac"
    assert names("sort=visits") == "abc"
    assert names("sort=-change") == "bac"
    assert names("sort=-domain") == "cba"
    assert names("sort=nonsense") == "abc"
    assert [head.order for head in table("sort=-visits").heads] == [
        "none",
        "none",
        "none",
        "descending",
        "none",
    ]
    assert table("sort=-visits").heads[3].href == "/?sort=visits"


def test_all_together_are_added_up():
    row = table().combined
    assert row is not None
    assert (row.online, row.today, row.visits) == ("3", "15", "130")
    # 110 visits came before, and 130 now.
    assert row.change is not None
    assert row.change.text == "18,2%"


def test_one_site_alone_is_not_added_up():
    assert make_table(FIGURES[:1], frozenset(), Address("/"), VIEWER).combined is None


def test_the_line_ends_with_a_part_of_its_own():
    assert draw_spark((1, 2, 4)) == ("M0 75L50 50", "M50 50L100 0")
    assert draw_spark((0, 0)) == ("M0 100", "M0 100L100 100")
    assert draw_spark(()) is None


def test_a_search_finds_domains_and_names_in_any_case():
    assert [site.domain for site in search_sites(SITES, "A.EXAMPLE")] == ["a.example.vn"]
    assert [site.domain for site in search_sites(SITES, "cổng c")] == ["c.example.vn"]
    assert len(search_sites(SITES, " ")) == 3
