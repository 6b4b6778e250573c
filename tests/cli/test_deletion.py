"""`site delete`, `site restore`, `site new-id`: what they ask, what they print, and what the service does."""

import json
import os
import pty
import shlex
import subprocess
from pathlib import Path

from tests.service import COMMAND, add_site, known, run, serving, until

SITE = "x.example.vn"


def typed(text: str, *words: str, data: Path) -> subprocess.CompletedProcess[str]:
    """A command at a terminal at which somebody types a line."""
    ours, theirs = pty.openpty()
    try:
        os.write(ours, text.encode() + b"\n")
        return subprocess.run(
            [*COMMAND, *words, "--data", str(data)],
            stdin=theirs,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    finally:
        os.close(ours)
        os.close(theirs)


def test_a_deleted_site_is_gone_at_once_and_the_printed_command_brings_it_back(tmp_path: Path) -> None:
    with serving(tmp_path / "of mine") as service:
        site = add_site(service.data, SITE)["public_id"]
        known(service, site)
        page = f"https://{SITE}/"
        assert service.beacon(site, page).headers["x-vstats"] == "counted"
        until(lambda: service.counts(site, "total", "pageviews")["total"], (1).__eq__)
        deleted = run("site", "delete", SITE, "--yes", data=service.data)
        assert deleted.returncode == 0, deleted.stderr
        until(lambda: service.http.get(f"/api/v1/sites/{site}/counter").status_code, (404).__eq__)
        assert service.beacon(site, page).headers["x-vstats"] == "dropped; reason=unknown-site"
        unknown = service.http.get("/api/v1/sites/nobody/counter").content
        assert service.http.get(f"/api/v1/sites/{site}/counter").content == unknown.replace(
            b"nobody", site.encode()
        )
        assert SITE not in run("site", "list", data=service.data).stdout
        assert SITE in run("site", "list", "--deleted", data=service.data).stdout
        pasted = deleted.stderr.partition("brought back: ")[2]
        done = subprocess.run(pasted, shell=True, capture_output=True, text=True, cwd="/", check=False)
        assert (done.returncode, done.stdout) == (0, f"{SITE} is back under its id {site}\n"), done.stderr
        known(service, site)
        assert service.counts(site, "total", "pageviews")["total"] == 1


def test_the_domain_is_asked_for_and_anything_else_deletes_nothing(tmp_path: Path) -> None:
    data = tmp_path / "data"
    add_site(data, SITE)
    asked = run("site", "delete", SITE, data=data)
    assert (asked.returncode, "add --yes" in asked.stderr) == (2, True)
    for answer in ("", "y", "y.example.vn"):
        refused = typed(answer, "site", "delete", SITE, data=data)
        assert (refused.returncode, f"type {SITE} to delete the site" in refused.stderr) == (2, True)
    assert SITE in run("site", "list", data=data).stdout
    done = typed(SITE, "site", "delete", SITE, data=data)
    assert done.returncode == 0, done.stderr
    assert "There are no sites yet" in run("site", "list", data=data).stderr


def test_a_new_public_id_is_printed_and_the_old_one_counts_too(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as service:
        old = add_site(service.data, SITE)["public_id"]
        renewed = run("site", "new-id", SITE, data=service.data)
        new = renewed.stdout.strip()
        assert (renewed.returncode, new != old) == (0, True), renewed.stderr
        known(service, new)
        assert service.beacon(old, f"https://{SITE}/").headers["x-vstats"] == "counted"
        pasted = shlex.split(renewed.stderr.rpartition(": ")[2])
        snippet = subprocess.run(pasted, capture_output=True, text=True, cwd="/", check=False).stdout
        assert f'data-site="{new}"' in snippet
        shown = json.loads(run("site", "show", old, "--json", data=service.data).stdout)
        assert (shown["public_id"], shown["former_ids"][0]["public_id"]) == (new, old)


def test_a_balance_is_set_added_to_and_shown_with_its_history(tmp_path: Path) -> None:
    data = tmp_path / "data"
    add_site(data, SITE, *("--opening-balance", "visits=1461664", "--reason", "the old counter"))
    for words in (["visits=99", "--reason", "a typing error"], ["visits=1", "--reason", "one more", "--add"]):
        assert run("site", "set", SITE, "--opening-balance", *words, data=data).returncode == 0
    shown = run("site", "show", SITE, data=data).stdout
    assert "opening balance:    100 visits\n" in shown
    history = [line.strip() for line in shown.splitlines() if "history:" in line]
    assert [line.partition(";")[0] for line in history] == [
        "history:          visits set to 1461664 (the old counter",
        "history:          visits set to 99 (a typing error",
        "history:          visits added 1 (one more",
    ]


def test_the_demo_site_is_made_on_loopback_only_and_does_not_come_back(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with serving(data) as service:
        assert service.http.get("/demo").status_code == 200
        assert run("site", "delete", "demo.invalid", "--yes", data=data).returncode == 0
        until(lambda: service.http.get("/demo").status_code, (404).__eq__)
    with serving(data) as service:
        assert service.http.get("/demo").status_code == 404
    for words, status in ((["--public-url", "https://tk.example.vn"], 404), (["--no-demo"], 404)):
        with serving(tmp_path / words[0], *words) as service:
            assert service.http.get("/demo").status_code == status
