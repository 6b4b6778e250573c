"""Addresses of pages: cut by one compiled expression, kept in one normal form."""

import re
from dataclasses import dataclass
from urllib.parse import unquote, unquote_plus

PATH_LIMIT = 1024
HOST_LIMIT = 253
CAMPAIGN_LIMIT = 200

# scheme://[userinfo@]host[:port][/path][?query][#fragment]; a browser reads a backslash as a slash.
_ADDRESS = re.compile(
    r"(https?)://(?:[^/?#@\\]*@)?(\[[0-9a-f:.]+\]|[^/?#@:\\\[\]\s]+)(?::([0-9]{1,5}))?"
    r"([/\\][^?#]*)?(?:\?([^#]*))?(?:#.*)?",
    re.IGNORECASE | re.DOTALL,
)
_APP = re.compile(r"android-app://([\w.]{1,200})", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_PATH_PARAMETER = re.compile(r";(?:jsessionid|phpsessid|sid)=[^/;]*", re.IGNORECASE)
_ESCAPED = re.compile(r"(?:%[0-9a-f]{2})+", re.IGNORECASE)

# Values are kept for those that name a campaign; a click id would name a person, so only its presence is.
CAMPAIGN_KEYS = frozenset(
    {"utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term", "ref", "source"}
)
CLICK_KEYS = frozenset(
    {"gclid", "fbclid", "msclkid", "ttclid", "twclid", "zclid", "dclid", "gbraid", "wbraid"}
)


@dataclass(frozen=True, slots=True)
class Address:
    """A page's address in parts; `campaign` holds allow-listed query keys only."""

    host: str
    path: str
    campaign: tuple[tuple[str, str], ...]


def cut(url: str) -> Address | None:
    """The parts of an http address, or None where it is none."""
    match = _ADDRESS.fullmatch(url)
    if match is None:
        return None
    _scheme, host, port, path, query = match.groups()
    if len(host) > HOST_LIMIT or (port and int(port) > 65535):
        return None
    return Address(normal_host(host), normal_path(path or "/"), campaign_of(query) if query else ())


def normal_host(host: str) -> str:
    """Lower case, without the root's dot."""
    return host.lower().removesuffix(".")


def host_of(url: str) -> str:
    """The host (or `android-app://package`) of a referrer, or nothing."""
    if match := _APP.match(url):
        return match.group(0)
    match = _ADDRESS.fullmatch(url)
    return normal_host(match.group(2)) if match and len(match.group(2)) <= HOST_LIMIT else ""


def plain(text: str, limit: int) -> str:
    """The text without control characters and lone surrogates, cut to `limit` characters."""
    return _CONTROL.sub("\ufffd", text[:limit])


def _decoded(match: re.Match[str]) -> str:
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
    text = plain(path.replace("\\", "/"), PATH_LIMIT * 4)
    text = _PATH_PARAMETER.sub("", _ESCAPED.sub(_decoded, text))
    if "/." in text:
        text = _without_dots(text)
    return text[:PATH_LIMIT]


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
            found.setdefault(name, plain(unquote_plus(value[: CAMPAIGN_LIMIT * 3]), CAMPAIGN_LIMIT))
        elif name in CLICK_KEYS:
            found.setdefault(name, "")
    return tuple(sorted(found.items()))
