"""The file of a backup: one tar with a manifest and the copies, each with its checksum."""

import hashlib
import io
import re
import tarfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO

import msgspec

from analytics_service.disk.durability import fsync_path
from analytics_service.errors import Damaged, Unavailable

FORMAT = 1
MANIFEST = "backup.json"
MANIFEST_LIMIT = 16 * 1024 * 1024
CHUNK_SIZE = 1024 * 1024
JOURNALS = "journal"
"""The folder, in the archive, of the journals' copies."""
SECRET_KEY = "secret.key"
"""The key that seals secrets of second factors: in a backup only on request."""
_JOURNAL = re.compile(rf"{JOURNALS}/[0-9a-f]{{1,64}}\.db")


class Manifest(msgspec.Struct, frozen=True):
    """What a backup holds: SHA-256 sums by file name, and in `left_out` why a file could not be read."""

    format: int
    made_at: datetime
    release: str
    files: dict[str, str]
    left_out: dict[str, str]


def checksum(path: Path) -> str:
    """Returns the SHA-256 sum of a file, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_archive(path: Path, manifest: Manifest, staging: Path) -> None:
    """Writes an archive of the manifest's files, which lie in `staging`, and flushes it to disk."""
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    with tarfile.open(path, "w") as tar:
        encoded = msgspec.json.encode(manifest)
        member = tarfile.TarInfo(MANIFEST)
        member.size = len(encoded)
        tar.addfile(member, io.BytesIO(encoded))
        for name in manifest.files:
            tar.add(staging / name, name, recursive=False)
    fsync_path(path)


def check_archive(path: Path, databases: Iterable[str]) -> None:
    """Reads a whole archive. Raises Damaged where a file is not what the manifest says."""
    with open_archive(path, databases) as (tar, manifest):
        for name, expected in manifest.files.items():
            found = hashlib.sha256()
            with _open_member(tar, name) as member:
                while chunk := member.read(CHUNK_SIZE):
                    found.update(chunk)
            if found.hexdigest() != expected:
                raise _damaged(path, name)


@contextmanager
def open_archive(path: Path, databases: Iterable[str]) -> Iterator[tuple[tarfile.TarFile, Manifest]]:
    """Opens an archive whose files are these databases and journals. Raises Damaged, Unavailable."""
    try:
        with tarfile.open(path, "r:") as tar:
            with _open_member(tar, MANIFEST) as member:
                manifest = msgspec.json.decode(member.read(MANIFEST_LIMIT), type=Manifest)
            if manifest.format > FORMAT:
                raise Unavailable(
                    f"{path} was written by the newer release {manifest.release}: restore it with that one"
                )
            known = {*databases, SECRET_KEY}
            if foreign := [
                name for name in manifest.files if name not in known and not _JOURNAL.fullmatch(name)
            ]:
                raise Damaged(f"{path} holds {foreign[0]!r}, which is no part of a backup")
            yield tar, manifest
    except (tarfile.TarError, EOFError, msgspec.DecodeError) as error:
        raise Damaged(f"{path} is not a backup of this service, or is damaged: {error}") from error


def extract_archive(path: Path, folder: Path, databases: Iterable[str]) -> Manifest:
    """Extracts all files into a folder, flushed and checked. Raises Damaged, Unavailable."""
    names = tuple(databases)
    (folder / JOURNALS).mkdir(mode=0o700)
    with open_archive(path, names) as (tar, manifest):
        for name, expected in manifest.files.items():
            with _open_member(tar, name) as member, (folder / name).open("xb") as copy:
                (folder / name).chmod(0o600)
                while chunk := member.read(CHUNK_SIZE):
                    copy.write(chunk)
            fsync_path(folder / name)
            if checksum(folder / name) != expected:
                raise _damaged(path, name)
    if missing := set(names) - manifest.files.keys():
        raise Damaged(f"{path} is incomplete: {', '.join(sorted(missing))} is missing")
    return manifest


def _open_member(tar: tarfile.TarFile, name: str) -> IO[bytes]:
    try:
        member = tar.extractfile(name)
    except KeyError:
        member = None
    if member is None:
        raise Damaged(f"{name} is missing in the backup")
    return member


def _damaged(path: Path, name: str) -> Damaged:
    return Damaged(f"{path} is damaged: {name} has another checksum than when it was written")
