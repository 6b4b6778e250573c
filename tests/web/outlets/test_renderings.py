"""Renderings of outlets, and the cache that holds them."""

import gzip

from analytics_service.web.outlets.renderings import make_render_cache, make_rendering


def test_the_cache_holds_no_more_bytes_than_its_limit_and_drops_the_least_recently_used() -> None:
    cache = make_render_cache(limit=20_000)
    for number in range(1000):
        cache.store(number, make_rendering(bytes(2000), compresses=False))
        assert cache.find(0 if number < 5 else number) is not None
        assert cache.weight <= 20_000
    assert cache.find(1) is None
    cache.store("again", make_rendering(b"x" * 500, compresses=True))
    weight = cache.weight
    cache.store("again", make_rendering(b"x" * 500, compresses=True))
    assert cache.weight == weight


def test_long_bodies_are_compressed_where_that_is_wanted() -> None:
    assert gzip.decompress(make_rendering(b"x" * 500, compresses=True).compressed) == b"x" * 500
    assert make_rendering(b"x" * 500, compresses=False).compressed == b""
    assert make_rendering(b"x" * 50, compresses=True).compressed == b""
