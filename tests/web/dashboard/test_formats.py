"""Numbers, dates and durations, as Vietnamese and English write them."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from analytics_service.web.dashboard.formats import formats_of, load_names
from analytics_service.web.translations import load_words, page_languages

TODAY = date(2026, 11, 22)
VI, EN = formats_of("vi", TODAY), formats_of("en", TODAY)


@pytest.mark.parametrize(
    ("number", "vi", "en"),
    [(0, "0", "0"), (2146, "2.146", "2,146"), (1461664, "1.461.664", "1,461,664"), (None, "–", "–")],
)
def test_digits_are_grouped(number, vi, en):
    assert (VI.count(number), EN.count(number)) == (vi, en)


@pytest.mark.parametrize(
    ("number", "vi", "en"),
    [
        (7500, "7,5 N", "7.5k"),
        (6000, "6 N", "6k"),
        (600, "600", "600"),
        (1_200_000, "1,2 Tr", "1.2M"),
        (0, "0", "0"),
    ],
)
def test_an_axis_has_short_numbers(number, vi, en):
    assert (VI.compact(number), EN.compact(number)) == (vi, en)


def test_parts_are_per_cent_with_one_digit():
    assert [VI.percent(part) for part in (0.4182, 0.2, 0, None)] == ["41,8%", "20%", "0%", "–"]
    assert EN.percent(0.4182) == "41.8%"
    assert (VI.decimal(2.5), EN.decimal(1234.5), EN.decimal(2.04)) == ("2,5", "1,234.5", "2")


@pytest.mark.parametrize(
    ("seconds", "vi", "en"),
    [(134, "2 ph 14 s", "2m 14s"), (9, "9 s", "9s"), (3720, "1 giờ 2 ph", "1h 2m"), (None, "–", "–")],
)
def test_a_time_has_its_two_largest_units(seconds, vi, en):
    assert (VI.duration(seconds), EN.duration(seconds)) == (vi, en)


def test_a_day_has_its_year_where_it_is_another():
    assert (VI.day(TODAY), EN.day(TODAY)) == ("22/11", "22 Nov")
    assert (VI.day(date(2025, 1, 2)), EN.day(date(2025, 1, 2))) == ("2/1/2025", "2 Jan 2025")
    assert (VI.day(date(2026, 11, 11), with_weekday=True), EN.day(date(2026, 11, 11), with_weekday=True)) == (
        "Thứ Tư, 11/11",
        "Wed 11 Nov",
    )
    assert VI.days(date(2026, 10, 26), TODAY) == "26/10 – 22/11"
    assert EN.days(TODAY, TODAY) == "22 Nov"
    assert (VI.month(TODAY), EN.month(TODAY)) == ("11/2026", "Nov 2026")


def test_countries_have_names_in_both_languages():
    assert (load_names("vi").countries["VN"], load_names("en").countries["JP"]) == ("Việt Nam", "Japan")
    assert load_names("vi").languages["vi"] == "Tiếng Việt"


def test_both_languages_have_all_words_of_the_dashboard():
    words = {language: load_words(language).dashboard for language in page_languages()}
    assert words["vi"].keys() == words["en"].keys()
    assert all(text for listed in words.values() for text in listed.values())


def test_a_moment_has_its_year_and_says_where_its_clock_is_utc():
    at = datetime(2026, 11, 2, 6, 53, tzinfo=UTC)
    assert (VI.moment(at), EN.moment(at)) == ("2/11/2026 06:53 UTC", "2 Nov 2026 06:53 UTC")
    assert VI.moment(at.astimezone(ZoneInfo("Asia/Ho_Chi_Minh"))) == "2/11/2026 13:53"
    assert (VI.day(at.date(), with_year=True), EN.day(at.date(), with_year=True)) == (
        "2/11/2026",
        "2 Nov 2026",
    )
