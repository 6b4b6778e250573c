"""Sites in config.db, written rarely and briefly by any process."""

import logging
import sqlite3
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from analytics_service.disk.sqlite_errors import translated
from analytics_service.domain.counter import PublicCounter
from analytics_service.domain.metrics import Metric
from analytics_service.domain.site import OpeningBalance, Site, SiteRules, WeekStart, ZoneSince
from analytics_service.errors import Refused, UnknownSite
from analytics_service.storage.sqlite.provisioning import CONFIG
from analytics_service.storage.sqlite.sql import queries, transaction

FILE = CONFIG.file
SQL = queries("config")
# What a column holds is what its table says; SQLite's driver knows no types.
_Row = tuple[Any, ...]

log = logging.getLogger(__name__)


class Sites:
    """Sites with their zones, host names and opening balances."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection
        self._left_out: dict[int, str] = {}

    def version(self) -> int:
        """A number that differs once another connection has changed anything."""
        with translated(FILE):
            number: int = self._db.execute("pragma data_version").fetchone()[0]
            return number

    def has_sites(self) -> bool:
        """Whether there is any site, readable or not."""
        with translated(FILE):
            return self._db.execute(SQL["sites"]).fetchone() is not None

    def zones(self) -> dict[int, tuple[ZoneSince, ...]]:
        """Each site's zones, by its number; without sites whose zones this release cannot read."""
        with translated(FILE):
            rows = self._db.execute(SQL["zones"]).fetchall()
        found: dict[int, tuple[ZoneSince, ...]] = {}
        unreadable: dict[int, str] = {}
        for site, day, zone in rows:
            try:
                since = ZoneSince(date.fromisoformat(day), ZoneInfo(zone).key)
            except (ValueError, KeyError, OSError) as error:
                unreadable[site] = str(error)
            else:
                found[site] = (*found.get(site, ()), since)
        for site, problem in unreadable.items():
            found.pop(site, None)
            self._leave_out(site, problem)
        return found

    def host_names(self) -> dict[int, frozenset[str]]:
        """Each site's own host names, by its number."""
        hosts: dict[int, set[str]] = defaultdict(set)
        with translated(FILE):
            for site, host in self._db.execute(SQL["host_names"]):
                hosts[site].add(host)
        return {site: frozenset(names) for site, names in hosts.items()}

    def sites(self) -> list[Site]:
        """All sites, oldest first; one that this release cannot read is left out and named in the log."""
        zones, hosts = self.zones(), self.host_names()
        balances: dict[int, list[_Row]] = defaultdict(list)
        with translated(FILE):
            for number, *balance in self._db.execute(SQL["balances"]):
                balances[number].append(tuple(balance))
            rows = self._db.execute(SQL["sites"]).fetchall()
        sites = []
        for row in rows:
            number = row[0]
            if number not in zones:
                if number not in self._left_out:
                    self._leave_out(number, "it has no time zone")
                continue
            try:
                sites.append(_site(row, zones[number], hosts.get(number, frozenset()), balances[number]))
            except (ValueError, TypeError, msgspec.DecodeError) as error:
                self._leave_out(number, str(error))
            else:
                self._left_out.pop(number, None)
        return sites

    def _leave_out(self, site: int, problem: str) -> None:
        if self._left_out.get(site) != problem:
            self._left_out[site] = problem
            log.error("site %d is left out, since its settings cannot be read: %s", site, problem)

    def add_site(self, site: Site) -> Site:
        """Stores a new site and gives it its number. Raises Refused where its domain is taken."""
        with translated(FILE):
            try:
                with transaction(self._db):
                    number = self._db.execute(SQL["add_site"], _columns(site)).fetchone()[0]
                    stored = replace(site, number=number)
                    self._save_parts(stored)
            except sqlite3.IntegrityError:
                raise Refused(f"there is already a site {site.domain!r}; see `site list`") from None
            return stored

    def change_site(self, number: int, change: Callable[[Site], Site]) -> Site:
        """Reads a site and stores what `change` makes of it, in one transaction. Raises UnknownSite."""
        with translated(FILE), transaction(self._db):
            site = next((site for site in self.sites() if site.number == number), None)
            if site is None:
                raise UnknownSite(str(number))
            changed = change(site)
            self._db.execute(SQL["set_site"], {**_columns(changed), "number": number})
            self._save_parts(changed)
            return changed

    def _save_parts(self, site: Site) -> None:
        self._db.execute(SQL["clear_zones"], (site.number,))
        for since in site.zones:
            zone = {"site": site.number, "day": since.day.isoformat(), "zone": since.zone}
            self._db.execute(SQL["save_zone"], zone)
        self._db.execute(SQL["clear_host_names"], (site.number,))
        self._db.executemany(SQL["save_host_name"], [(site.number, host) for host in sorted(site.host_names)])
        self._db.executemany(
            SQL["save_balance"],
            [
                (site.number, b.metric.value, b.value, b.entered_at.isoformat(), b.reason, b.entered_by)
                for b in site.opening_balances
            ],
        )


def _site(
    row: _Row, zones: tuple[ZoneSince, ...], host_names: frozenset[str], balances: Iterable[_Row]
) -> Site:
    return Site(
        number=row[0],
        public_id=row[1],
        uuid=row[2],
        domain=row[3],
        name=row[4],
        zones=zones,
        week_start=WeekStart(row[5]),
        locale=row[6],
        host_names=host_names,
        public=bool(row[7]),
        paused=bool(row[8]),
        demo=bool(row[9]),
        created_at=datetime.fromisoformat(row[10]),
        opening_balances=tuple(
            OpeningBalance(Metric(metric), value, datetime.fromisoformat(at), reason, by)
            for metric, value, at, reason, by in balances
        ),
        rules=msgspec.json.decode(row[11], type=SiteRules),
        counter=msgspec.json.decode(row[12], type=PublicCounter),
    )


def _columns(site: Site) -> dict[str, object]:
    return {
        "public_id": site.public_id,
        "uuid": site.uuid,
        "domain": site.domain,
        "name": site.name,
        "week_start": site.week_start.value,
        "locale": site.locale,
        "public": site.public,
        "paused": site.paused,
        "demo": site.demo,
        "created_at": site.created_at.isoformat(),
        "rules": msgspec.json.encode(site.rules, order="sorted").decode(),
        "counter": msgspec.json.encode(site.counter, order="sorted").decode(),
    }
