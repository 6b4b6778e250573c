"""The dashboard over a province's figures, at an instant that stands still, with somebody signed in."""

import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import uvicorn
from playwright.sync_api import Browser, BrowserContext, Page

from analytics_service.administering.audit import Actor
from analytics_service.administering.people import NewAccount, add_account
from analytics_service.administering.sessions import begin_session
from analytics_service.app.application import WorkerConfig, create_app
from analytics_service.domain.accounts import FactorPolicy
from analytics_service.domain.sessions import Visitor
from analytics_service.domain.site import Site
from analytics_service.storage.sqlite.config import open_config
from tests.portal_data import NOW, make_folder

COOKIE = "vs_session"
AN = "an"
PASSWORD = "khu vuon mua xuan nam ay"
OUTSIDE = """() => {
  const clips = one => getComputedStyle(one).overflowX != 'visible'
  const aside = '.vh, .tabs, .code'
  const shown = one => one.checkVisibility() && one.getClientRects().length && !one.closest(aside)
  const edges = one => {
    let box = {left: 0, right: innerWidth}
    for (let above = one.parentElement; above; above = above.parentElement) {
      if (above == document.body || !clips(above)) continue
      const {left, right} = above.getBoundingClientRect()
      box = {left: Math.max(box.left, left), right: Math.min(box.right, right)}
    }
    return box
  }
  const names = 'button, .btn, select, textarea, input:not([type=hidden]), tbody td, tbody th, time'
  const found = [...document.querySelectorAll(names)].filter(shown).filter(one => {
    const {left, right} = one.getBoundingClientRect()
    const edge = edges(one)
    const runs_out = one.tagName == 'TD' && one.scrollWidth > one.clientWidth + 1
    return left < edge.left - 1 || right > edge.right + 1 || runs_out
  }).map(one => one.outerHTML.slice(0, 120))
  const over = document.documentElement.scrollWidth - innerWidth
  return over > 0 ? [`the page is ${over} px too wide`, ...found] : found
}"""


@dataclass(frozen=True)
class Dashboard:
    """A running worker: its address, the sites of its folder, and the session of an administrator."""

    url: str
    folder: Path
    sites: list[Site]
    token: str

    @property
    def portal(self) -> str:
        """The path of the site that has figures."""
        return f"/s/{self.sites[0].public_id}"

    def context(self, browser: Browser, language: str = "vi", **options: object) -> BrowserContext:
        """A browser's context in which the administrator is signed in."""
        context = browser.new_context(base_url=self.url, locale=language, **options)  # type: ignore[arg-type]
        context.add_cookies([{"name": COOKIE, "value": self.token, "url": self.url}])
        return context


def find_outside(page: Page) -> list[str]:
    """Returns what a reader cannot reach without scrolling sideways: buttons, fields, cells, the page."""
    found: list[str] = page.evaluate(OUTSIDE)
    return found


def sign_in(folder: Path, at: datetime) -> str:
    """Makes an administrator in a folder and returns the token of a session."""
    new = NewAccount(name=AN, password=PASSWORD, password_hash="-", is_administrator=True)
    with open_config(folder) as stores:
        account = add_account(stores, new, actor=Actor("tests"), at=at)
        return begin_session(stores.sessions, account, visitor=Visitor(), at=at, random=secrets.token_bytes)


def config_of(folder: Path, now: datetime) -> WorkerConfig:
    """Returns a worker's settings over a folder."""
    return WorkerConfig(
        folder=folder,
        database=f"sqlite:{folder}",
        url="https://tk.example.vn",
        public_url="",
        dashboard_url="",
        factor_policy=FactorPolicy.OPTIONAL,
        mail_from="",
        trusted_proxies=(),
        redis="",
        online_limit=10_000,
        geo_file=None,
        font_file=None,
        spam_hosts=frozenset(),
        rate_per_minute=6_000,
        rate_burst=6_000,
        visitors_per_minute=6_000,
        visitors_burst=6_000,
        address_key=bytes(32),
        clock=lambda: now,
        random=secrets.token_bytes,
        stop=lambda: None,
    )


@contextmanager
def running_dashboard(folder: Path, now: datetime = NOW, **figures: int) -> Iterator[Dashboard]:
    """Makes a folder with figures, and runs a worker over it in a thread for the length of a block."""
    sites = make_folder(folder, now, **figures)
    token = sign_in(folder, now)
    server = uvicorn.Server(
        uvicorn.Config(create_app(config_of(folder, now)), host="127.0.0.1", port=0, log_level="error")
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield Dashboard(f"http://127.0.0.1:{port}", folder, sites, token)
    finally:
        server.should_exit = True
        thread.join()
