"""Answers about sites: which there are, who is online, and what was dropped."""

import asyncio
from datetime import date, timedelta

from analytics_service.domain.choices import shorten
from analytics_service.domain.counter import Item
from analytics_service.domain.counts import Question
from analytics_service.domain.limits import ONLINE_WINDOW
from analytics_service.domain.metrics import Metric
from analytics_service.domain.periods import local_day, zone_at
from analytics_service.domain.site import Site
from analytics_service.errors import BadParameter
from analytics_service.reporting.forms import Form, form_instant
from analytics_service.web.api.call import Call, Reply
from analytics_service.web.public.counter_query import normal_page, parse_page

ONLINE = ("path",)
DROPS = ("from",)
DROPS_PERIOD = timedelta(days=6)
DROPS_LIMIT = timedelta(days=366)


async def list_sites(call: Call) -> Reply:
    """Returns the sites that the caller may see. Raises BadParameter for any parameter."""
    call.check_parameters(())
    return Reply({"sites": [_form_site(site, call) for site in call.visible_sites()]})


async def read_site(call: Call) -> Reply:
    """Returns the settings of the path's site that readers need. Raises BadParameter for any parameter."""
    call.check_parameters(())
    return Reply(_form_site(call.require_site(), call))


async def read_online(call: Call) -> Reply:
    """Returns how many are online now, on the site or on one page. Raises BadParameter, Unavailable."""
    call.check_parameters(ONLINE)
    site = call.require_site()
    page = parse_page(call.only("path")) if "path" in call.given else None
    question = Question((Item.ONLINE,), Metric.VISITS, page=normal_page(page, site))
    counts = await call.services.reporter.counts(site, question, call.at)
    known_at = counts.online_known_at
    return Reply(
        {
            "site": site.public_id,
            "path": question.page,
            "online": counts.figures[Item.ONLINE],
            "online_known_at": form_instant(known_at) if known_at else None,
            "online_window_seconds": int(ONLINE_WINDOW.total_seconds()),
        }
    )


async def read_drops(call: Call) -> Reply:
    """Returns how many beacons were dropped, by day and reason. Raises BadParameter, Unavailable."""
    call.check_parameters(DROPS)
    site = call.require_site()
    today = local_day(call.at, site.zones)
    since = _parse_day(call.only("from"), today) if "from" in call.given else today - DROPS_PERIOD

    def read() -> list[tuple[date, str, int]]:
        with call.services.api.open_drops() as drops:
            return drops.by_day(site.number, since)

    # In a thread: the reader waits where the applier writes, and beacons must not.
    found = await asyncio.to_thread(read)
    return Reply(
        {
            "site": site.public_id,
            "from": since.isoformat(),
            "timezone": zone_at(call.at, site.zones),
            "results": [
                {"day": day.isoformat(), "reason": reason, "beacons": count} for day, reason, count in found
            ],
        }
    )


def _parse_day(text: str, today: date) -> date:
    try:
        day = date.fromisoformat(text) if len(text) == len("2026-11-22") else None
    except ValueError:
        day = None
    if day is None or not today - DROPS_LIMIT <= day <= today:
        problem = f"must be a day of the last {DROPS_LIMIT.days}, such as {today}, not {shorten(text)}"
        raise BadParameter("from", "value", problem)
    return day


def _form_site(site: Site, call: Call) -> Form:
    return {
        "site": site.public_id,
        "uuid": site.uuid,
        "number": site.number,
        "domain": site.domain,
        "name": site.name,
        "timezone": zone_at(call.at, site.zones),
        "week_start": site.week_start.value,
        "locale": site.locale,
        "public": site.public,
        "paused": site.paused,
        "created_at": form_instant(site.created_at),
    }
