"""`backup`: copies everything of a data folder, in use or not, into one file."""

import tempfile
from datetime import datetime
from pathlib import Path

from analytics_service.disk.durability import fsync_path
from analytics_service.disk.os_errors import translate_os_errors
from analytics_service.errors import Damaged, Unavailable
from analytics_service.operating.archive import (
    FORMAT,
    JOURNALS,
    SECRET_KEY,
    Manifest,
    check_archive,
    checksum,
    write_archive,
)
from analytics_service.operating.installation import Installation


def create_backup(
    installation: Installation, file: Path, *, at: datetime, with_secrets: bool = False
) -> Manifest:
    """Writes a backup, reads it back, and returns its manifest. Raises Unavailable.

    Only with `with_secrets` the key is in it without which stored secrets of second factors are lost.
    """
    installation.storage.databases.check_release()
    if file.exists():
        raise Unavailable(f"{file} exists already: choose another name")
    if not file.parent.is_dir():
        raise Unavailable(f"there is no folder {file.parent}")
    partial = file.with_name(f"{file.name}.partial")
    with (
        translate_os_errors(file.parent),
        tempfile.TemporaryDirectory(prefix=".backup-", dir=file.parent) as staging,
    ):
        left_out: dict[str, str] = {}
        names = _copy_all(installation, Path(staging), left_out)
        if with_secrets:
            names.append(_copy_secret_key(installation, Path(staging)))
        sums = {name: checksum(Path(staging, name)) for name in names}
        from analytics_service import __version__

        manifest = Manifest(FORMAT, at, __version__, sums, left_out)
        try:
            write_archive(partial, manifest, Path(staging))
            check_archive(partial, installation.storage.copies.names())
            partial.replace(file)
        finally:
            partial.unlink(missing_ok=True)
        fsync_path(file.parent)
    return manifest


def _copy_all(installation: Installation, staging: Path, left_out: dict[str, str]) -> list[str]:
    """Copies journals first: what is applied meanwhile is then in both, and never in neither."""
    names = _copy_journals(installation, staging, left_out)
    copies = installation.storage.copies
    for name in copies.names():
        copies.copy(name, staging / name)
    return [*names, *copies.names()]


def _copy_secret_key(installation: Installation, staging: Path) -> str:
    source = installation.folder / SECRET_KEY
    if not source.exists():
        raise Unavailable(f"there is no {source}: start the service once, which makes it")
    copy = staging / SECRET_KEY
    copy.touch(mode=0o600)
    copy.write_bytes(source.read_bytes())
    return SECRET_KEY


def _copy_journals(installation: Installation, staging: Path, left_out: dict[str, str]) -> list[str]:
    (staging / JOURNALS).mkdir()
    names = []
    with installation.open_journals() as journals:
        for journal in journals.names():
            name = f"{JOURNALS}/{journal}.db"
            try:
                journals.copy(journal, staging / name)
            except Unavailable as error:
                (staging / name).unlink(missing_ok=True)
                if isinstance(error, Damaged):
                    left_out[name] = str(error)
                elif journal in journals.names():
                    raise
                # Otherwise all of it was applied, so it was removed.
                continue
            names.append(name)
    return names
