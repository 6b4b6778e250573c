"""The names by which a site is found: its number, uuid and domain, its public id and those it had before."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime

from analytics_service.domain.hosts import spellings_of
from analytics_service.domain.site import Site

_NUMBER = re.compile(r"[0-9]+")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def is_reserved_name(name: str) -> bool:
    """Tells whether a name is always a number or a uuid, so that no domain can be called so."""
    return bool(_NUMBER.fullmatch(name) or _UUID.fullmatch(name))


def index_sites(sites: Iterable[Site], at: datetime) -> dict[str, Site]:
    """Returns the sites by each name that they answer to at that instant.

    A name that two could have is the public id of the one, not the domain of the other.
    """
    every = list(sites)
    index = {name: site for site in every for name in (str(site.number), site.uuid, site.public_id)}
    for site in every:
        for former in site.former_ids:
            if at < former.until:
                index.setdefault(former.public_id, site)
    for site in every:
        if not is_reserved_name(site.domain):
            index.setdefault(site.domain, site)
    return index


def find_by_name(index: Mapping[str, Site], name: str) -> Site | None:
    """Returns the site of that name in any spelling (a domain with `www.` or without), or None."""
    found = (index.get(spelling) for spelling in spellings_of(name))
    return next((site for site in found if site is not None), None)


def next_expiry(sites: Iterable[Site], at: datetime) -> datetime | None:
    """Returns when the next public id of before ceases to be answered; None where none does."""
    return min((id.until for site in sites for id in site.former_ids if at < id.until), default=None)
