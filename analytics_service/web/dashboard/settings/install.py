"""How a site is counted: the code for its pages by platform, what came of late, and one's own visits."""

from starlette.responses import Response

from analytics_service.operating.site_check import WINDOW, SiteCheck, check_site
from analytics_service.web.dashboard.call import PageCall
from analytics_service.web.dashboard.platforms import PLATFORMS, write_policy, write_snippet
from analytics_service.web.dashboard.settings.frame import read_site, settings_path, show_tab
from analytics_service.web.dashboard.settings.reader import read_drops
from analytics_service.web.snippet import widget_tags


async def show_install(call: PageCall) -> Response:
    """`GET /s/{site}/settings/install`: answers with the code of a platform."""
    site = await read_site(call)
    wanted = call.request.query_params.get("platform", "")
    platform = wanted if wanted in PLATFORMS else "html"
    path = settings_path(site, "install")
    check = await read_drops(call.services, lambda drops: check_site(drops, site, call.at))
    url = call.services.url
    return await show_tab(
        call,
        site,
        "install",
        platforms=[(f"{path}?platform={key}", name, key == platform) for key, name in PLATFORMS.items()],
        code=write_snippet(platform, url, site.public_id),
        widget=widget_tags(url, {"site": site.public_id}),
        policy=write_policy(url),
        home=f"https://{site.domain}/",
        minutes=int(WINDOW.total_seconds() // 60),
        check=check,
        seen=_list_reasons(call, check),
    )


def _list_reasons(call: PageCall, check: SiteCheck) -> list[tuple[int, str, str]]:
    """Returns how many were not counted for each reason, with its words and its pages."""
    return [
        (count, explain_reason(call, reason), ", ".join(check.places.get(reason, ())[:3]))
        for reason, count in {**check.quarantined, **check.dropped}.items()
    ]


def explain_reason(call: PageCall, reason: str) -> str:
    """Returns why beacons are not counted, in the reader's language."""
    return call.words.get(f"reason_{reason.replace('-', '_')}", reason)
