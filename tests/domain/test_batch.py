"""What a batch of facts knows: values below the cap, and suspects below their limit."""

from datetime import date

from analytics_service.domain.batch import Batch
from analytics_service.domain.dimensions import OTHER, Dimension

DAY, NEXT = date(2026, 11, 10), date(2026, 11, 11)


def test_a_day_has_as_many_values_as_its_cap_and_known_ones_keep_their_names() -> None:
    batch = Batch(next_visit=1, cap=2)
    capped = [batch.capped(Dimension.PAGE, 1, DAY, page) for page in ("/a", "/b", "/c", "/a")]
    assert capped == ["/a", "/b", OTHER, "/a"]
    assert batch.capped(Dimension.PAGE, 1, NEXT, "/c") == "/c"
    assert batch.capped(Dimension.EVENT, 1, DAY, "/c") == "/c"


def test_whoever_brings_many_new_ones_has_half_of_them_rounded_down() -> None:
    batch = Batch(next_visit=1, cap=3)
    capped = [batch.capped(Dimension.PAGE, 1, DAY, page, is_over_budget=True) for page in ("/a", "/b")]
    assert capped == ["/a", OTHER]
    assert batch.capped(Dimension.PAGE, 1, DAY, "/b") == "/b"
    # What is known is known to all.
    assert batch.capped(Dimension.PAGE, 1, DAY, "/b", is_over_budget=True) == "/b"


def test_a_day_has_room_for_so_many_suspects() -> None:
    batch = Batch(next_visit=1, cap=3, suspected_limit=2)
    assert [batch.admit_suspect(1, DAY) for _ in range(3)] == [True, True, False]
    assert batch.admit_suspect(2, DAY)
    assert dict(batch.suspected) == {(1, DAY): 2, (2, DAY): 1}
