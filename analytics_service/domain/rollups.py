"""Folding facts into visits and sums: the one place where counting is decided."""

from collections.abc import Callable, Iterable

from analytics_service.domain.batch import Batch, CountedView, ViewRow, Visit
from analytics_service.domain.counts import PEAK_EACH
from analytics_service.domain.dimensions import Dimension, VisitAttributes
from analytics_service.domain.drops import Drop
from analytics_service.domain.facts import DropSample, DropSummary, Engagement, Event, Fact, Online, View
from analytics_service.domain.limits import ENGAGEMENT_LIMIT, VISIT_TIMEOUT
from analytics_service.domain.periods import MINUTE_MS, Moment, moment
from analytics_service.domain.site import ZoneSince
from analytics_service.domain.visit_deltas import apply_visit_deltas

TIMEOUT_MS = int(VISIT_TIMEOUT.total_seconds() * 1000)
PEAK_MS = int(PEAK_EACH.total_seconds() * 1000)
ENGAGEMENT_MS = int(ENGAGEMENT_LIMIT.total_seconds() * 1000)

ZonesOf = Callable[[int], tuple[ZoneSince, ...]]
"""A site's zones by its number."""
AttributesOf = Callable[[View | Event], VisitAttributes]
"""What a visit that begins with this fact is described with."""


def fold(ledger: Batch, facts: Iterable[Fact], zones_of: ZonesOf, attributes_of: AttributesOf) -> None:
    """Folds facts, sorted by `at`, into the ledger."""
    known: dict[tuple[int, int], Moment] = {}
    for fact in facts:
        ledger.newest_at = max(ledger.newest_at, fact.at)
        minute = (fact.site, fact.at // MINUTE_MS)
        local = known.get(minute)
        if local is None:
            local = known[minute] = moment(fact.at, zones_of(fact.site))
        if isinstance(fact, DropSummary):
            for reason, count in fact.drops:
                ledger.drops[fact.site, local.day, reason] += count
            ledger.samples.extend((fact.site, sample) for sample in fact.samples)
        elif isinstance(fact, Online):
            _peak(ledger, fact)
        elif fact.drop:
            ledger.drops[fact.site, local.day, fact.drop] += 1
            ledger.samples.append((fact.site, DropSample(fact.at, fact.drop, fact.page, fact.family)))
            ledger.suspects.append((local.day, fact))
        elif isinstance(fact, Engagement):
            _add_engagement(ledger, fact)
        else:
            _count(ledger, fact, local, attributes_of)
    apply_visit_deltas(ledger)


def _peak(ledger: Batch, fact: Online) -> None:
    bucket = (fact.site, fact.at // PEAK_MS * PEAK_MS // 1000)
    if fact.online > ledger.peaks.get(bucket, (0, 0))[0]:
        ledger.peaks[bucket] = (fact.online, fact.at)


def _count(ledger: Batch, fact: View | Event, local: Moment, attributes_of: AttributesOf) -> None:
    key = (fact.site, fact.id)
    if key in ledger.counted:
        ledger.drops[fact.site, local.day, Drop.DUPLICATE.value] += 1
        return
    page = ledger.capped(Dimension.PAGE, fact.site, local.day, fact.page)
    visit = _visit_of(ledger, fact, local, attributes_of)
    waited, _ = ledger.waiting.pop(key, (0, 0))
    if waited:
        ledger.changed_waiting.add(key)
    visit.engaged_ms = min(visit.engaged_ms + waited, ENGAGEMENT_MS)
    _extend_visit(visit, fact, local, page, attributes_of)
    ledger.counted[key] = CountedView(visit.id, fact.at, waited)
    ledger.changed_counted.add(key)
    # A name is an event's: with one, a view would be taken for an event wherever sums are computed again.
    name = ledger.capped(Dimension.EVENT, fact.site, local.day, fact.name) if isinstance(fact, Event) else ""
    ledger.new_views.append(
        ViewRow(
            site=fact.site,
            day=local.day,
            visit=visit.id,
            ordinal=visit.pageviews + visit.events,
            at=fact.at,
            hour=local.hour,
            visitor=fact.visitor_id,
            page=page,
            name=name,
        )
    )
    _add(ledger, fact, local, page, name)
    _count_visitor(ledger, fact, local)


def _add(ledger: Batch, fact: View | Event, local: Moment, page: str, name: str) -> None:
    """Adds a view or an event to the sums of the day on which it happened."""
    of_page = ledger.days[fact.site, Dimension.PAGE, local.day, page]
    buckets = (*ledger.buckets(fact.site, local.day, local.hour), of_page)
    if isinstance(fact, Event):
        for sums in (*buckets, ledger.days[fact.site, Dimension.EVENT, local.day, name]):
            sums.events += 1
        return
    for sums in buckets:
        sums.pageviews += 1
    if fact.title and page == fact.page:
        # A page has one title, the last: titles are bounded as pages are.
        ledger.titles[fact.site, page] = fact.title


def _visit_of(ledger: Batch, fact: View | Event, local: Moment, attributes_of: AttributesOf) -> Visit:
    """The visit that the fact joins, or a new one."""
    names = [fact.visitor_id] if fact.previous_id is None else [fact.visitor_id, fact.previous_id]
    near = [
        visit
        for name in names
        for number in ledger.visits_of.get((fact.site, name), ())
        if (visit := ledger.visits[number]).began_at - TIMEOUT_MS <= fact.at <= visit.seen_at + TIMEOUT_MS
    ]
    if near:
        visit = min(near, key=lambda one: (one.began_at, one.id))
    else:
        visit = Visit(
            id=ledger.next_visit,
            site=fact.site,
            visitor=fact.visitor_id,
            day=local.day,
            hour=local.hour,
            began_at=fact.at,
            seen_at=fact.at,
            entry_page=fact.page,
            attributes=attributes_of(fact),
        )
        ledger.next_visit += 1
    ledger.about_to_change(visit)
    for name in names:
        numbers = ledger.visits_of[fact.site, name]
        if visit.id not in numbers:
            numbers.append(visit.id)
            ledger.new_names.add((fact.site, name, visit.id, local.day))
    return visit


def _extend_visit(
    visit: Visit, fact: View | Event, local: Moment, page: str, attributes_of: AttributesOf
) -> None:
    """Takes the view or event into the visit; an earlier one moves its beginning."""
    if fact.at < visit.began_at:
        visit.began_at, visit.day, visit.hour = fact.at, local.day, local.hour
        visit.entry_page, visit.attributes = page, attributes_of(fact)
    if not visit.pageviews and not visit.events:
        visit.entry_page = page
    if fact.at >= visit.seen_at:
        visit.seen_at = fact.at
        visit.exit_page = page
    if isinstance(fact, View):
        visit.pageviews += 1
    else:
        visit.events += 1


def _count_visitor(ledger: Batch, fact: View | Event, local: Moment) -> None:
    """Counts the visitor once a day, in the hour of the day's earliest fact."""
    key = (fact.site, local.day, fact.visitor_id)
    known = ledger.first_seen.get(key)
    if known is not None and known[0] <= fact.at:
        return
    if known is None:
        ledger.days[fact.site, Dimension.SITE, local.day, ""].visitors += 1
    else:
        ledger.hours[fact.site, local.day, known[1]].visitors -= 1
    ledger.hours[fact.site, local.day, local.hour].visitors += 1
    ledger.first_seen[key] = (fact.at, local.hour)
    ledger.changed_days.add(key)


def _add_engagement(ledger: Batch, fact: Engagement) -> None:
    """The largest engagement told for a view is the view's; for a view not yet seen it waits."""
    key = (fact.site, fact.id)
    engaged_ms = min(max(fact.engaged_ms, 0), ENGAGEMENT_MS)
    view = ledger.counted.get(key)
    if view is None:
        if engaged_ms > ledger.waiting.get(key, (0, 0))[0]:
            ledger.waiting[key] = (engaged_ms, fact.at)
            ledger.changed_waiting.add(key)
        return
    more = engaged_ms - view.engaged_ms
    visit = ledger.visits.get(view.visit)
    if more <= 0 or visit is None:
        return
    view.engaged_ms = engaged_ms
    ledger.changed_counted.add(key)
    ledger.about_to_change(visit)
    visit.engaged_ms = min(visit.engaged_ms + more, ENGAGEMENT_MS)
