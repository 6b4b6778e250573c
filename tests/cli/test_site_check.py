"""`site check` says what came, what was dropped and what to do, in commands that can be pasted."""

import json
import subprocess
from pathlib import Path

from tests.service import add_site, known, run, serving, until

SITE = "x.example.vn"


def test_each_drop_is_named_with_the_way_out_and_the_way_out_works(tmp_path: Path) -> None:
    with serving(tmp_path / "of mine") as service:
        site = add_site(service.data, SITE)["public_id"]
        known(service, site)

        def check(name: str = SITE) -> str:
            return run("site", "check", name, data=service.data).stdout

        silent = check()
        assert "Nothing came for this site" in silent
        pasted = silent.partition("must have: ")[2].splitlines()[0]
        code = subprocess.run(pasted, shell=True, capture_output=True, text=True, cwd="/", check=True).stdout
        assert f'data-site="{site}"' in code
        service.beacon(site, f"https://{SITE}/tin")
        assert service.beacon(site, "https://localhost/a").headers["x-vstats"] == "dropped; reason=hostname"
        told = until(check, lambda text: "hostname" in text and "1 page view" in text)
        assert "counted:      1 page view, the last one" in told
        assert "ago on /tin" in told
        assert "1 as hostname" in told
        assert "//localhost/a: these pages are on a host that is not the site's" in told
        way_out = told.partition("let it count with: ")[2].splitlines()[0]
        assert subprocess.run(way_out, shell=True, capture_output=True, cwd="/", check=False).returncode == 0
        until(lambda: service.beacon(site, "https://localhost/a").headers["x-vstats"], "counted".__eq__)
        assert "(" + site in check("https://www.x.example.vn/anything?x=1")
        fields = json.loads(run("site", "check", SITE, "--json", data=service.data).stdout)
        assert (fields["site"], fields["pageviews"] >= 1) == (site, True)


def test_a_page_of_no_site_is_answered_with_the_command_that_adds_one(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as service:
        done = run("site", "check", "https://y.example.vn/a", data=service.data)
        assert (done.returncode, "no site counts pages of 'y.example.vn'" in done.stderr) == (2, True)
        pasted = done.stderr.partition("add one with: ")[2]
        assert subprocess.run(pasted, shell=True, capture_output=True, cwd="/", check=False).returncode == 0
        assert "y.example.vn" in run("site", "list", data=service.data).stdout
