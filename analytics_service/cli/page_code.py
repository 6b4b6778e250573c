"""The code for a site's pages, as commands print it: with the URL at which the service is reached."""

import sys
from textwrap import indent

from analytics_service.cli.folder import format_command
from analytics_service.domain.site import Site
from analytics_service.operating.lock_holders import find_server, find_url
from analytics_service.settings import LOOPBACK, Settings
from analytics_service.web.snippet import tracker_tags, widget_tags


def find_service_url(settings: Settings) -> str:
    """Returns the URL at which visitors reach the service, as set or of whoever serves the folder; or ''."""
    return settings.url if settings.public_url else find_url(settings.folder)


def print_next_steps(site: Site, settings: Settings) -> None:
    """Prints to the standard error what is left to do for a new site, with code that works as it stands."""
    folder = settings.folder
    url = find_service_url(settings)
    lines = []
    if find_server(folder) is None:
        start = format_command("serve", data=folder)
        lines += [f"Added to {folder}; the service is not running, start it with: {start}"]
    elif url:
        lines += [f"Added to {folder}, which is served at {url}"]
    if url:
        snippet, widget = tracker_tags(url, site.public_id), widget_tags(url, {"site": site.public_id})
        lines += ["This line counts the pages on which it stands:", indent(snippet, "  ")]
        lines += ["These lines show the figures:", indent(widget, "  ")]
        if not settings.public_url and is_local(url):
            lines += ["Only this machine reaches that URL; set --public-url for pages that others see."]
    else:
        snippet = format_command("site", "snippet", site.public_id, data=folder)
        lines += [f"Then print the code for its pages with: {snippet}"]
    check = format_command("site", "check", site.domain, data=folder)
    lines += [f"Later, see what arrives with: {check}"]
    print("\n".join(lines), file=sys.stderr)


def is_local(url: str) -> bool:
    """Tells whether a URL is one that only this machine reaches."""
    host = url.partition("://")[2].rsplit(":", 1)[0].strip("[]")
    return host in LOOPBACK
