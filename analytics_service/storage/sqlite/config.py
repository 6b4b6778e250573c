"""config.db: sites and salts, written rarely and briefly by any process."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import msgspec

from analytics_service.domain.model import (
    Metric,
    OpeningBalance,
    PublicCounter,
    Site,
    SiteRules,
    WeekStart,
    ZoneSince,
)
from analytics_service.errors import Refused
from analytics_service.storage.sqlite.creating import CONFIG, create
from analytics_service.storage.sqlite.sql import open_for_writing, queries, transaction, translated

FILE = CONFIG.file
CONFIG_BUSY = timedelta(milliseconds=800)
"""A worker waits in its event loop: a program that reads config.db for long must not hold up beacons."""
SQL = queries("config")


def create_config(folder: Path) -> None:
    """Makes or migrates config.db. Raises Unavailable where one was and is gone."""
    create(folder, CONFIG)


@contextmanager
def open_config(folder: Path) -> Iterator["Config"]:
    """config.db in a folder; what it does is brief, and waits for another program for CONFIG_BUSY at most."""
    with translated(str(folder / FILE)):
        connection = open_config_file(folder)
    try:
        yield Config(connection)
    finally:
        connection.close()


def open_config_file(folder: Path) -> sqlite3.Connection:
    """A connection to config.db, which whoever opens it closes."""
    return open_for_writing(
        folder / FILE,
        journal_mode=CONFIG.journal_mode,
        synchronous=CONFIG.synchronous,
        busy=CONFIG_BUSY,
    )


class Config:
    """Sites and salts."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._db = connection

    def version(self) -> int:
        """A number that differs once another connection has changed anything."""
        with translated(FILE):
            number: int = self._db.execute("pragma data_version").fetchone()[0]
            return number

    def sites(self) -> list[Site]:
        """All sites, oldest first."""
        with translated(FILE):
            zones: dict[int, list[ZoneSince]] = defaultdict(list)
            for site, day, zone in self._db.execute(SQL["zones"]):
                zones[site].append(ZoneSince(date.fromisoformat(day), zone))
            hosts: dict[int, set[str]] = defaultdict(set)
            for site, host in self._db.execute(SQL["host_names"]):
                hosts[site].add(host)
            balances: dict[int, list[OpeningBalance]] = defaultdict(list)
            for site, metric, value, at, reason, by in self._db.execute(SQL["balances"]):
                balances[site].append(
                    OpeningBalance(Metric(metric), value, datetime.fromisoformat(at), reason, by)
                )
            return [
                Site(
                    number=row[0],
                    public_id=row[1],
                    uuid=row[2],
                    domain=row[3],
                    name=row[4],
                    zones=tuple(zones[row[0]]),
                    week_start=WeekStart(row[5]),
                    locale=row[6],
                    host_names=frozenset(hosts[row[0]]),
                    public=bool(row[7]),
                    paused=bool(row[8]),
                    demo=bool(row[9]),
                    created_at=datetime.fromisoformat(row[10]),
                    opening_balances=tuple(balances[row[0]]),
                    rules=msgspec.json.decode(row[11], type=SiteRules),
                    counter=msgspec.json.decode(row[12], type=PublicCounter),
                )
                for row in self._db.execute(SQL["sites"])
            ]

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

    def set_site(self, site: Site) -> None:
        """Stores what may change of a site."""
        with translated(FILE), transaction(self._db):
            self._db.execute(SQL["set_site"], {**_columns(site), "number": site.number})
            self._save_parts(site)

    def _save_parts(self, site: Site) -> None:
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

    def salts(self, since: date) -> dict[int, dict[date, bytes]]:
        """The salts of that local day and later, by site's number."""
        with translated(FILE):
            found: dict[int, dict[date, bytes]] = defaultdict(dict)
            for site, day, salt in self._db.execute(SQL["salts"], (since.isoformat(),)):
                found[site][date.fromisoformat(day)] = salt
            return dict(found)

    def offer_salts(self, candidates: Iterable[tuple[int, date, bytes]]) -> None:
        """Offers a salt for a site's local day: the first candidate offered for it wins."""
        with translated(FILE), transaction(self._db):
            self._db.executemany(
                SQL["offer_salt"], [(site, day.isoformat(), salt) for site, day, salt in candidates]
            )

    def destroy_salts(self, before: Mapping[int, date]) -> None:
        """Destroys each site's salts of the days before the given one."""
        with translated(FILE), transaction(self._db):
            self._db.executemany(
                SQL["destroy_salts"], [(site, day.isoformat()) for site, day in before.items()]
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
