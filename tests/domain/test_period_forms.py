"""Periods that are refused say for which parameter, why, and what would do."""

from datetime import date

import pytest

from analytics_service.domain.period_forms import FORMS, Dates, parse_dates, parse_form, parse_period
from analytics_service.errors import BadParameter


def test_an_unknown_period_is_refused_with_all_forms() -> None:
    with pytest.raises(BadParameter) as refused:
        parse_form("compare", "lastweek")
    assert (refused.value.parameter, refused.value.code, refused.value.allowed) == ("compare", "enum", FORMS)


@pytest.mark.parametrize(
    ("start", "end", "missing"), [("2026-11-01", None, "to"), (None, "2026-11-01", "from")]
)
def test_one_end_alone_is_refused_for_the_other(start: str | None, end: str | None, missing: str) -> None:
    with pytest.raises(BadParameter) as refused:
        parse_period(None, start, end)
    assert (refused.value.parameter, refused.value.code) == (missing, "value")


def test_two_dates_in_one_text_are_a_range_and_each_is_refused_for_its_parameter() -> None:
    assert parse_dates("compare", "2026-11-01/2026-11-14") == Dates(date(2026, 11, 1), date(2026, 11, 14))
    assert parse_dates("compare", "2026-11-01") == Dates(date(2026, 11, 1), date(2026, 11, 1))
    for text in ("x/2026-11-14", "2026-11-01/x", "x"):
        with pytest.raises(BadParameter) as refused:
            parse_dates("compare", text)
        assert refused.value.parameter == "compare"


def test_a_date_that_is_none_is_refused_with_examples_of_both_forms() -> None:
    with pytest.raises(BadParameter) as refused:
        parse_period(None, "yesterday", "2026-11-22")
    assert str(refused.value) == (
        "from: 'yesterday' is neither a date such as 2026-11-22 nor an instant with its offset "
        "such as 2026-11-22T13:00:00+07:00"
    )
