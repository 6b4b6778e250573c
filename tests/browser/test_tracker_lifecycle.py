"""What the snippet does where the browser itself shows a page late or again; nothing here is played."""

import subprocess
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.stand import SNIPPET, Stand
from tests.browser_page import FLAGS, chromium

RULES = '{"prerender":[{"source":"list","urls":["/next"],"eagerness":"immediate"}]}'
# Chromium's own page goes on when the stand says so: no DevTools client may be there to do it.
GO_ON = """<script>
    const look = setInterval(async () => {
        if (!(await (await fetch('/go')).text()).includes('now')) return
        clearInterval(look)
        location.href = '/next'
    }, 50)
</script>"""
RAN = "<script>fetch('/ran?' + document.prerendering)</script>"


def test_a_prerendered_page_counts_when_it_is_shown(stand: Stand, tmp_path: Path) -> None:
    # With a DevTools client, Playwright's too, Chromium prerenders nothing.
    stand.page("/next", SNIPPET + RAN)
    stand.page("/go", "wait")
    start = stand.page("/start", f"<script type=speculationrules>{RULES}</script>" + GO_ON)
    flags = [flag for flag in FLAGS if "AutomationControlled" not in flag]
    command = [chromium(), "--headless=new", *flags, f"--user-data-dir={tmp_path}", start]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as browser:
        try:
            stand.until(lambda: ("/ran?true", "prefetch;prerender") in stand.fetched)
            rounds = len(stand.fetched)
            stand.until(lambda: len(stand.fetched) >= rounds + 10)
            assert stand.beacons == []
            stand.page("/go", "now")
            (view,) = stand.heard("v")
        finally:
            browser.terminate()
    assert (view["u"], view["r"]) == (stand.url + "/next", stand.url + "/start")
    pages = [(path, purpose) for path, purpose in stand.fetched if path == "/next"]
    assert pages == [("/next", "prefetch;prerender")]


def test_a_page_from_the_back_forward_cache_is_a_new_view(stand: Stand) -> None:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium(), args=FLAGS, ignore_default_args=["--disable-back-forward-cache"]
        )
        page = browser.new_page()
        page.goto(stand.page("/a", SNIPPET))
        stand.heard("v")
        page.evaluate("window.kept = true")
        page.goto(stand.page("/plain", ""))
        page.go_back(wait_until="commit")
        first, second = stand.heard("v", 2)
        assert page.evaluate("window.kept")
        browser.close()
    assert first["i"] < second["i"]
    assert first["u"] == second["u"]
