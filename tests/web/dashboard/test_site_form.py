"""The form for a new site."""

import pytest

from analytics_service.errors import BadParameter
from analytics_service.web.dashboard.site_form import list_zones, propose, read_form, to_changes, with_error
from tests.domain.test_admission import SITE

SENT = {"domain": " a.example.vn ", "timezone": "Asia/Bangkok", "week_start": "sunday", "csrf": "x"}


def test_a_new_site_is_proposed_like_the_newest_one():
    assert propose([]).values["timezone"] == "Asia/Ho_Chi_Minh"
    assert propose([SITE]).values == {
        "domain": "",
        "timezone": SITE.zone,
        "week_start": SITE.week_start.value,
        "opening": "",
        "reason": "",
    }


def test_what_was_sent_becomes_settings():
    changes = to_changes(read_form({**SENT, "opening": "1.461.664", "reason": "cũ"}), "vi")
    assert (changes.timezone, changes.week_start, changes.locale) == ("Asia/Bangkok", "sunday", "vi")
    assert (changes.opening_balance.values, changes.opening_balance.reason) == ({"visits": 1461664}, "cũ")
    assert to_changes(read_form(SENT), "vi").opening_balance.values == {}


@pytest.mark.parametrize("opening", ["-1", "1e9", "một", "1" * 16])
def test_an_opening_balance_is_a_whole_number(opening):
    with pytest.raises(BadParameter):
        to_changes(read_form({**SENT, "opening": opening}), "vi")


def test_an_error_stands_at_its_field():
    form = read_form(SENT)
    assert with_error(form, BadParameter("timezone", "value", "x"), "no").errors == {"timezone": "no"}
    assert with_error(form, BadParameter("opening-balance", "value", "x"), "no").errors == {"opening": "no"}
    assert with_error(form, BadParameter("anything", "value", "x"), "no").errors == {"domain": "no"}
    assert form.values["domain"] == "a.example.vn"


def test_zones_are_those_of_places():
    assert "Asia/Ho_Chi_Minh" in list_zones()
    assert not any(zone.startswith("Etc/") for zone in list_zones())
