"""Keys whose time is over."""

import secrets
from datetime import UTC, datetime, timedelta

from analytics_service.administering.keys import NewKey, add_key
from analytics_service.storage.sqlite.config import open_config
from tests.service import until
from tests.web.api.conftest import Stand


def test_an_expired_key_is_answered_as_one_that_was_never_made(stand: Stand) -> None:
    now = datetime.now(UTC)
    long_ago, yesterday = now - timedelta(days=9), now - timedelta(days=1)
    with open_config(stand.service.data) as stores:
        tokens = [
            add_key(
                stores.keys, NewKey(expires=expires), at=long_ago, random=secrets.token_bytes, by="tests"
            )[1]
            for expires in (yesterday.isoformat(), None)
        ]
    over, valid = tokens
    # The keys are read together: once the later one is known, so is the one that is over.
    until(lambda: stand.get("/sites", valid).status_code, (200).__eq__)
    answer = stand.get("/sites", over)
    never = stand.get("/sites", f"vs_{secrets.token_hex(4)}_{'a' * 43}")
    assert answer.status_code == never.status_code == 401
    assert answer.headers["www-authenticate"] == never.headers["www-authenticate"]
    assert answer.json() | {"request_id": ""} == never.json() | {"request_id": ""}
