"""`site check`: what the service has seen of a site in the last minutes, and what to do about drops."""

import sys
from datetime import datetime

import msgspec

from analytics_service.administering.sites import find_site
from analytics_service.app.clock import read_clock
from analytics_service.app.openers import open_storage
from analytics_service.cli.folder import format_command, settings_in_use
from analytics_service.cli.options import Config, Data, Json, SiteName
from analytics_service.cli.page_code import find_service_url
from analytics_service.cli.text import format_count, format_json
from analytics_service.domain.drops import Drop, Refusal
from analytics_service.domain.site import Site
from analytics_service.domain.urls import host_of
from analytics_service.errors import Refused
from analytics_service.operating.lock_holders import find_server
from analytics_service.operating.site_check import WINDOW, SiteCheck, check_site, find_sites_of_host
from analytics_service.ports.databases import Part
from analytics_service.ports.sites import SiteStore
from analytics_service.settings import Settings

REASONS: dict[str, str] = {
    Drop.PAUSED: "the site is paused; go on with: {resume}",
    Drop.HOSTNAME: "these pages are on a host that is not the site's; let it count with: {host}",
    Drop.BOT: "a robot sent them, or a browser that looks like one; see: {drops}",
    Drop.SPAM_REFERRER: "their referrer is on the list of forged ones; see: {drops}",
    Drop.EXCLUDED_ADDRESS: "their address is excluded, see: {show}",
    Drop.EXCLUDED_PAGE: "their page is excluded, see: {show}",
    Drop.EXCLUDED_COUNTRY: "their country is excluded, see: {show}",
    Drop.OPT_OUT: "their browser asks not to be counted, and the site respects that; see: {show}",
    Drop.RATE: "one address sent very many; behind a proxy, set --trusted-proxy",
    Drop.PREFETCH: "the page was loaded in advance and not shown; it counts once it is shown",
    Refusal.MALFORMED: "no page of yours sends such beacons; a program or a broken script does",
    Refusal.TOO_LARGE: "they are larger than a beacon may be; shorten what events carry",
    Drop.DUPLICATE: "the same page view came twice; it counts once",
}


def site_check(site: SiteName, as_json: Json = False, data: Data = None, config: Config = None) -> None:
    """Show what came of late; SITE may also be the URL of a page."""
    settings = settings_in_use(data, config, Part.CONFIG, Part.STATS)
    storage = open_storage(settings.database)
    with storage.open_config() as stores, storage.open_drops() as drops:
        found = _find(stores.sites, site, settings)
        check = check_site(drops, found, read_clock())
    if as_json:
        print(format_json({"site": found.public_id, **msgspec.to_builtins(check)}))
        return
    print("\n".join(_lines(found, check, settings)))
    if find_server(settings.folder) is None:
        start = format_command("serve", data=settings.folder)
        print(f"The service is not running; start it with: {start}", file=sys.stderr)


def _find(sites: SiteStore, name: str, settings: Settings) -> Site:
    """Returns the site of that name, or the one that counts the page of that URL. Raises Refused."""
    if "://" not in name:
        return find_site(sites, name, read_clock())
    host = host_of(name)
    found = find_sites_of_host(sites.sites(), host)
    if not host or not found:
        add = format_command("site", "add", host or "example.vn", data=settings.folder)
        raise Refused(f"no site counts pages of {host or name!r}; add one with: {add}")
    return found[0]


def _lines(site: Site, check: SiteCheck, settings: Settings) -> list[str]:
    minutes = int(WINDOW.total_seconds() // 60)
    lines = [f"{site.domain} ({site.public_id}), the last {minutes} minutes"]
    counted = [format_count(check.pageviews, "page view")]
    if check.events:
        counted.append(format_count(check.events, "event"))
    last = f", the last one {_format_age(check.last_at)} ago on {check.last_page}" if check.last_at else ""
    lines.append(f"  counted:      {' and '.join(counted)}{last}")
    for reason, count in {**check.quarantined, **check.dropped}.items():
        kind = "quarantined" if reason in check.quarantined else "dropped"
        lines += [f"  {kind + ':':14}{count} as {reason}", f"    {_advise(reason, site, check, settings)}"]
    if check.has_seen_nothing:
        lines += _explain_silence(site, check, settings)
    elif check.dropped_today:
        today = ", ".join(f"{count} as {reason}" for reason, count in check.dropped_today.items())
        lines.append(f"  dropped today: {today}")
    return lines


def _format_age(at: datetime) -> str:
    seconds = max(0, int((read_clock() - at).total_seconds()))
    return format_count(seconds, "second") if seconds < 120 else format_count(seconds // 60, "minute")


def _advise(reason: str, site: Site, check: SiteCheck, settings: Settings) -> str:
    pages = check.places.get(reason, ())
    hosts = [page[2:].partition("/")[0] for page in pages if page.startswith("//")]
    folder, domain = settings.folder, site.domain
    commands = {
        "resume": format_command("site", "set", domain, "--resume", data=folder),
        "host": format_command("site", "set", domain, "--host-name", (hosts or ["HOST"])[0], data=folder),
        "drops": format_command("drops", "list", domain, data=folder),
        "show": format_command("site", "show", domain, data=folder),
    }
    advice = REASONS.get(reason, "see: {drops}")
    where = f"{', '.join(pages[:3])}: " if pages else ""
    return where + advice.format_map(commands)


def _explain_silence(site: Site, check: SiteCheck, settings: Settings) -> list[str]:
    snippet = format_command("site", "snippet", site.public_id, data=settings.folder)
    lines = ["  Nothing came for this site. Open one of its pages in a browser, then look again."]
    lines.append(f"  The code that the page must have: {snippet}")
    url = find_service_url(settings)
    if url:
        lines.append(f"  The browser of the visitor must reach {url}/v.js")
    if check.unknown_today:
        count = format_count(check.unknown_today, "beacon")
        lines.append(f"  Today {count} named an id of no site: compare data-site with {site.public_id}")
    return lines
