-- name: take_lease
update lease set epoch = epoch + 1 returning epoch

-- name: hold_lease
update lease set epoch = epoch where epoch = ?

-- name: positions
select journal, seq, durable_seq from position

-- name: save_position
insert into position values (:journal, :seq, 0)
on conflict do update set seq = excluded.seq

-- name: mark_durable
update position set durable_seq = :seq where journal = :journal and durable_seq < :seq

-- name: newest_at
select at from reached

-- name: save_reached
update reached set visit = max(visit, :visit), at = max(at, :at)

-- name: forget_position
delete from position where journal = ?

-- name: waiting_count
select count(*) from waiting

-- name: save_visit
insert into visit values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
on conflict do update set
    day = excluded.day, into_hour = excluded.into_hour, began_at = excluded.began_at,
    lasted_ms = excluded.lasted_ms, entry_page = excluded.entry_page, exit_page = excluded.exit_page,
    hostname = excluded.hostname, origin = excluded.origin, place = excluded.place,
    equipment = excluded.equipment, pageviews = excluded.pageviews, events = excluded.events,
    engaged_ms = excluded.engaged_ms

-- name: save_view
insert into view (site, day, visit, ordinal, at, into_hour, visitor, page, name)
values (?, ?, ?, ?, ?, ?, ?, ?, ?)

-- name: save_title
insert into page_title values (?, ?, ?)
on conflict do update set title = excluded.title

-- name: save_unreadable
insert or ignore into unreadable values (?, ?, ?)

-- name: save_counted
insert into counted values (?, ?, ?, ?, ?)
on conflict do update set engaged_ms = excluded.engaged_ms

-- name: save_waiting
insert into waiting values (?, ?, ?, ?)
on conflict do update set engaged_ms = excluded.engaged_ms, at = excluded.at

-- name: end_waiting
delete from waiting where site = ? and id = ?

-- name: save_visitor_day
insert into visitor_day values (?, ?, ?, ?, ?)
on conflict do update set first_at = excluded.first_at, first_hour = excluded.first_hour

-- name: save_visitor_name
insert or ignore into visitor_name values (?, ?, ?, ?)

-- name: save_day
insert into rollup_day values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
on conflict do update set
    pageviews = pageviews + excluded.pageviews, visits = visits + excluded.visits,
    visitors = visitors + excluded.visitors, bounces = bounces + excluded.bounces,
    engaged_ms = engaged_ms + excluded.engaged_ms, events = events + excluded.events

-- name: save_hour
insert into rollup_hour values (?, ?, ?, ?, ?, ?, ?, ?, ?)
on conflict do update set
    pageviews = pageviews + excluded.pageviews, visits = visits + excluded.visits,
    visitors = visitors + excluded.visitors, bounces = bounces + excluded.bounces,
    engaged_ms = engaged_ms + excluded.engaged_ms, events = events + excluded.events

-- name: save_peak
insert into peak values (:site, :online, :at)
on conflict do update set online = excluded.online, at = excluded.at where excluded.online > online

-- name: save_online_peak
insert into online_peak values (:site, :begins, :online, :at)
on conflict do update set online = excluded.online, at = excluded.at where excluded.online > online

-- name: forget_peaks
delete from online_peak where begins < ?

-- name: peak
select online, at from peak where site = ?

-- name: peak_since
select online, at from online_peak where site = ? and begins >= ? and at >= ?
order by online desc, at limit 1

-- name: save_drop
insert into drop_day values (?, ?, ?, ?)
on conflict do update set count = count + excluded.count

-- name: forget_counted
-- A repeated id is refused for a day.
delete from counted where at < ?

-- name: forget_waiting
delete from waiting where at < ?

-- name: close_visitor_days
-- Needed only while facts of that day may still come; visits keep the names.
delete from visitor_day where day < ?

-- name: close_visitor_names
delete from visitor_name where day < ?

-- name: day_sums
select sum(pageviews), sum(visits), sum(visitors), sum(bounces), sum(engaged_ms), sum(events)
from rollup_day
where site = ? and dimension = 0 and day between ? and ?

-- name: daily_sums
select day, pageviews, visits, visitors, bounces, engaged_ms, events
from rollup_day
where site = ? and dimension = 0 and day between ? and ?

-- name: page_sums
-- The key ends in the value: looked up in each of the site's days, not sought among all pages of all days.
select sum(p.pageviews), sum(p.visits), sum(p.visitors), sum(p.bounces), sum(p.engaged_ms), sum(p.events)
from rollup_day as s
cross join rollup_day as p on p.site = s.site and p.dimension = 1 and p.day = s.day
    and p.value = (select id from name where value = ?)
where s.site = ? and s.dimension = 0 and s.day between ? and ?

-- name: page_daily_sums
select p.day, p.pageviews, p.visits, p.visitors, p.bounces, p.engaged_ms, p.events
from rollup_day as s
cross join rollup_day as p on p.site = s.site and p.dimension = 1 and p.day = s.day
    and p.value = (select id from name where value = ?)
where s.site = ? and s.dimension = 0 and s.day between ? and ?

-- name: durable_seq
select durable_seq, seq from position where journal = ?

-- name: seen_since
select site, visitor, began_at + lasted_ms from visit where day >= ? and began_at + lasted_ms >= ?
