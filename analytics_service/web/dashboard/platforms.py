"""The snippet as each platform takes it."""

import json
from collections.abc import Mapping

from analytics_service.web.snippet import tracker_tags, write_tag

PLATFORMS: Mapping[str, str] = {
    "html": "HTML",
    "wordpress": "WordPress",
    "liferay": "Liferay",
    "nukeviet": "NukeViet",
    "gtm": "GTM",
    "nextjs": "Next.js",
}
"""Names of platforms, which no language translates, by the word in an address."""


def write_snippet(platform: str, url: str, public_id: str) -> str:
    """Returns the code for a platform; for one that we do not know, the tags of an HTML page."""
    match platform:
        case "gtm":
            # Tag Manager drops attributes that it does not know: the id stands in the address.
            return f"{write_tag('script', {'defer': None, 'src': f'{url}/v.js?site={public_id}'})}</script>"
        case "nextjs":
            attributes = f"src={json.dumps(f'{url}/v.js')} data-site={json.dumps(public_id)}"
            return f"import Script from 'next/script'\n\n<Script strategy='afterInteractive' {attributes} />"
        case _:
            return tracker_tags(url, public_id)


def write_policy(url: str) -> str:
    """Returns what a page's Content-Security-Policy must allow."""
    return f"script-src {url}; connect-src {url}; img-src {url}"
