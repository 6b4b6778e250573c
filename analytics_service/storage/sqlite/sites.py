"""Sites in config.db, written rarely and briefly by any process."""

import logging
import sqlite3
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from analytics_service.disk.sqlite_errors import translated
from analytics_service.domain.counter import PublicCounter
from analytics_service.domain.metrics import Metric
from analytics_service.domain.site import (
    Deletion,
    FormerId,
    OpeningBalance,
    Site,
    SiteRules,
    WeekStart,
    ZoneSince,
)
from analytics_service.errors import NameTaken, UnknownSite
from analytics_service.storage.sqlite.provisioning import CONFIG
from analytics_service.storage.sqlite.sql import queries, transaction

FILE = CONFIG.file
SQL = queries("config")
# What a column holds is what its table says; SQLite's driver knows no types.
_Row = tuple[Any, ...]

log = logging.getLogger(__name__)


class Sites:
    """Sites with their zones, host names, opening balances and public ids of before."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection
        self._left_out: dict[int, str] = {}

    def version(self) -> int:
        """A number that differs once another connection has changed anything."""
        with translated(FILE):
            number: int = self._db.execute("pragma data_version").fetchone()[0]
            return number

    def has_sites(self) -> bool:
        """Whether there is or was any site, readable or not."""
        with translated(FILE):
            return self._db.execute(SQL["any_site"]).fetchone() is not None

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
        return [site for site in self._read() if site.deletion is None]

    def deleted_sites(self) -> list[Site]:
        """Deleted sites of which something is left, oldest first."""
        return [site for site in self._read() if site.deletion is not None]

    def _read(self) -> list[Site]:
        zones, hosts = self.zones(), self.host_names()
        with translated(FILE):
            balances, former = self._rows_by_site("balances"), self._rows_by_site("former_ids")
            rows = self._db.execute(SQL["sites"]).fetchall()
        sites = []
        for row in rows:
            number = row[0]
            if number not in zones:
                if number not in self._left_out:
                    self._leave_out(number, "it has no time zone")
                continue
            try:
                site = _site(row, zones[number], hosts.get(number, frozenset()))
                sites.append(
                    replace(
                        site,
                        opening_balances=tuple(map(_balance, balances[number])),
                        former_ids=tuple(FormerId(old, _time(until)) for old, until in former[number]),
                    )
                )
            except (ValueError, TypeError, msgspec.DecodeError) as error:
                self._leave_out(number, str(error))
            else:
                self._left_out.pop(number, None)
        return sites

    def _rows_by_site(self, statement: str) -> dict[int, list[_Row]]:
        rows: dict[int, list[_Row]] = defaultdict(list)
        for site, *row in self._db.execute(SQL[statement]):
            rows[site].append(tuple(row))
        return rows

    def _leave_out(self, site: int, problem: str) -> None:
        if self._left_out.get(site) != problem:
            self._left_out[site] = problem
            log.error("site %d is left out, since its settings cannot be read: %s", site, problem)

    def add_site(self, site: Site) -> Site:
        """Stores a new site and gives it its number. Raises NameTaken where a name of it is another's."""
        with translated(FILE), transaction(self._db):
            self._check_names(site)
            number = self._db.execute(SQL["add_site"], _columns(site)).fetchone()[0]
            stored = replace(site, number=number)
            self._save_parts(stored)
            return stored

    def change_site(self, number: int, change: Callable[[Site], Site]) -> Site:
        """Reads a site and stores what `change` makes of it, in one transaction.

        Raises UnknownSite, and NameTaken where a new name of it is another's.
        """
        with translated(FILE), transaction(self._db):
            site = next((site for site in self._read() if site.number == number), None)
            if site is None:
                raise UnknownSite(str(number))
            changed = change(site)
            if (changed.domain, changed.public_id) != (site.domain, site.public_id):
                self._check_names(changed)
            self._db.execute(SQL["set_site"], _columns(changed))
            self._save_parts(changed)
            return changed

    def _check_names(self, site: Site) -> None:
        """Raises NameTaken where the domain or the public id is a name of another site."""
        for public_id, domain, deleted_at in self._db.execute(SQL["names_taken"], _columns(site)).fetchall():
            taken = site.domain if site.domain in (public_id, domain) else site.public_id
            raise NameTaken(taken, domain, is_deleted=deleted_at is not None)

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
                (
                    *(site.number, balance.metric.value, balance.value, balance.entered_at.isoformat()),
                    *(balance.reason, balance.entered_by, balance.replaces),
                )
                for balance in site.opening_balances
            ],
        )
        self._db.executemany(
            SQL["save_former_id"],
            [(former.public_id, site.number, former.until.isoformat()) for former in site.former_ids],
        )


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _balance(row: _Row) -> OpeningBalance:
    metric, value, at, reason, by, replaces = row
    return OpeningBalance(Metric(metric), value, _time(at), reason, by, replaces=bool(replaces))


def _site(row: _Row, zones: tuple[ZoneSince, ...], host_names: frozenset[str]) -> Site:
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
        created_at=_time(row[10]),
        rules=msgspec.json.decode(row[11], type=SiteRules),
        counter=msgspec.json.decode(row[12], type=PublicCounter),
        deletion=None if row[13] is None else Deletion(_time(row[13]), row[14]),
    )


def _columns(site: Site) -> dict[str, object]:
    return {
        "number": site.number,
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
        "deleted_at": site.deletion.at.isoformat() if site.deletion else None,
        "deleted_by": site.deletion.by if site.deletion else None,
    }
