"""How much a key, and an address without one, may ask; over several workers too."""

import secrets
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

from analytics_service.administering.keys import NewKey
from analytics_service.administering.keys import add_key as store_key
from analytics_service.storage.sqlite.config import open_config
from analytics_service.web.api.gate import KEY_LIMIT
from tests.redis_server import running_redis
from tests.service import serving, until
from tests.web.api.conftest import Stand

SENT = 5_000
PER_SECOND = KEY_LIMIT / 60
ASKED_AT_ONCE = 50


def test_wrong_tokens_without_end_are_slowed_down_and_a_good_one_is_not(stand: Stand) -> None:
    statuses = []
    for _ in range(SENT):
        # The proxy on this machine names its client: one that names none would stand for everybody.
        token = f"vs_{secrets.token_hex(4)}_{'a' * 43}"
        answer = stand.get("/sites", token, headers={"X-Forwarded-For": "203.0.113.9"})
        statuses.append(answer.status_code)
        if answer.status_code == 429:
            break
    assert set(statuses) == {401, 429}
    assert len(statuses) > KEY_LIMIT / 2
    assert int(answer.headers["retry-after"]) >= 1
    assert stand.get("/sites", headers={"X-Forwarded-For": "203.0.113.9"}).status_code == 200
    other = stand.get("/sites", None, headers={"X-Forwarded-For": "203.0.113.10"})
    assert other.status_code == 401


def test_a_key_has_one_limit_over_several_workers(tmp_path: Path) -> None:
    with (
        running_redis(tmp_path) as redis,
        serving(tmp_path / "data", "--workers", "2", "--redis", redis.url) as service,
    ):
        with open_config(service.data) as config:
            at, new = datetime.now(UTC), NewKey()
            _, token = store_key(config.keys, new, at=at, random=secrets.token_bytes, by="test")
        headers = {"Authorization": f"Bearer {token}"}

        def ask(_: int = 0) -> int:
            # A connection each, so that both workers get some.
            found: int = service.http.get(
                "/api/v1/sites", headers={**headers, "Connection": "close"}
            ).status_code
            return found

        # Each worker reads the keys for itself: 20 in a row are hardly answered by one alone.
        until(lambda: {ask() for _ in range(20)}, {200}.__eq__)
        statuses: list[int] = []
        began = time.monotonic()
        with ThreadPoolExecutor(4) as pool:
            for _ in range(2 * KEY_LIMIT // ASKED_AT_ONCE):
                statuses += pool.map(ask, range(ASKED_AT_ONCE))
                # What the other worker let pass is known a tenth of a second later.
                time.sleep(0.3)
        passed, seconds = statuses.count(200), time.monotonic() - began
        assert set(statuses) == {200, 429}
        # Each by itself would let twice as much pass.
        assert passed <= KEY_LIMIT * 1.25 + PER_SECOND * seconds, (passed, seconds)
