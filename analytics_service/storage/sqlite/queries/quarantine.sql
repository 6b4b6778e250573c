-- name: some_counted
-- Whatever is looked at in one step, in the order of numbers; a visit that was once suspected has its agent's family.
select v.id, v.family = 0 and v.technology in (
        select id from technology where browser = (select id from string where value = :family)
    ) or v.family = (select id from string where value = :family)
from visit as v
where v.site = :site and v.day = :day and v.id > :after and v.mark = ''
order by v.id
limit :limit

-- name: some_marked
select v.id, (:reason = '' or v.mark = :reason) and (
        :family = '' or v.family = (select id from string where value = :family)
        or v.family = 0 and v.technology in (
            select id from technology where browser = (select id from string where value = :family)
        )
    )
from visit as v
where v.site = :site and v.day = :day and v.id > :after and v.mark != ''
order by v.id
limit :limit

-- name: views_of_visit
-- The last first: taking a visit's views away in several steps, each is a short one.
select w.ordinal, w.at, w.into_hour, w.visitor,
    (select value from string where id = w.page), (select value from string where id = w.name), w.mark, w.engaged_ms
from view as w
where w.site = ? and w.day = ? and w.visit = ? and w.ordinal < ?
order by w.ordinal desc
limit ?

-- name: extent_of_visit
select pageviews + events from visit where id = ?

-- name: mark_view
update view set mark = ?, page = ?, name = ? where site = ? and day = ? and visit = ? and ordinal = ?

-- name: first_seen
-- Of a visitor on a day, in what is counted.
select w.at, w.at / 1000 - w.into_hour
from visitor_visit as n
    cross join visit as v on v.id = n.visit
    cross join view as w on w.site = n.site and w.day = :day and w.visit = n.visit
where n.site = :site and n.visitor = :visitor and w.mark = '' and coalesce(w.visitor, v.visitor) = :visitor
order by w.at
limit 1

-- name: closed_day
select closed_day from reached

-- name: reopened_day
select visit, ordinal, is_open from reopened_day where site = ? and day = ?

-- name: day_being_renamed
select 1 from anonymous_day where site = ? and day = ? and key != x''

-- name: note_reopened
insert into reopened_day values (:site, :day, :visit, :ordinal, :is_open)
on conflict do update set visit = excluded.visit, ordinal = excluded.ordinal, is_open = excluded.is_open

-- name: last_of_step
select visit, ordinal from view
where site = :site and day = :day and (visit, ordinal) > (:visit, :ordinal)
order by visit, ordinal
limit 1 offset :limit

-- name: reopen_visitor_days
-- Facts of a day that was closed come again: who was there, and when first, is read from what was stored.
insert into visitor_day
select w.site, w.day, coalesce(w.visitor, v.visitor), min(w.at), w.at / 1000 - w.into_hour
from view as w cross join visit as v on v.id = w.visit
where w.site = :site and w.day = :day and (w.visit, w.ordinal) > (:visit, :ordinal)
    and (w.visit, w.ordinal) <= (:last_visit, :last_ordinal) and w.mark = ''
group by coalesce(w.visitor, v.visitor)
on conflict do update set first_at = excluded.first_at, first_hour = excluded.first_hour
where excluded.first_at < first_at

-- name: reopen_visitor_names
insert or ignore into visitor_visit
select distinct w.site, coalesce(w.visitor, v.visitor), w.visit, w.day
from view as w cross join visit as v on v.id = w.visit
where w.site = :site and w.day = :day and (w.visit, w.ordinal) > (:visit, :ordinal)
    and (w.visit, w.ordinal) <= (:last_visit, :last_ordinal)

-- name: old_marked
select id, site, day, lasted_ms from visit where mark != '' and marked_on < ? order by marked_on limit ?

-- name: remove_some_views
delete from view where (site, day, visit, ordinal) in (
    select site, day, visit, ordinal from view where site = ? and day = ? and visit = ? limit ?
)

-- name: remove_visit
delete from visit where id = ?

-- name: forget_suspected
delete from suspected_day where day < ?

-- name: first_old_suspect
select day, site from old_suspect order by day, site limit 1

-- name: old_suspects
select kind, id, day, reason, fact from old_suspect where day = ? and site = ? order by at limit ?

-- name: end_old_suspect
delete from old_suspect where site = ? and kind = ? and id = ?

-- name: recent
select w.mark, sum(n.value = ''), sum(n.value != '')
from view as w cross join string as n on n.id = w.name
where w.site = :site and w.day between :first and :last and w.at >= :since
group by w.mark

-- name: last_counted
select w.at, (select value from string where id = w.page)
from counted_view as w
where w.site = :site and w.day between :first and :last and w.at >= :since
order by w.at desc, w.ordinal desc
limit 1

-- name: drops
select d.day, d.reason, d.count from drop_day as d where d.site = ? and d.day >= ? order by d.day, d.reason

-- name: families
select v.day, v.mark, coalesce(
        (select value from string where id = v.family),
        (select value from string where id = (select browser from technology where id = v.technology)), ''
    ), sum(v.pageviews + v.events)
from visit as v
where v.site = ? and v.day >= ? and v.mark != ''
group by 1, 2, 3
order by 1, 2, 4 desc

-- name: samples
select at, reason, page, family from drop_sample where site = ? order by id desc
