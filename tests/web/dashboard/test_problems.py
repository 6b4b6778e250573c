"""Errors as sentences in the language of their page."""

import pytest

from analytics_service.domain.annotations import parse_text
from analytics_service.domain.period_forms import parse_date
from analytics_service.errors import BadParameter, NameTaken, Refused
from analytics_service.web.dashboard.call import page_words
from analytics_service.web.dashboard.problems import describe_problem

VI = page_words("vi")


def describe(refused: Refused) -> str:
    return describe_problem(refused, VI, "bad_value")


def test_a_domain_that_is_taken_is_said_in_the_language_of_the_page() -> None:
    site = "cantho.example.vn"
    assert describe(NameTaken(site, site)) == f"Đã có website {site}."
    assert "khôi phục" in describe(NameTaken(site, site, is_deleted=True))
    assert describe(NameTaken("abc", site)) == "Tên này là của một website khác."


def test_a_note_that_cannot_be_taken_says_why_without_english() -> None:
    with pytest.raises(BadParameter) as far:
        parse_date("day", "9999-12-31")
    assert describe(far.value) == "Ngày này không dùng được: hãy chọn một ngày có thật, không quá xa."
    with pytest.raises(BadParameter) as empty:
        parse_text("")
    assert describe(empty.value) == "Hãy ghi nội dung, từ 1 đến 200 ký tự."


def test_a_parameter_without_words_is_told_as_it_is() -> None:
    told = describe(BadParameter("limit", "value", "must be a number"))
    assert told == "Không dùng được giá trị này: limit: must be a number"
