"""`user`, `session` and `audit`, as an operator types them."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from analytics_service.cli.users import users
from tests.service import COMMAND, LIMIT, add_site, run, serving

PASSWORD = "mười hai con giáp đủ cả"


def typed(*arguments: str, data: Path, password: str = PASSWORD) -> subprocess.CompletedProcess[str]:
    """A command that reads a password from its standard input."""
    return subprocess.run(
        [*COMMAND, *arguments, "--data", str(data)],
        input=f"{password}\n",
        capture_output=True,
        text=True,
        timeout=LIMIT,
        check=False,
    )


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one site, whose service is down, and the account ann."""
    folder = tmp_path_factory.mktemp("users") / "data"
    with serving(folder) as service:
        assert "run: " in service.log.read_text()
        assert "user code" in service.log.read_text()
    assert (folder / "secret.key").stat().st_mode & 0o777 == 0o600
    add_site(folder, "a.example.vn")
    code = run("user", "code", data=folder)
    assert code.returncode == 0
    # 128 bits in letters and digits.
    assert len(code.stdout.strip().replace("-", "")) == 26
    assert code.stdout.strip().encode() not in (folder / "config.db").read_bytes()
    added = typed("user", "add", "ann", data=folder)
    assert (added.returncode, added.stdout) == (0, "Added: ann (administrator)\n"), added.stderr
    return folder


def listed(data: Path) -> dict[str, dict[str, object]]:
    accounts = json.loads(run("user", "list", "--json", data=data).stdout)
    return {account["name"]: account for account in accounts}


def test_there_is_no_code_once_there_is_an_account(data: Path) -> None:
    refused = run("user", "code", data=data)
    assert refused.returncode == 2
    assert "there is an account already" in refused.stderr


def test_an_account_is_added_changed_and_removed(data: Path) -> None:
    assert typed("user", "add", "bob", "--role", "a.example.vn=viewer", data=data).stdout == "Added: bob\n"
    assert list(listed(data)["bob"]["roles"].values()) == ["viewer"]  # type: ignore[attr-defined]
    owner = ("--role", "a.example.vn=owner", "--language", "vi")
    run("user", "set", "bob", *owner, data=data)
    bob = listed(data)["bob"]
    assert (list(bob["roles"].values()), bob["language"]) == (["owner"], "vi")  # type: ignore[attr-defined]
    run("user", "set", "bob", "--role", "a.example.vn=none", data=data)
    assert listed(data)["bob"]["roles"] == {}
    assert run("user", "remove", "bob", "--yes", data=data).stdout == "Removed: bob\n"
    assert set(listed(data)) == {"ann"}
    said = run("audit", "--limit", "2", data=data).stdout
    assert "user-removed  bob  by " in said
    assert "(command line)" in said


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("user", "remove", "ann", "--yes"), "the last administrator stays"),
        (("user", "set", "ann", "--no-administrator"), "the last administrator stays one"),
        (("user", "set", "nobody"), "there is no account of this name"),
        (("user", "set", "ann", "--role", "a.example.vn"), "is no SITE=ROLE"),
        (("user", "set", "ann", "--role", "a.example.vn=boss"), "boss"),
        (("user", "set", "ann", "--role", "b.example.vn=owner"), "there is no site"),
        (("user", "set", "ann", "--email", "x"), "no e-mail address"),
        (("user", "reset-totp", "ann"), "ann has no second factor"),
        (("user", "invite"), "--role SITE=ROLE, or give --administrator"),
        (("session", "revoke", "0123"), "there is no such session"),
        (("session", "revoke"), "name a session, or an account"),
    ],
)
def test_a_mistake_is_one_sentence(data: Path, arguments: tuple[str, ...], problem: str) -> None:
    refused = run(*arguments, data=data)
    assert refused.returncode == 2
    assert problem in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize(
    ("password", "problem"),
    [
        ("short", "at least 15 characters"),
        ("password123password123", "among the first that are tried"),
        ("aaaaaaaaaaaaaaaaaaaa", "among the first that are tried"),
        ("x" * 257, "at most 256 characters"),
        ("", "at least 15 characters"),
    ],
)
def test_a_weak_password_is_refused(data: Path, password: str, problem: str) -> None:
    for command in (("add", "eve"), ("password", "ann")):
        refused = typed("user", *command, data=data, password=password)
        assert refused.returncode == 2
        assert problem in refused.stderr
    assert "eve" not in listed(data)


def test_a_password_is_set(data: Path) -> None:
    done = typed("user", "password", "ann", data=data)
    assert done.stdout == "Changed: the password of ann; its sessions have ended\n"


def test_nobody_is_signed_in_here(data: Path) -> None:
    assert run("session", "list", data=data).stderr == "Nobody is signed in.\n"
    assert run("session", "revoke", "--user", "ann", data=data).stdout == "Ended: 0 sessions of ann\n"


def test_an_invitation_is_a_link(data: Path) -> None:
    link = run("user", "invite", "--role", "a.example.vn=editor", data=data).stdout.strip()
    assert link.startswith("http://127.0.0.1:8787/invitation/")


def test_every_command_of_user_has_a_test() -> None:
    source = Path(__file__).read_text("utf-8")
    names = [command.name for command in users.registered_commands]
    assert [name for name in names if f'"{name}"' not in source] == []
    assert sys.version_info >= (3, 11)
