"""What was not counted, by reason; and suspected visits that a person can accept."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta

from starlette.responses import Response

from analytics_service.domain.facts import DropSample
from analytics_service.domain.periods import local_day, local_time
from analytics_service.domain.principals import Action, can_see
from analytics_service.domain.quarantine import MARKED_RETENTION
from analytics_service.domain.site import Site
from analytics_service.ports.drops import DropReader, Family
from analytics_service.web.dashboard.call import PageCall
from analytics_service.web.dashboard.handlers import viewer_of
from analytics_service.web.dashboard.settings.frame import read_site, settings_path, show_tab
from analytics_service.web.dashboard.settings.install import explain_reason
from analytics_service.web.dashboard.settings.reader import read_drops

TAB = "drops"
SAMPLES_SHOWN = 50
WEEK = timedelta(days=6)


async def show_drops(call: PageCall) -> Response:
    """`GET /s/{site}/settings/drops`: answers with drops, suspects and, from editor on, samples."""
    return await answer_drops(call, await read_site(call))


async def answer_drops(
    call: PageCall,
    site: Site,
    *,
    errors: Mapping[str, str] | None = None,
    given: Mapping[str, str] | None = None,
) -> Response:
    """Answers with the page, and what is wrong with the form on it."""
    today = local_day(call.at, site.zones)
    may_see = can_see(call.user.principal(), Action.READ_SAMPLES, site)
    since = today - MARKED_RETENTION + timedelta(days=1)

    def read(drops: DropReader) -> tuple[list[tuple[date, str, int]], list[Family], list[DropSample]]:
        samples = drops.samples(site.number)[:SAMPLES_SHOWN] if may_see else []
        return drops.by_day(site.number, since), drops.families(site.number, since), samples

    by_day, families, samples = await read_drops(call.services, read)
    return await show_tab(
        call,
        site,
        TAB,
        status=422 if errors else 200,
        sums=_sum_reasons(call, site, by_day, (today, today - WEEK, since)),
        quarantined=_join_families(call, families),
        samples=[_describe_sample(call, site, sample) for sample in samples],
        may_review=can_see(call.user.principal(), Action.REVIEW_VISITS, site),
        may_see=may_see,
        errors=errors,
        given={"family": "", "from": since.isoformat(), "to": today.isoformat(), **(given or {})},
        days=MARKED_RETENTION.days,
        review=settings_path(site, "drops", "review"),
    )


def _sum_reasons(
    call: PageCall, site: Site, by_day: Iterable[tuple[date, str, int]], firsts: Sequence[date]
) -> list[tuple[str, list[str]]]:
    """Returns for each reason how many there were since each of these days, the most frequent first."""
    sums: dict[str, list[int]] = defaultdict(lambda: [0] * len(firsts))
    for day, reason, count in by_day:
        for place, first in enumerate(firsts):
            sums[reason][place] += count if day >= first else 0
    formats = viewer_of(call).formats(site)
    return [
        (explain_reason(call, reason), [formats.count(one) for one in of])
        for reason, of in sorted(sums.items(), key=lambda one: -one[1][-1])
    ]


def _describe_sample(call: PageCall, site: Site, sample: DropSample) -> tuple[datetime, str, str, str]:
    at = local_time(datetime.fromtimestamp(sample.at / 1000, UTC), site.zones)
    return at, explain_reason(call, sample.reason), sample.page, sample.family


def _join_families(call: PageCall, families: list[Family]) -> list[dict[str, object]]:
    """Returns a row for each reason and family: how many page views and events, and between which days."""
    joined: dict[tuple[str, str], list[Family]] = defaultdict(list)
    for family in families:
        joined[family.reason, family.family].append(family)
    rows = [
        {
            "reason": reason,
            "words": explain_reason(call, reason),
            "family": family,
            "count": sum(one.facts for one in of),
            "first": min(one.day for one in of).isoformat(),
            "last": max(one.day for one in of).isoformat(),
        }
        for (reason, family), of in joined.items()
    ]
    return sorted(rows, key=lambda row: -int(str(row["count"])))
