"""Which encoding an answer has: RFC 9110's rules, and bytes that decode to the same."""

import gzip

import brotli
import pytest

from analytics_service.web.encodings import THREAD_BYTES, Compressor, choose_encoding


@pytest.mark.parametrize(
    ("accepted", "encoding"),
    [
        ("", ""),
        ("identity", ""),
        ("gzip", "gzip"),
        ("gzip, deflate, br, zstd", "br"),
        ("GZip;Q=0.5", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("br;q=0.2, gzip;q=0.8", "gzip"),
        ("*", "br"),
        ("*;q=0", ""),
        ("*;q=0, gzip", "gzip"),
        ("identity;q=1, br;q=0.5", ""),
        ("br;q=x", ""),
        ("brotli, gzipped", ""),
        ("deflate," * 10_000 + "br", ""),
    ],
)
def test_a_client_gets_the_best_encoding_that_it_takes(accepted: str, encoding: str) -> None:
    assert choose_encoding(accepted) == encoding


async def test_compressed_bytes_are_the_same_each_time_and_decode_to_the_answer() -> None:
    compressor = Compressor()
    for body in (b"short", b'{"page":"/"}' * THREAD_BYTES):
        assert brotli.decompress(await compressor.compress(body, "br")) == body
        assert gzip.decompress(await compressor.compress(body, "gzip")) == body
        assert await compressor.compress(body, "gzip") == await compressor.compress(body, "gzip")
