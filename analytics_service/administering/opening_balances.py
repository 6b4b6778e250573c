"""Opening balances: what a site had counted elsewhere, set or added to, each time with who and why."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from analytics_service.domain.choices import choose
from analytics_service.domain.metrics import Metric
from analytics_service.domain.site import OpeningBalance, Site
from analytics_service.errors import BadParameter

MAX_BALANCE = 10**15
REASON_LIMIT = 200


@dataclass(frozen=True, kw_only=True)
class BalanceChanges:
    """Opening balances by metric: with `adds` they are added to those there are, else they replace them."""

    values: Mapping[str, int] = field(default_factory=dict)
    adds: bool = False
    reason: str = ""


def changed_balances(
    site: Site, changes: BalanceChanges, at: datetime, by: str
) -> tuple[OpeningBalance, ...]:
    """Returns the history of a site's opening balances with the changes at its end. Raises BadParameter."""
    if not changes.values:
        return site.opening_balances
    reason = changes.reason.strip()
    if not reason:
        problem = "an opening balance needs a reason, such as where it was counted before"
        raise BadParameter("reason", "value", problem)
    if len(reason) > REASON_LIMIT or not reason.isprintable():
        problem = f"must be printable, and at most {REASON_LIMIT} characters long"
        raise BadParameter("reason", "value", problem)
    entered = []
    for word, value in changes.values.items():
        metric = Metric(choose("opening-balance", word, Metric))
        total = site.opening(metric) + value if changes.adds else value
        if total < 0:
            problem = f"{metric.value} would be {total}, which is less than nothing"
            raise BadParameter("opening-balance", "value", problem)
        if total > MAX_BALANCE:
            raise BadParameter("opening-balance", "value", f"{total} is more than {MAX_BALANCE:,}")
        entered.append(OpeningBalance(metric, value, at, reason, by, replaces=not changes.adds))
    return (*site.opening_balances, *entered)
