"""The address of a page holds everything that it shows."""

from analytics_service.web.dashboard.address import Address

PAGE = Address(
    "/s/a", (("period", "7d"), ("filter", "page:is:/a"), ("filter", "source:is:"), ("cursor", "x"))
)


def test_an_address_is_written_so_that_it_is_read_again():
    assert str(PAGE) == "/s/a?period=7d&filter=page%3Ais%3A%2Fa&filter=source%3Ais%3A&cursor=x"
    assert PAGE.given == {"period": ["7d"], "filter": ["page:is:/a", "source:is:"], "cursor": ["x"]}
    assert str(Address("/s/a")) == "/s/a"


def test_a_parameter_takes_the_place_of_its_like():
    assert PAGE.having(period="today").only("period").pairs == (("period", "today"),)
    assert PAGE.having(period=None, from_="2026-11-01").get("from") == "2026-11-01"


def test_a_filter_is_added_once_and_begins_at_the_first_page():
    more = PAGE.with_filter("page:is:/b")
    assert more.given["filter"] == ["page:is:/a", "source:is:", "page:is:/b"]
    assert more.get("cursor") == ""
    assert more.with_filter("page:is:/b") == more
    assert more.without_filter("source:is:").given["filter"] == ["page:is:/a", "page:is:/b"]
