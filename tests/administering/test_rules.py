"""What an owner wishes of a site's rules, and what is refused."""

import json
from pathlib import Path

import msgspec
import pytest

from analytics_service.administering.rules import RuleChanges, changed_counter, changed_rules
from analytics_service.domain.counter import Item, PublicCounter
from analytics_service.domain.metrics import Metric
from analytics_service.domain.site import RobotLevel, SiteRules
from analytics_service.errors import BadParameter
from tests.service import add_site, run


def test_what_is_named_replaces_and_the_rest_stays() -> None:
    rules = SiteRules(excluded_countries=frozenset({"KP"}), robots=RobotLevel.STRICT)
    changes = RuleChanges(excluded_networks=["203.0.113.7/24", "2001:db8::1"], excluded_pages=["/private/*"])
    assert changed_rules(rules, changes) == SiteRules(
        excluded_networks=frozenset({"203.0.113.0/24", "2001:db8::1/128"}),
        excluded_pages=frozenset({"/private/*"}),
        excluded_countries=frozenset({"KP"}),
        robots=RobotLevel.STRICT,
    )
    assert changed_rules(rules, RuleChanges(excluded_countries=[""])).excluded_countries == frozenset()
    assert changed_counter(PublicCounter(), RuleChanges(items=["total", "today"])) == PublicCounter(
        items=frozenset({Item.TODAY, Item.TOTAL})
    )
    assert changed_counter(PublicCounter(), RuleChanges(metrics=["visits"])).metrics == {Metric.VISITS}


@pytest.mark.parametrize(
    "changes",
    [
        RuleChanges(excluded_networks=["example.vn"]),
        RuleChanges(excluded_networks=["203.0.113.0/33"]),
        RuleChanges(excluded_pages=["private"]),
        RuleChanges(excluded_pages=["/" + "a" * 300]),
        RuleChanges(excluded_countries=["Viet Nam"]),
        RuleChanges(excluded_countries=["V1"]),
        RuleChanges(robots="harsh"),
        RuleChanges(page_keys=["a&b"]),
        RuleChanges(unmasked_pages=["author"]),
        RuleChanges(page_keys=[f"k{number}" for number in range(11)]),
        RuleChanges(excluded_pages=[f"/{number}" for number in range(1001)]),
    ],
)
def test_a_rule_that_means_nothing_is_refused(changes: RuleChanges) -> None:
    with pytest.raises(BadParameter):
        changed_rules(SiteRules(), changes)


@pytest.mark.parametrize("changes", [RuleChanges(items=["monthly"]), RuleChanges(metrics=["bounces"])])
def test_a_counter_of_what_is_never_public_is_refused(changes: RuleChanges) -> None:
    with pytest.raises(BadParameter):
        changed_counter(PublicCounter(), changes)


def test_what_was_not_decided_is_not_stored_so_that_it_follows_the_release() -> None:
    assert msgspec.json.encode(SiteRules()) == msgspec.json.encode(PublicCounter()) == b"{}"
    changed = changed_counter(PublicCounter(), RuleChanges(metrics=["visits"]))
    assert msgspec.json.encode(changed) == b'{"metrics":["visits"]}'
    assert msgspec.json.decode(b"{}", type=PublicCounter) == PublicCounter()


def test_the_command_line_keeps_what_it_was_told(tmp_path: Path) -> None:
    site = add_site(tmp_path, "x.example.vn")["public_id"]
    told = ("--excluded-address", "203.0.113.0/24", "--robots", "strict", "--honour-signals")
    assert run("site", "rules", site, *told, data=tmp_path).returncode == 0
    assert run("site", "counter", site, "--item", "today", data=tmp_path).returncode == 0
    shown = json.loads(run("site", "show", site, "--json", data=tmp_path).stdout)
    assert shown["rules"] == {
        "excluded_networks": ["203.0.113.0/24"],
        "excluded_pages": [],
        "excluded_countries": [],
        "robots": "strict",
        "honours_signals": True,
        "index_files": False,
        "page_keys": [],
        "unmasked_pages": [],
    }
    assert shown["counter"] == {
        "items": ["today"],
        "metrics": ["pageviews", "visitors", "visits"],
        "series": True,
        "pages": False,
    }
    refused = run("site", "rules", site, "--robots", "harsh", data=tmp_path)
    assert refused.returncode != 0
    assert "'harsh' is not one of basic, off, strict" in refused.stderr
