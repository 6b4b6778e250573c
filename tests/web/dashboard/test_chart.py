"""The chart: lines in a square, round numbers beside it, and the table with the same figures."""

from datetime import date

import pytest

from analytics_service.domain.buckets import Interval
from analytics_service.domain.metrics import Metric
from analytics_service.domain.query import Rate
from analytics_service.web.dashboard.chart import Flag, Note, draw_line, make_chart, scale
from analytics_service.web.dashboard.formats import formats_of
from tests.web.dashboard.answers import AT, line

VI = formats_of("vi", date(2026, 11, 22))


def chart(visits, before=(), notes=()):
    return make_chart(line(visits, before), Metric.VISITS, Interval.DAY, VI, at=AT, notes=notes)


def test_the_part_that_is_still_running_is_a_line_of_its_own():
    drawn = chart([100, 200, 50])
    assert drawn.line == "M0 500L500 0"
    assert drawn.part == "M500 0L1000 750"
    assert drawn.fill == "M0 500L500 0L500 1000L0 1000Z"


def test_what_is_compared_shares_the_scale():
    drawn = chart([100, 200, 50], [400, 100, 300])
    assert drawn.heights[-1].text == "400"
    assert drawn.before == "M0 0L500 750L1000 250"


def test_a_day_without_a_figure_breaks_the_line():
    assert draw_line([(0, 1), None, (2, 3), (4, 5)]) == "M0 1M2 3L4 5"


def test_one_day_alone_and_no_figures_can_be_drawn():
    assert chart([100]).line == ""
    assert chart([0, 0, 0]).line == "M0 1000L500 1000"
    assert chart([None, None, None]).line == ""


@pytest.mark.parametrize(
    ("most", "measure", "top", "step"),
    [
        (6930, Metric.VISITS, 7500, 1500),
        (574, Metric.VISITS, 600, 150),
        (1, Metric.VISITS, 1, 1),
        (3, Metric.VISITS, 3, 1),
        (0, Metric.VISITS, 1, 1),
        (0, Rate.BOUNCE_RATE, 0.2, 0.2),
        (0.418, Rate.BOUNCE_RATE, 0.5, 0.1),
        (134, Rate.ENGAGED_SECONDS_PER_VISIT, 150, 30),
    ],
)
def test_a_chart_is_as_high_as_a_round_number(most, measure, top, step):
    assert scale([most, 0, None], measure) == pytest.approx((top, step))


def test_any_height_has_at_most_five_lines_and_holds_its_figures():
    for most in [*range(1, 2000, 7), 10**6 + 1, 10**9, 10**15]:
        top, step = scale([most], Metric.VISITS)
        assert top >= most
        assert round(top / step) <= 5


def test_the_table_says_what_the_lines_show():
    first, last = chart([100, 50], [50, 100]).samples
    assert (first.label, first.value, first.before) == ("Thứ Bảy, 21/11", "100", "50")
    assert first.change is not None
    assert first.change.spoken == "tăng 100%"
    # What is still running is not held against a whole day.
    assert (last.label, last.value, last.before, last.change) == ("Chủ Nhật, 22/11", "50", "100", None)
    assert not last.is_complete


def test_days_that_have_not_begun_are_left_out():
    later = make_chart(line([1, 2, 3]), Metric.VISITS, Interval.DAY, VI, at=AT.replace(day=21), notes=())
    assert [sample.label for sample in later.samples] == ["Thứ Sáu, 20/11", "Thứ Bảy, 21/11"]


def test_a_note_stands_at_its_day():
    notes = (Note(date(2026, 11, 21), "Bão số 13"), Note(date(2025, 1, 1), "long ago"))
    assert chart([1, 2, 3], notes=notes).flags == (Flag(50, "21/11", "Bão số 13"),)
