"""A site without a visit: the snippet to paste, and what the service has seen of it so far."""

import asyncio
from dataclasses import dataclass

from analytics_service.domain.drops import Drop
from analytics_service.domain.periods import local_day
from analytics_service.domain.site import Site
from analytics_service.errors import Unavailable
from analytics_service.web.dashboard.address import Address
from analytics_service.web.dashboard.page import Page
from analytics_service.web.dashboard.platforms import PLATFORMS, write_policy, write_snippet
from analytics_service.web.dashboard.viewer import Viewer

SKIP = "skip"
_ADVICE = frozenset(
    {Drop.HOSTNAME, Drop.PAUSED, Drop.BOT, Drop.OPT_OUT, Drop.EXCLUDED_ADDRESS, Drop.PREFETCH}
)
"""The reasons for which there is something to do about them."""


@dataclass(frozen=True, slots=True)
class Check:
    """A line of the list: `state` is ok, bad, or open while nobody knows."""

    state: str
    text: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Choice:
    """A platform with the address that chooses it."""

    name: str
    href: str
    is_current: bool


async def has_figures(viewer: Viewer, site: Site) -> bool:
    """Tells whether anything was ever counted of a site; where that cannot be read, it was."""
    try:
        first, _ = await viewer.services.api.answers.first_days(site.number)
    except Unavailable:
        return True
    return first is not None


async def show_onboarding(viewer: Viewer, site: Site, address: Address) -> Page:
    """Returns the page with the snippet and the wait for the first view."""
    words = viewer.formats(site).words.dashboard
    platform = address.get("platform", "html")
    dropped = await _read_drops(viewer, site)
    return Page(
        "onboarding.html",
        {
            "site": site,
            "code": write_snippet(platform, viewer.services.url, site.public_id),
            "platforms": [
                Choice(name, str(address.having(platform=word)), word == platform)
                for word, name in PLATFORMS.items()
            ],
            "zone": viewer.zone(site),
            "week_start": words[f"week_{site.week_start.value}"],
            "checks": _make_checks(site, dropped, viewer),
            "policy": write_policy(viewer.services.url),
            "home": f"https://{site.domain}/",
            "again": str(address),
            "skip": str(address.having(skip="1")),
            "other_sites": viewer.path(""),
        },
    )


async def _read_drops(viewer: Viewer, site: Site) -> dict[str, int]:
    """Returns how many beacons of today were dropped, by reason."""

    def read() -> dict[str, int]:
        found: dict[str, int] = {}
        with viewer.services.api.open_drops() as drops:
            for _, reason, count in drops.by_day(site.number, local_day(viewer.at, site.zones)):
                found[reason] = found.get(reason, 0) + count
        return found

    try:
        return await asyncio.to_thread(read)
    except Unavailable:
        return {}


def _make_checks(site: Site, dropped: dict[str, int], viewer: Viewer) -> tuple[Check, ...]:
    formats = viewer.formats(site)
    words = formats.words.dashboard
    checks = [
        Check(
            "bad",
            words["check_dropped"].format(count=formats.count(count), reason=reason),
            _advise(reason, site, viewer),
        )
        for reason, count in sorted(dropped.items())
    ]
    if dropped:
        checks.insert(0, Check("ok", words["check_found"], words["check_found_id"].format(id=site.public_id)))
    checks.append(Check("open", words["check_waiting"]))
    return tuple(checks)


def _advise(reason: str, site: Site, viewer: Viewer) -> str:
    words = viewer.formats(site).words.dashboard
    return words[f"advice_{reason.replace('-', '_')}"].format(domain=site.domain) if reason in _ADVICE else ""
