"""What a site's public counter shows, and what the site had counted elsewhere before."""

from collections.abc import Mapping

from starlette.responses import Response

from analytics_service.administering.opening_balances import BalanceChanges
from analytics_service.administering.rules import RuleChanges
from analytics_service.administering.sites import SiteChanges
from analytics_service.domain.counter import PUBLIC_METRICS, Item
from analytics_service.domain.metrics import Metric
from analytics_service.domain.periods import local_day
from analytics_service.domain.site import OpeningBalance, Site
from analytics_service.errors import BadParameter, Refused
from analytics_service.web.dashboard.call import PageCall
from analytics_service.web.dashboard.handlers import viewer_of
from analytics_service.web.dashboard.settings.frame import (
    administer,
    explain,
    read_site,
    saved,
    show_tab,
)
from analytics_service.web.translations import load_words

TAB = "counter"
FIELDS = {
    "items": "items",
    "metrics": "metrics",
    "opening-balance": "opening",
    "reason": "reason",
}
BALANCE_NAMES = ("metric", "opening", "reason", "how")


async def show_counter(call: PageCall) -> Response:
    """`GET /s/{site}/settings/counter`: answers with both forms."""
    return await _show(call, await read_site(call))


async def take_counter(call: PageCall) -> Response:
    """`POST /s/{site}/settings/counter`: changes what everybody may see."""
    form, number = call.form, str(call.require_site().number)
    rules = RuleChanges(
        items=form.getlist("items"),
        metrics=form.getlist("metrics"),
        series=bool(form.get("series")),
        pages=bool(form.get("pages")),
    )
    changes = SiteChanges(public=bool(form.get("public")), rules=rules)
    try:
        if not rules.items:
            raise BadParameter("items", "value", "at least one is needed")
        if not rules.metrics:
            raise BadParameter("metrics", "value", "at least one is needed")
        site = await administer(call, lambda sites: sites.change(number, changes))
    except Refused as refused:
        return await _show(call, await read_site(call), errors=explain(call, refused, FIELDS, "items"))
    return saved(site, TAB)


async def take_balance(call: PageCall) -> Response:
    """`POST /s/{site}/settings/opening`: sets an opening balance, or adds to it."""
    given = {name: call.form.get(name, "").strip()[:300] for name in BALANCE_NAMES}
    number = str(call.require_site().number)
    try:
        balance = BalanceChanges(
            values={given["metric"]: parse_whole(given["opening"])},
            adds=given["how"] == "add",
            reason=given["reason"],
        )
        changes = SiteChanges(opening_balance=balance)
        site = await administer(call, lambda sites: sites.change(number, changes))
    except Refused as refused:
        errors = explain(call, refused, FIELDS, "opening")
        return await _show(call, await read_site(call), errors=errors, given=given)
    return saved(site, TAB)


def parse_whole(text: str) -> int:
    """Returns a whole number as people write it, with signs between its digits. Raises BadParameter."""
    digits = text.replace(".", "").replace(",", "").replace(" ", "").replace("\u00a0", "")
    if not (digits.isascii() and digits.removeprefix("-").isdigit() and len(digits) <= 17):
        raise BadParameter("opening-balance", "value", "must be a whole number")
    return int(digits)


async def _show(
    call: PageCall,
    site: Site,
    *,
    errors: Mapping[str, str] | None = None,
    given: Mapping[str, str] | None = None,
) -> Response:
    words, formats = load_words(call.language), viewer_of(call).formats(site)
    form = {"metric": "visits", "opening": "", "reason": "", "how": "set", **(given or {})}
    return await show_tab(
        call,
        site,
        TAB,
        status=422 if errors else 200,
        errors=errors,
        items=[(item.value, words.widget[item.value], item in site.counter.items) for item in Item],
        metrics=[
            (metric.value, call.words[metric.value], metric in site.counter.metrics)
            for metric in Metric
            if metric in PUBLIC_METRICS
        ],
        given=form,
        balances=[(metric, formats.count(total)) for metric in Metric if (total := site.opening(metric))],
        history=[_describe_balance(call, site, one) for one in site.opening_balances[::-1]],
        all_metrics=[(metric.value, call.words[metric.value]) for metric in Metric],
        builder=f"{call.services.url}/widget?site={site.public_id}&lang={call.language}",
        is_shown=site.public,
    )


def _describe_balance(call: PageCall, site: Site, balance: OpeningBalance) -> dict[str, str]:
    """Returns a line of the history: when, what, why and who."""
    formats = viewer_of(call).formats(site)
    sign = "=" if balance.replaces else "+" if balance.value >= 0 else "−"
    return {
        "day": formats.day(local_day(balance.entered_at, site.zones), with_year=True),
        "text": f"{call.words[balance.metric.value]} {sign} {formats.count(abs(balance.value))}",
        "reason": balance.reason,
        "by": balance.entered_by,
    }
