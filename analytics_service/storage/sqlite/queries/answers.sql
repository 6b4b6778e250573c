-- name: recorded_since
select first_day, view_engagement_since from maintenance

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

-- name: rows_of_rollups
-- What of a day has no value of the dimension is what its rows lack of the site's own sums.
select value as key, sum(pageviews) as pageviews, sum(visits) as visits, sum(visitors) as visitors,
    sum(bounces) as bounces, sum(engaged_ms) as engaged_ms, sum(events) as events
from rollup_day
where site = :site and dimension = :dimension and day between :first and :last
group by value
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
