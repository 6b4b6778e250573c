"""Who is online: one suite on every implementation of the port Live."""

from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from analytics_service.live.memory import open_memory_live
from analytics_service.ports.live import Live
from tests.live.online import ANN, AT, BOB, LIMIT, OTHER, SITE, WINDOW, WINDOW_MS, becomes, patient
from tests.redis_cluster import RedisCluster, running_cluster
from tests.redis_server import running_redis


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RedisCluster]:
    with running_cluster(tmp_path_factory.mktemp("cluster")) as running:
        yield running


@pytest.fixture(params=["memory", "redis", "unix", "cluster"])
async def live(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Live]:
    async with AsyncExitStack() as stack:
        if request.param == "cluster":
            nodes = request.getfixturevalue("cluster")
            nodes.flush()
            yield await stack.enter_async_context(patient(nodes.url))
            return
        if request.param == "unix":
            stack.enter_context(running_redis(tmp_path))
            url = f"unix://{tmp_path}/redis.sock"
            yield await stack.enter_async_context(patient(url))
            return
        if request.param == "memory":
            yield await stack.enter_async_context(open_memory_live(window=WINDOW, limit=LIMIT))
        else:
            server = stack.enter_context(running_redis(tmp_path))
            yield await stack.enter_async_context(patient(server.url))


async def test_nobody_is_online_where_nobody_was_seen(live: Live) -> None:
    assert await live.online(SITE, AT) == 0


async def test_a_visitor_with_two_tabs_is_one(live: Live) -> None:
    live.touch(SITE, ANN, None, AT)
    live.touch(SITE, ANN, None, AT + 10)
    live.touch(SITE, BOB, None, AT)
    live.touch(OTHER, ANN, None, AT)
    assert await becomes(lambda: live.online(SITE, AT + 10), 2) == 2
    assert await becomes(lambda: live.online(OTHER, AT + 10), 1) == 1


async def test_who_was_not_online_does_not_become_it_by_what_only_prolongs(live: Live) -> None:
    live.touch(SITE, BOB, None, AT)
    live.touch(SITE, ANN, None, AT, only_prolong=True)
    live.touch(SITE, ANN + 1, ANN, AT, only_prolong=True)
    assert await becomes(lambda: live.online(SITE, AT), 1) == 1
    late = AT + WINDOW_MS - 1
    live.touch(SITE, BOB, None, late, only_prolong=True)
    assert await becomes(lambda: live.online(SITE, late + 1000), 1) == 1
    # Over midnight the id of today takes the place of yesterday's.
    live.touch(SITE, BOB + 1, BOB, late + 1000, only_prolong=True)
    later = late + WINDOW_MS - 1000
    assert await becomes(lambda: live.online(SITE, later), 1) == 1
    live.touch(SITE, BOB + 1, None, later, only_prolong=True)
    assert await becomes(lambda: live.online(SITE, later + WINDOW_MS - 1), 1) == 1


async def test_a_visitor_is_online_for_the_window_and_no_longer(live: Live) -> None:
    live.touch(SITE, ANN, None, AT)
    assert await becomes(lambda: live.online(SITE, AT + WINDOW_MS), 1) == 1
    assert await becomes(lambda: live.online(SITE, AT + WINDOW_MS + 1), 0) == 0


async def test_a_touch_that_comes_late_does_not_set_a_visitor_back(live: Live) -> None:
    live.touch(SITE, ANN, None, AT + 200_000)
    await becomes(lambda: live.online(SITE, AT + 200_000), 1)
    live.touch(SITE, ANN, None, AT)
    assert await becomes(lambda: live.online(SITE, AT + WINDOW_MS + 100_000), 1) == 1


async def test_the_id_of_today_takes_the_place_of_yesterdays(live: Live) -> None:
    live.touch(SITE, ANN, None, AT)
    await becomes(lambda: live.online(SITE, AT), 1)
    live.touch(SITE, BOB, ANN, AT + 1000)
    live.touch(SITE, BOB + 1, None, AT + 1000)
    assert await becomes(lambda: live.online(SITE, AT + 1000), 2) == 2
    # … and is gone with them when they leave.
    assert await becomes(lambda: live.online(SITE, AT + 1000 + WINDOW_MS + 1), 0) == 0


async def test_a_site_holds_no_more_visitors_than_its_limit(live: Live) -> None:
    for visitor in range(LIMIT + 50):
        live.touch(SITE, visitor, None, AT + visitor)
    assert await becomes(lambda: live.online(SITE, AT + LIMIT), LIMIT) == LIMIT


async def test_a_visitor_is_on_the_page_where_they_were_seen_last(live: Live) -> None:
    live.touch(SITE, ANN, None, AT, "/a")
    live.touch(SITE, BOB, None, AT, "/a")
    assert await becomes(lambda: live.online(SITE, AT, "/a"), 2) == 2
    live.touch(SITE, ANN, None, AT + 2000, "/b?page=2")
    # Who tells nothing of a page stays where they were, and what comes late changes nothing.
    live.touch(SITE, BOB, None, AT + 2000)
    live.touch(SITE, ANN, None, AT + 1000, "/c")
    assert await becomes(lambda: live.online(SITE, AT + 2000, "/b?page=2"), 1) == 1
    assert await becomes(lambda: live.online(SITE, AT + 2000, "/a"), 1) == 1
    assert await live.online(SITE, AT + 2000, "/c") == 0
    assert await live.online(OTHER, AT + 2000, "/a") == 0
    assert await becomes(lambda: live.online(SITE, AT + 2000), 2) == 2


async def test_nobody_stays_on_a_page_longer_than_they_are_online(live: Live) -> None:
    live.touch(SITE, ANN, None, AT, "/a")
    live.touch(SITE, BOB, None, AT + 1000, "/a")
    assert await becomes(lambda: live.online(SITE, AT + WINDOW_MS, "/a"), 2) == 2
    assert await becomes(lambda: live.online(SITE, AT + WINDOW_MS + 500, "/a"), 1) == 1
    live.touch(SITE, BOB + 1, BOB, AT + WINDOW_MS + 500, "/b")
    assert await becomes(lambda: live.online(SITE, AT + WINDOW_MS + 500, "/b"), 1) == 1
    assert await becomes(lambda: live.online(SITE, AT + WINDOW_MS + 500, "/a"), 0) == 0


async def test_visitors_over_the_limit_leave_their_pages_too(live: Live) -> None:
    for visitor in range(LIMIT + 50):
        live.touch(SITE, visitor, None, AT + visitor, f"/{visitor % 2}")
    assert await becomes(lambda: live.online(SITE, AT + LIMIT + 50), LIMIT) == LIMIT
    assert await becomes(lambda: live.online(SITE, AT + LIMIT + 50, "/0"), LIMIT // 2) == LIMIT // 2


async def test_pages_are_listed_with_those_who_are_on_them(live: Live) -> None:
    for visitor, page in ((ANN, "/a"), (BOB, "/a"), (9, "/b"), (10, "")):
        live.touch(SITE, visitor, None, AT, page)
    live.touch(SITE, 9, None, AT + 1000, "/b")
    assert await becomes(lambda: live.online(SITE, AT + 1000), 4) == 4
    listed = ("/a", "/b", "/nobody")
    assert await live.online_by_page(SITE, AT + 1000, listed) == {"/a": 2, "/b": 1}
    assert await live.online_by_page(OTHER, AT + 1000, listed) == {}
    assert await live.online_by_page(SITE, AT + WINDOW_MS + 500, listed) == {"/b": 1}
