-- name: day_in_hand
select site, day, visit, key from anonymous_day where key != x'' limit 1

-- name: begin_next_day
-- The first day of a site that is over and whose facts are all applied; a day that was reopened waits, and all do
-- while there are suspects of a former release, which are folded by their old ids.
insert into anonymous_day
with recursive sites (site) as (
    select min(site) from view
    union all
    select (select min(site) from view where site > sites.site) from sites where sites.site is not null
)
select s.site, w.day, -1, randomblob(32)
from sites as s
    left join anonymous_day as a on a.site = s.site
    join view as w on (w.site, w.day, w.visit, w.ordinal) = (
        select site, day, visit, ordinal from view
        where site = s.site and day >= coalesce(a.day, -1000000) order by site, day, visit, ordinal limit 1
    )
where w.day < :before
    and not exists (select 1 from reopened_day as r where r.site = s.site and r.day = w.day)
    and not exists (select 1 from old_suspect)
limit 1
on conflict do update set day = excluded.day, visit = excluded.visit, key = excluded.key

-- name: last_of_step
select visit from view
where site = :site and day = :day and visit > :after
order by site, day, visit, ordinal
limit 1 offset :rows

-- name: name_views_of_later_days
-- A view over midnight that has its visit's id keeps it: it is an id of the view's own day.
update view set visitor = (select v.visitor from visit as v where v.id = view.visit)
where site = :site and day in (:day + 1, :day + 2) and visit > :after and visitor is null
    and visit <= min(:last, coalesce((select max(v.id) from visit as v where v.site = :site and v.day = :day), 0))
    and exists (select 1 from visit as v where v.id = view.visit and v.day = :day)

-- name: rename_views
update view set visitor = anonymous_id(visitor, :key)
where site = :site and day = :day and visit > :after and visit <= :last and visitor is not null

-- name: rename_visits
update visit set visitor = anonymous_id(visitor, :key)
where site = :site and day = :day and id > :after and id <= :last

-- name: note_step
update anonymous_day set visit = :last where site = :site

-- name: end_day
update anonymous_day set day = day + 1, visit = -1, key = x'' where site = :site
