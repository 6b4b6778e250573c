"""The audit log: who did what, for administrators."""

from starlette.responses import Response

from analytics_service.web.dashboard.call import PageCall
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
    return render(call, "audit.html", entries=entries[:ENTRIES], more=more, domains=domains)
