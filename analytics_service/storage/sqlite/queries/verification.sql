-- name: sites
-- Each site is looked up, not sought among all rows.
with recursive summed (site) as (
    select min(site) from rollup_day
    union all select (select min(site) from rollup_day where site > summed.site) from summed where site is not null
), visited (site) as (
    select min(site) from visit
    union all select (select min(site) from visit where site > visited.site) from visited where site is not null
)
select site from summed where site is not null union select site from visited where site is not null

-- name: first_and_last_days
-- With min and max in one select all rows in between would be read.
select (select min(day) from rollup_day where site = :site and dimension = 0),
    (select min(day) from view where site = :site),
    (select min(day) from visit where site = :site),
    (select max(day) from rollup_day where site = :site and dimension = 0),
    (select max(day) from view where site = :site),
    (select max(day) from visit where site = :site)

-- name: months
select month from summed_month where site = ? and dimension = 22 order by month

-- name: month_differences
-- Values whose sums of the month are not those of its days, with both; nothing where it is to be summed again.
with recursive side (sign, value, pageviews, visits, visitors, bounces, engaged_ms, events) as (
    select 1, value, pageviews, visits, visitors, bounces, engaged_ms, events
    from rollup_month
    where site = :site and dimension = :dimension and month = :month
    union all
    select -1, value, pageviews, visits, visitors, bounces, engaged_ms, events
    from rollup_day
    where site = :site and dimension = :dimension and day >= :month and day < :end
)
select coalesce((select value from string where id = side.value), ''),
    sum((sign > 0) * pageviews), sum((sign > 0) * visits), sum((sign > 0) * visitors),
    sum((sign > 0) * bounces), sum((sign > 0) * engaged_ms), sum((sign > 0) * events),
    sum((sign < 0) * pageviews), sum((sign < 0) * visits), sum((sign < 0) * visitors),
    sum((sign < 0) * bounces), sum((sign < 0) * engaged_ms), sum((sign < 0) * events)
from side
group by value
having exists (select 1 from summed_month where site = :site and month = :month and dimension = 22) and (
    sum(sign * pageviews) != 0 or sum(sign * visits) != 0 or sum(sign * visitors) != 0
    or sum(sign * bounces) != 0 or sum(sign * engaged_ms) != 0 or sum(sign * events) != 0
)

-- name: maintenance
select first_day, checked_at, checked_days, differences, sums_since from maintenance

-- name: older_days
with recursive of (site) as (
    select min(site) from rollup_day
    union all select (select min(site) from rollup_day where site > of.site) from of where site is not null
)
select count(*) from of cross join rollup_day as r
    on r.site = of.site and r.dimension = 0 and r.day >= :kept and r.day < :since

-- name: positions
select journal, seq from position

-- name: unreadable
select count(*) from unreadable

-- name: stored_day
select pageviews, visits, visitors, bounces, engaged_ms, events from rollup_day
where site = ? and dimension = 0 and day = ? and value = 0

-- name: stored_hours
select hour, pageviews, visits, visitors, bounces, engaged_ms, events from rollup_hour
where site = ? and day = ?

-- name: stored_values
-- A number that no name has, here and below, is told as the empty value instead of none.
select coalesce((select value from string where id = r.value), ''),
    r.pageviews, r.visits, r.visitors, r.bounces, r.engaged_ms, r.events
from rollup_day as r
where r.site = ? and r.dimension = ? and r.day = ?

-- name: found_views
select at / 1000 - into_hour, sum(name = (select id from string where value = '')),
    sum(name != (select id from string where value = ''))
from counted_view
where site = ? and day = ?
group by 1

-- name: found_visits
select began_at / 1000 - into_hour, count(*), sum(pageviews = 1 and events = 0 and engaged_ms < :bounce),
    sum(engaged_ms)
from counted_visit
where site = :site and day = :day
group by 1

-- name: found_visitors
-- A visitor counts once a day, in the hour of the day's earliest view or event.
select hour, count(*) from (
    select coalesce(w.visitor, v.visitor) as visitor, w.at / 1000 - w.into_hour as hour, min(w.at)
    from counted_view as w join visit as v on v.id = w.visit
    where w.site = ? and w.day = ?
    group by 1
)
group by hour

-- name: found_page
select coalesce((select value from string where id = v.page), ''), sum(v.name = (select id from string where value = '')),
    sum(v.name != (select id from string where value = '')), sum(v.engaged_ms)
from counted_view as v
where v.site = ? and v.day = ?
group by v.page

-- name: found_event
select coalesce((select value from string where id = v.name), ''), 0, count(*), 0 from counted_view as v
where v.site = ? and v.day = ? and v.name != (select id from string where value = '')
group by v.name

-- name: found_page_visits
-- A visit counts on its first day, also where it contains the page on a later one.
select coalesce((select value from string where id = page), ''), count(*) from (
    select w.page, w.visit
    from counted_visit as v cross join view as w on w.site = :site and w.visit = v.id and w.day in (:day, :day + 1, :day + 2)
    where v.site = :site and v.day = :day and w.name = (select id from string where value = '')
    union
    select w.page, w.visit
    from counted_visit as v cross join view as w
        on w.site = :site and w.visit = v.id and w.day between :day + 3 and :day + v.lasted_ms / 86400000 + 2
    where v.site = :site and v.day = :day and v.lasted_ms >= 86400000
        and w.name = (select id from string where value = '')
)
group by page

-- name: found_event_visits
select coalesce((select value from string where id = name), ''), count(*) from (
    select w.name, w.visit
    from counted_visit as v cross join view as w on w.site = :site and w.visit = v.id and w.day in (:day, :day + 1, :day + 2)
    where v.site = :site and v.day = :day and w.name != (select id from string where value = '')
    union
    select w.name, w.visit
    from counted_visit as v cross join view as w
        on w.site = :site and w.visit = v.id and w.day between :day + 3 and :day + v.lasted_ms / 86400000 + 2
    where v.site = :site and v.day = :day and v.lasted_ms >= 86400000
        and w.name != (select id from string where value = '')
)
group by name

-- name: found_entry_page
-- Visits lie on their first day, their page views and events on the days on which they happened.
select entry_page, sum(pageviews), sum(visits), 0, sum(bounces), sum(engaged_ms), sum(events) from (
    select entry_page, 0 as pageviews, count(*) as visits, sum(pageviews = 1 and events = 0 and engaged_ms < :bounce) as bounces,
        sum(engaged_ms) as engaged_ms, 0 as events
    from counted_visit
    where site = :site and day = :day
    group by 1
    union all
    select v.entry_page, sum(w.name = (select id from string where value = '')), 0, 0, 0,
        sum(w.name != (select id from string where value = ''))
    from view as w cross join counted_visit as v on v.id = w.visit
    where w.site = :site and w.day = :day
    group by 1
)
group by 1

-- name: found_exit_page
-- Visits lie on their first day, their page views and events on the days on which they happened.
select exit_page, sum(pageviews), sum(visits), 0, sum(bounces), sum(engaged_ms), sum(events) from (
    select exit_page, 0 as pageviews, count(*) as visits, sum(pageviews = 1 and events = 0 and engaged_ms < :bounce) as bounces,
        sum(engaged_ms) as engaged_ms, 0 as events
    from counted_visit
    where site = :site and day = :day
    group by 1
    union all
    select v.exit_page, sum(w.name = (select id from string where value = '')), 0, 0, 0,
        sum(w.name != (select id from string where value = ''))
    from view as w cross join counted_visit as v on v.id = w.visit
    where w.site = :site and w.day = :day
    group by 1
)
group by 1

-- name: found_hostname
-- Visits lie on their first day, their page views and events on the days on which they happened.
select hostname, sum(pageviews), sum(visits), 0, sum(bounces), sum(engaged_ms), sum(events) from (
    select hostname, 0 as pageviews, count(*) as visits, sum(pageviews = 1 and events = 0 and engaged_ms < :bounce) as bounces,
        sum(engaged_ms) as engaged_ms, 0 as events
    from counted_visit
    where site = :site and day = :day
    group by 1
    union all
    select v.hostname, sum(w.name = (select id from string where value = '')), 0, 0, 0,
        sum(w.name != (select id from string where value = ''))
    from view as w cross join counted_visit as v on v.id = w.visit
    where w.site = :site and w.day = :day
    group by 1
)
group by 1

-- name: found_acquisition
-- Visits lie on their first day, their page views and events on the days on which they happened.
select acquisition, sum(pageviews), sum(visits), 0, sum(bounces), sum(engaged_ms), sum(events) from (
    select acquisition, 0 as pageviews, count(*) as visits, sum(pageviews = 1 and events = 0 and engaged_ms < :bounce) as bounces,
        sum(engaged_ms) as engaged_ms, 0 as events
    from counted_visit
    where site = :site and day = :day
    group by 1
    union all
    select v.acquisition, sum(w.name = (select id from string where value = '')), 0, 0, 0,
        sum(w.name != (select id from string where value = ''))
    from view as w cross join counted_visit as v on v.id = w.visit
    where w.site = :site and w.day = :day
    group by 1
)
group by 1

-- name: found_location
-- Visits lie on their first day, their page views and events on the days on which they happened.
select location, sum(pageviews), sum(visits), 0, sum(bounces), sum(engaged_ms), sum(events) from (
    select location, 0 as pageviews, count(*) as visits, sum(pageviews = 1 and events = 0 and engaged_ms < :bounce) as bounces,
        sum(engaged_ms) as engaged_ms, 0 as events
    from counted_visit
    where site = :site and day = :day
    group by 1
    union all
    select v.location, sum(w.name = (select id from string where value = '')), 0, 0, 0,
        sum(w.name != (select id from string where value = ''))
    from view as w cross join counted_visit as v on v.id = w.visit
    where w.site = :site and w.day = :day
    group by 1
)
group by 1

-- name: found_technology
-- Visits lie on their first day, their page views and events on the days on which they happened.
select technology, sum(pageviews), sum(visits), 0, sum(bounces), sum(engaged_ms), sum(events) from (
    select technology, 0 as pageviews, count(*) as visits, sum(pageviews = 1 and events = 0 and engaged_ms < :bounce) as bounces,
        sum(engaged_ms) as engaged_ms, 0 as events
    from counted_visit
    where site = :site and day = :day
    group by 1
    union all
    select v.technology, sum(w.name = (select id from string where value = '')), 0, 0, 0,
        sum(w.name != (select id from string where value = ''))
    from view as w cross join counted_visit as v on v.id = w.visit
    where w.site = :site and w.day = :day
    group by 1
)
group by 1

-- name: clear_day
delete from rollup_day where site = ? and dimension = ? and day = ?

-- name: clear_hours
delete from rollup_hour where site = ? and day = ?

-- name: mark_stale_month
delete from summed_month where site = ? and month = ?

-- name: put_day
insert into rollup_day values (?, ?, ?, coalesce((select id from string where value = nullif(?, '')), 0), ?, ?, ?, ?, ?, ?)

-- name: put_hour
insert into rollup_hour values (?, ?, ?, ?, ?, ?, ?, ?, ?)

-- name: note_check
update maintenance set checked_at = ?, checked_days = ?, differences = ?

-- name: prune_views
delete from view where (site, day, visit, ordinal) in (
    select site, day, visit, ordinal from view where site = :site and day < :first limit :limit
)

-- name: prune_visits
-- A visit that went on over midnight stays as long as its last view.
delete from visit where id in (
    select id from visit
    where site = :site and day < :first and began_at + lasted_ms < :seen_before limit :limit
)

-- name: note_first_day
update maintenance set first_day = max(first_day, ?)

-- name: remove_online_peaks
delete from online_peak where site = :site and at >= :since

-- name: remove_peak
delete from peak where site = :site and at >= :since

-- name: restore_peak
insert or ignore into peak
select site, online, at from online_peak where site = :site order by online desc, at limit 1

-- name: peak_left
select online from peak where site = :site
