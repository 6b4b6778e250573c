"""The system page: what `status` and `doctor` say, for administrators."""

import asyncio

from starlette.responses import Response

from analytics_service import __version__
from analytics_service.web.dashboard.call import PageCall
from analytics_service.web.dashboard.formats import Formats
from analytics_service.web.dashboard.handlers import answer, viewer_of
from analytics_service.web.dashboard.page import Page

_UNITS = ((1024**3, "GiB"), (1024**2, "MiB"), (1024, "KiB"))


async def show_system(call: PageCall) -> Response:
    """`GET /settings/system`: answers with the state of the service; with `check`, with a full check."""
    machine = call.services.dashboard.machine
    status = await asyncio.to_thread(machine.read_status)
    is_checked = "check" in call.request.query_params
    findings = await asyncio.to_thread(machine.examine) if is_checked else []
    formats = viewer_of(call).formats()
    values = {
        "version": __version__,
        "state": status,
        "lag": formats.duration(status.waiting.lag_seconds),
        "stats_size": format_size(status.stats_bytes, formats),
        "journal_size": format_size(status.journal_bytes, formats),
        "free": format_size(machine.free_space(), formats),
        "unready": call.services.unready(),
        "is_checked": is_checked,
        "findings": findings,
        "has_redis": machine.has_redis,
        "has_mail": call.services.dashboard.has_mail,
    }
    return await answer(call, Page("settings/system.html", values))


def format_size(size: int, formats: Formats) -> str:
    """Returns a size in bytes with the largest unit that fits: "1.5 MiB" or "1,5 MiB"."""
    for unit, name in _UNITS:
        if size >= unit:
            return f"{formats.decimal(size / unit)} {name}"
    return f"{size} B"
