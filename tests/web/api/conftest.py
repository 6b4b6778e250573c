"""One service with two sites, some of whose figures are counted, and three keys."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import httpx2
import pytest

from tests.service import Service, add_site, known, run, serving, until

ORIGIN = "https://portal.example.vn"


@dataclass(frozen=True)
class Stand:
    """A running service, its sites `a` (private) and `b` by public id, and tokens by name.

    `reads_a` reads site a, `reads_all` all sites, and `writes_a` may only send views to a.
    """

    service: Service
    a: str
    b: str
    keys: dict[str, str]

    def get(self, path: str, key: str | None = "reads_a", **more: Any) -> httpx2.Response:
        """Asks for a path below /api/v1 with the key of that name."""
        headers = dict(more.pop("headers", {}))
        if key is not None:
            headers["Authorization"] = f"Bearer {self.keys.get(key, key)}"
        return self.service.http.request(more.pop("method", "GET"), f"/api/v1{path}", headers=headers, **more)


def add_key(service: Service, *arguments: str) -> str:
    """A new key's token, made by the command line."""
    done = run("key", "add", *arguments, data=service.data)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture(scope="package")
def stand(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stand]:
    with serving(tmp_path_factory.mktemp("api") / "data") as service:
        a = add_site(service.data, "a.example.vn")["public_id"]
        b = add_site(service.data, "b.example.vn")["public_id"]
        known(service, a)
        known(service, b)
        keys = {
            "reads_a": add_key(service, "--site", a, "--origin", ORIGIN),
            "reads_all": add_key(service, "--all-sites"),
            "writes_a": add_key(service, "--site", a, "--scope", "ingest:write"),
        }
        for page in ("/", "/tin", "/tin"):
            service.beacon(a, f"https://a.example.vn{page}")
        service.beacon(b, "https://b.example.vn/")
        until(lambda: service.counts(a, "today", "pageviews")["today"], (3).__eq__)
        until(lambda: service.counts(b, "today", "pageviews")["today"], (1).__eq__)
        service.beacon(a, "https://elsewhere.example.com/")
        run("site", "set", a, "--private", data=service.data)
        found = Stand(service, a, b, keys)
        until(lambda: found.get("/sites").status_code, (200).__eq__)
        until(lambda: service.http.get(f"/api/v1/sites/{a}/counter").status_code, (404).__eq__)
        yield found
