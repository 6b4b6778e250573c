"""Who may be connected at once."""

from analytics_service.web.intake.connection_limit import REFUSED_LIMIT, Crowd

LIMIT = 16
SHARE = 4


class Connection:
    def __init__(self) -> None:
        self.has_left = False

    def leave(self) -> None:
        self.has_left = True


def entered(
    crowd: Crowd, address: str, count: int, *, is_proxy: bool = False
) -> list[tuple[Connection, bool]]:
    connections = [Connection() for _ in range(count)]
    return [(one, crowd.enter(one, address, is_proxy=is_proxy)) for one in connections]


def test_the_oldest_that_said_nothing_gives_way_and_nobody_is_refused() -> None:
    crowd = Crowd(LIMIT)
    found = entered(crowd, "127.0.0.1", LIMIT + 3, is_proxy=True)
    assert all(is_served for _, is_served in found)
    assert [one.has_left for one, _ in found] == [True] * 3 + [False] * LIMIT


def test_who_has_asked_for_something_stays_and_the_next_is_refused() -> None:
    crowd = Crowd(LIMIT)
    first = entered(crowd, "127.0.0.1", LIMIT, is_proxy=True)
    for one, _ in first:
        crowd.keep(one)
    assert [is_served for _, is_served in entered(crowd, "127.0.0.1", 2, is_proxy=True)] == [False, False]
    assert not any(one.has_left for one, _ in first)
    crowd.exit(first[0][0])
    assert [is_served for _, is_served in entered(crowd, "127.0.0.1", 2, is_proxy=True)] == [True, True]


def test_an_address_has_its_share_and_sends_nobody_else_away() -> None:
    crowd = Crowd(LIMIT)
    ((neighbour, _),) = entered(crowd, "203.0.113.9", 1)
    found = entered(crowd, "203.0.113.7", SHARE + 2)
    assert [one.has_left for one, _ in found] == [True] * 2 + [False] * SHARE
    assert not neighbour.has_left
    for one, _ in found[2:]:
        crowd.keep(one)
    assert [is_served for _, is_served in entered(crowd, "203.0.113.7", 1)] == [False]
    assert [is_served for _, is_served in entered(crowd, "203.0.113.8", 1)] == [True]


def test_all_of_a_households_addresses_are_one() -> None:
    crowd = Crowd(LIMIT)
    for number in range(SHARE):
        for one, _ in entered(crowd, f"2001:db8::{number + 1}", 1):
            crowd.keep(one)
    assert [is_served for _, is_served in entered(crowd, "2001:db8::ffff", 1)] == [False]
    assert [is_served for _, is_served in entered(crowd, "2001:db8:0:1::1", 1)] == [True]


def test_those_who_wait_for_their_refusal_are_few() -> None:
    crowd = Crowd(LIMIT)
    for one, _ in entered(crowd, "127.0.0.1", LIMIT, is_proxy=True):
        crowd.keep(one)
    refused = entered(crowd, "127.0.0.1", REFUSED_LIMIT + 5, is_proxy=True)
    assert [one.has_left for one, _ in refused] == [True] * 5 + [False] * REFUSED_LIMIT


def test_who_left_leaves_nothing_behind() -> None:
    crowd = Crowd(LIMIT)
    for one, _ in entered(crowd, "203.0.113.7", SHARE):
        crowd.exit(one)
        crowd.exit(one)
    assert [one.has_left for one, _ in entered(crowd, "203.0.113.7", SHARE)] == [False] * SHARE
