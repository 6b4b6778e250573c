"""How often one address may ask the public counter for what no cache answers."""

from collections.abc import Iterator
from itertools import permutations

import pytest

from tests.service import Service, add_site, known, serving

ITEMS = ("online", "today", "yesterday", "week", "last_week", "month", "total")


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with serving(tmp_path_factory.mktemp("limit") / "data") as running:
        yield running


def test_questions_without_end_are_slowed_down_and_cached_answers_are_not(service: Service) -> None:
    site = add_site(service.data, "x.example.vn")["public_id"]
    known(service, site)

    def ask(items: tuple[str, ...], address: str = "203.0.113.9") -> int:
        path, headers = f"/api/v1/sites/{site}/counter", {"X-Forwarded-For": address}
        found: int = service.http.get(path, params={"items": ",".join(items)}, headers=headers).status_code
        return found

    statuses = []
    for items in permutations(ITEMS):
        statuses.append(ask(items))
        if statuses[-1] == 429:
            break
    assert set(statuses) == {200, 429}
    assert len(statuses) > 300
    # What somebody else has asked for just now is there for everybody.
    assert ask(items, "203.0.113.10") == 200
    assert ask(items) == 200
