"""A cache of bounded size."""

from analytics_service.web.lru_cache import LruCache


def test_the_least_recently_used_value_goes_first() -> None:
    cache: LruCache[str, int] = LruCache(2)
    cache.store("a", 1)
    cache.store("b", 2)
    assert cache.find("a") == 1
    cache.store("c", 3)
    assert [cache.find(key) for key in "abc"] == [1, None, 3]


def test_a_value_that_is_heavier_than_the_limit_is_not_kept() -> None:
    cache: LruCache[str, bytes] = LruCache(10, len)
    cache.store("a", bytes(6))
    cache.store("a", bytes(4))
    assert cache.weight == 4
    cache.store("b", bytes(11))
    assert (cache.find("a"), cache.find("b"), cache.weight) == (None, None, 0)


def test_a_discarded_value_is_gone_and_weighs_nothing() -> None:
    cache: LruCache[str, bytes] = LruCache(10, len)
    cache.store("a", bytes(6))
    cache.discard("a")
    cache.discard("never there")
    assert (cache.find("a"), cache.weight) == (None, 0)
