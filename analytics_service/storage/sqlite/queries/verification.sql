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

-- name: maintenance
select first_day, checked_at, checked_days, differences from maintenance

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

-- name: found_pages
select coalesce((select value from string where id = v.page), ''), sum(v.name = (select id from string where value = '')),
    sum(v.name != (select id from string where value = '')), sum(v.engaged_ms)
from counted_view as v
where v.site = ? and v.day = ?
group by v.page

-- name: found_events
select coalesce((select value from string where id = v.name), ''), count(*) from counted_view as v
where v.site = ? and v.day = ? and v.name != (select id from string where value = '')
group by v.name

-- name: found_entry_page
select entry_page, count(*), sum(pageviews = 1 and events = 0 and engaged_ms < :bounce), sum(engaged_ms)
from counted_visit
where site = :site and day = :day
group by 1

-- name: found_exit_page
select exit_page, count(*), sum(pageviews = 1 and events = 0 and engaged_ms < :bounce), sum(engaged_ms)
from counted_visit
where site = :site and day = :day
group by 1

-- name: found_hostname
select hostname, count(*), sum(pageviews = 1 and events = 0 and engaged_ms < :bounce), sum(engaged_ms)
from counted_visit
where site = :site and day = :day
group by 1

-- name: found_acquisition
select acquisition, count(*), sum(pageviews = 1 and events = 0 and engaged_ms < :bounce), sum(engaged_ms)
from counted_visit
where site = :site and day = :day
group by 1

-- name: found_location
select location, count(*), sum(pageviews = 1 and events = 0 and engaged_ms < :bounce), sum(engaged_ms)
from counted_visit
where site = :site and day = :day
group by 1

-- name: found_technology
select technology, count(*), sum(pageviews = 1 and events = 0 and engaged_ms < :bounce), sum(engaged_ms)
from counted_visit
where site = :site and day = :day
group by 1

-- name: clear_day
delete from rollup_day where site = ? and dimension = ? and day = ?

-- name: clear_hours
delete from rollup_hour where site = ? and day = ?

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
