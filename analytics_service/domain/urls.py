"""Addresses of pages: parsed by one compiled expression, kept in one normal form."""

import re
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote, unquote_plus

PATH_LIMIT = 1024
HOST_LIMIT = 253
CAMPAIGN_LIMIT = 200
QUERY_LIMIT = 2048
CACHE_SIZE = 8192
CACHED_LENGTH = 256

_CONTROLS = r"\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff"
_CONTROL = re.compile(f"[{_CONTROLS}]")
# scheme://[userinfo@]host[:port][/path][?query][#fragment]; a browser reads a backslash as a slash.
_ADDRESS = re.compile(
    rf"(https?)://(?:[^/?#@\\]*@)?(\[[0-9a-f:.]+\]|[^/?#@:\\\[\]\s{_CONTROLS}]+)(?::([0-9]{{1,5}}))?"
    r"([/\\][^?#]*)?(?:\?([^#]*))?(?:#.*)?",
    re.IGNORECASE | re.DOTALL,
)
_APP = re.compile(r"android-app://([\w.]{1,200})", re.ASCII)
_PATH_PARAMETER = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/;]*", re.IGNORECASE)
# What follows half an escape stays as it was written: decoded, it could make that half a whole one.
_ESCAPED = re.compile(r"(?<!%)(?<!%[0-9a-f])(?:%[0-9a-f]{2})+", re.IGNORECASE)

# Values are kept for those that name a campaign; a click id would name a person, so only its presence is.
CAMPAIGN_KEYS = frozenset(
    {"utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term", "ref", "source"}
)
CLICK_KEYS = frozenset(
    {"gclid", "fbclid", "msclkid", "ttclid", "twclid", "zclid", "dclid", "gbraid", "wbraid"}
)


class Address(NamedTuple):
    """A page's address in parts; `campaign` holds allow-listed query keys only.

    `path` and `query` are never stored as they are: `pages.page_of` makes a page of them, by a site's rules.
    """

    host: str
    path: str
    campaign: tuple[tuple[str, str], ...]
    query: str = ""


def parse_url(url: str) -> Address | None:
    """Parses an http address; None where it is none."""
    return _parse_cached(url) if len(url) <= CACHED_LENGTH else _parse(url)


def _parse(url: str) -> Address | None:
    match = _ADDRESS.fullmatch(url)
    if match is None:
        return None
    _scheme, written, port, path, query = match.groups()
    host = normal_host(written)
    if not 0 < len(host) <= HOST_LIMIT or (port and int(port) > 65535):
        return None
    if not query:
        return Address(host, normal_path(path or "/"), ())
    return Address(host, normal_path(path or "/"), campaign_of(query), query[:QUERY_LIMIT])


# Visitors look at the same pages; both bounds together keep this below 8 MiB.
_parse_cached = lru_cache(maxsize=CACHE_SIZE)(_parse)


def normal_host(host: str) -> str:
    """Lower case, without the root's dot."""
    return host.lower().rstrip(".")


def host_of(url: str) -> str:
    """The host (or `android-app://package`) of a referrer, or nothing."""
    if match := _APP.match(url):
        return match.group(0)
    match = _ADDRESS.fullmatch(url)
    host = normal_host(match.group(2)) if match else ""
    return host if len(host) <= HOST_LIMIT else ""


def printable(text: str, limit: int) -> str:
    """The text without control characters and lone surrogates, cut to `limit` characters."""
    text = text[:limit]
    # What can be printed holds none of them, and is known four times as fast.
    return text if text.isprintable() else _CONTROL.sub("\ufffd", text)


def _decode(match: re.Match[str]) -> str:
    text = match.group(0)
    try:
        decoded = unquote(text, errors="strict")
    except UnicodeDecodeError:
        return text.upper()
    # What would change the path's meaning, or decode a second time, stays as it was written.
    if _CONTROL.search(decoded) or any(sign in decoded for sign in "/?#%\\;"):
        return text.upper()
    return decoded


def normal_path(path: str) -> str:
    """One form for one page: decoded where that is safe, dot segments and login ids removed."""
    text = printable(path.replace("\\", "/"), PATH_LIMIT * 4)
    text = _PATH_PARAMETER.sub("", _ESCAPED.sub(_decode, text))
    if "/." in text:
        text = _without_dots(text)
    # A cut may leave dots, or an escape that can now be decoded, at the end.
    return text if len(text) <= PATH_LIMIT else normal_path(text[:PATH_LIMIT])


def _without_dots(path: str) -> str:
    """Removes `.` and `..` segments (RFC 3986, 5.2.4)."""
    kept: list[str] = []
    segments = path.split("/")[1:]
    for segment in segments:
        if segment == "..":
            if kept:
                kept.pop()
        elif segment != ".":
            kept.append(segment)
    if segments[-1] in (".", ".."):
        kept.append("")
    return "/" + "/".join(kept)


def campaign_of(query: str) -> tuple[tuple[str, str], ...]:
    """The allow-listed keys of a query with their values, sorted; the rest is gone here."""
    found: dict[str, str] = {}
    for part in query.split("&", 100)[:100]:
        key, _, value = part.partition("=")
        name = key.lower()
        if name in CAMPAIGN_KEYS and value:
            found.setdefault(name, printable(unquote_plus(value[: CAMPAIGN_LIMIT * 3]), CAMPAIGN_LIMIT))
        elif name in CLICK_KEYS:
            found.setdefault(name, "")
    return tuple(sorted(found.items()))
