"""A stand for each test, and one browser for all tests of a file."""

import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext

from tests.browser.stand import PICTURES, Stand, StandServer
from tests.browser_page import running_browser


@pytest.fixture
def stand() -> Iterator[Stand]:
    stand = Stand()
    server = StandServer(stand)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield stand
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    PICTURES.mkdir(exist_ok=True)
    with running_browser() as browser:
        yield browser


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    context = browser.new_context()
    yield context
    context.close()
