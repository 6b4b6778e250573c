"""A page's markup is not the widget's to believe either."""

import pytest
from playwright.sync_api import BrowserContext

from tests.browser.pages import opened
from tests.browser.stand import SNIPPET, WIDGET, Stand

SHOWN = """number => Document.prototype.querySelector.call(document, 'visitor-stats')
    .shadowRoot?.textContent.includes(number)"""


@pytest.mark.parametrize("variant", ["list", "card"])
@pytest.mark.parametrize(
    "name", ["hidden", "createElement", "createElementNS", "querySelector", "addEventListener"]
)
def test_the_widget_shows_its_figures_whatever_elements_are_called(
    stand: Stand, context: BrowserContext, name: str, variant: str
) -> None:
    body = f'<img name="{name}"><form lang="vi"><input name="lang"><input name="getAttribute">'
    body += f'<visitor-stats site="dn7k2q" variant="{variant}"></visitor-stats></form>'
    page, errors = opened(context, stand.page("/a", SNIPPET + WIDGET + body))
    page.wait_for_function(SHOWN, arg="1.461.664")
    assert errors == []


@pytest.mark.parametrize(
    "name",
    "currentScript querySelector querySelectorAll getElementById addEventListener readyState hidden".split(),
)
def test_spans_are_filled_whatever_elements_are_called(
    stand: Stand, context: BrowserContext, name: str
) -> None:
    body = f'<img name="{name}" src="http://localhost:1/f.js" data-site="evil"><form lang="vi">'
    body += '<input name="lang"><input name="getAttribute"><span data-vstats="today">…</span></form>'
    body += '<form data-vstats="week"><input name="getAttribute"><input name="closest"></form>'
    body += '<b id="busuanzi_value_site_pv"></b>'
    page, errors = opened(
        context, stand.page("/a", body + '<script defer src="/f.js" data-site="dn7k2q"></script>')
    )
    for number in ("2.146", "30.277", "1.461.664"):
        page.wait_for_function("number => document.body.innerText.includes(number)", arg=number)
    assert errors == []
