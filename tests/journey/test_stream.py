"""The counter as it changes, pushed to whoever listens."""

import json
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from playwright.sync_api import Browser, expect

from tests.browser_page import running_browser
from tests.service import BROWSER, Service, add_site, known, run, serving, until

LISTEN = """address => {
  window.told = [];
  new EventSource(address).addEventListener('counts', event => window.told.push(JSON.parse(event.data)));
}"""


def stream_of(service: Service, site: str) -> str:
    return f"{service.url}/api/v1/sites/{site}/stream"


def status_of(service: Service, site: str) -> int:
    with httpx2.stream("GET", stream_of(service, site)) as answer:
        return answer.status_code


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for all."""
    with running_browser() as browser:
        yield browser


def test_two_pages_see_a_third_visitor_arrive(browser: Browser, tmp_path: Path) -> None:
    with serving(tmp_path / "data") as service:
        site = add_site(service.data, "x.example.vn")["public_id"]
        known(service, site)
        pages = [browser.new_context().new_page() for _ in range(2)]
        for page in pages:
            page.goto(f"{service.url}/health")
            page.evaluate(LISTEN, stream_of(service, site))
            page.wait_for_function("window.told.length > 0")
            assert page.evaluate("window.told[0].online") == 0
        began = time.monotonic()
        service.beacon(site, "https://x.example.vn/", {"X-Forwarded-For": "203.0.113.9"})
        for page in pages:
            page.wait_for_function("window.told.at(-1).online === 1 && window.told.at(-1).today === 1")
            last = page.evaluate("window.told.at(-1)")
            assert set(last) == {"online", "today", "total", "generated_at"}
        print(f"both pages knew after {time.monotonic() - began:.1f} s")
        for page in pages:
            page.context.close()


def test_two_widgets_that_listen_see_a_third_visitor_arrive(browser: Browser, tmp_path: Path) -> None:
    with serving(tmp_path / "data") as service:
        pages = [browser.new_context().new_page() for _ in range(2)]
        for page in pages:
            page.goto(f"{service.url}/demo")
            page.locator("[live=stream]").scroll_into_view_if_needed()
        for page in pages:
            # Both browsers come from one address with one agent: they are one visitor.
            expect(page.locator("[live=stream] dd").first).to_have_text("1", timeout=20_000)
        site = pages[0].locator("visitor-stats").first.get_attribute("site") or ""
        began = time.monotonic()
        service.beacon(site, f"{service.url}/demo", {"X-Forwarded-For": "203.0.113.9"})
        for page in pages:
            expect(page.locator("[live=stream] dd").first).to_have_text("2", timeout=20_000)
        print(f"both widgets knew after {time.monotonic() - began:.1f} s")
        for page in pages:
            page.context.close()


def test_who_listens_is_sent_away_as_the_service_ends(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as service:
        site = add_site(service.data, "x.example.vn")["public_id"]
        known(service, site)
        with httpx2.stream("GET", stream_of(service, site), timeout=30) as answer:
            assert answer.headers["content-type"].startswith("text/event-stream")
            assert answer.headers["access-control-allow-origin"] == "*"
            lines = answer.iter_lines()
            assert next(line for line in lines if line.startswith("event:")) == "event: counts"
            service.process.send_signal(signal.SIGTERM)
            rest = list(lines)
        assert any(line.startswith("data:") and json.loads(line[5:])["online"] == 0 for line in rest)
        assert service.stop() == 0
        assert "graceful shutdown" not in service.log.read_text()
        assert "Traceback" not in service.log.read_text()


def test_a_private_or_unknown_site_has_no_stream_and_what_is_not_shown_is_not_streamed(
    tmp_path: Path,
) -> None:
    with serving(tmp_path / "data") as service:
        private = add_site(service.data, "x.example.vn", "--private")["public_id"]
        kept = add_site(service.data, "y.example.vn")["public_id"]
        assert run("site", "counter", kept, "--item", "online", data=service.data).returncode == 0
        known(service, kept)
        answers = [httpx2.get(stream_of(service, name), headers=BROWSER) for name in (private, "nobody")]
        assert {answer.status_code for answer in answers} == {404}
        assert answers[0].content == answers[1].content
        assert until(lambda: status_of(service, kept), (403).__eq__) == 403


def test_a_site_that_is_closed_sends_its_listeners_away(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as service:
        site = add_site(service.data, "x.example.vn")["public_id"]
        known(service, site)
        with httpx2.stream("GET", stream_of(service, site), timeout=30) as answer:
            lines = answer.iter_lines()
            assert next(line for line in lines if line.startswith("event:")) == "event: counts"
            assert run("site", "set", site, "--private", data=service.data).returncode == 0
            # The stream ends: there is a last line.
            list(lines)
        assert httpx2.get(stream_of(service, site)).status_code == 404
