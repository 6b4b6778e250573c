"""Panels: rows with bars, shares, and the filters to which they lead."""

from datetime import date

from analytics_service.domain.answers import Breakdown, Meta, Row
from analytics_service.domain.dimensions import Dimension
from analytics_service.domain.filters import parse_filter
from analytics_service.domain.metrics import Metric
from analytics_service.domain.period_forms import Named
from analytics_service.domain.query import Measure
from analytics_service.domain.ranges import resolve
from analytics_service.errors import NotKept, TooHeavy, Unavailable
from analytics_service.web.dashboard.address import Address
from analytics_service.web.dashboard.filter_form import describe_filter, make_chips, read_form
from analytics_service.web.dashboard.formats import formats_of
from analytics_service.web.dashboard.panels import PanelContext, Trouble, choose_tab, make_panel
from analytics_service.web.dashboard.source_marks import SourceMark
from tests.web.dashboard.answers import AT, CALENDAR

VI = formats_of("vi", date(2026, 11, 22))
PAGE = Address("/s/a", (("period", "7d"), ("detail", "sources"), ("cursor", "x")))
CONTEXT = PanelContext(PAGE, VI, "vi", "dongnai.example.vn")
TOTALS: dict[Measure, float | None] = {Metric.VISITS: 200, Metric.PAGEVIEWS: 400}


def panel(name, dimension, *rows):
    answer = Breakdown(resolve(Named.DAYS_7, CALENDAR, AT), rows, len(rows), None, Meta(True))
    return make_panel(name, dimension, answer, CONTEXT, TOTALS)


def visits(value, count, **more):
    return Row(value, {Metric.VISITS: count, Metric.PAGEVIEWS: count}, **more)


def test_a_row_has_its_share_of_all_and_a_bar_by_the_longest():
    found = panel("sources", Dimension.SOURCE, visits("Google", 100), visits(None, 50), visits("zalo.me", 1))
    assert [(row.label, row.figures, row.share, row.width) for row in found.rows] == [
        ("Google", ("100",), "50%", "100%"),
        ("Trực tiếp / không rõ", ("50",), "25%", "50%"),
        ("zalo.me", ("1",), "0,5%", "1%"),
    ]
    assert found.rows[0].mark == SourceMark("#3367d6", "G")
    assert found.more == "/s/a?period=7d&detail=sources"


def test_a_row_filters_and_with_shift_excludes():
    first, unknown = panel("sources", Dimension.SOURCE, visits("a|b:c", 2), visits(None, 1)).rows
    assert first.href == "/s/a?period=7d&filter=source%3Ais%3Aa%5C%7Cb%5C%3Ac"
    assert first.exclude == "/s/a?period=7d&filter=source%3Anot%3Aa%5C%7Cb%5C%3Ac"
    assert unknown.href == "/s/a?period=7d&filter=source%3Ais%3A"


def test_what_had_no_room_is_no_filter_and_a_campaign_called_other_is():
    other, campaign = panel(
        "sources", Dimension.CAMPAIGN, visits("other", 2, is_other=True), visits("other", 1)
    ).rows
    assert (other.label, other.href) == ("Các giá trị khác", "")
    assert (campaign.label, campaign.href) == ("other", "/s/a?period=7d&filter=campaign%3Ais%3Aother")


def test_a_page_has_its_title_and_can_be_opened():
    row = panel("pages", Dimension.PAGE, visits('/tin?a=1&b="x"', 4, title="Tin")).rows[0]
    assert (row.label, row.title, row.share) == ('/tin?a=1&b="x"', "Tin", "1%")
    assert row.opens == "https://dongnai.example.vn/tin?a=1&b=%22x%22"


def test_codes_are_told_in_words():
    assert panel("locations", Dimension.COUNTRY, visits("VN", 1)).rows[0].label == "Việt Nam"
    assert panel("devices", Dimension.DEVICE, visits("mobile", 1)).rows[0].label == "Di động"
    assert panel("sources", Dimension.CHANNEL, visits("search", 1)).rows[0].label == "Tìm kiếm"


def test_a_panel_says_what_is_wrong_with_it_alone():
    def trouble(error):
        return make_panel("sources", Dimension.SOURCE, error, CONTEXT, TOTALS).trouble

    assert trouble(Unavailable("x")) == Trouble("Không tải được phần này.", "Thử lại", str(PAGE))
    assert trouble(TooHeavy(5, ("period",))).action == "Thử lại"
    kept = trouble(NotKept(date(2026, 11, 1), (date(2026, 11, 1), date(2026, 11, 22))))
    assert kept.text == "Số liệu chi tiết chỉ còn từ 1/11."
    assert kept.href == "/s/a?detail=sources&from=2026-11-01&to=2026-11-22"


def test_the_address_chooses_the_tab():
    assert choose_tab("sources", Address("/", (("sources", "campaign"),))) is Dimension.CAMPAIGN
    assert choose_tab("sources", Address("/", (("sources", "page"),))) is Dimension.SOURCE


def test_filters_are_told_in_words_and_taken_away_one_by_one():
    address = Address("/s/a", (("filter", "source:is:Google|Zalo"), ("filter", "country:not:VN")))
    filters = [parse_filter(text) for text in address.given["filter"]]
    assert [describe_filter(one, VI, "vi") for one in filters] == [
        "Nguồn là Google hoặc Zalo",
        "Quốc gia không là Việt Nam",
    ]
    assert make_chips(filters, address, VI, "vi")[0].remove == "/s/a?filter=country%3Anot%3AVN"


def test_the_form_of_three_fields_becomes_a_filter():
    form = (("period", "7d"), ("dimension", "page"), ("operator", "contains"), ("value", "a|b"))
    assert str(read_form(Address("/s/a", form))) == "/s/a?period=7d&filter=page%3Acontains%3Aa%5C%7Cb"
    assert read_form(PAGE) is None
    broken = Address("/s/a", (("dimension", "nonsense"), ("operator", "is"), ("value", "x")))
    assert str(read_form(broken)) == "/s/a"
