"""`restore`: puts a backup in place of what a data folder holds, all of it or nothing."""

import itertools
import os
import shutil
import tempfile
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

from analytics_service.disk.durability import fsync_path
from analytics_service.disk.locks import lock
from analytics_service.disk.os_errors import translate_os_errors
from analytics_service.errors import Unavailable
from analytics_service.operating.archive import JOURNALS, SECRET_KEY, Manifest, extract_archive
from analytics_service.operating.installation import Installation
from analytics_service.operating.lock_holders import APPLIER_LOCK, SERVE_LOCK


def restore_backup(
    installation: Installation, file: Path, *, replace: bool, at: datetime
) -> tuple[Manifest, Path | None]:
    """Restores a backup into a folder that nobody uses; returns its manifest and where the old files are.

    Only with `replace` the files of a folder that was in use are put aside. Raises Unavailable.
    """
    folder, storage = installation.folder, installation.storage
    with translate_os_errors(folder), ExitStack() as stack:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        _hold(stack, folder)
        if not replace and storage.databases.was_provisioned():
            raise Unavailable(
                f"{folder} is not empty: restore into an empty folder, "
                "or add --replace, which moves the present files aside"
            )
        new = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix=".restore-", dir=folder)))
        copies = storage.copies
        manifest = extract_archive(file, new, copies.names())
        for name in copies.names():
            copies.check(name, new / name)
        copies.begin_restore()
        before = _put_aside(installation, at)
        (new / JOURNALS).replace(installation.journal_folder)
        fsync_path(installation.journal_folder)
        for name in copies.names():
            copies.put_in_place(name, new / name)
        if SECRET_KEY in manifest.files:
            (new / SECRET_KEY).replace(folder / SECRET_KEY)
            fsync_path(folder)
        copies.end_restore()
    return manifest, before


def _hold(stack: ExitStack, folder: Path) -> None:
    """Keeps every service and applier away from the folder. Raises Unavailable where one is there."""
    for name in (SERVE_LOCK, APPLIER_LOCK):
        held = lock(folder / name)
        if held is None:
            raise Unavailable(f"a service is using {folder}: stop it first")
        stack.callback(os.close, held)


def _put_aside(installation: Installation, at: datetime) -> Path | None:
    """Moves what is stored into a folder of its own, which is returned; None where there was nothing."""
    before = _choose_folder(installation.folder / f"before-restore-{at:%Y%m%dT%H%M%SZ}")
    moved = installation.storage.copies.put_aside(before)
    if installation.journal_folder.exists():
        before.mkdir(mode=0o700, exist_ok=True)
        installation.journal_folder.replace(before / installation.journal_folder.name)
        moved = True
    secret_key = installation.folder / SECRET_KEY
    if moved and secret_key.exists():
        # It stays in place too: a backup without secrets needs the one that is there.
        shutil.copy2(secret_key, before / SECRET_KEY)
        fsync_path(before / SECRET_KEY)
    if not moved:
        return None
    fsync_path(before)
    return before


def _choose_folder(wanted: Path) -> Path:
    """Returns that path, or a free one beside it: two restores of one second keep what each found."""
    others = (wanted.with_name(f"{wanted.name}-{number}") for number in itertools.count(2))
    return next(path for path in itertools.chain([wanted], others) if not path.exists())
