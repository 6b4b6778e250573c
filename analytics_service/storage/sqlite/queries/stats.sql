-- name: take_lease
update lease set epoch = epoch + 1 returning epoch

-- name: hold_lease
update lease set epoch = epoch where epoch = ?

-- name: positions
select journal, seq, durable_seq from position

-- name: save_position
insert into position (journal, seq, durable_seq) values (:journal, :seq, 0)
on conflict do update set seq = excluded.seq

-- name: mark_durable
update position set durable_seq = :seq where journal = :journal and durable_seq < :seq

-- name: newest_at
select at from reached

-- name: newest_and_positions
select reached.at, position.journal, position.seq from reached left join position on true

-- name: save_reached
update reached set at = max(at, ?)

-- name: reserve_visits
-- What is reserved and not used, since the process ended, is left out for ever.
update reached set visit = visit + ? returning visit

-- name: forget_position
delete from position where journal = ?

-- name: count_pending_engagement
select count(*) from pending_engagement

-- name: save_visit
insert into visit (
    id, site, visitor, day, into_hour, began_at, lasted_ms, entry_page, exit_page,
    hostname, acquisition, location, technology, pageviews, events, engaged_ms, mark, marked_on, family
) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
on conflict do update set
    day = excluded.day, into_hour = excluded.into_hour, began_at = excluded.began_at,
    lasted_ms = excluded.lasted_ms, entry_page = excluded.entry_page, exit_page = excluded.exit_page,
    hostname = excluded.hostname, acquisition = excluded.acquisition, location = excluded.location,
    technology = excluded.technology, pageviews = excluded.pageviews, events = excluded.events,
    engaged_ms = excluded.engaged_ms, mark = excluded.mark, marked_on = excluded.marked_on

-- name: save_view
insert into view (site, day, visit, ordinal, at, into_hour, visitor, page, name, mark, engaged_ms)
values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)

-- name: save_view_engagement
update view set engaged_ms = ? where site = ? and day = ? and visit = ? and ordinal = ?

-- name: save_title
insert into page_title values (?, ?, ?)
on conflict do update set title = excluded.title

-- name: save_unreadable
insert or ignore into unreadable values (?, ?, ?)

-- name: save_seen_id
insert into seen_id (site, id, visit, at, engaged_ms, day, ordinal) values (?, ?, ?, ?, ?, ?, ?)
on conflict do update set engaged_ms = excluded.engaged_ms

-- name: save_pending_engagement
insert into pending_engagement values (?, ?, ?, ?)
on conflict do update set engaged_ms = excluded.engaged_ms, at = excluded.at

-- name: end_pending_engagement
delete from pending_engagement where site = ? and id = ?

-- name: save_visitor_day
insert into visitor_day values (?, ?, ?, ?, ?)
on conflict do update set first_at = excluded.first_at, first_hour = excluded.first_hour

-- name: remove_visitor_day
delete from visitor_day where site = ? and day = ? and visitor = ?

-- name: save_visitor_visit
insert or ignore into visitor_visit values (?, ?, ?, ?)

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

-- name: mark_stale_month
delete from summed_month where site = ? and month = ?

-- name: clear_zeros
delete from rollup_day
where site = ? and dimension = ? and day = ? and value = ?
    and pageviews = 0 and visits = 0 and visitors = 0 and bounces = 0 and engaged_ms = 0 and events = 0

-- name: clear_zero_hours
delete from rollup_hour
where site = ? and day = ? and hour = ?
    and pageviews = 0 and visits = 0 and visitors = 0 and bounces = 0 and engaged_ms = 0 and events = 0

-- name: save_peak
insert into peak values (:site, :online, :at)
on conflict do update set online = excluded.online, at = excluded.at where excluded.online > online

-- name: save_online_peak
insert into online_peak values (:site, :begins, :online, :at)
on conflict do update set online = excluded.online, at = excluded.at where excluded.online > online

-- name: save_drop
insert into drop_day values (?, ?, ?, ?)
on conflict do update set count = count + excluded.count

-- name: clear_drops
delete from drop_day where site = ? and day = ? and reason = ? and count <= 0

-- name: save_suspected
insert into suspected_day values (?, ?, ?)
on conflict do update set facts = excluded.facts

-- name: keep_sample
insert into drop_sample (site, at, reason, page, family) values (?, ?, ?, ?, ?)

-- name: forget_samples
delete from drop_sample
where site = :site
    and id <= (select id from drop_sample where site = :site order by id desc limit 1 offset :kept)

-- name: site_figures
-- All of an answer in one statement: it reads one moment, whatever is committed meanwhile.
-- Kinds of rows: 0 the sums of a period, 1 those of a day, 2 the record, 3 the record since an instant.
select 0, p.key, sum(r.pageviews), sum(r.visits), sum(r.visitors), sum(r.bounces), sum(r.engaged_ms), sum(r.events)
from json_each(:periods) as p
cross join rollup_day as r on r.site = :site and r.dimension = 0
    and r.day between json_extract(p.value, '$[0]') and json_extract(p.value, '$[1]')
group by p.key
union all
select 1, day, pageviews, visits, visitors, bounces, engaged_ms, events
from rollup_day
where site = :site and dimension = 0 and day between :first and :last
union all
select 2, 0, online, at, 0, 0, 0, 0 from peak where site = :site and :peaks_since is not null
union all
select * from (
    select 3, 0, online, at, 0, 0, 0, 0 from online_peak
    where site = :site and begins >= :peaks_begin and at >= :peaks_since
    order by online desc, at limit 1
)

-- name: page_figures
-- The key ends in the value: looked up in each of the site's days, not sought among all pages of all days.
select 0, p.key, sum(r.pageviews), sum(r.visits), sum(r.visitors), sum(r.bounces), sum(r.engaged_ms), sum(r.events)
from json_each(:periods) as p
cross join rollup_day as s on s.site = :site and s.dimension = 0
    and s.day between json_extract(p.value, '$[0]') and json_extract(p.value, '$[1]')
cross join rollup_day as r on r.site = s.site and r.dimension = 1 and r.day = s.day
    and r.value = (select id from string where value = :page)
group by p.key
union all
select 1, r.day, r.pageviews, r.visits, r.visitors, r.bounces, r.engaged_ms, r.events
from rollup_day as s
cross join rollup_day as r on r.site = s.site and r.dimension = 1 and r.day = s.day
    and r.value = (select id from string where value = :page)
where s.site = :site and s.dimension = 0 and s.day between :first and :last

-- name: durable_seq
select durable_seq, seq from position where journal = ?

-- name: seen_since
-- A visit over midnight is known by the name of its last view or event: the days are those it can lie on.
with recursive of (site) as (
    select min(site) from rollup_day
    union all select (select min(site) from rollup_day where site > of.site) from of where site is not null
)
select v.site, coalesce((
        select coalesce(w.visitor, v.visitor) from counted_view as w
        where w.site = v.site and w.day in (:day, :day + 1, :day + 2, :day + 3) and w.visit = v.id
        order by w.at desc, w.ordinal desc limit 1
    ), v.visitor), v.began_at + v.lasted_ms
from of cross join counted_visit as v on v.site = of.site and v.day >= :day
where v.began_at + v.lasted_ms >= :seen_at
