-- name: recorded_since
select first_day, view_engagement_since, sums_since from maintenance

-- name: first_day
select min(day) from rollup_day where site = :site and dimension = 0

-- name: days
-- Whole days, from the sums of days.
select day, pageviews, visits, visitors, bounces, engaged_ms, events
from rollup_day
where site = :site and dimension = 0 and day between :first and :last

-- name: hours
-- Parts of days, from the sums of hours; the key is the hour.
select hour, sum(pageviews), sum(visits), sum(visitors), sum(bounces), sum(engaged_ms), sum(events)
from rollup_hour
where site = :site and day between :first and :last and hour >= :start and hour < :end
group by hour

-- name: days_of_hours
-- Parts of days, from the sums of hours; the key is the day.
select day, sum(pageviews), sum(visits), sum(visitors), sum(bounces), sum(engaged_ms), sum(events)
from rollup_hour
where site = :site and day between :first and :last and hour >= :start and hour < :end
group by day

-- name: whole_months
-- Those that begin in a period and are summed, with the day after each.
select month, unixepoch(month * 86400, 'unixepoch', '+1 month') / 86400 from summed_month
where site = :site and month between :first and :last and dimension = 22
order by month

-- name: rows_of_rollups
-- Whole months, and the days around them.
select r.value as key, r.pageviews, r.visits, r.visitors, r.bounces, r.engaged_ms, r.events
from json_each(:days) as d cross join rollup_day as r
    on r.site = :site and r.dimension = :dimension
    and r.day between json_extract(d.value, '$[0]') and json_extract(d.value, '$[1]')
union all
select r.value, r.pageviews, r.visits, r.visitors, r.bounces, r.engaged_ms, r.events
from json_each(:months) as m cross join rollup_month as r
    on r.site = :site and r.dimension = :dimension and r.month = m.value

-- name: rows_of_older_rollups
-- Until release 0.2.0 what is not known had no row: it is what a day's rows lack of the site's own sums.
select value as key, pageviews, visits, visitors, bounces, engaged_ms, events
from rollup_day
where site = :site and dimension = :dimension and day between :first and :last
union all
select 0, sum(pageviews), sum(visits), sum(visitors), sum(bounces), sum(engaged_ms), sum(events)
from rollup_day
where site = :site and dimension = 0 and day between :first and :last and :has_unknown
union all
select 0, -sum(pageviews), -sum(visits), -sum(visitors), -sum(bounces), -sum(engaged_ms), -sum(events)
from rollup_day
where site = :site and dimension = :dimension and day between :first and :last and :has_unknown

-- name: touched
-- Visits that began in the period, and those before it that go on in it: at most 30 minutes lie between two views.
select id from counted_visit where site = :site and day between :first and :last
union all
select v.id from counted_view as w cross join counted_visit as v on v.id = w.visit
where w.site = :site and w.day between :first and min(:first + 2, :last) and v.day < :first
group by v.id
