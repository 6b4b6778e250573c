"""Rules of a site: what it counts, and what its public counter shows."""

import ipaddress
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

import msgspec

from analytics_service.domain.counter import PUBLIC_METRICS, Item, PublicCounter
from analytics_service.domain.metrics import Metric
from analytics_service.domain.pages import KEYS_LIMIT
from analytics_service.domain.site import RobotLevel, SiteRules
from analytics_service.errors import BadParameter

ENTRIES_LIMIT = 1_000
PATTERN_LIMIT = 200
_KEY = re.compile(r"[\w.\[\]-]{1,40}", re.ASCII)
_COUNTRY = re.compile(r"[A-Z]{2}")
_Choice = TypeVar("_Choice", bound=StrEnum)


@dataclass(frozen=True, kw_only=True)
class RuleChanges:
    """Changes of a site's rules; None leaves a rule as it is, a list replaces the old one."""

    excluded_networks: Sequence[str] | None = None
    excluded_pages: Sequence[str] | None = None
    excluded_countries: Sequence[str] | None = None
    robots: str | None = None
    honours_signals: bool | None = None
    index_files: bool | None = None
    page_keys: Sequence[str] | None = None
    unmasked_pages: Sequence[str] | None = None
    items: Sequence[str] | None = None
    metrics: Sequence[str] | None = None
    series: bool | None = None
    pages: bool | None = None


def changed_rules(rules: SiteRules, changes: RuleChanges) -> SiteRules:
    """Returns the rules with the changes made. Raises BadParameter."""
    values: dict[str, object] = {}
    if changes.excluded_networks is not None:
        values["excluded_networks"] = _set("excluded-address", changes.excluded_networks, _network)
    if changes.excluded_pages is not None:
        values["excluded_pages"] = _set("excluded-page", changes.excluded_pages, _pattern)
    if changes.unmasked_pages is not None:
        values["unmasked_pages"] = _set("unmasked-page", changes.unmasked_pages, _pattern)
    if changes.excluded_countries is not None:
        values["excluded_countries"] = _set("excluded-country", changes.excluded_countries, _country)
    if changes.robots is not None:
        values["robots"] = _one_of("robots", changes.robots, RobotLevel, RobotLevel)
    if changes.honours_signals is not None:
        values["honours_signals"] = changes.honours_signals
    if changes.index_files is not None:
        values["index_files"] = changes.index_files
    if changes.page_keys is not None:
        if len(changes.page_keys) > KEYS_LIMIT:
            raise BadParameter("page-key", "value", f"has more than {KEYS_LIMIT} entries")
        values["page_keys"] = _set("page-key", changes.page_keys, _key)
    return msgspec.structs.replace(rules, **values)


def changed_counter(counter: PublicCounter, changes: RuleChanges) -> PublicCounter:
    """Returns the public counter with the changes made. Raises BadParameter."""
    values: dict[str, object] = {}
    if changes.items is not None:
        values["items"] = frozenset(_one_of("items", name, Item, Item) for name in _non_empty(changes.items))
    if changes.metrics is not None:
        names = _non_empty(changes.metrics)
        values["metrics"] = frozenset(_one_of("metrics", name, Metric, PUBLIC_METRICS) for name in names)
    if changes.series is not None:
        values["series"] = changes.series
    if changes.pages is not None:
        values["pages"] = changes.pages
    return msgspec.structs.replace(counter, **values)


def _non_empty(texts: Sequence[str]) -> list[str]:
    """Returns the texts that are not empty: an empty one alone empties a list."""
    return [text.strip() for text in texts if text.strip()]


def _set(parameter: str, texts: Sequence[str], checked: Callable[[str, str], str]) -> frozenset[str]:
    if len(texts) > ENTRIES_LIMIT:
        raise BadParameter(parameter, "value", f"has more than {ENTRIES_LIMIT} entries")
    return frozenset(checked(parameter, text) for text in _non_empty(texts))


def _network(parameter: str, text: str) -> str:
    try:
        return str(ipaddress.ip_network(text, strict=False))
    except ValueError:
        raise BadParameter(
            parameter, "value", f"invalid address {text!r}; expected e.g. 203.0.113.0/24"
        ) from None


def _pattern(parameter: str, text: str) -> str:
    if not text.startswith(("/", "*")) or len(text) > PATTERN_LIMIT:
        raise BadParameter(parameter, "value", f"invalid path {text[:40]!r}; expected e.g. /private/*")
    return text


def _key(parameter: str, text: str) -> str:
    if not _KEY.fullmatch(text):
        raise BadParameter(parameter, "value", f"invalid query parameter {text[:40]!r}; expected e.g. id")
    return text


def _country(parameter: str, text: str) -> str:
    if not _COUNTRY.fullmatch(text.upper()):
        raise BadParameter(parameter, "value", f"invalid country {text!r}; expected two letters, as in VN")
    return text.upper()


def _one_of(parameter: str, name: str, kind: type[_Choice], allowed: Iterable[_Choice]) -> _Choice:
    names = sorted(one.value for one in allowed)
    if name not in names:
        raise BadParameter(parameter, "enum", f"{name!r} is not one of {', '.join(names)}", names)
    return kind(name)
