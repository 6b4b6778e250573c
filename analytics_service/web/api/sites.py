"""Answers about sites: which there are, who is online, and what was dropped."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import date, timedelta
from typing import TypeVar

from analytics_service.domain.choices import choose, shorten
from analytics_service.domain.counter import Item
from analytics_service.domain.counts import Question
from analytics_service.domain.cursors import format_place, parse_place
from analytics_service.domain.limits import ONLINE_WINDOW
from analytics_service.domain.metrics import Metric
from analytics_service.domain.periods import local_day, zone_at
from analytics_service.domain.query import DEFAULT_LIMIT, parse_limit
from analytics_service.domain.site import Site
from analytics_service.errors import BadParameter
from analytics_service.reporting.forms import Form, form_instant
from analytics_service.reporting.online import list_online_pages
from analytics_service.web.api.call import Call, Reply
from analytics_service.web.public.counter_query import normal_page, parse_page

LIST = ("limit", "cursor")
ONLINE = ("path", "by", "limit")
DROPS = ("from", *LIST)
DROPS_PERIOD = timedelta(days=6)
DROPS_LIMIT = timedelta(days=366)
_Entry = TypeVar("_Entry")


async def list_sites(call: Call) -> Reply:
    """Returns the sites that the caller may see, page by page in the order of their numbers.

    Raises BadParameter.
    """
    call.check_parameters(LIST)
    visible = call.visible_sites()
    page, cursor = _cut_page(call, visible, lambda site: (site.number,), "sites")
    meta: Form = {"total_rows": len(visible), "next_cursor": cursor}
    return Reply({"sites": [_form_site(site, call) for site in page], "meta": meta}, cursor)


async def read_site(call: Call) -> Reply:
    """Returns the settings of the path's site that readers need. Raises BadParameter for any parameter."""
    call.check_parameters(())
    return Reply(_form_site(call.require_site(), call))


async def read_online(call: Call) -> Reply:
    """Returns how many are online now, on the site or on one page; with `by=page` the pages they are on.

    Raises BadParameter, Unavailable.
    """
    call.check_parameters(ONLINE)
    site = call.require_site()
    page = parse_page(call.only("path")) if "path" in call.given else None
    is_by_page = "by" in call.given and choose("by", call.only("by"), ("page",)) == "page"
    if not is_by_page and "limit" in call.given:
        raise BadParameter("limit", "value", "goes with by=page only")
    if is_by_page and page is not None:
        raise BadParameter("path", "value", "does not go with by=page")
    limit = _limit(call)
    question = Question((Item.ONLINE,), Metric.VISITS, page=normal_page(page, site))
    counts = await call.services.reporter.counts(site, question, call.at)
    known_at = counts.online_known_at
    form: Form = {
        "site": site.public_id,
        "path": question.page,
        "online": counts.figures[Item.ONLINE],
        "online_known_at": form_instant(known_at) if known_at else None,
        "online_window_seconds": int(ONLINE_WINDOW.total_seconds()),
    }
    return Reply({**form, "results": await _online_pages(call, site, limit)} if is_by_page else form)


async def _online_pages(call: Call, site: Site, limit: int) -> list[Form] | None:
    api = call.services.api
    found = await list_online_pages(api.live, api.answers, api.turns, site, call.at)
    if found is None:
        return None
    named = [one for one in found if one.page is not None]
    rest = sum(one.online for one in found) - sum(one.online for one in named[:limit])
    rows: list[Form] = [
        {"page": one.page, "title": one.title, "online": one.online, "is_other": False}
        for one in named[:limit]
    ]
    return [*rows, {"page": None, "title": None, "online": rest, "is_other": True}] if rest else rows


async def read_drops(call: Call) -> Reply:
    """Returns how many beacons were dropped, by day and reason, page by page.

    Raises BadParameter, Unavailable.
    """
    call.check_parameters(DROPS)
    site = call.require_site()
    today = local_day(call.at, site.zones)
    since = _parse_day(call.only("from"), today) if "from" in call.given else today - DROPS_PERIOD

    def read() -> list[tuple[date, str, int]]:
        with call.services.api.open_drops() as drops:
            return drops.by_day(site.number, since)

    # In a thread: the reader waits where the applier writes, and beacons must not.
    found = sorted(await asyncio.to_thread(read))
    question = f"drops {site.number} {since}"
    page, cursor = _cut_page(call, found, lambda one: (one[0].isoformat(), one[1]), question)
    form: Form = {
        "site": site.public_id,
        "from": since.isoformat(),
        "timezone": zone_at(call.at, site.zones),
        "results": [
            {"day": day.isoformat(), "reason": reason, "beacons": count} for day, reason, count in page
        ],
        "meta": {"total_rows": len(found), "next_cursor": cursor},
    }
    return Reply(form, cursor)


def _limit(call: Call) -> int:
    return parse_limit(call.only("limit")) if "limit" in call.given else DEFAULT_LIMIT


def _cut_page(
    call: Call, entries: Sequence[_Entry], key: Callable[[_Entry], tuple[int | str, ...]], question: str
) -> tuple[Sequence[_Entry], str | None]:
    """Returns the page of sorted entries that the call asks for, and the cursor of the next one.

    Raises BadParameter.
    """
    limit = _limit(call)
    if "cursor" in call.given:
        place = parse_place(call.only("cursor"), question)
        kinds = [type(part) for part in place]
        entries = [one for one in entries if [*map(type, key(one))] == kinds and key(one) > place]
    page = entries[:limit]
    return page, format_place(key(page[-1]), question) if len(entries) > limit else None


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
