"""Sums that are stored otherwise than what is behind them adds up to: found one by one, and put in words."""

from datetime import date

from analytics_service.domain.metrics import Sums
from analytics_service.domain.verification import Difference, as_told, day_of_hours, differences, wording

DAY = date(2026, 11, 10)


def of(part: str, value: str, metric: str, *, stored: int, found: int) -> Difference:
    return Difference(site=7, day=DAY, of=part, value=value, metric=metric, stored=stored, found=found)


def test_every_sum_that_differs_is_named_with_both_numbers() -> None:
    stored = {("site", ""): Sums(pageviews=3, visits=2), ("page", "/a"): Sums(pageviews=1)}
    found = {("site", ""): Sums(pageviews=3, visits=1, events=4), ("page", "/b"): Sums(engaged_ms=5)}
    assert differences(7, DAY, stored, found) == [
        of("page", "/a", "pageviews", stored=1, found=0),
        of("page", "/b", "engaged_ms", stored=0, found=5),
        of("site", "", "visits", stored=2, found=1),
        of("site", "", "events", stored=0, found=4),
    ]
    assert differences(7, DAY, stored, stored) == []


def test_a_difference_is_a_sentence_and_an_object() -> None:
    of_day = of("site", "", "visits", stored=2, found=1)
    assert wording(of_day) == "site 7, 2026-11-10: visits of the day are stored as 2, but add up to 1"
    of_page = of("entry_page", "/a", "visits", stored=2, found=1)
    assert wording(of_page) == (
        "site 7, 2026-11-10: visits of the entry page /a are stored as 2, but add up to 1"
    )
    assert as_told(of_page) == {
        "site": 7,
        "day": "2026-11-10",
        "of": "entry_page",
        "value": "/a",
        "metric": "visits",
        "stored": 2,
        "found": 1,
    }


def test_a_day_is_the_sum_of_its_hours() -> None:
    assert day_of_hours([Sums(pageviews=1, visitors=1), Sums(pageviews=2)]) == Sums(pageviews=3, visitors=1)
    assert day_of_hours([]) == Sums()
