"""Counts and sizes as commands print them."""

import pytest

from analytics_service.cli.text import format_count, format_size


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0 sites"), (1, "1 site"), (2, "2 sites"), (1500, "1500 sites")]
)
def test_a_noun_agrees_with_its_count(count: int, text: str) -> None:
    assert format_count(count, "site") == text


def test_an_irregular_plural_is_given() -> None:
    assert [format_count(count, "batch", "batches") for count in (1, 3)] == ["1 batch", "3 batches"]


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 B"), (1023, "1023 B"), (1536, "1.5 KiB"), (5 * 1024**2, "5.0 MiB"), (1024**3, "1.0 GiB")],
)
def test_a_size_has_the_largest_unit_that_fits(size: int, text: str) -> None:
    assert format_size(size) == text
