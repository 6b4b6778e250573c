"""What older browsers understand: the syntax of each script, and the snippet without what is newer."""

import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext

from tests.browser.npm import library
from tests.browser.pages import HIDE, opened
from tests.browser.stand import DIST, SNIPPET, Stand
from tests.tools import tool

# The edition of JavaScript that the oldest supported browsers read: Chrome 64, Firefox 67 and Safari 12 for
# the snippet, Safari 14 for widget and spans.
EDITIONS = {"v.js": 2018, "w.js": 2021, "more.js": 2021, "f.js": 2021}
PARSE = """const acorn = require(process.argv[1]), fs = require('fs')
const [edition, kind, file] = process.argv.slice(2)
acorn.parse(fs.readFileSync(file, 'utf-8'), { ecmaVersion: +edition, sourceType: kind })"""
# What came with later releases than Chrome 64, Firefox 67 and Safari 12.
NEWER = {
    "the Navigation API": "delete window.navigation",
    "prerendering": "delete Document.prototype.prerendering",
    "sendBeacon": "delete Navigator.prototype.sendBeacon",
    "Global Privacy Control": "delete Navigator.prototype.globalPrivacyControl",
    "flat": "delete Array.prototype.flat; delete Array.prototype.flatMap; delete Array.prototype.at",
    "fromEntries": "delete Object.fromEntries; delete Object.hasOwn",
    "replaceAll": "delete String.prototype.replaceAll; delete String.prototype.matchAll",
    "randomUUID": "delete Crypto.prototype.randomUUID",
    "queueMicrotask": "delete window.queueMicrotask; delete Promise.allSettled; delete Promise.any",
}


@pytest.mark.parametrize("name", EDITIONS)
def test_each_script_is_written_in_what_its_oldest_browser_reads(tmp_path: Path, name: str) -> None:
    parser = tmp_path / "acorn.js"
    parser.write_text(library("acorn"), "utf-8")
    kind = "script" if name in ("v.js", "f.js") else "module"

    def read(edition: int) -> int:
        command = [tool("node"), "-e", PARSE, str(parser), str(edition), kind, str(DIST / name)]
        return subprocess.run(command, capture_output=True, check=False).returncode

    assert read(EDITIONS[name]) == 0
    # The parser does refuse what is too new.
    assert read(2015) != 0


@pytest.mark.parametrize("newer", [*NEWER, "all of them"])
def test_without_what_is_newer_the_snippet_counts_views_routes_and_engagement(
    stand: Stand, context: BrowserContext, newer: str
) -> None:
    context.add_init_script(NEWER[newer] if newer in NEWER else ";".join(NEWER.values()))
    page, errors = opened(context, stand.page("/a", SNIPPET))
    stand.heard("v")
    page.evaluate("history.pushState({}, '', '/b')")
    assert stand.heard("v", 2)[1]["u"] == stand.url + "/b"
    page.evaluate("vstats('mark')")
    stand.heard("c")
    page.wait_for_timeout(200)
    page.evaluate(HIDE)
    stand.heard("e")
    assert errors == []


def test_a_view_made_without_a_line_is_sent_when_there_is_one(stand: Stand, context: BrowserContext) -> None:
    page, errors = opened(context, stand.page("/a", SNIPPET))
    (first,) = stand.heard("v")
    context.set_offline(True)
    page.evaluate("history.pushState({}, '', '/b'); vstats('mark')")
    page.wait_for_timeout(500)
    assert len(stand.beacons) == 1
    context.set_offline(False)
    second = stand.heard("v", 2)[1]
    assert (second["u"], second["by"]) == (stand.url + "/b", "post")
    assert second["i"] != first["i"]
    assert stand.heard("c")[0]["n"] == "mark"
    page.wait_for_timeout(500)
    assert len(stand.heard("v", 2)) == 2
    assert errors == []


@pytest.mark.parametrize("again", [False, True])
def test_two_sites_on_one_page_each_count(stand: Stand, context: BrowserContext, again: bool) -> None:
    other = SNIPPET.replace("dn7k2q", "province")
    page, errors = opened(context, stand.page("/a", SNIPPET + other + (SNIPPET + other) * again))
    assert sorted(view["s"] for view in stand.heard("v", 2)) == ["dn7k2q", "province"]
    page.evaluate("history.pushState({}, '', '/b')")
    assert sorted(view["s"] for view in stand.heard("v", 4)[2:]) == ["dn7k2q", "province"]
    page.evaluate("vstats('mark')")
    assert sorted(event["s"] for event in stand.heard("c", 2)) == ["dn7k2q", "province"]
    page.wait_for_timeout(300)
    assert len(stand.heard("v")) == 4
    assert errors == []


@pytest.mark.parametrize("verdict", ["counted", "dropped; reason=hostname", "dropped; reason=unknown-site"])
def test_whoever_is_not_counted_is_told_why_in_the_console(
    stand: Stand, context: BrowserContext, verdict: str
) -> None:
    stand.verdict = verdict
    page = context.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "info" else None)
    page.goto(stand.page("/a", SNIPPET))
    stand.heard("v")
    page.evaluate("document.addEventListener('vstats', (event) => { window.heard = event.detail })")
    page.evaluate("vstats('pageview')")
    page.wait_for_function("window.heard")
    told = [] if verdict == "counted" else [f"vstats: {verdict}"] * 2
    assert (page.evaluate("window.heard"), said) == (verdict, told)
