"""Sites: adding one, changing its settings, finding it by a name."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from analytics_service.administering.opening_balances import BalanceChanges, changed_balances
from analytics_service.administering.rules import RuleChanges, changed_counter, changed_rules
from analytics_service.domain.choices import suggest
from analytics_service.domain.counter import PublicCounter
from analytics_service.domain.hosts import ANY_HOST, host_names_of, normal_host
from analytics_service.domain.periods import local_day
from analytics_service.domain.site import (
    FORMER_ID_RETENTION,
    FormerId,
    Site,
    SiteRules,
    WeekStart,
    ZoneSince,
)
from analytics_service.domain.site_names import find_by_name, index_sites, is_reserved_name
from analytics_service.errors import BadParameter, UnknownSite
from analytics_service.ports.clock import Randomness
from analytics_service.ports.sites import SiteStore

PUBLIC_ID_LETTERS = 6
_LETTERS = "abcdefghijkmnpqrstuvwxyz"
_LETTERS_AND_DIGITS = _LETTERS + "23456789"
_HOST = re.compile(r"(?:\*\.)?[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63}){0,20}")
_SCHEME = re.compile(r"https?://", re.IGNORECASE)
_LOCALES = ("vi", "en")


@dataclass(frozen=True, kw_only=True)
class SiteChanges:
    """Changes of a site's settings; None leaves a setting as it is, or at its default.

    `host_names` are added to those that count; an empty text among them empties the list first. A new
    `domain` leaves the old one among them.
    """

    name: str | None = None
    domain: str | None = None
    timezone: str | None = None
    week_start: str | None = None
    locale: str | None = None
    host_names: Sequence[str] = ()
    removed_host_names: Sequence[str] = ()
    opening_balance: BalanceChanges = field(default_factory=BalanceChanges)
    public: bool | None = None
    paused: bool | None = None
    demo: bool = False
    rules: RuleChanges = field(default_factory=RuleChanges)


def add_site(
    config: SiteStore, domain: str, changes: SiteChanges, *, at: datetime, random: Randomness, by: str
) -> Site:
    """Adds a site and returns it. Raises BadParameter, and NameTaken where the domain is taken."""
    return config.add_site(make_site(domain, changes, at=at, random=random, by=by))


def make_site(domain: str, changes: SiteChanges, *, at: datetime, random: Randomness, by: str) -> Site:
    """Returns a site that is added nowhere yet. Raises BadParameter."""
    host = _domain(domain)
    zone = changes.timezone or "Asia/Ho_Chi_Minh"
    site = Site(
        number=0,
        public_id=_public_id(random),
        uuid=str(UUID(bytes=random(16), version=4)),
        domain=host,
        name=changes.name or host,
        zones=(ZoneSince(date(1970, 1, 1), _zone(zone)),),
        week_start=_week_start(changes.week_start or "monday"),
        locale=_locale(changes.locale or "vi"),
        host_names=host_names_of(host, _hosts(changes.host_names)),
        public=changes.public is not False,
        paused=bool(changes.paused),
        demo=changes.demo,
        created_at=at,
        rules=changed_rules(SiteRules(), changes.rules),
        counter=changed_counter(PublicCounter(), changes.rules),
    )
    return replace(site, opening_balances=changed_balances(site, changes.opening_balance, at, by))


def set_site(config: SiteStore, name: str, changes: SiteChanges, *, at: datetime, by: str) -> Site:
    """Changes a site and returns it as it is then. Raises UnknownSite, BadParameter, NameTaken."""
    number = find_site(config, name, at).number
    return config.change_site(number, lambda site: _changed_site(site, changes, at, by))


def renew_public_id(config: SiteStore, name: str, *, at: datetime, random: Randomness) -> Site:
    """Gives a site another public id and returns it; the old one answers for FORMER_ID_RETENTION.

    Raises UnknownSite.
    """
    number = find_site(config, name, at).number
    public_id = _public_id(random)

    def renew(site: Site) -> Site:
        former = FormerId(site.public_id, at + FORMER_ID_RETENTION)
        return replace(site, public_id=public_id, former_ids=(*site.former_ids, former))

    return config.change_site(number, renew)


def _changed_site(site: Site, changes: SiteChanges, at: datetime, by: str) -> Site:
    if changes.domain is not None:
        site = _renamed(site, _domain(changes.domain))
    return replace(
        site,
        name=site.name if changes.name is None else changes.name,
        zones=site.zones if changes.timezone is None else _changed_zones(site.zones, changes.timezone, at),
        week_start=site.week_start if changes.week_start is None else _week_start(changes.week_start),
        locale=site.locale if changes.locale is None else _locale(changes.locale),
        host_names=_changed_hosts(site, changes),
        public=site.public if changes.public is None else changes.public,
        paused=site.paused if changes.paused is None else changes.paused,
        opening_balances=changed_balances(site, changes.opening_balance, at, by),
        rules=changed_rules(site.rules, changes.rules),
        counter=changed_counter(site.counter, changes.rules),
    )


def _renamed(site: Site, domain: str) -> Site:
    """Returns the site under a new domain; the old one's host names go on counting."""
    name = domain if site.name == site.domain else site.name
    return replace(site, domain=domain, name=name, host_names=site.host_names | host_names_of(domain))


def _changed_zones(zones: tuple[ZoneSince, ...], name: str, at: datetime) -> tuple[ZoneSince, ...]:
    """Returns the zones with another one from the next local midnight of both, or without the one to come."""
    zone = _zone(name)
    if zone == zones[-1].zone:
        return zones
    here = local_day(at, zones)
    in_force = tuple(since for since in zones if since.day <= here)
    if zone == in_force[-1].zone:
        return in_force
    # No day is cut twice, and none begins again.
    there = at.astimezone(ZoneInfo(zone)).date()
    return (*in_force, ZoneSince(max(here, there) + timedelta(days=1), zone))


def find_site(config: SiteStore, name: str, at: datetime) -> Site:
    """Returns the site that answers to a name at that instant. Raises UnknownSite."""
    site = find_by_name(index_sites(config.sites(), at), name)
    if site is None:
        raise UnknownSite(name)
    return site


def _public_id(random: Randomness) -> str:
    first, *rest = random(PUBLIC_ID_LETTERS)
    letters = [_LETTERS_AND_DIGITS[byte % len(_LETTERS_AND_DIGITS)] for byte in rest]
    return _LETTERS[first % len(_LETTERS)] + "".join(letters)


def _domain(text: str) -> str:
    typed = _SCHEME.sub("", text.strip()).rstrip("/")
    host, slash, _ = typed.partition("/")
    if slash and _HOST.fullmatch(normal_host(host)):
        raise BadParameter("domain", "value", f"{typed!r} names a page; a site is a whole host: use {host}")
    host = _host(typed, "domain")
    if is_reserved_name(host):
        raise BadParameter("domain", "value", f"{host!r} would be taken for the number or uuid of a site")
    return host


def _host(name: str, parameter: str) -> str:
    host = normal_host(name.strip())
    if not _HOST.fullmatch(host):
        raise BadParameter(parameter, "value", f"invalid host name {name!r}; expected e.g. cantho.example.vn")
    return host


def _hosts(names: Sequence[str]) -> tuple[str, ...]:
    """Returns the further host names; an empty text stands for none, so that the list can be emptied."""
    given = [name for name in names if name.strip()]
    return tuple(name if name == ANY_HOST else _host(name, "host-name") for name in given)


def _changed_hosts(site: Site, changes: SiteChanges) -> frozenset[str]:
    """Returns the site's host names with those added and without those removed. Raises BadParameter."""
    own = host_names_of(site.domain)
    is_emptied = any(not name.strip() for name in changes.host_names)
    hosts = host_names_of(site.domain, _hosts(changes.host_names)) | (own if is_emptied else site.host_names)
    for host in _hosts(changes.removed_host_names):
        if host in own:
            problem = f"{host} is the site's own domain, which always counts"
        elif host not in hosts:
            further = ", ".join(sorted(hosts - own)) or "none"
            problem = f"{host} is no host name of {site.domain}; its further ones are: {further}"
        else:
            hosts -= {host}
            continue
        raise BadParameter("remove-host-name", "value", problem)
    return hosts


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        near = suggest(name, sorted(available_timezones())) or "; expected e.g. Asia/Ho_Chi_Minh"
        problem = f"unknown time zone {name!r}{near}"
        raise BadParameter("timezone", "value", problem) from None
    return name


def _week_start(name: str) -> WeekStart:
    try:
        return WeekStart(name)
    except ValueError:
        allowed = [start.value for start in WeekStart]
        raise BadParameter("week-start", "enum", f"{name!r} is neither monday nor sunday", allowed) from None


def _locale(name: str) -> str:
    if name not in _LOCALES:
        raise BadParameter("locale", "enum", f"{name!r} is not one of {', '.join(_LOCALES)}", _LOCALES)
    return name
