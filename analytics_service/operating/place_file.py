"""The file of places: fetched where the operator says so, checked, and put in place of the one before."""

import gzip
import os
import zlib
from contextlib import closing
from datetime import date, timedelta
from http.client import HTTPException
from itertools import islice
from pathlib import Path
from typing import BinaryIO, cast
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

from analytics_service.disk.durability import fsync_path
from analytics_service.enrichment.places import place_of_record, read_database
from analytics_service.errors import BadParameter

MIB = 1 << 20
SIZE_LIMIT = 1024 * MIB
TIMEOUT = timedelta(seconds=60)
SAMPLE = 20_000
"""So many networks of a file are read before it is used; one of them must name a region or a city."""
GZIP = b"\x1f\x8b"


def default_source(month: date) -> str:
    """The URL of DB-IP's free file of a month, which is licensed under CC BY 4.0."""
    return f"https://download.db-ip.com/free/dbip-city-lite-{month:%Y-%m}.mmdb.gz"


def replace_places(source: str, file: Path, *, limit: int = SIZE_LIMIT) -> str:
    """Replaces the file by what a file or URL holds, gzipped or not; returns what the database calls itself.

    Raises BadParameter where that cannot be used, and OSError where it cannot be written; the one before then
    stays as it was.
    """
    file = file.resolve()
    fetched, unpacked = (file.with_name(f".{file.name}.{end}") for end in ("fetched", "new"))
    try:
        with closing(_open(source)) as stream:
            _copy(stream, fetched, source, limit)
        _unpack(fetched, unpacked, source, limit)
        kind = _check(unpacked, source)
        fsync_path(unpacked)
        os.replace(unpacked, file)
        fsync_path(file.parent)
    finally:
        for left in (fetched, unpacked):
            left.unlink(missing_ok=True)
    return kind


def _refusal(problem: str) -> BadParameter:
    return BadParameter("from", "value", problem)


def _open(source: str) -> BinaryIO:
    scheme, separator, _ = source.partition("://")
    if not separator:
        try:
            return Path(source).open("rb")
        except OSError as error:
            raise _refusal(f"{source} cannot be read: {error.strerror}") from None
    if scheme not in ("http", "https"):
        raise _refusal(f"{source} is neither a file nor an address that begins with https:// or http://")
    try:
        request = Request(source, headers={"User-Agent": "analytics-service"})
        return cast(BinaryIO, urlopen(request, timeout=TIMEOUT.total_seconds()))
    except HTTPError as error:
        raise _refusal(f"{source} answers {error.code} {error.reason}") from None
    except (URLError, OSError, ValueError, HTTPException) as error:
        raise _refusal(f"{source} does not answer: {getattr(error, 'reason', error)}") from None


def _copy(stream: BinaryIO, file: Path, source: str, limit: int) -> None:
    """Copies what comes, up to the limit; what breaks off is refused."""
    with file.open("wb") as target:
        while True:
            try:
                part = stream.read(MIB)
            except (OSError, HTTPException) as error:
                raise _refusal(f"{source} broke off: {error}") from None
            if not part:
                break
            target.write(part)
            if target.tell() > limit:
                raise _refusal(f"{source} is larger than {limit // MIB} MiB")
    # What is still to come of the length that a server announced.
    if missing := getattr(stream, "length", 0):
        raise _refusal(f"{source} broke off: {missing} bytes are missing; try again")


def _unpack(fetched: Path, unpacked: Path, source: str, limit: int) -> None:
    with fetched.open("rb") as packed:
        is_packed = packed.read(len(GZIP)) == GZIP
    if not is_packed:
        fetched.replace(unpacked)
        return
    with gzip.open(fetched) as stream, unpacked.open("wb") as target:
        while True:
            try:
                part = stream.read(MIB)
            except (EOFError, gzip.BadGzipFile, ValueError, zlib.error) as error:
                raise _refusal(f"{source} is damaged: {error}") from None
            if not part:
                return
            target.write(part)
            if target.tell() > limit:
                raise _refusal(f"{source} holds more than {limit // MIB} MiB")


def _check(file: Path, source: str) -> str:
    """Reads the database's description and some of its records, and returns what it calls itself."""
    try:
        database = read_database(file)
        kind = str(database.metadata().database_type)
        records = [record for _, record in islice(database, SAMPLE)]
    except BadParameter:
        raise
    except Exception:
        # A damaged file makes its reader stumble in any way.
        raise _refusal(f"{source} is no database of places (mmdb), or damaged") from None
    places = (place_of_record(record) for record in records)
    if not any(place.region or place.city for place in places):
        raise _refusal(f"{source} names neither regions nor cities: it is a database of something else")
    return kind
