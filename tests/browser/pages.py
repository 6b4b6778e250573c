"""Pages that carry snippet, widget and spans, opened in a browser."""

from typing import Any

from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser.stand import COUNTER, SNIPPET, WIDGET, Stand

HIDE = """() => {
    Object.defineProperty(Document.prototype, 'hidden', {get: () => true, configurable: true})
    document.dispatchEvent(new Event('visibilitychange'))
}"""
SHOW = HIDE.replace("true, c", "false, c")
LIST = '<visitor-stats site="dn7k2q" {}></visitor-stats>'
OTHER = LIST.replace("dn7k2q", "other")
LIMIT_MS = 20_000
TOLD = "window.told = 0; document.addEventListener('visitor-stats', () => { window.told++ })"
HIDDEN = """hidden => {
    Object.defineProperty(Document.prototype, 'hidden', {get: () => hidden, configurable: true})
    document.dispatchEvent(new Event('visibilitychange'))
}"""
COUNTS = ["43", "2.146", "30.277", "1.461.664"]


def opened(context: BrowserContext, address: str) -> tuple[Page, list[str]]:
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(address)
    return page, errors


def tag(**options: str) -> str:
    return SNIPPET.replace(
        "></script>", "".join(f' data-{name}="{value}"' for name, value in options.items()) + "></script>"
    )


def shown(context: BrowserContext, stand: Stand, attributes: str = "", before: str = "") -> Page:
    page = context.new_page()
    page.goto(stand.page("/a", before + WIDGET + LIST.format(attributes)))
    return page


def wound(context: BrowserContext, address: str, luck: float = 0.5, *, is_paused: bool = False) -> Page:
    """A page whose clock the test winds (nothing else does where it is paused), and whose chance is known.

    A minute is wound as 61 s: 10 s after it was sent, a request that still runs would be given up.
    """
    context.add_init_script(f"Math.random = () => {luck}")
    page = context.new_page()
    page.clock.install(time="2026-11-22T06:53:00Z")
    if is_paused:
        page.clock.pause_at("2026-11-22T06:53:01Z")
    page.goto(address)
    return page


def rows(page: Page, right: list[str]) -> Locator:
    """The first widget's numbers, once they are right."""
    numbers = page.locator("visitor-stats").first.locator("dd")
    expect(numbers).to_have_text(right, timeout=LIMIT_MS)
    return numbers


def with_counts(**counts: int | None) -> tuple[int, dict[str, Any]]:
    return 200, {**COUNTER, "counts": {**COUNTER["counts"], **counts}}
