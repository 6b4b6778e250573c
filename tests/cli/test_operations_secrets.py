"""secret.key: made at a start, left out of backups unless asked for, and put back by a restore."""

from pathlib import Path

from tests.service import run, serving


def test_a_backup_holds_the_key_only_on_request(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with serving(data):
        pass
    key = (data / "secret.key").read_bytes()
    assert len(key) == 32
    plain, whole = tmp_path / "plain.tar", tmp_path / "whole.tar"
    for file, more in ((plain, ()), (whole, ("--with-secrets",))):
        done = run("backup", str(file), *more, data=data)
        assert done.returncode == 0, done.stderr
    assert key not in plain.read_bytes()
    assert key in whole.read_bytes()
    elsewhere = tmp_path / "elsewhere"
    assert run("restore", str(whole), data=elsewhere).returncode == 0
    assert (elsewhere / "secret.key").read_bytes() == key
    assert (elsewhere / "secret.key").stat().st_mode & 0o777 == 0o600
    # A backup without it leaves the one that is there.
    assert run("restore", str(plain), "--replace", data=elsewhere).returncode == 0
    assert (elsewhere / "secret.key").read_bytes() == key
    (elsewhere / "secret.key").write_bytes(bytes(32))
    assert run("restore", str(whole), "--replace", data=elsewhere).returncode == 0
    assert (elsewhere / "secret.key").read_bytes() == key
    kept = sorted(elsewhere.glob("before-restore-*/secret.key"))
    assert bytes(32) in [file.read_bytes() for file in kept]
