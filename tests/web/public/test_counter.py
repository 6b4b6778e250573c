"""Answers of the public counter."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from analytics_service.domain.counts import Counts
from analytics_service.domain.metrics import Metric
from analytics_service.domain.periods import local_time
from analytics_service.domain.site import ZoneSince
from analytics_service.web.public.counter import encode_counts
from tests.domain.test_admission import SITE
from tests.redis_server import running_redis
from tests.service import add_site, known, run, serving, until


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    with serving(tmp_path_factory.mktemp("figures") / "data") as running:
        yield running


def test_a_series_has_a_figure_for_each_day_and_ends_with_today(service) -> None:
    site = add_site(service.data, "series.example.vn")["public_id"]
    known(service, site)
    for _ in range(3):
        service.beacon(site, "https://series.example.vn/")
    until(lambda: service.counts(site, "today", "pageviews"), {"today": 3}.__eq__)

    def asked() -> dict:
        return service.http.get(f"/api/v1/sites/{site}/counter?items=today&metric=pageviews&series=7d").json()

    answer = until(asked, lambda told: told["counts"] == {"today": 3})
    today = datetime.fromisoformat(answer["generated_at"]).date()
    first = (today - timedelta(days=6)).isoformat()
    assert answer["series"] == {"interval": "day", "from": first, "values": [0, 0, 0, 0, 0, 0, 3]}


def test_a_page_has_its_own_figures_once_its_owner_shows_them(service) -> None:
    balance = ("--opening-balance", "pageviews=1000", "--reason", "a former counter")
    site = add_site(service.data, "pages.example.vn", *balance)["public_id"]
    known(service, site)
    address = f"/api/v1/sites/{site}/counter"
    query = {"path": "/tin-tức/", "items": "online,today,total", "series": "7d"}
    refused = service.http.get(address, params=query)
    assert (refused.status_code, refused.json()["errors"][0]["parameter"]) == (403, "path")
    assert run("site", "counter", site, "--pages", data=service.data).returncode == 0
    service.beacon(site, "https://pages.example.vn/")
    service.beacon(site, "https://pages.example.vn/tin-t%E1%BB%A9c?utm_source=x")

    def asked() -> dict:
        return service.http.get(address, params=query).json()

    answer = until(asked, lambda told: told.get("counts", {}).get("total") == 1)
    assert answer["counts"] == {"online": None, "today": 1, "total": 1}
    assert (answer["path"], answer["metric"], answer["series"]["values"][-1]) == ("/tin-tức", "pageviews", 1)


def test_while_nobody_knows_who_is_online_it_says_when_somebody_did(tmp_path: Path) -> None:
    with running_redis(tmp_path) as redis, serving(tmp_path / "data", "--redis", redis.url) as service:
        site = add_site(service.data, "x.example.vn")["public_id"]
        known(service, site)
        service.beacon(site, "https://x.example.vn/")
        address = f"/api/v1/sites/{site}/counter"
        told = until(lambda: service.http.get(address).json(), lambda told: told["counts"]["online"] == 1)
        redis.process.kill()
        after = until(lambda: service.http.get(address).json(), lambda told: told["counts"]["online"] is None)
        assert told["generated_at"] <= after["online_known_at"] < after["generated_at"]


@pytest.mark.parametrize(
    ("day", "zone", "offset"), [(26, "Asia/Ho_Chi_Minh", "+07:00"), (27, "Pacific/Auckland", "+13:00")]
)
def test_the_time_zone_is_the_one_in_force_when_the_figures_were_made(
    day: int, zone: str, offset: str
) -> None:
    home = ZoneSince(date(1970, 1, 1), "Asia/Ho_Chi_Minh")
    site = replace(SITE, zones=(home, ZoneSince(date(2026, 11, 27), "Pacific/Auckland")))
    at = local_time(datetime(2026, 11, day, 4, 30, tzinfo=UTC), site.zones)
    answer = msgspec.json.decode(encode_counts(Counts(site, Metric.VISITS, at, {})))
    assert (answer["timezone"], answer["generated_at"][-6:]) == (zone, offset)
