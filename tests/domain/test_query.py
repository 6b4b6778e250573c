"""The question: what its parameters mean, and what is refused by name."""

import itertools
from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analytics_service.domain.buckets import Interval
from analytics_service.domain.comparisons import Earlier
from analytics_service.domain.dimensions import BROKEN_DOWN, Dimension
from analytics_service.domain.filters import Filter, Operator
from analytics_service.domain.metrics import Metric
from analytics_service.domain.period_forms import Dates, Named
from analytics_service.domain.query import (
    MEASURES,
    PARAMETERS,
    Query,
    Rate,
    Sort,
    default_metrics,
    parse_dimension,
    parse_query,
    require_one_clock,
)
from analytics_service.domain.ranges import Grain
from analytics_service.errors import BadParameter
from tests.domain.zones import calendar_of, utc
from tests.faults.sizes import soak

HANOI = calendar_of("Asia/Ho_Chi_Minh")
NOW = utc("2026-11-22T06:53")


def asked(**given_: str | list[str]) -> Query:
    values = {name.rstrip("_"): [one] if isinstance(one, str) else one for name, one in given_.items()}
    return parse_query((7,), values)


def test_a_question_of_nothing_has_the_usual_answers() -> None:
    query = asked()
    assert query == Query((7,), Named.DAYS_28, (Metric.VISITS, Metric.VISITORS, Metric.PAGEVIEWS))
    assert (query.sorting, query.limit) == (Sort(Metric.VISITS, descending=True), 100)


def test_every_parameter_is_read() -> None:
    query = asked(
        from_="2026-11-01",
        to="2026-11-14",
        compare="previous",
        filter=["page:is:/a|/b", "country:not:"],
        metrics="visits, bounce_rate,visits",
        interval="week",
        sort="-bounce_rate",
        limit="1000",
    )
    assert query == Query(
        (7,),
        Dates(date(2026, 11, 1), date(2026, 11, 14)),
        (Metric.VISITS, Rate.BOUNCE_RATE),
        filters=(
            Filter(Dimension.PAGE, Operator.IS, ("/a", "/b")),
            Filter(Dimension.COUNTRY, Operator.NOT, (None,)),
        ),
        interval=Interval.WEEK,
        comparison=Earlier.PREVIOUS,
        sort=Sort(Rate.BOUNCE_RATE, descending=True),
        limit=1000,
    )
    assert str(query.sorting) == "-bounce_rate"


def test_a_parameter_is_given_once_and_a_limit_is_at_least_one() -> None:
    with pytest.raises(BadParameter) as refused:
        asked(limit=["1", "2"])
    assert (str(refused.value), refused.value.code) == ("limit: must be given only once", "value")
    assert [asked(limit=limit).limit for limit in ("1", "1000", "0007")] == [1, 1000, 7]


def test_a_list_is_asked_for_by_its_dimension_and_goes_on_with_its_cursor() -> None:
    query = parse_query((7,), {"cursor": ["abc"]}, Dimension.PAGE)
    assert query == Query(
        (7,), Named.DAYS_28, default_metrics(Dimension.PAGE), dimension=Dimension.PAGE, cursor="abc"
    )
    assert default_metrics(Dimension.PAGE) != default_metrics(None)


@pytest.mark.parametrize(
    ("parameter", "value", "message"),
    [
        ("metrics", "visit", "metrics: unknown value 'visit'; did you mean 'visits'?"),
        ("metrics", "visits,,events", "metrics: unknown value ''"),
        ("metrics", "", "metrics: unknown value ''"),
        ("metrics", ",".join(["views"] * 502), "metrics: unknown value 'views'"),
        ("interval", "hourly", "interval: unknown value 'hourly'; did you mean 'hour'?"),
        ("interval", "minute", "interval: 'minute' is for the last 30 minutes: it goes with period 'today'"),
        ("sort", "visitz", "sort: unknown value 'visitz'; did you mean 'visits'?"),
        ("sort", "(SELECT password FROM users)", "sort: unknown value '(SELECT password FROM users)'"),
        ("sort", "events", "sort: unknown value 'events'"),
        ("sort", "rowid", "sort: unknown value 'rowid'"),
        ("sort", "1", "sort: unknown value '1'"),
        ("limit", "0", "limit: must be a number from 1 to 1000, not '0'"),
        ("limit", "-1", "limit: must be a number from 1 to 1000, not '-1'"),
        ("limit", "1001", "limit: must be a number from 1 to 1000, not '1001'"),
        ("limit", "1e3", "limit: must be a number from 1 to 1000, not '1e3'"),
        ("limit", "0x10", "limit: must be a number from 1 to 1000, not '0x10'"),
        ("limit", "²", "limit: must be a number from 1 to 1000, not '²'"),
        (
            "limit",
            "99999999999999999999",
            "limit: must be a number from 1 to 1000",
        ),
        ("limit", "", "limit: must be a number from 1 to 1000, not ''"),
        ("perod", "7d", "perod: unknown parameter; did you mean 'period'?"),
        ("filters", "page:is:/", "filters: unknown parameter; did you mean 'filter'?"),
        ("debug", "1", "debug: unknown parameter"),
        ("order", "desc\x00", "order: unknown parameter"),
        ("a\nb" * 99, "", r"a\nba\nba\nb"),
    ],
)
def test_anything_else_is_refused_by_name(parameter: str, value: str, message: str) -> None:
    with pytest.raises(BadParameter) as refused:
        parse_query((7,), {parameter: [value]})
    assert str(refused.value).startswith(message)
    assert str(refused.value).isprintable()
    assert refused.value.parameter in message or "\\n" in message


def test_a_parameter_that_is_given_twice_is_refused_where_it_is_no_filter() -> None:
    with pytest.raises(BadParameter, match="period: must be given only once"):
        asked(period=["7d", "28d"])
    assert len(asked(filter=["page:is:/a", "source:is:x"]).filters) == 2


def test_a_route_says_which_parameters_it_takes() -> None:
    with pytest.raises(BadParameter) as refused:
        parse_query((7,), {"interval": ["day"]}, parameters=("period", "metrics"))
    assert (refused.value.code, refused.value.allowed) == ("unknown", ("period", "metrics"))


@given(
    st.dictionaries(
        st.one_of(st.sampled_from(PARAMETERS), st.text(max_size=9)),
        st.lists(st.text(max_size=20), max_size=2),
    )
)
@settings(derandomize=True, deadline=None, max_examples=soak(200, 1_000))
def test_whatever_is_given_is_a_question_or_a_refusal_that_can_be_shown(given_: dict[str, list[str]]) -> None:
    refused = None
    try:
        parse_query((7,), given_, Dimension.PAGE)
    except BadParameter as error:
        refused = error
    assert refused is None or str(refused).isprintable()


@pytest.mark.parametrize(
    ("rate", "dividend", "visits", "expected"),
    [
        (Rate.PAGEVIEWS_PER_VISIT, 7, 2, 3.5),
        (Rate.BOUNCE_RATE, 1, 4, 0.25),
        (Rate.BOUNCE_RATE, 0, 4, 0.0),
        (Rate.ENGAGED_SECONDS_PER_VISIT, 90, 4, 22.5),
        (Rate.BOUNCE_RATE, 0, 0, None),
        # A day may have page views without a visit.
        (Rate.PAGEVIEWS_PER_VISIT, 3, 0, None),
        (Rate.ENGAGED_SECONDS_PER_VISIT, None, 4, None),
        (Rate.PAGEVIEWS_PER_VISIT, 3, None, None),
    ],
)
def test_a_rate_is_divided_by_visits_and_nothing_where_there_are_none(
    rate: Rate, dividend: int | None, visits: int | None, expected: float | None
) -> None:
    assert rate.divide(dividend, visits) == expected


def test_a_question_knows_the_sums_that_its_rates_are_made_of() -> None:
    assert asked(metrics="bounce_rate,events").sums == (Metric.VISITS, Metric.BOUNCES, Metric.EVENTS)
    assert asked(metrics="engaged_seconds_per_visit").sums == (Metric.VISITS, Metric.ENGAGED_SECONDS)
    assert asked(metrics="visitors").sums == (Metric.VISITORS,)


@pytest.mark.parametrize(
    ("dimension", "expected"),
    [
        (None, set(Metric)),
        (Dimension.COUNTRY, set(Metric) - {Metric.VISITORS}),
        (Dimension.ENTRY_PAGE, set(Metric) - {Metric.VISITORS}),
        (Dimension.PAGE, {Metric.PAGEVIEWS, Metric.EVENTS}),
        (Dimension.EVENT, {Metric.EVENTS}),
    ],
)
def test_a_question_knows_which_of_its_rows_add_up(
    dimension: Dimension | None, expected: set[Metric]
) -> None:
    query = Query((7,), metrics=tuple(MEASURES.values()), dimension=dimension)
    assert set(query.additive) == expected
    assert replace(query, metrics=(Rate.BOUNCE_RATE,)).additive == ()


def test_every_dimension_has_a_name_and_metrics_of_its_own() -> None:
    for dimension in BROKEN_DOWN:
        assert parse_dimension(dimension.word) is dimension
        assert Metric.VISITS in default_metrics(dimension)
    with pytest.raises(BadParameter, match="dimension: unknown value 'pages'; did you mean 'page'"):
        parse_dimension("pages")
    with pytest.raises(BadParameter, match="by: unknown value 'site'"):
        parse_dimension("site", "by")


def test_minutes_are_asked_with_today_and_are_the_last_thirty() -> None:
    whole = asked(period="today", interval="minute").resolve(HANOI, NOW)
    assert (whole.grain, whole.end - whole.start) == (Grain.MINUTE, timedelta(minutes=30))
    assert asked(period="today", interval="hour").resolve(HANOI, NOW).grain is Grain.DAY


def test_a_question_without_comparison_has_none() -> None:
    whole = asked().resolve(HANOI, NOW)
    assert asked().compare(whole, HANOI, NOW) is None
    found = asked(compare="year").compare(whole, HANOI, NOW)
    assert found is not None
    assert found.whole.first == date(2025, 10, 26)


def test_hours_are_asked_of_sites_on_one_clock_only() -> None:
    tokyo, later = (
        calendar_of("Asia/Tokyo"),
        replace(HANOI, zones=(replace(HANOI.zones[0], day=date(2020, 1, 1)),)),
    )
    by_hour = asked(interval="hour")
    instants = asked(from_="2026-11-20T00:00:00Z", to="2026-11-21T00:00:00Z")
    for query, parameter in ((by_hour, "interval"), (instants, "from")):
        require_one_clock(query, [HANOI, later])
        with pytest.raises(BadParameter) as refused:
            require_one_clock(query, [HANOI, tokyo])
        assert (refused.value.parameter, refused.value.code) == (parameter, "mixed-timezones")
    require_one_clock(asked(interval="day"), [HANOI, tokyo])


def test_two_questions_have_one_identity_only_where_they_ask_the_same() -> None:
    questions = [
        asked(),
        asked(period="7d"),
        asked(metrics="visits"),
        asked(sort="visits"),
        asked(filter="page:is:/a"),
        asked(filter="page:is:/a|/b"),
        asked(filter=["page:is:/a", "page:is:/b"]),
        replace(asked(), sites=(8,)),
        replace(asked(), dimension=Dimension.PAGE),
    ]
    assert all(one.identity != other.identity for one, other in itertools.combinations(questions, 2))
    assert asked(limit="5").identity == asked(sort="-visits").identity == asked().identity
