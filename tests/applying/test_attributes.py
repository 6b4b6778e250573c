"""What a visit is described with, out of the fact with which it begins."""

import msgspec

from analytics_service.applying.attributes import describing, no_hosts
from analytics_service.domain.dimensions import Acquisition, Location, Technology, VisitAttributes
from analytics_service.domain.facts import Event, View

FACT = View(
    site=1,
    at=0,
    hostname="x.example.vn",
    referrer="www.google.com",
    browser="Chrome",
    browser_version="142",
    system="Windows",
    system_version="10",
    device="desktop",
    screen=1366,
    language="vi",
    country="VN",
    region="VN-HUE",
    city="Huế",
)


def test_place_and_technology_are_those_of_the_fact_and_versions_bear_their_names() -> None:
    found = describing(no_hosts)(FACT)
    assert found.hostname == "x.example.vn"
    assert found.place == Location("VN", "VN-HUE", "Huế")
    assert found.technology == Technology(
        browser="Chrome",
        browser_version="Chrome 142",
        system="Windows",
        system_version="Windows 10",
        device="desktop",
        screen=found.technology.screen,
        language="vi",
    )
    assert found.technology.screen
    narrow = describing(no_hosts)(msgspec.structs.replace(FACT, screen=390))
    assert narrow.technology.screen not in ("", found.technology.screen)


def test_a_version_without_a_name_or_a_name_without_a_version_is_none() -> None:
    found = describing(no_hosts)(msgspec.structs.replace(FACT, browser="", system_version=""))
    assert (found.technology.browser, found.technology.browser_version) == ("", "")
    assert (found.technology.system, found.technology.system_version) == ("Windows", "")


def test_where_a_visit_came_from_is_another_host_or_a_campaign() -> None:
    describe = describing(lambda site: frozenset({"www.google.com"}) if site == 1 else frozenset())
    within = describe(FACT)
    assert describe(msgspec.structs.replace(FACT, site=2)).origin != within.origin
    assert describing(no_hosts)(FACT).origin.source == "Google"
    told = msgspec.structs.replace(FACT, campaign=(("utm_source", "zalo"), ("utm_campaign", "tet")))
    assert (describe(told).origin.source.lower(), describe(told).origin.campaign) == ("zalo", "tet")


def test_what_a_fact_of_the_first_release_was_described_with_holds() -> None:
    words = ("host", *"abcdefg", *"hij", *"klmnopq")
    old = Event(site=1, at=0, name="buy", attributes=words)
    assert describing(no_hosts)(old) == VisitAttributes(
        "host", Acquisition(*"abcdefg"), Location(*"hij"), Technology(*"klmnopq")
    )
