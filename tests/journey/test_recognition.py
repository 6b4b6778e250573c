"""From the socket to the owner's word: what is dropped is told, and what was mistaken is put right."""

import json
from pathlib import Path

from tests.service import BROWSER, Service, add_site, known, run, serving, until

METRICS = ("pageviews", "visits", "visitors")
ODD = "Mozilla/5.0 (compatible; CaoThongTinBot/1.0)"


def send(service: Service, site: str, odd: str) -> int:
    """Twenty visitors of three pages and a word on how long; every fourth with an agent of its own."""
    for who in range(20):
        agent = odd if who % 4 == 0 else BROWSER["User-Agent"]
        headers = {"User-Agent": agent, "X-Forwarded-For": f"203.0.113.{who}"}
        for page in range(3):
            view = f"{who:08x}{page:08x}"
            seen = service.beacon(site, f"https://x.example.vn/{page}", headers, i=view)
            told = service.beacon(site, f"https://x.example.vn/{page}", headers, k="e", i=view, d=4000 * who)
            assert (seen.status_code, told.status_code) == (202, 202)
            assert seen.headers["x-vstats"] == ("dropped; reason=bot" if "Bot" in agent else "counted")
    return 20


def figures(service: Service, site: str) -> dict[str, int]:
    return {metric: service.counts(site, "today", metric)["today"] for metric in METRICS}


def test_a_robot_that_was_none_is_counted_as_if_it_had_never_been_dropped(tmp_path: Path) -> None:
    whole = {"pageviews": 60, "visits": 20, "visitors": 20}
    with serving(tmp_path / "told") as service:
        site = add_site(service.data, "x.example.vn")["public_id"]
        known(service, site)
        send(service, site, "Mozilla/5.0 (X11; Linux x86_64; rv:139.0) Gecko/20100101 Firefox/139.0")
        assert until(lambda: figures(service, site), whole.__eq__) == whole
    with serving(tmp_path / "mistaken") as service:
        site = add_site(service.data, "x.example.vn")["public_id"]
        known(service, site)
        send(service, site, ODD)
        without = {"pageviews": 45, "visits": 15, "visitors": 15}
        assert until(lambda: figures(service, site), without.__eq__) == without
        listed = json.loads(run("drops", "list", site, "--json", data=service.data).stdout)
        assert [(one["reason"], one["facts"]) for one in listed["suspects"]] == [("bot", 15)]
        family = listed["suspects"][0]["family"]
        assert {(one["reason"], one["family"]) for one in listed["samples"]} == {("bot", family)}
        assert "203.0.113" not in json.dumps(listed)
        asked = run("drops", "accept", site, f"--family={family}", data=service.data)
        assert (asked.returncode, "add --yes" in asked.stderr) == (2, True)
        shown = run("drops", "accept", site, f"--family={family}", "--dry-run", data=service.data)
        assert f"Would accept 5 visits with 15 page views and events of {family} for" in shown.stdout
        assert figures(service, site) != whole
        done = run("drops", "accept", site, f"--family={family}", "--yes", data=service.data)
        assert (done.returncode, done.stdout) == (
            0,
            "Accepted 5 visits with 15 page views and events on 1 day\n",
        )
        assert until(lambda: figures(service, site), whole.__eq__) == whole
        checked = json.loads(run("verify", "--json", data=service.data).stdout)
        assert checked["differences"] == []
        done = run("drops", "reject", site, f"--family={family}", "--yes", data=service.data)
        assert done.returncode == 0, done.stderr
        assert until(lambda: figures(service, site), without.__eq__) == without
        assert json.loads(run("verify", "--json", data=service.data).stdout)["differences"] == []


def test_forged_addresses_are_one_visitor_unless_a_trusted_proxy_tells_them(tmp_path: Path) -> None:
    with serving(tmp_path / "data", env={"ANALYTICS_TRUSTED_PROXIES": "10.0.0.0/8"}) as service:
        site = add_site(service.data, "x.example.vn")["public_id"]
        known(service, site)
        for number in range(100):
            told = service.beacon(site, "https://x.example.vn/", {"X-Forwarded-For": f"203.0.113.{number}"})
            assert told.headers["x-vstats"] == "counted"
        counted = until(lambda: service.counts(site, "online,today", "visitors"), lambda n: n["today"] == 1)
        assert counted == {"online": 1, "today": 1}
        assert until(lambda: service.counts(site, "today", "pageviews")["today"], (100).__eq__) == 100


def test_a_sender_beyond_its_rate_is_told_and_the_others_are_counted(tmp_path: Path) -> None:
    env = {"ANALYTICS_RATE_PER_MINUTE": "60", "ANALYTICS_RATE_BURST": "5"}
    with serving(tmp_path / "data", env=env) as service:
        site = add_site(service.data, "x.example.vn")["public_id"]
        known(service, site)
        one, other = {"X-Forwarded-For": "203.0.113.1"}, {"X-Forwarded-For": "203.0.113.2"}
        told = [service.beacon(site, "https://x.example.vn/", one) for _ in range(10)]
        assert {answer.status_code for answer in told} == {202}
        assert [answer.headers["x-vstats"] for answer in told].count("dropped; reason=rate") >= 4
        assert service.beacon(site, "https://x.example.vn/", other).headers["x-vstats"] == "counted"


def test_files_that_cannot_be_used_are_refused_before_anything_starts(tmp_path: Path) -> None:
    for name in ("GEO_FILE", "SPAM_FILE"):
        refused = run("serve", "--port", "0", data=tmp_path, env={f"ANALYTICS_{name}": "/nowhere/at.all"})
        assert refused.returncode == 2
        assert f"{name.lower()}: /nowhere/at.all cannot be read" in refused.stderr
