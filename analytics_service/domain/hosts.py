"""Host names: one form for each, whoever wrote it, and which of them are a site's own."""

from collections.abc import Iterator
from functools import lru_cache
from urllib.parse import urlsplit

import idna

HOST_LIMIT = 253
ANY_HOST = "*"
CACHE_SIZE = 4096
_NOT_IN_HOSTS = "/?#@:[]%\\ "
# Caches and translators that show a page under a host of their own, whose first label is the page's host.
WRAPPERS = (".cdn.ampproject.org", ".bing-amp.com", ".translate.goog")


def normal_host(host: str) -> str:
    """The form in which hosts are compared: as a browser sends it, without the root's dot.

    Letters beyond ASCII become xn-- (IDNA 2008 in the browsers' manner: UTS 46, not transitional).
    """
    return host.lower().rstrip(".") if host.isascii() else _mapped(host)


@lru_cache(maxsize=CACHE_SIZE)
def _mapped(host: str) -> str:
    try:
        mapped = idna.uts46_remap(host, std3_rules=False, transitional=False)
    except idna.IDNAError:
        mapped = ""
    if not mapped or any(sign in mapped for sign in _NOT_IN_HOSTS):
        # No browser goes there; one form all the same.
        mapped = host.lower()
    # Browsers let labels through that registries refuse (signs, underscores), so nothing more is checked.
    return ".".join(_ascii_label(label) for label in mapped.split(".")).rstrip(".")


def _ascii_label(label: str) -> str:
    return label if label.isascii() else "xn--" + label.encode("punycode", "replace").decode("ascii")


def origin_of(text: str) -> str | None:
    """Returns the origin as browsers send it, or None for what is no scheme with a host and its port."""
    try:
        parts = urlsplit(text.strip())
        port = parts.port
    except ValueError:
        return None
    rest = (parts.path.strip("/"), parts.query, parts.fragment, parts.username, parts.password)
    default = {"http": 80, "https": 443}
    if parts.scheme not in default or not parts.hostname or any(rest) or len(text) > HOST_LIMIT + 20:
        return None
    host = f"[{parts.hostname}]" if ":" in parts.hostname else normal_host(parts.hostname)
    if not host or not host.isprintable() or any(sign in host for sign in " *,;\"'"):
        return None
    return f"{parts.scheme}://{host}" + (f":{port}" if port and port != default[parts.scheme] else "")


def unwrapped_host(host: str) -> str:
    """The host of the page that a cache or a translator shows, out of the wrapper's in normal form."""
    if not host.endswith(WRAPPERS):
        return host
    label = next(host.removesuffix(end) for end in WRAPPERS if host.endswith(end))
    if not label or "." in label:
        return host
    if label.startswith("xn--"):
        try:
            label = label.removeprefix("xn--").encode("ascii").decode("punycode")
        except UnicodeError:
            return host
    # A dot of the page's host is a hyphen there, and a hyphen two.
    return normal_host(label.replace("--", "\0").replace("-", ".").replace("\0", "-"))


def enclosing_hosts(host: str) -> Iterator[str]:
    """Yields the host and what it lies under, but no single label: a.b.vn, b.vn; of an app only itself."""
    yield host
    if "://" in host:
        return
    while "." in host:
        host = host.partition(".")[2]
        if "." in host:
            yield host


def spellings_of(name: str) -> tuple[str, ...]:
    """Names under which a site that is called so may be known: as written, as a host, with or without www."""
    host = normal_host(name)
    return name, host, host.removeprefix("www.") if host.startswith("www.") else f"www.{host}"


def is_own_host(host: str, own_hosts: frozenset[str]) -> bool:
    """Whether a host is one of those, with www. or without it; `*.` before one stands for any below it."""
    bare = host.removeprefix("www.")
    if bare in own_hosts or f"www.{bare}" in own_hosts:
        return True
    return any(f"*.{parent}" in own_hosts for parent in list(enclosing_hosts(host))[1:])


def host_names_of(domain: str, more: tuple[str, ...] = ()) -> frozenset[str]:
    """A site's own host names: its domain with `www.` and without, and those allowed besides."""
    bare = normal_host(domain).removeprefix("www.")
    return frozenset({bare, f"www.{bare}", *(normal_host(name) for name in more)})
