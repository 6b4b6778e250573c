-- name: keep_suspect
-- The same again is one; of engagement the largest holds.
insert into suspect values (?, ?, ?, ?, ?, ?, ?, ?)
on conflict do update set at = excluded.at, fact = excluded.fact
where kind = 'e'

-- name: kept_of_day
select count(*) from suspect where day = ? and site = ?

-- name: suspects
select kind, id, day, reason, fact from suspect
where day = :day and site = :site
    and (:reason = '' or reason = :reason) and (:family = '' or family = :family)
order by at
limit :limit

-- name: end_suspect
delete from suspect where site = ? and kind = ? and id = ?

-- name: forget_suspects
delete from suspect where (site, kind, id) in (select site, kind, id from suspect where day < ? limit ?)

-- name: fewer_drops
update drop_day set count = max(count - ?, 0) where site = ? and day = ? and reason = ?

-- name: clear_drops
delete from drop_day where count = 0

-- name: keep_sample
insert into drop_sample (site, at, reason, page, family) values (?, ?, ?, ?, ?)

-- name: forget_samples
delete from drop_sample
where site = :site
    and id <= (select id from drop_sample where site = :site order by id desc limit 1 offset :kept)

-- name: reopen_visitor_days
-- Facts of a day that was closed come again: who was there, and when first, is read from what was stored.
insert or ignore into visitor_day
select site, day, visitor, first_at, hour from (
    select w.site, w.day, coalesce(w.visitor, v.visitor) as visitor, min(w.at) as first_at,
        w.at / 1000 - w.into_hour as hour
    from view as w join visit as v on v.id = w.visit
    where w.site = :site and w.day = :day
    group by coalesce(w.visitor, v.visitor)
)

-- name: reopen_visitor_visits
insert or ignore into visitor_visit
select distinct w.site, coalesce(w.visitor, v.visitor), w.visit, w.day
from view as w join visit as v on v.id = w.visit
where w.site = :site and w.day between :day - 1 and :day + 1

-- name: visits_of_family
select v.id, v.site, v.visitor, v.day, v.into_hour, v.began_at, v.lasted_ms,
    v.hostname, v.acquisition, v.location, v.technology, v.pageviews, v.events, v.engaged_ms,
    (select value from string where id = v.entry_page), (select value from string where id = v.exit_page)
from visit as v
where v.site = :site and v.day = :day and v.id > :after
    and v.technology in (select id from technology where browser = (select id from string where value = :family))
order by v.id
limit :limit

-- name: views_of_visit
select w.ordinal, w.at, w.into_hour, w.visitor,
    (select value from string where id = w.page), (select value from string where id = w.name)
from view as w
where w.site = ? and w.day = ? and w.visit = ?
order by w.at, w.ordinal

-- name: remove_views
delete from view where site = ? and day = ? and visit = ?

-- name: remove_visit
delete from visit where id = ?

-- name: remove_visitor_visit
delete from visitor_visit where site = ? and visitor = ? and visit = ?

-- name: remove_visitor_day
delete from visitor_day where site = ? and day = ? and visitor = ?

-- name: first_seen_of
select w.at, w.at / 1000 - w.into_hour
from visitor_visit as n
    cross join visit as v on v.id = n.visit
    cross join view as w on w.site = n.site and w.day = :day and w.visit = n.visit
where n.site = :site and n.visitor = :visitor and coalesce(w.visitor, v.visitor) = :visitor
order by w.at
limit 1

-- name: clear_zeros
delete from rollup_day
where site = ? and dimension = ? and day = ?
    and pageviews = 0 and visits = 0 and visitors = 0 and bounces = 0 and engaged_ms = 0 and events = 0

-- name: clear_zero_hours
delete from rollup_hour
where site = ? and day = ?
    and pageviews = 0 and visits = 0 and visitors = 0 and bounces = 0 and engaged_ms = 0 and events = 0

-- name: more_drops
insert into drop_day values (?, ?, ?, ?)
on conflict do update set count = count + excluded.count

-- name: drops
select d.day, d.reason, d.count from drop_day as d where d.site = ? and d.day >= ? order by d.day, d.reason

-- name: families
select day, reason, family, count(*) from suspect where site = ? and day >= ?
group by day, reason, family
order by day, reason, count(*) desc

-- name: samples
select at, reason, page, family from drop_sample where site = ? order by id desc
