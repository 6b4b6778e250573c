"""The audit log: who did what, for administrators."""

from collections.abc import Mapping

from starlette.responses import Response

from analytics_service.domain.audit import Entry
from analytics_service.web.dashboard.call import PageCall
from analytics_service.web.dashboard.change_details import write_details
from analytics_service.web.dashboard.formats import formats_of
from analytics_service.web.dashboard.renderer import render

ENTRIES = 100


async def show_audit(call: PageCall) -> Response:
    """`GET /settings/audit`: answers with a page of the log, newest first."""
    text = call.request.query_params.get("before", "")
    before = int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
    entries = await call.services.dashboard.config.run(
        lambda stores: stores.audit.entries(before=before, limit=ENTRIES + 1)
    )
    more = entries[ENTRIES - 1].id if len(entries) > ENTRIES else None
    domains = {site.number: site.domain for site in call.services.sites.all()}
    formats = formats_of(call.language, call.at.date())
    rows = [
        (one, _write_subject(one, domains), write_details(one, call.words, formats, domains))
        for one in entries[:ENTRIES]
    ]
    return render(call, "audit.html", rows=rows, more=more)


def _write_subject(entry: Entry, domains: Mapping[int, str]) -> str:
    """Returns what was changed, and the site where it is another than that."""
    site = "" if entry.site is None else domains.get(entry.site, f"#{entry.site}")
    return " ".join(dict.fromkeys(one for one in (entry.subject, site) if one))
