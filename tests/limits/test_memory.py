"""The bound on one sender."""

from analytics_service.limits.memory import KEYS_LIMIT, MemoryLimits


def test_a_steady_sender_within_the_rate_is_never_stopped() -> None:
    limits = MemoryLimits(per_minute=600, burst=200)
    assert all(limits.allows("1", at) for at in range(0, 600_000, 100))


def test_without_a_rate_everybody_may() -> None:
    limits = MemoryLimits(per_minute=0, burst=1)
    assert all(limits.allows("1", 0) for _ in range(1000))


def test_many_senders_take_bounded_room() -> None:
    limits = MemoryLimits(per_minute=600, burst=1)
    assert all(limits.allows(str(key), 0) for key in range(2 * KEYS_LIMIT))
    # The first ones were let go, the last one is still known.
    assert limits.allows("0", 0)
    assert not limits.allows(str(2 * KEYS_LIMIT - 1), 0)
    assert not limits.allows(str(KEYS_LIMIT + 1), 0)
