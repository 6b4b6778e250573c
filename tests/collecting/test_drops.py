"""What was dropped between two summaries: counted by site and reason, in bounded room."""

from datetime import timedelta

import pytest

from analytics_service.collecting import drops
from analytics_service.collecting.drops import DropCounter
from analytics_service.domain.drops import Drop
from analytics_service.domain.facts import DropSample, DropSummary
from tests.collecting.door import AT

AT_MS = int(AT.timestamp() * 1000)
SAMPLE = DropSample(AT_MS, "rate", "/a", "Chrome")


def test_each_site_has_a_summary_of_its_reasons_and_then_none() -> None:
    counter = DropCounter()
    for site, drop in ((2, Drop.RATE), (1, Drop.RATE), (1, Drop.BOT), (1, Drop.RATE)):
        counter.count(site, drop)
    counter.add_sample(1, SAMPLE)
    assert counter.take_summaries(AT) == [
        DropSummary(site=1, at=AT_MS, drops=(("bot", 1), ("rate", 2)), samples=(SAMPLE,)),
        DropSummary(site=2, at=AT_MS, drops=(("rate", 1),)),
    ]
    assert counter.take_summaries(AT + timedelta(minutes=1)) == []


def test_beyond_the_limit_what_is_counted_already_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drops, "COUNTER_LIMIT", 1)
    counter = DropCounter()
    for site in (1, 2, 1):
        counter.count(site, Drop.RATE)
    assert [(one.site, one.drops) for one in counter.take_summaries(AT)] == [(1, (("rate", 2),))]
    # There is room again for another site.
    counter.count(2, Drop.RATE)
    assert [one.site for one in counter.take_summaries(AT)] == [2]


def test_samples_are_bounded_by_site_and_in_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drops, "SAMPLED_SITES_LIMIT", 2)
    monkeypatch.setattr(drops, "SAMPLES_LIMIT", 2)
    counter = DropCounter()
    for site in (1, 1, 2):
        assert counter.wants_sample(site)
        counter.add_sample(site, SAMPLE)
    assert [counter.wants_sample(site) for site in (1, 2, 3)] == [False, True, False]
    counter.take_summaries(AT)
    assert counter.wants_sample(3)
