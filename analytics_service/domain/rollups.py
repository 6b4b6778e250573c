"""Folding facts into visits and sums: the one place where counting is decided."""

from collections.abc import Callable, Iterable
from datetime import date

from analytics_service.domain.batch import NEVER, Batch, CountedView, DayKey, ViewRow, Visit, key_of
from analytics_service.domain.contents import add_later, item_of, move_to_day
from analytics_service.domain.counts import PEAK_EACH
from analytics_service.domain.dimensions import Dimension, VisitAttributes
from analytics_service.domain.drops import Drop
from analytics_service.domain.facts import DropSample, DropSummary, Engagement, Event, Fact, Online, View
from analytics_service.domain.limits import ENGAGEMENT_LIMIT, VISIT_TIMEOUT
from analytics_service.domain.periods import MINUTE_MS, Moment, moment
from analytics_service.domain.site import ZoneSince
from analytics_service.domain.visit_deltas import add_view, apply_visit_deltas, move_visitor

TIMEOUT_MS = int(VISIT_TIMEOUT.total_seconds() * 1000)
PEAK_MS = int(PEAK_EACH.total_seconds() * 1000)
ENGAGEMENT_MS = int(ENGAGEMENT_LIMIT.total_seconds() * 1000)

ZonesOf = Callable[[int], tuple[ZoneSince, ...]]
"""A site's zones by its number."""
AttributesOf = Callable[[View | Event], VisitAttributes]
"""What a visit that begins with this fact is described with."""


def fold(batch: Batch, facts: Iterable[Fact], zones_of: ZonesOf, attributes_of: AttributesOf) -> None:
    """Folds facts, sorted by `at`, into the batch."""
    known: dict[tuple[int, int], Moment] = {}
    for fact in facts:
        batch.newest_at = max(batch.newest_at, fact.at)
        minute = (fact.site, fact.at // MINUTE_MS)
        local = known.get(minute)
        if local is None:
            local = known[minute] = moment(fact.at, zones_of(fact.site))
        if isinstance(fact, DropSummary):
            for reason, count in fact.drops:
                batch.drops[fact.site, local.day, reason] += count
            batch.samples.extend((fact.site, sample) for sample in fact.samples)
        elif isinstance(fact, Online):
            _peak(batch, fact)
        elif isinstance(fact, Engagement):
            _add_engagement(batch, fact)
        else:
            _count(batch, fact, local, attributes_of)
    apply_visit_deltas(batch)


def _peak(batch: Batch, fact: Online) -> None:
    bucket = (fact.site, fact.at // PEAK_MS * PEAK_MS // 1000)
    if fact.online > batch.peaks.get(bucket, (0, 0))[0]:
        batch.peaks[bucket] = (fact.online, fact.at)


def _count(batch: Batch, fact: View | Event, local: Moment, attributes_of: AttributesOf) -> None:
    key = key_of(fact)
    if key in batch.seen_ids:
        batch.drops[fact.site, local.day, Drop.DUPLICATE.value] += 1
        return
    if fact.drop:
        batch.drops[fact.site, local.day, fact.drop] += 1
        batch.samples.append((fact.site, DropSample(fact.at, fact.drop, fact.page, fact.family)))
        if not batch.admit_suspect(fact.site, local.day):
            return
    page, name = _values_of(batch, fact, local.day)
    visit = _visit_of(batch, fact, local, attributes_of)
    waited, _ = batch.pending_engagement.pop(key, (0, 0))
    if waited:
        batch.changed_pending.add(key)
    visit.engaged_ms = min(visit.engaged_ms + waited, ENGAGEMENT_MS)
    _extend_visit(visit, fact, local, page, attributes_of)
    view = ViewRow(
        site=fact.site,
        day=local.day,
        visit=visit.id,
        ordinal=visit.pageviews + visit.events,
        at=fact.at,
        hour=local.hour,
        visitor=fact.visitor_id,
        page=page,
        name=name,
        mark=visit.mark,
        engaged_ms=waited,
    )
    batch.seen_ids[key] = CountedView(
        visit.id, fact.at, waited, view.day, view.ordinal, page=page, mark=view.mark
    )
    batch.changed_ids.add(key)
    batch.new_views.append(view)
    if not visit.mark:
        batch.add_content(visit.id, item_of(page, name))
        _add_to_sums(batch, fact, view)


def _add_to_sums(batch: Batch, fact: View | Event, view: ViewRow) -> None:
    add_view(batch, view, 1)
    _count_visitor(batch, (view.site, view.day, view.visitor), view.at, view.hour)
    if isinstance(fact, View) and fact.title and view.page == fact.page:
        # A page has one title, the last: titles are bounded as pages are.
        batch.titles[view.site, view.page] = fact.title


def _values_of(batch: Batch, fact: View | Event, day: date) -> tuple[str, str]:
    """Page and name as they are stored; what is not counted takes no room from what is."""
    # A name is an event's: with one, a view would be taken for an event wherever sums are computed again.
    name = fact.name if isinstance(fact, Event) else ""
    if fact.drop:
        return fact.page, name
    is_over = fact.is_over_budget
    page = batch.capped(Dimension.PAGE, fact.site, day, fact.page, is_over_budget=is_over)
    if name:
        name = batch.capped(Dimension.EVENT, fact.site, day, name, is_over_budget=is_over)
    return page, name


def _visit_of(batch: Batch, fact: View | Event, local: Moment, attributes_of: AttributesOf) -> Visit:
    """The visit of its own mark that the fact joins, or a new one."""
    names = [fact.visitor_id] if fact.previous_id is None else [fact.visitor_id, fact.previous_id]
    near = [
        visit
        for name in names
        for number in batch.visits_of.get((fact.site, name), ())
        if (visit := batch.visits[number]).began_at - TIMEOUT_MS <= fact.at <= visit.seen_at + TIMEOUT_MS
        and visit.mark == fact.drop
    ]
    if near:
        visit = min(near, key=lambda one: (one.began_at, one.id))
    else:
        visit = Visit(
            id=batch.next_visit,
            site=fact.site,
            visitor=fact.visitor_id,
            day=local.day,
            hour=local.hour,
            began_at=fact.at,
            seen_at=fact.at,
            entry_page=fact.page,
            attributes=attributes_of(fact),
            mark=fact.drop,
            marked_on=local.day if fact.drop else NEVER,
            family=fact.family if fact.drop else None,
        )
        batch.next_visit += 1
        batch.contents[visit.id] = ()
    batch.about_to_change(visit)
    for name in names:
        numbers = batch.visits_of[fact.site, name]
        if visit.id not in numbers:
            numbers.append(visit.id)
            batch.new_names.add((fact.site, name, visit.id, local.day))
    return visit


def _extend_visit(
    visit: Visit, fact: View | Event, local: Moment, page: str, attributes_of: AttributesOf
) -> None:
    """Takes the view or event into the visit; an earlier one moves its beginning."""
    if fact.at < visit.began_at:
        if local.day != visit.day:
            move_to_day(visit, local.day)
        visit.began_at, visit.day, visit.hour = fact.at, local.day, local.hour
        visit.entry_page, visit.attributes = page, attributes_of(fact)
    if not visit.pageviews and not visit.events:
        visit.entry_page = page
    if fact.at >= visit.seen_at:
        visit.seen_at = fact.at
        visit.exit_page = page
    is_view = isinstance(fact, View)
    if is_view:
        visit.pageviews += 1
    else:
        visit.events += 1
    if local.day != visit.day:
        add_later(visit, local.day, int(is_view), int(not is_view))


def _count_visitor(batch: Batch, key: DayKey, at: int, hour: int) -> None:
    """Counts the visitor once a day, in the hour of the day's earliest fact."""
    known = batch.first_seen.get(key)
    if known is None or at < known[0]:
        move_visitor(batch, key, (at, hour))


def _add_engagement(batch: Batch, fact: Engagement) -> None:
    """The largest engagement told for a view is the view's; for a view not yet seen it waits."""
    key = key_of(fact)
    engaged_ms = min(max(fact.engaged_ms, 0), ENGAGEMENT_MS)
    view = batch.seen_ids.get(key)
    if view is None:
        if engaged_ms > batch.pending_engagement.get(key, (0, 0))[0]:
            batch.pending_engagement[key] = (engaged_ms, fact.at)
            batch.changed_pending.add(key)
        return
    more = engaged_ms - view.engaged_ms
    visit = batch.visits.get(view.visit)
    if more <= 0 or visit is None:
        return
    view.engaged_ms = engaged_ms
    batch.changed_ids.add(key)
    if view.page is not None:
        batch.engaged_views[fact.site, view.day, view.visit, view.ordinal] = engaged_ms
        if not view.mark:
            batch.days[fact.site, Dimension.PAGE, view.day, view.page].engaged_ms += more
    batch.about_to_change(visit)
    visit.engaged_ms = min(visit.engaged_ms + more, ENGAGEMENT_MS)
