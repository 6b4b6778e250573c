"""Tiles: figures of a period with their changes."""

from datetime import date

from analytics_service.domain.answers import Line
from analytics_service.domain.metrics import Metric
from analytics_service.domain.query import Measure, Rate
from analytics_service.web.dashboard.formats import formats_of
from analytics_service.web.dashboard.tiles import ChangeView, choose_measure, make_tiles, view_change
from tests.web.dashboard.answers import line, values

VI = formats_of("vi", date(2026, 11, 22))


def test_the_six_tiles_stand_in_the_order_of_the_design():
    changes: dict[Measure, float | None] = {
        Metric.VISITS: 0.112,
        Metric.VISITORS: 0.094,
        Metric.PAGEVIEWS: 0.157,
        Rate.PAGEVIEWS_PER_VISIT: 0.04,
        Rate.BOUNCE_RATE: -0.031,
        Rate.ENGAGED_SECONDS_PER_VISIT: -0.018,
    }
    tiles = make_tiles(line([100, 2046], [1930], changes), Metric.VISITS, VI, visitors_are="sum of days")
    assert [(tile.label, tile.value) for tile in tiles] == [
        ("Lượt truy cập", "2.146"),
        ("Khách truy cập", "2.146"),
        ("Lượt xem trang", "2.146"),
        ("Trang / lượt", "2,5"),
        ("Tỷ lệ thoát", "40%"),
        ("Thời gian xem TB", "2 ph 14 s"),
    ]
    assert [tile.change.text for tile in tiles if tile.change] == [
        "11,2%",
        "9,4%",
        "15,7%",
        "4%",
        "3,1%",
        "1,8%",
    ]
    assert [tile.change.tone for tile in tiles if tile.change] == ["up", "up", "up", "up", "up", "down"]
    assert [tile.is_pressed for tile in tiles] == [True, *[False] * 5]


def test_visitors_of_several_days_are_called_their_sum():
    notes = [tile.note for tile in make_tiles(line([1]), Metric.VISITS, VI, visitors_are="sum of days")]
    assert notes == ["", "tổng từng ngày", "", "", "", ""]
    assert not any(tile.note for tile in make_tiles(line([1]), Metric.VISITS, VI))


def test_without_a_comparison_there_is_no_change():
    assert [tile.change for tile in make_tiles(line([1]), Metric.VISITS, VI)] == [None] * 6


def test_a_change_is_told_by_arrow_words_and_tone():
    assert view_change(Metric.VISITS, -0.25, VI) == ChangeView("▼", "25%", "giảm 25%", "down")
    assert view_change(Rate.BOUNCE_RATE, 0.25, VI) == ChangeView("▲", "25%", "tăng 25%", "down")
    assert view_change(Metric.VISITS, 0.0001, VI) == ChangeView("", "0%", "không đổi", "flat")
    assert view_change(Metric.VISITS, None, VI) == ChangeView("", "–", "Không rõ", "flat")
    assert view_change(Metric.VISITS, 41, VI).text == "42 lần"


def test_only_what_has_a_tile_can_be_chosen():
    assert choose_measure("bounce_rate") is Rate.BOUNCE_RATE
    assert choose_measure("events") is choose_measure("nonsense") is choose_measure("") is Metric.VISITS


def test_what_no_visit_told_is_not_a_figure_of_zero():
    empty = make_tiles(Line(None, values(3, seconds=0, bounce_rate=0)), Metric.VISITS, VI)
    assert [tile.value for tile in empty] == ["3", "3", "3", "2,5", "0%", "–"]
    measured = make_tiles(Line(None, values(3, bounce_rate=0)), Metric.VISITS, VI)
    assert [tile.value for tile in measured[4:]] == ["0%", "2 ph 14 s"]
