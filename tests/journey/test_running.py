"""Running the service: start, command line, restart, kill."""

import json
import os
import signal
from pathlib import Path

from tests.redis_server import running_redis
from tests.service import BROWSER, Service, add_site, run, serving, until, view_id


def _first_counted(service: Service, site: str, url: str) -> str:
    """The verdict on a view that is sent until the service knows the site."""
    return until(lambda: service.beacon(site, url).headers["x-vstats"], "counted".__eq__, limit=10)


def test_a_view_is_counted_and_stays_counted_after_kill_and_restart(tmp_path: Path) -> None:
    service = Service(tmp_path / "data")
    site = add_site(service.data, "x.example.vn")["public_id"]
    assert _first_counted(service, site, "https://x.example.vn/") == "counted"
    for page in range(20):
        assert service.beacon(site, f"https://x.example.vn/{page}").status_code == 202
    counted = until(lambda: service.counts(site, "today", "pageviews")["today"], lambda n: n >= 21)
    service.kill()
    with serving(tmp_path / "data") as again:
        figures = again.counts(site, "online,today,total", "pageviews")
        assert figures == {"online": 1, "today": counted, "total": counted}


def test_an_accepted_view_survives_a_kill_before_it_was_applied(tmp_path: Path) -> None:
    service = Service(tmp_path / "data")
    site = add_site(service.data, "x.example.vn")["public_id"]
    until(lambda: service.http.get(f"/api/v1/sites/{site}/counter").status_code, (200).__eq__)
    os.kill(service.child("applier"), signal.SIGSTOP)
    answers = [service.beacon(site, f"https://x.example.vn/{page}").status_code for page in range(50)]
    service.kill()
    assert answers == [202] * 50
    with serving(tmp_path / "data") as again:
        seen = until(lambda: again.counts(site, "total", "pageviews")["total"], lambda n: n >= 50)
        assert seen == 50


def test_the_same_id_is_counted_once_also_after_a_restart(tmp_path: Path) -> None:
    once = view_id()
    with serving(tmp_path / "data") as service:
        site = add_site(service.data, "x.example.vn")["public_id"]
        until(lambda: service.http.get(f"/api/v1/sites/{site}/counter").status_code, (200).__eq__)
        for _ in range(5):
            assert service.beacon(site, "https://x.example.vn/", i=once).status_code == 202
    with serving(tmp_path / "data") as service:
        service.beacon(site, "https://x.example.vn/", i=once)
        service.beacon(site, "https://x.example.vn/", i=view_id())
        assert until(lambda: service.counts(site, "total", "pageviews")["total"], lambda n: n >= 2) == 2


def test_a_killed_worker_or_applier_is_started_anew(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as service:
        site = add_site(service.data, "x.example.vn")["public_id"]
        until(lambda: service.http.get(f"/api/v1/sites/{site}/counter").status_code, (200).__eq__)
        assert service.beacon(site, "https://x.example.vn/").status_code == 202
        for role in ("applier", "worker"):
            before = service.child(role)
            os.kill(before, signal.SIGKILL)
            assert _successor(service, role, before)
        service.http.close()
        service.http = type(service.http)(base_url=service.url, timeout=30, headers=BROWSER)
        until(lambda: service.beacon(site, "https://x.example.vn/").status_code, (202).__eq__)
        assert until(lambda: service.counts(site, "total", "pageviews")["total"], lambda n: n >= 2) == 2


def _successor(service: Service, role: str, before: int) -> int | None:
    return until(lambda: _child(service, role), lambda now: now not in (None, before))


def _child(service: Service, role: str) -> int | None:
    try:
        return service.child(role)
    except (AssertionError, FileNotFoundError):
        return None


def test_workers_and_applier_end_with_their_parent_and_the_next_start_is_not_refused(tmp_path: Path) -> None:
    service = Service(tmp_path / "data")
    children = service.children()
    os.kill(service.process.pid, signal.SIGKILL)
    service._close()
    assert until(lambda: [n for n in children if _runs(n)], lambda left: left == []) == []
    with serving(tmp_path / "data"):
        pass


def _runs(number: int) -> bool:
    try:
        return "Z" not in Path(f"/proc/{number}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_a_second_service_on_the_same_folder_is_refused_and_told_who_has_it(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as service:
        second = run("serve", "--port", "0", data=tmp_path / "data")
        assert second.returncode == 2
        assert f"process {service.process.pid} serves" in second.stderr
        assert "Traceback" not in second.stderr


def test_several_workers_without_redis_are_refused_with_the_way_out(tmp_path: Path) -> None:
    refused = run("serve", "--workers", "2", data=tmp_path / "data")
    assert refused.returncode == 2
    assert "--redis" in refused.stderr


def test_a_new_site_counts_within_a_second_of_being_made(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as service:
        made = run(
            *(
                "site",
                "add",
                "cantho.example.vn",
                "--opening-balance",
                "visits=1461664",
                "--reason",
                "NukeViet",
            ),
            data=tmp_path / "data",
        )
        site = made.stdout.strip()
        reason = until(
            lambda: service.beacon(site, "https://www.cantho.example.vn/").headers["x-vstats"],
            "counted".__eq__,
        )
        assert reason == "counted"
        figures = until(lambda: service.counts(site, "today,total"), lambda c: c["today"] == 1, limit=10)
        assert figures == {"today": 1, "total": 1461665}


def test_private_and_unknown_sites_answer_alike_byte_for_byte(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as service:
        site = add_site(service.data, "secret.example.vn", "--private")["public_id"]
        until(
            lambda: service.beacon(site, "https://secret.example.vn/").headers["x-vstats"], "counted".__eq__
        )
        private = service.http.get(f"/api/v1/sites/{site}/counter")
        unknown = service.http.get("/api/v1/sites/zzzzzz/counter")
        hidden = {"date"}
        assert (private.status_code, private.content) == (404, unknown.content)
        assert {k: v for k, v in private.headers.items() if k not in hidden} == {
            k: v for k, v in unknown.headers.items() if k not in hidden
        }


def test_the_counter_is_cached_tagged_and_open_to_every_page(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as service:
        site = add_site(service.data, "x.example.vn")["public_id"]
        address = f"/api/v1/sites/{site}/counter?items=today"
        until(lambda: service.http.get(address).status_code, (200).__eq__)
        first = service.http.get(address)
        assert first.headers["access-control-allow-origin"] == "*"
        assert first.headers["cache-control"].startswith("public, max-age=5,")
        again = service.http.get(address, headers={"if-none-match": first.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")


def test_a_forged_forwarded_address_of_an_untrusted_peer_makes_no_second_visitor(tmp_path: Path) -> None:
    env = {"ANALYTICS_TRUSTED_PROXIES": "10.9.9.9/32"}
    with serving(tmp_path / "data", env=env) as service:
        site = add_site(service.data, "x.example.vn")["public_id"]
        until(lambda: service.http.get(f"/api/v1/sites/{site}/counter").status_code, (200).__eq__)
        for number in range(20):
            forged = {"x-forwarded-for": f"8.8.8.{number}"}
            assert service.beacon(site, "https://x.example.vn/", headers=forged).status_code == 202
        until(lambda: service.counts(site, "today", "pageviews")["today"], (20).__eq__, limit=10)
        assert service.counts(site, "today,online", "visitors") == {"today": 1, "online": 1}
        assert service.log.read_text().count("--trusted-proxy 127.0.0.1") == 1


def test_sites_are_listed_shown_and_changed_while_the_service_runs(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as service:
        site = add_site(
            service.data, "x.example.vn", *"--host-name *.y.example.vn --week-start sunday".split()
        )
        assert site["host_names"] == ["*.y.example.vn", "www.x.example.vn", "x.example.vn"]
        changed = run(
            *("site", "set", site["public_id"]), *"--name Cổng --pause --json".split(), data=service.data
        )
        assert json.loads(changed.stdout)["name"] == "Cổng"
        dropped = until(
            lambda: service.beacon(site["public_id"], "https://a.y.example.vn/").headers["x-vstats"],
            "dropped; reason=paused".__eq__,
        )
        assert dropped == "dropped; reason=paused"
        listed = json.loads(run("site", "list", "--json", data=service.data).stdout)
        assert [one["domain"] for one in listed] == ["demo.invalid", "x.example.vn"]
        missing = run("site", "show", "nowhere.example", data=service.data)
        assert (missing.returncode, missing.stderr) == (
            2,
            "analytics-service: there is no site 'nowhere.example'\n",
        )


def test_two_workers_share_who_is_online_and_are_renewed_without_a_refusal(tmp_path: Path) -> None:
    with (
        running_redis(tmp_path) as redis,
        serving(tmp_path / "data", "--workers", "2", "--redis", redis.url) as service,
    ):
        site = add_site(service.data, "x.example.vn")["public_id"]
        until(lambda: service.http.get(f"/api/v1/sites/{site}/counter").status_code, (200).__eq__)
        before = service.children()
        assert len(before) == 3
        os.kill(service.process.pid, signal.SIGHUP)
        sent = counted = 0
        while len(set(service.children()) & set(before)) > 1 and sent < 3000:
            # A connection of its own each time, so that none is kept to a worker that goes.
            headers = {"x-forwarded-for": f"203.0.113.{sent % 40}", "connection": "close"}
            answer = service.beacon(site, "https://x.example.vn/", headers)
            assert answer.status_code == 202
            sent += 1
            # Until the second worker has noticed the new site, it says so: within a second.
            counted += answer.headers["x-vstats"] == "counted"
        assert len(set(service.children()) & set(before)) == 1
        assert counted > sent / 2
        right = {"online": 40, "total": counted}
        found = until(lambda: service.counts(site, "online,total", "pageviews"), right.__eq__)
        assert found == right
