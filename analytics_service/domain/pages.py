"""Pages in the form under which they are counted: by a site's rules, and with nothing in them of a person."""

import re
from functools import lru_cache
from hashlib import blake2b
from urllib.parse import unquote_plus

from analytics_service.domain.model import SiteRules

KEYS_LIMIT = 10
VALUE_LIMIT = 200
EMAIL, TOKEN = "[email]", "[token]"

# Names that servers look for in a folder of which no file was asked.
_INDEX = re.compile(
    r"/(?:index|default|home|main)\.(?:html?|php\d?|aspx?|jspx?|cgi|shtml|xhtml|cfm)$", re.IGNORECASE
)
_WORD = re.compile(r"[^\s/?&=;,]*@[^\s/?&=;,]*")
_TOP_LEVEL = re.compile(r"\.[^\W\d_]{2,24}(?![^\W_])")
# Signed tokens; 32 or more hexadecimal digits; long random words of both cases and digits; and what
# follows a word that says so, from 16 signs on. Slugs and numbers of articles are none of these.
_TOKEN = re.compile(
    r"eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*"
    r"|(?<![0-9A-Za-z])(?=[0-9]*[a-fA-F])[0-9a-fA-F]{32,}(?![0-9A-Za-z])"
    r"|(?<![0-9A-Za-z])(?=[A-Za-z]*[0-9])(?=[A-Z0-9]*[a-z])(?=[a-z0-9]*[A-Z])[0-9A-Za-z]{32,}(?![0-9A-Za-z])"
)
_AFTER_WORD = re.compile(
    r"((?:^|[/=_-])(?:token|reset|verify|activate|invite|confirm|unsubscribe|session|auth|key|password|otp)"
    r"[^/]{0,20}/)(?=[^/]*\d)([\w.~+-]{16,})(?=/|$)",
    re.IGNORECASE,
)


def masked(text: str) -> str:
    """The text with e-mail addresses and tokens taken out; the same again changes nothing."""
    if "@" in text:
        text = _WORD.sub(_without_email, text)
    if len(text) < 16:
        return text
    return _AFTER_WORD.sub(rf"\1{TOKEN}", _TOKEN.sub(TOKEN, text))


def _without_email(word: re.Match[str]) -> str:
    # A whole word goes, in one look: an expression for addresses takes a hundred times as long.
    name, _, rest = word.group(0).partition("@")
    return EMAIL if name and _TOP_LEVEL.search(rest) else word.group(0)


def page_of(path: str, query: str, rules: SiteRules) -> str:
    """The page that a path in normal form, and its query, is for a site."""
    if rules.index_files:
        path = _INDEX.sub("/", path)
    if len(path) > 1 and path.endswith("/"):
        path = path.rstrip("/") or "/"
    if not rules.page_keys or not query:
        return path
    kept = _kept(query, rules.page_keys)
    return f"{path}?{kept}" if kept else path


@lru_cache(maxsize=8192)
def key_of(page: str) -> int:
    """A page's name in 63 bits, for where many are kept; never 0."""
    return int.from_bytes(blake2b(page.encode(), digest_size=8).digest()) >> 1 or 1


@lru_cache(maxsize=8192)
def _kept(query: str, keys: frozenset[str]) -> str:
    """The keys that make a page, sorted, each once; values are cut and masked."""
    found: dict[str, str] = {}
    for part in query.split("&", 100)[:100]:
        key, _, value = part.partition("=")
        if key in keys and value and len(found) < KEYS_LIMIT:
            plain = "".join(sign for sign in unquote_plus(value[: VALUE_LIMIT * 3]) if sign.isprintable())
            found.setdefault(key, masked(plain.replace("&", "%26").replace("#", "%23"))[:VALUE_LIMIT])
    return "&".join(f"{key}={value}" for key, value in sorted(found.items()))


def is_excluded(page: str, patterns: frozenset[str]) -> bool:
    """Whether a page fits one of the patterns, in which `*` stands for any text."""
    return bool(patterns) and _excluding(patterns).fullmatch(page) is not None


@lru_cache(maxsize=1024)
def _excluding(patterns: frozenset[str]) -> re.Pattern[str]:
    return re.compile(
        "|".join(".*".join(map(re.escape, pattern.split("*"))) for pattern in sorted(patterns)), re.DOTALL
    )
