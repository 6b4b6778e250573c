"""The record: how many were online at most, and when."""

from datetime import datetime
from pathlib import Path

from tests.service import add_site, known, run, serving, until


def test_the_most_that_were_ever_online_is_kept_with_its_time(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with serving(data) as service:
        site = add_site(data, "x.example.vn")["public_id"]
        known(service, site)
        assert service.counts(site, "peak") == {"peak": 0}
        for who in range(3):
            service.beacon(site, "https://x.example.vn/", {"X-Forwarded-For": f"203.0.113.{who}"})
        assert until(lambda: service.counts(site, "peak")["peak"], (3).__eq__) == 3
        told = service.http.get(f"/api/v1/sites/{site}/counter", params={"items": "online,peak"}).json()
        assert told["counts"] == {"online": 3, "peak": 3}
        assert told["peak_at"][:16] <= told["generated_at"][:16]
        assert datetime.fromisoformat(told["peak_at"]).utcoffset() is not None
        assert told["peak_today"] == {"online": 3, "at": told["peak_at"]}
    with serving(data) as service:
        assert service.counts(site, "peak") == {"peak": 3}
        assert "peak_at" not in service.http.get(f"/api/v1/sites/{site}/counter").json()


def test_what_an_owner_does_not_show_is_a_403_that_names_what_is_shown(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with serving(data) as service:
        site = add_site(data, "x.example.vn")["public_id"]
        known(service, site)
        assert run("site", "counter", site, "--item", "today", data=data).returncode == 0
        address = f"/api/v1/sites/{site}/counter"
        assert until(lambda: service.http.get(address).json().get("counts"), {"today": 0}.__eq__) == {
            "today": 0
        }
        refused = service.http.get(address, params={"items": "today,total"})
        assert refused.status_code == 403
        assert refused.headers["access-control-allow-origin"] == "*"
        assert refused.json()["errors"] == [
            {"parameter": "items", "code": "not-public", "allowed": ["today"]}
        ]
