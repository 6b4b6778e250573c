"""Keys of a site: shown once, good for this site only, and ended at once."""

import re

from tests.service import until
from tests.web.dashboard.settings.conftest import Stand
from tests.web.dashboard.stand import problems


def test_a_key_is_shown_once_reads_this_site_and_ends_at_once(stand: Stand) -> None:
    owner, path = stand.people["owner"], stand.path("keys")
    made = owner.send(path, name="<b>Bảng tin</b>", scopes="stats:read")
    assert made.status_code == 200
    token = re.findall(r"vs_[a-z2-7]{8}_[\w-]{43}", made.text)[0]
    assert "<b>Bảng" not in made.text
    assert token not in owner.get(path).text
    key = {"Authorization": f"Bearer {token}"}
    counts = f"/api/v1/sites/{stand.public_id}/counts?period=28d"

    def status(url: str) -> int:
        return stand.service.http.get(url, headers=key).status_code

    assert until(lambda: status(counts), (200).__eq__) == 200
    assert status("/api/v1/sites/demo.invalid/counts?period=28d") == 404
    entry = stand.last_entry()
    assert (entry.by, entry.event.value) == ("owner", "key-added")
    ended = owner.send(f"{path}/revoke", page=path, id=token.split("_")[1])
    assert ended.status_code == 303
    assert until(lambda: status(counts), (401).__eq__) == 401
    assert stand.last_entry().event.value == "key-revoked"


def test_a_wrong_key_is_refused_at_its_field(stand: Stand) -> None:
    owner, path = stand.people["owner"], stand.path("keys")
    for fields, problem in (
        ({"name": "a"}, "Choose at least one thing that it may do."),
        ({"name": "a", "scopes": "stats:read", "expires": "2020-01-01"}, "This day is over, or is no day."),
        ({"name": "a", "scopes": "stats:read", "origins": "example.vn"}, "An origin is https:// and a host"),
        ({"name": "x" * 150, "scopes": "stats:read"}, "A name has 1 to 100 signs"),
    ):
        answer = owner.send(path, **fields)
        assert (answer.status_code, problem in problems(answer)[-1]) == (422, True), fields


def test_a_key_of_another_site_cannot_be_ended_here(stand: Stand) -> None:
    owner = stand.people["owner"]
    answer = owner.send(f"{stand.path('keys')}/revoke", page=stand.path("keys"), id="aaaaaaaa")
    assert answer.status_code == 403
