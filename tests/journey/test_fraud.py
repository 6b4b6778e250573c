"""What one sender adds to the figures that everybody sees is bounded, and every true view counts."""

import time
from pathlib import Path

from tests.service import BROWSER, add_site, known, serving, until

SCHOOL = 300


def test_the_views_of_a_school_all_count_and_its_visitors_are_bounded(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as service:
        site = add_site(service.data, "x.example.vn")["public_id"]
        known(service, site)
        began = time.monotonic()
        for number in range(SCHOOL):
            agent = f"{BROWSER['User-Agent']} made/{number}"
            headers = {"User-Agent": agent, "X-Forwarded-For": "203.0.113.7"}
            told = service.beacon(site, "https://x.example.vn/", headers)
            assert told.headers["x-vstats"] == "counted"
        minutes = (time.monotonic() - began) / 60
        assert until(lambda: service.counts(site, "today", "pageviews")["today"], SCHOOL.__eq__) == SCHOOL
        assert 120 <= service.counts(site, "today", "visitors")["today"] <= 123 + 12 * minutes
        assert service.counts(site, "online", "visitors")["online"] <= 123 + 12 * minutes
