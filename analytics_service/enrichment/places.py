"""Where an address is: the country without any file, region and city out of the operator's own."""

import logging
import threading
import time
from collections.abc import Mapping
from datetime import timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from iptocc import country_code

from analytics_service.domain.dimensions import Location
from analytics_service.errors import BadParameter

CACHE_SIZE = 50_000
CHECK_INTERVAL = timedelta(minutes=1)
NAME_LIMIT = 80

NOWHERE = Location()

log = logging.getLogger(__name__)


class Credit(NamedTuple):
    """Whom a licence wants named where figures of places are shown."""

    text: str
    url: str


_CREDITS = {
    "DBIP-": Credit("IP Geolocation by DB-IP", "https://db-ip.com"),
    "GeoLite2-": Credit("GeoLite2 by MaxMind", "https://www.maxmind.com"),
    "ipinfo ": Credit("IP address data powered by IPinfo", "https://ipinfo.io"),
}


def credit_of(kind: str) -> Credit | None:
    """Whom the licence of a database wants named; `kind` is what the database calls itself."""
    return next((credit for begin, credit in _CREDITS.items() if kind.startswith(begin)), None)


def read_database(file: Path) -> Any:
    """Opens a database of places in memory.

    Raises OSError, ValueError for what is none, and BadParameter where the library for it is not installed.
    """
    try:
        import maxminddb
    except ImportError:
        problem = "needs an optional library: pip install maxminddb"
        raise BadParameter("geo_file", "value", problem) from None
    try:
        return maxminddb.open_database(str(file), maxminddb.MODE_MEMORY)
    except OSError:
        raise
    except Exception as error:
        # A damaged file makes its reader stumble in any way.
        raise ValueError(f"is no database of places, or damaged: {error}") from None


class Places:
    """Places by address; addresses stay in memory, in a bounded cache."""

    def __init__(self, geo_file: Path | None = None) -> None:
        """Raises BadParameter where the file is named and cannot be used."""
        self._file = geo_file
        self._database: Any = None
        self.credit: Credit | None = None
        self._stamp: tuple[int, int] | None = None
        self._checked_at = time.monotonic()
        self._cached = lru_cache(maxsize=CACHE_SIZE)(self._look_up)
        if geo_file is not None:
            try:
                self._read(geo_file)
            except (OSError, ValueError) as error:
                raise BadParameter("geo_file", "value", f"{geo_file} cannot be read: {error}") from None

    def place(self, address: str) -> Location:
        """Finds the place of an address; nothing is known of one that is none, or private."""
        if self._file is None:
            return _of_country(address)
        if time.monotonic() - self._checked_at > CHECK_INTERVAL.total_seconds():
            self.reload_if_changed()
        return self._cached(address)

    def reload_if_changed(self) -> None:
        """Reads the file anew where it has changed; what cannot be read leaves the old one in use."""
        self._checked_at = time.monotonic()
        if self._file is not None and _stamp(self._file) not in (None, self._stamp):
            # Hundreds of megabytes may have to be read: no beacon waits for that.
            threading.Thread(target=self._reload, args=(self._file,), daemon=True).start()

    def _reload(self, file: Path) -> None:
        try:
            self._read(file)
        except (OSError, ValueError) as error:
            self._stamp = _stamp(file)
            log.error("%s cannot be read, the former one stays in use: %s", file, error)
        else:
            log.info("%s was read again", file)

    def _read(self, file: Path) -> None:
        stamp = _stamp(file)
        self._database = read_database(file)
        self.credit = credit_of(str(self._database.metadata().database_type))
        self._stamp = stamp
        self._cached.cache_clear()

    def _look_up(self, address: str) -> Location:
        known = _of_country(address)
        try:
            record = self._database.get(address)
        except Exception:
            # An address that is none, or a file damaged in its middle: the country is known all the same.
            return known
        return place_of_record(record, known.country) if isinstance(record, Mapping) else known


def _of_country(address: str) -> Location:
    # Asked anew each time: that costs less than to keep addresses.
    try:
        return _country(country_code(address) or "")
    except ValueError:
        return NOWHERE


@lru_cache(maxsize=512)
def _country(code: str) -> Location:
    return Location(code)


def place_of_record(record: object, country: str = "") -> Location:
    """The place that a record names, in both layouts: names within names by language, and flat words."""
    if not isinstance(record, Mapping):
        return Location(country)
    if "country_code" in record or "state1" in record:
        code = str(record.get("country_code") or country)
        return Location(code[:2].upper(), _word(record.get("state1")), _word(record.get("city")))
    nested = record.get("country")
    code = str(nested.get("iso_code") or country) if isinstance(nested, Mapping) else country
    divisions = record.get("subdivisions")
    division = divisions[0] if isinstance(divisions, list) and divisions else None
    return Location(code[:2].upper(), _name(division), _name(record.get("city")))


def _name(entry: object) -> str:
    if not isinstance(entry, Mapping):
        return ""
    names = entry.get("names")
    return _word(names.get("vi") or names.get("en")) if isinstance(names, Mapping) else ""


def _word(value: object) -> str:
    return value.strip()[:NAME_LIMIT] if isinstance(value, str) else ""


def _stamp(file: Path) -> tuple[int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size
