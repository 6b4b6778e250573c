-- name: close_days
update reached set closed_day = max(closed_day, ?)

-- name: close_reopened_days
delete from reopened_day where day < ?

-- name: forget_pending_engagement
delete from pending_engagement where at < ?

-- name: forget_peaks
-- It begins with its verb, or sqlite3 would not say how many rows went.
delete from online_peak where (site, begins) in (
    with recursive of (site) as (
        select min(site) from online_peak
        union all select (select min(site) from online_peak where site > of.site) from of where site is not null
    )
    select p.site, p.begins from of cross join online_peak as p on p.site = of.site and p.begins < ? limit ?
)

-- name: close_visitor_days
-- Needed only while facts of that day may still come; visits keep the names.
delete from visitor_day where (site, day, visitor) in (
    with recursive of (site) as (
        select min(site) from visitor_day
        union all select (select min(site) from visitor_day where site > of.site) from of where site is not null
    )
    select d.site, d.day, d.visitor from of cross join visitor_day as d on d.site = of.site and d.day < ? limit ?
)

-- name: end_of_seen_ids
select site, id from seen_id where (site, id) > (:first, :second) order by site, id limit 1 offset :limit

-- name: forget_seen_ids
delete from seen_id
where (site, id) > (:first, :second) and (site, id) <= (:last_first, :last_second) and at < :before

-- name: forget_last_seen_ids
delete from seen_id where (site, id) > (:first, :second) and at < :before

-- name: end_of_visitor_visits
select site, visitor from visitor_visit
where (site, visitor) > (:first, :second) order by site, visitor limit 1 offset :limit

-- name: forget_visitor_visits
delete from visitor_visit
where (site, visitor) > (:first, :second) and (site, visitor) <= (:last_first, :last_second) and day < :before

-- name: forget_last_visitor_visits
delete from visitor_visit where (site, visitor) > (:first, :second) and day < :before
