"""Who is on which page now."""

from datetime import date

from analytics_service.reporting.online import OnlinePage
from analytics_service.web.dashboard.formats import formats_of
from analytics_service.web.dashboard.realtime import PAGE_ROWS, PageRow, make_page_rows

VI = formats_of("vi", date(2026, 11, 22))


def test_pages_have_bars_and_the_rest_is_one_row():
    pages = [OnlinePage("/", "Trang chủ", 8), OnlinePage("/tin", None, 2), OnlinePage(None, None, 3)]
    assert make_page_rows(pages, VI) == (
        PageRow("/", "Trang chủ", "8", "100%"),
        PageRow("/tin", "", "2", "25%"),
        PageRow("Các trang khác", "", "3", "37.5%"),
    )


def test_only_so_many_pages_are_listed():
    rows = make_page_rows([OnlinePage(f"/{number}", None, 1) for number in range(50)], VI)
    assert len(rows) == PAGE_ROWS + 1
    assert rows[-1].online == "30"
    assert make_page_rows((), VI) == ()
