"""A service with a dashboard: somebody who asks for its pages as a browser does."""

import json
import re
import subprocess
from dataclasses import dataclass, field
from typing import Any

import httpx2

from tests.service import COMMAND, LIMIT, Service, run

PASSWORD = "mười hai con giáp đủ cả"
_TOKEN = re.compile(r'name="csrf" value="([^"]+)"')


@dataclass
class Person:
    """Somebody with a browser of their own; `headers` go with each of their requests."""

    service: Service
    headers: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        # No connection stays open, so nothing has to be closed.
        self.http = httpx2.Client(
            base_url=self.service.url,
            timeout=LIMIT,
            headers={"Accept-Language": "en"},
            limits=httpx2.Limits(max_keepalive_connections=0),
        )

    def get(self, path: str, **more: Any) -> httpx2.Response:
        """Opens a page."""
        return self.http.get(path, headers={**self.headers, **more.pop("headers", {})}, **more)

    def send(self, path: str, *, page: str | None = None, **fields: str) -> httpx2.Response:
        """Opens the page of a form, fills it in and sends it, as a browser does."""
        token = self.token(page or path)
        return self.post(path, None, csrf=token, **fields)

    def post(self, path: str, headers: dict[str, str] | None = None, **fields: str) -> httpx2.Response:
        """Sends a form whose page was not opened."""
        more = {"Sec-Fetch-Site": "same-origin"} if headers is None else headers
        return self.http.post(path, data=fields, headers={**self.headers, **more})

    def token(self, page: str) -> str:
        """What the forms of a page carry."""
        found = _TOKEN.search(self.get(page).text)
        assert found, page
        return found[1]

    def sign_in(self, name: str, password: str = PASSWORD) -> httpx2.Response:
        """Signs in by the form."""
        return self.send("/login", name=name, password=password)


def problems(answer: httpx2.Response) -> list[str]:
    """What a page says is wrong."""
    found = re.findall(r'<p class="error">([^<]*)</p>|<div class="note bad"[^>]*><p>([^<]*)</p>', answer.text)
    return [one or other for one, other in found]


def add_user(service: Service, name: str, *arguments: str) -> int:
    """An account, made by the command line; returns its number."""
    done = subprocess.run(
        [*COMMAND, "user", "add", name, *arguments, "--data", str(service.data)],
        input=f"{PASSWORD}\n",
        capture_output=True,
        text=True,
        timeout=LIMIT,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    accounts = json.loads(run("user", "list", "--json", data=service.data).stdout)
    return next(account["id"] for account in accounts if account["name"] == name)
