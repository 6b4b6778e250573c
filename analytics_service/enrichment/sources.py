"""Where a visit came from, out of the referrer's host and the campaign's words."""

import re
import tomllib
from collections.abc import Mapping
from functools import cache, lru_cache
from importlib.resources import files

from analytics_service.domain.dimensions import Acquisition
from analytics_service.domain.hosts import enclosing_hosts, is_own_host, normal_host

CACHE_SIZE = 20_000
SPAM_HOSTS_LIMIT = 100_000
# google.com, google.com.vn, google.co.uk, google.de and so on; of what else Google has, only what searches.
_GOOGLE = re.compile(r"(?:(?:www|m|images|news|cse|scholar)\.)?google(?:\.com?)?\.[a-z]{2,3}")
_PAID = re.compile(r"cp[acmv]|ppc|paid.*|display|banner|ads?|retargeting|remarketing", re.IGNORECASE)
_EMAIL = re.compile(r"e-?mail|newsletter", re.IGNORECASE)
_SOCIAL = re.compile(r"social.*|sm", re.IGNORECASE)
_CLICKS = {
    "gclid": "Google",
    "gbraid": "Google",
    "wbraid": "Google",
    "dclid": "Google",
    "fbclid": "Facebook",
    "msclkid": "Bing",
    "ttclid": "TikTok",
    "twclid": "X",
    "zclid": "Zalo",
}
# Facebook marks every link that leaves it, paid or not.
_UNPAID_CLICKS = {"fbclid": "social"}


@cache
def _own_list() -> Mapping[str, tuple[str, str]]:
    """Source and channel by host, and by `.host` of what only lies under it."""
    own = tomllib.loads(_data("sources.toml"))
    return {host: (source, channel) for channel, hosts in own.items() for host, source in hosts.items()}


@cache
def _public_list() -> Mapping[str, tuple[str, str]]:
    """Source and channel by host, of that host alone."""
    lines = (line for line in _data("public_sources.tsv").splitlines() if not line.startswith("#"))
    return {host: (source, channel) for channel, source, host in (line.split("\t") for line in lines)}


@cache
def _source_names() -> Mapping[str, str]:
    """The names of sources as the lists write them, by the name in one case."""
    return {
        source.casefold(): source for listed in (_public_list(), _own_list()) for source, _ in listed.values()
    }


def _data(name: str) -> str:
    return files("analytics_service.enrichment").joinpath(f"data/{name}").read_text("utf-8")


def _find_source(host: str) -> tuple[str, str] | None:
    """Source and channel of a host, or of what it lies under; None where neither is listed."""
    own_list = _own_list()
    name, *parents = enclosing_hosts(host.removeprefix("www."))
    found = own_list.get(name) or _public_list().get(name)
    for parent in parents:
        found = found or own_list.get(f".{parent}") or own_list.get(parent)
    if found is None and _GOOGLE.fullmatch(host):
        return "Google", "search"
    return found


@lru_cache(maxsize=CACHE_SIZE)
def acquisition_of(
    referrer: str, campaign: tuple[tuple[str, str], ...], own_hosts: frozenset[str]
) -> Acquisition:
    """Says where a visit came from; `referrer` is a host or `android-app://package`, empty for none.

    What the link says of itself (utm_…, ref, source, a paid click's id) goes before the referrer.
    """
    parameters = dict(campaign)
    source, channel = _by_referrer(referrer, own_hosts)
    for click, sent_by in _CLICKS.items():
        if click in parameters:
            source, channel = sent_by, _UNPAID_CLICKS.get(click, "campaign")
    if named := parameters.get("utm_source") or parameters.get("ref") or parameters.get("source"):
        source, channel = _by_name(named), "campaign"
    if medium := parameters.get("utm_medium"):
        channel = _by_medium(medium)
    elif parameters.get("utm_campaign"):
        channel = "campaign"
    return Acquisition(
        source=source,
        channel=channel,
        campaign=parameters.get("utm_campaign", ""),
        utm_source=parameters.get("utm_source", ""),
        utm_medium=parameters.get("utm_medium", ""),
        utm_content=parameters.get("utm_content", ""),
        utm_term=parameters.get("utm_term", ""),
    )


def _by_referrer(host: str, own_hosts: frozenset[str]) -> tuple[str, str]:
    if not host:
        return "", "direct"
    if is_own_host(host, own_hosts):
        return "", "internal"
    return _find_source(host) or (host.removeprefix("www."), "referral")


def _by_name(named: str) -> str:
    """A source that a link names itself: as the lists write it, else in one case."""
    name = named.strip().casefold()
    if source := _source_names().get(name):
        return source
    host = normal_host(name)
    found = _find_source(host) or _own_list().get(f"{host}.com")
    if found is None and host == "google":
        return "Google"
    return found[0] if found else name.removeprefix("www.")


def _by_medium(medium: str) -> str:
    if _PAID.fullmatch(medium):
        return "campaign"
    if _EMAIL.fullmatch(medium):
        return "email"
    if _SOCIAL.fullmatch(medium):
        return "social"
    if medium.lower() == "organic":
        return "search"
    if medium.lower() == "referral":
        return "referral"
    return "campaign"


def spam_hosts(text: str) -> frozenset[str]:
    """The hosts of a list, one a line, `#` before a remark. Raises ValueError where there are too many."""
    lines = (normal_host(line.partition("#")[0].strip()) for line in text.splitlines())
    hosts = frozenset(line for line in lines if line)
    if len(hosts) > SPAM_HOSTS_LIMIT:
        raise ValueError(f"more than {SPAM_HOSTS_LIMIT} hosts")
    return hosts


class Spam:
    """Hosts whose referrers are forged: our list, and what an operator adds."""

    def __init__(self, more: frozenset[str] = frozenset()) -> None:
        self._hosts = spam_hosts(_data("spam.txt")) | more

    def is_spam(self, referrer: str) -> bool:
        """Whether a referrer's host is on the list, or lies under one that is."""
        return bool(referrer) and any(host in self._hosts for host in enclosing_hosts(referrer))
