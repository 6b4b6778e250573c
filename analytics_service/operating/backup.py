"""A backup is one tar file; a restore puts it in place, or nothing of it."""

import hashlib
import io
import os
import re
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import datetime
from pathlib import Path
from typing import IO

import msgspec

from analytics_service.disk.durability import fsync_path
from analytics_service.disk.locks import lock
from analytics_service.errors import Damaged, Unavailable
from analytics_service.journal import FolderJournals
from analytics_service.storage.sqlite.provisioning import (
    CONFIG,
    STATS,
    UNFINISHED,
    check_copy,
    copy_config,
    copy_stats,
    create,
)

FORMAT = 1
MANIFEST = "backup.json"
MANIFEST_LIMIT = 16 * 1024 * 1024
PIECE = 1024 * 1024
_NAMES = re.compile(r"(?:stats|config)\.db|journal/[0-9a-f]{1,64}\.db")


class Manifest(msgspec.Struct, frozen=True):
    """What a backup says of itself; `files` are SHA-256 sums by name, `left_out` what could not be read."""

    format: int
    made_at: datetime
    release: str
    files: dict[str, str]
    left_out: dict[str, str]


def back_up(folder: Path, file: Path, *, at: datetime) -> Manifest:
    """Copies a data folder, in use or not, into one file and reads it back. Raises Unavailable."""
    if not (folder / STATS.file).exists():
        raise Unavailable(f"there is nothing to back up in {folder}; name the data folder with --data")
    if file.exists():
        raise Unavailable(f"{file} is there already; choose another name")
    partial = file.with_name(f"{file.name}.partial")
    with _disk(file.parent), tempfile.TemporaryDirectory(prefix=".backup-", dir=file.parent) as staging:
        left_out: dict[str, str] = {}
        names = _copied(folder, Path(staging), left_out)
        sums = {name: _sum(Path(staging, name)) for name in names}
        from analytics_service import __version__

        manifest = Manifest(FORMAT, at, __version__, sums, left_out)
        try:
            _write(partial, manifest, Path(staging))
            _read_back(partial)
            partial.replace(file)
        finally:
            partial.unlink(missing_ok=True)
        fsync_path(file.parent)
    return manifest


def _write(partial: Path, manifest: Manifest, staging: Path) -> None:
    partial.unlink(missing_ok=True)
    partial.touch(mode=0o600)
    with tarfile.open(partial, "w") as tar:
        told = msgspec.json.encode(manifest)
        member = tarfile.TarInfo(MANIFEST)
        member.size = len(told)
        tar.addfile(member, io.BytesIO(told))
        for name in manifest.files:
            tar.add(staging / name, name, recursive=False)
    fsync_path(partial)


def _copied(folder: Path, staging: Path, left_out: dict[str, str]) -> list[str]:
    """Journals first: what is applied while they are copied is then in both, and never in neither."""
    (staging / "journal").mkdir()
    names = []
    with closing(FolderJournals(folder / "journal")) as journals:
        for name in journals.names():
            copy = f"journal/{name}.db"
            try:
                journals.copy(name, staging / copy)
            except Unavailable as error:
                (staging / copy).unlink(missing_ok=True)
                if isinstance(error, Damaged):
                    left_out[copy] = str(error)
                elif (folder / copy).exists():
                    raise
                # Else all of it was applied, so it was removed.
                continue
            names.append(copy)
    copy_stats(folder, staging / STATS.file)
    copy_config(folder, staging / CONFIG.file)
    return [*names, STATS.file, CONFIG.file]


def _sum(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _read_back(file: Path) -> None:
    """Raises Damaged where the file is not what its manifest says."""
    with _opened(file) as (tar, manifest):
        for name, expected in manifest.files.items():
            found = hashlib.sha256()
            with _member(tar, name) as member:
                while piece := member.read(PIECE):
                    found.update(piece)
            if found.hexdigest() != expected:
                raise Damaged(f"{file} is damaged: {name} is not what was written")


@contextmanager
def _opened(file: Path) -> Iterator[tuple[tarfile.TarFile, Manifest]]:
    try:
        with tarfile.open(file, "r:") as tar:
            with _member(tar, MANIFEST) as member:
                manifest = msgspec.json.decode(member.read(MANIFEST_LIMIT), type=Manifest)
            if manifest.format > FORMAT:
                raise Unavailable(f"{file} was made by release {manifest.release}; restore it with that one")
            if wrong := [name for name in manifest.files if not _NAMES.fullmatch(name)]:
                raise Damaged(f"{file} names {wrong[0]!r}, which is no part of a backup")
            yield tar, manifest
    except (tarfile.TarError, EOFError, msgspec.DecodeError) as error:
        raise Damaged(f"{file} is no backup of ours, or a damaged one: {error}") from error


def _member(tar: tarfile.TarFile, name: str) -> IO[bytes]:
    try:
        member = tar.extractfile(name)
    except KeyError:
        member = None
    if member is None:
        raise Damaged(f"{name} is missing in the backup")
    return member


def restore(file: Path, folder: Path, *, replace: bool, at: datetime) -> tuple[Manifest, Path | None]:
    """Puts a backup into a data folder that nobody uses; where the files before went. Raises Unavailable."""
    with ExitStack() as stack:
        stack.enter_context(_disk(folder))
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _hold(stack, folder)
        if not replace and _in_use(folder):
            raise Unavailable(
                f"{folder} holds figures already: restore into an empty folder, "
                "or add --replace to put the present files aside"
            )
        new = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix=".restore-", dir=folder)))
        manifest = _extracted(file, new)
        (folder / UNFINISHED).touch(mode=0o600)
        fsync_path(folder)
        before = _put_aside(folder, at)
        (folder / "journal").mkdir(mode=0o700)
        for name in manifest.files:
            (new / name).replace(folder / name)
        fsync_path(folder / "journal")
        fsync_path(folder)
        (folder / UNFINISHED).unlink()
        # Migrates what an older release wrote, and writes the markers.
        create(folder, CONFIG)
        create(folder, STATS)
    return manifest, before


def _hold(stack: ExitStack, folder: Path) -> None:
    for name in ("serve.lock", "applier.lock"):
        held = lock(folder / name)
        if held is None:
            raise Unavailable(f"a service uses {folder}: stop it first")
        stack.callback(os.close, held)


def _in_use(folder: Path) -> bool:
    return any((folder / name).exists() for name in (STATS.file, CONFIG.file, STATS.marker, CONFIG.marker))


def _extracted(file: Path, new: Path) -> Manifest:
    (new / "journal").mkdir(mode=0o700)
    with _opened(file) as (tar, manifest):
        for name, expected in manifest.files.items():
            with _member(tar, name) as member, (new / name).open("xb") as copy:
                (new / name).chmod(0o600)
                while piece := member.read(PIECE):
                    copy.write(piece)
            fsync_path(new / name)
            if _sum(new / name) != expected:
                raise Damaged(f"{file} is damaged: {name} is not what was written")
    if missing := {STATS.file, CONFIG.file} - manifest.files.keys():
        raise Damaged(f"{file} is incomplete: {', '.join(sorted(missing))} is missing")
    check_copy(new / STATS.file, STATS)
    check_copy(new / CONFIG.file, CONFIG)
    return manifest


def _put_aside(folder: Path, at: datetime) -> Path | None:
    """Moves what is there into a folder of its own."""
    found = [path for kind in (STATS, CONFIG) for path in folder.glob(f"{kind.name}.*")]
    found += [path for path in [folder / "journal"] if path.exists()]
    if not found:
        return None
    before = folder / f"before-restore-{at:%Y%m%dT%H%M%SZ}"
    before.mkdir(mode=0o700, exist_ok=True)
    for path in found:
        path.replace(before / path.name)
    fsync_path(before)
    return before


@contextmanager
def _disk(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Unavailable(f"{error.filename or folder}: {error.strerror}") from error
