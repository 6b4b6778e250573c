"""Addresses of pages: parsed by one compiled expression, kept in one normal form."""

import re
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import unquote, unquote_plus

from analytics_service.domain.hosts import HOST_LIMIT, WRAPPERS, normal_host, unwrapped_host
from analytics_service.domain.invisible_signs import compose
from analytics_service.domain.redaction import redact

PATH_LIMIT = 1024
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
# A cache of AMP pages names the page's host in the path too: /v/s/a.example.vn/tin.
_AMP_PATH = re.compile(r"/[a-z](?:/s)?/([^/]+)(/.*)?", re.DOTALL)
# What follows half an escape stays as it was written: decoded, it could make that half a whole one.
_ESCAPED = re.compile(r"(?<!%)(?<!%[0-9a-f])(?:%[0-9a-f]{2})+", re.IGNORECASE)

# / ? # % \ ; and control characters.
_KEPT_ESCAPE = re.compile(r"(%(?:2F|3F|23|25|5C|3B|[01][0-9A-F]|7F))", re.IGNORECASE)

# Values are kept for those that name a campaign; a click id would name a person, so only its presence is.
CAMPAIGN_KEYS = frozenset(
    {"utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term", "ref", "source"}
)
CLICK_KEYS = frozenset(
    {"gclid", "fbclid", "msclkid", "ttclid", "twclid", "zclid", "dclid", "gbraid", "wbraid"}
)


# They name a person, a device or a letter of a mailing, and a page is the same without them.
_TRACKING_KEYS = CLICK_KEYS | frozenset(
    "gad_source gad_campaignid gclsrc srsltid _ga _gl mc_eid mc_cid igsh igshid mibextid yclid ysclid "
    "li_fat_id epik sccid irclickid rdt_cid vero_id _hsenc _hsmi __hstc mkt_tok oly_anon_id oly_enc_id "
    "wickedid".split()
)
_SECRET_KEYS = frozenset(
    "jsessionid phpsessid sid sessionid session_id cfid cftoken token access_token id_token refresh_token "
    "auth_token api_key apikey secret password passwd pwd otp sig signature".split()
)
_NO_PAGE = "|".join(sorted(map(re.escape, _TRACKING_KEYS | _SECRET_KEYS)))
# A parameter where none belongs: after & ; or / in a path, or after a second question mark.
_STRAY = re.compile(
    rf"(?:(?:[;&?]|%3[FB])(?:{_NO_PAGE}|utm_[a-z]+)|(?<=/)(?:{_NO_PAGE}))=(?:(?!%3[FB])[^/;&?])*",
    re.IGNORECASE,
)
_BETWEEN = re.compile(rf"&|[;?](?=(?:{_NO_PAGE}|{'|'.join(sorted(CAMPAIGN_KEYS))})=)", re.IGNORECASE)


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
    host, path = _unwrapped(normal_host(written), path or "/")
    if not 0 < len(host) <= HOST_LIMIT or (port and int(port) > 65535):
        return None
    if not query:
        return Address(host, normal_path(path), ())
    return Address(host, normal_path(path), campaign_of(query), query[:QUERY_LIMIT])


# Visitors look at the same pages; both bounds together keep this below 8 MiB.
_parse_cached = lru_cache(maxsize=CACHE_SIZE)(_parse)


def _unwrapped(host: str, path: str) -> tuple[str, str]:
    """Host and path of the page itself, where a cache or a translator shows it under a host of its own."""
    if not host.endswith(WRAPPERS):
        return host, path
    own = unwrapped_host(host)
    named = _AMP_PATH.fullmatch(path)
    if named and own == normal_host(named.group(1)):
        path = named.group(2) or "/"
    return own, path


def host_of(url: str) -> str:
    """The host (or `android-app://package`) of a referrer, or nothing."""
    if match := _APP.match(url):
        return match.group(0)
    match = _ADDRESS.fullmatch(url)
    host = unwrapped_host(normal_host(match.group(2))) if match else ""
    return host if len(host) <= HOST_LIMIT else ""


def printable(text: str, limit: int) -> str:
    """The one form of all texts that look alike, without control characters, cut to `limit`."""
    text = compose(text)[:limit]
    # What can be printed holds none of them, and is known four times as fast.
    return text if text.isprintable() else _CONTROL.sub("\ufffd", text)


def without_stray_parameters(text: str) -> str:
    """The text without click ids, session ids and secrets written as parameters within a path or a value."""
    return _STRAY.sub("", text) if "=" in text else text


def split_query(query: str) -> list[str]:
    """The parameters of a query, `key=value`; before a known key a second question mark begins one too."""
    return _BETWEEN.split(query, 100)[:100]


def _decode(match: re.Match[str]) -> str:
    """Decodes a run of escapes, but for those that would mean something else, or decode a second time."""
    return "".join(
        part.upper() if place % 2 else _decode_letters(part)
        for place, part in enumerate(_KEPT_ESCAPE.split(match.group(0)))
    )


def _decode_letters(escapes: str) -> str:
    try:
        decoded = unquote(escapes, errors="strict")
    except UnicodeDecodeError:
        return escapes.upper()
    return escapes.upper() if _CONTROL.search(decoded) else decoded


def normal_path(path: str) -> str:
    """One form for one page: decoded where that is safe, dot segments and login ids removed."""
    text = printable(path.replace("\\", "/"), PATH_LIMIT * 4)
    text = without_stray_parameters(compose(_ESCAPED.sub(_decode, text)))
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
    for part in split_query(query):
        key, _, value = part.partition("=")
        name = key.lower()
        if name in CAMPAIGN_KEYS and value:
            found.setdefault(name, _campaign_value(value))
        elif name in CLICK_KEYS:
            found.setdefault(name, "")
    return tuple(sorted(found.items()))


def _campaign_value(written: str) -> str:
    value = printable(unquote_plus(written[: CAMPAIGN_LIMIT * 6]), CAMPAIGN_LIMIT)
    return redact(without_stray_parameters(value))[:CAMPAIGN_LIMIT]
