"""Pages in the form under which they are counted: by a site's rules, and with nothing in them of a person."""

import re
from functools import lru_cache
from hashlib import blake2b
from urllib.parse import unquote_plus

from analytics_service.domain.invisible_signs import compose
from analytics_service.domain.redaction import redact
from analytics_service.domain.site import SiteRules
from analytics_service.domain.urls import printable, split_query, without_stray_parameters

KEYS_LIMIT = 10
VALUE_LIMIT = 200

# Names that servers look for in a folder of which no file was asked.
_INDEX = re.compile(
    r"/(?:index|default|home|main)\.(?:html?|php\d?|aspx?|jspx?|cgi|shtml|xhtml|cfm)$", re.IGNORECASE
)


def page_of(path: str, query: str, rules: SiteRules) -> str:
    """The page that a path in normal form, and its query, is for a site: what may be stored of both."""
    path = _without_index(path, rules)
    is_open = fits(path, rules.unmasked_pages)
    if not is_open:
        path = redact(path)
    if not rules.page_keys or not query:
        return path
    kept = _select_keys(query, rules.page_keys, is_open)
    return f"{path}?{kept}" if kept else path


def title_of(title: str, path: str, rules: SiteRules) -> str:
    """The title of a page as it may be stored: masked, unless the site's rules say that the page is open."""
    return title if fits(_without_index(path, rules), rules.unmasked_pages) else redact(title)


def _without_index(path: str, rules: SiteRules) -> str:
    if rules.index_files:
        path = _INDEX.sub("/", path)
    if len(path) > 1 and path.endswith("/"):
        path = path.rstrip("/") or "/"
    return path


@lru_cache(maxsize=8192)
def key_of(page: str) -> int:
    """A page's name in 63 bits, for where many are kept; never 0."""
    return int.from_bytes(blake2b(page.encode(), digest_size=8).digest()) >> 1 or 1


@lru_cache(maxsize=8192)
def _select_keys(query: str, keys: frozenset[str], is_open: bool) -> str:
    """The keys that make a page, sorted, each once; values are cut and, unless the page is open, masked."""
    found: dict[str, str] = {}
    for part in split_query(query):
        key, _, value = part.partition("=")
        if key in keys and value and len(found) < KEYS_LIMIT:
            letters = (one for one in unquote_plus(value[: VALUE_LIMIT * 6]) if one.isprintable())
            text = without_stray_parameters(printable("".join(letters), VALUE_LIMIT))
            text = text.replace("&", "%26").replace("#", "%23")
            found.setdefault(key, (text if is_open else redact(text))[:VALUE_LIMIT])
    return "&".join(f"{key}={value}" for key, value in sorted(found.items()))


def fits(page: str, patterns: frozenset[str]) -> bool:
    """Whether a page fits one of the patterns, in which `*` stands for any text."""
    return bool(patterns) and _pattern(patterns).fullmatch(page) is not None


@lru_cache(maxsize=1024)
def _pattern(patterns: frozenset[str]) -> re.Pattern[str]:
    return re.compile("|".join(map(_expression, sorted(patterns))), re.DOTALL)


def _expression(pattern: str) -> str:
    return ".*".join(map(re.escape, compose(pattern).split("*")))
