"""The form for a new site: one step, with everything but the domain proposed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from zoneinfo import available_timezones

from analytics_service.administering.opening_balances import BalanceChanges
from analytics_service.administering.sites import SiteChanges
from analytics_service.domain.site import Site, WeekStart
from analytics_service.errors import BadParameter

FIELDS = ("domain", "timezone", "week_start", "opening", "reason")
DEFAULT_ZONE = "Asia/Ho_Chi_Minh"
_FIELD_OF = {
    "timezone": "timezone",
    "week_start": "week_start",
    "opening-balance": "opening",
    "reason": "reason",
}
"""The field at which an error of a parameter is shown; all others are the domain's."""


@cache
def list_zones() -> tuple[str, ...]:
    """Returns the names of all time zones that people live in."""
    return tuple(
        sorted(name for name in available_timezones() if "/" in name and not name.startswith("Etc/"))
    )


@dataclass(frozen=True, slots=True)
class SiteForm:
    """What stands in the fields, and what is wrong with some of them."""

    values: Mapping[str, str]
    errors: Mapping[str, str] = field(default_factory=dict)


def propose(sites: Sequence[Site]) -> SiteForm:
    """Returns the form of a site that is like the newest of the others."""
    newest = max(sites, key=lambda site: site.number, default=None)
    zone = newest.zone if newest is not None else DEFAULT_ZONE
    week = newest.week_start.value if newest is not None else WeekStart.MONDAY.value
    return SiteForm({"domain": "", "timezone": zone, "week_start": week, "opening": "", "reason": ""})


def read_form(given: Mapping[str, str]) -> SiteForm:
    """Returns the form as it was sent."""
    return SiteForm({name: given.get(name, "").strip()[:300] for name in FIELDS})


def to_changes(form: SiteForm, locale: str) -> SiteChanges:
    """Returns the settings of the new site. Raises BadParameter."""
    values = form.values
    opening = BalanceChanges()
    if values["opening"]:
        digits = values["opening"].replace(".", "").replace(",", "").replace(" ", "")
        if not (digits.isascii() and digits.isdigit() and len(digits) <= 15):
            raise BadParameter("opening-balance", "value", "must be a whole number")
        opening = BalanceChanges(values={"visits": int(digits)}, reason=values["reason"])
    return SiteChanges(
        timezone=values["timezone"] or None,
        week_start=values["week_start"] or None,
        locale=locale,
        opening_balance=opening,
    )


def with_error(form: SiteForm, error: BadParameter, text: str) -> SiteForm:
    """Returns the form with an error at its field."""
    return SiteForm(form.values, {_FIELD_OF.get(error.parameter, "domain"): text})
