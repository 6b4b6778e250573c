"""A restore puts aside what was there, whenever it runs."""

from datetime import UTC, datetime
from pathlib import Path

from analytics_service.app.openers import open_installation
from analytics_service.operating.archive import SECRET_KEY
from analytics_service.operating.backup import create_backup
from analytics_service.operating.restore import restore_backup
from analytics_service.storage.sqlite.config import create_config
from analytics_service.storage.sqlite.stats import create_stats

AT = datetime(2026, 11, 22, 6, 53, tzinfo=UTC)


def test_restores_of_one_second_put_aside_what_each_of_them_found(tmp_path: Path) -> None:
    folder, file = tmp_path / "data", tmp_path / "backup.tar"
    folder.mkdir()
    create_config(folder)
    create_stats(folder)
    installation = open_installation(folder, f"sqlite:{folder}")
    create_backup(installation, file, at=AT)
    keys = [bytes([number]) * 32 for number in (1, 2, 3)]
    kept = []
    for key in keys:
        (folder / SECRET_KEY).write_bytes(key)
        kept.append(restore_backup(installation, file, replace=True, at=AT)[1])
        assert (folder / SECRET_KEY).read_bytes() == key
    names = ["before-restore-20261122T065300Z" + end for end in ("", "-2", "-3")]
    assert kept == [folder / name for name in names]
    assert [(folder / name / SECRET_KEY).read_bytes() for name in names] == keys
    assert all((folder / name / "stats.db").exists() for name in names)
