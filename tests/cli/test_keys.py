"""`key add`, `key list` and `key revoke`."""

import json
import re
from pathlib import Path

import pytest

from tests.service import add_site, run


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("keys") / "data"
    add_site(folder, "a.example.vn")
    return folder


def test_a_key_is_shown_once_listed_without_its_secret_and_revoked(data: Path) -> None:
    added = run("key", "add", *("--site", "a.example.vn", "--name", "portal"), data=data)
    token = added.stdout.strip()
    assert re.fullmatch(r"vs_[a-z2-7]{8}_[A-Za-z0-9_-]{43}", token), added.stderr
    assert "cannot be shown again" in added.stderr
    _, key_id, secret = token.split("_", 2)
    listed = run("key", "list", data=data).stdout
    assert key_id in listed
    assert "portal" in listed
    assert "never used" in listed
    assert secret not in listed + run("key", "list", "--json", data=data).stdout
    assert not [path for path in data.rglob("*") if path.is_file() and secret.encode() in path.read_bytes()]
    assert run("key", "revoke", key_id, data=data).stdout == f"Revoked: {key_id}\n"
    (found,) = json.loads(run("key", "list", "--json", data=data).stdout)
    assert found["revoked_at"] is not None


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ((), "--site, or give --all-sites"),
        (("--site", "a.example.vn", "--all-sites"), "--site, or give --all-sites"),
        (("--site", "b.example.vn"), "no site"),
        (("--all-sites", "--scope", "stats:reed"), "did you mean 'stats:read'?"),
        (("--all-sites", "--expires", "2001-01-01"), "is over already"),
        (("--all-sites", "--origin", "x.example.vn"), "is no origin"),
    ],
)
def test_a_wrong_option_is_named(data: Path, arguments: tuple[str, ...], problem: str) -> None:
    done = run("key", "add", *arguments, data=data)
    assert (done.returncode, done.stdout) == (2, "")
    assert problem in done.stderr
