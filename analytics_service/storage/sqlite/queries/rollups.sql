-- name: summed_since
select sums_since, first_day from maintenance

-- name: newest_older
-- Of each site the last day before `since` that has sums, and whose rows are kept.
with recursive of (site) as (
    select min(site) from rollup_day
    union all select (select min(site) from rollup_day where site > of.site) from of where site is not null
)
select site, day from (
    select of.site, (
        select max(r.day) from rollup_day as r
        where r.site = of.site and r.dimension = 0 and r.day < :since and r.day >= :kept
    ) as day
    from of
)
where day is not null

-- name: note_summed
update maintenance set sums_since = ?

-- name: extents
-- Each site's first and last day with sums.
with recursive of (site) as (
    select min(site) from rollup_day
    union all select (select min(site) from rollup_day where site > of.site) from of where site is not null
)
select site, (select min(day) from rollup_day as r where r.site = of.site and r.dimension = 0),
    (select max(day) from rollup_day as r where r.site = of.site and r.dimension = 0)
from of
where site is not null and exists (select 1 from rollup_day as r where r.site = of.site and r.dimension = 0)

-- name: summed_months
select month from summed_month where site = ? and dimension = 22

-- name: summed_to
select dimension from summed_month where site = ? and month = ?

-- name: clear_month
delete from rollup_month where site = :site and dimension = :dimension and month = :month

-- name: sum_month
insert into rollup_month
select site, dimension, :month, value, sum(pageviews), sum(visits), sum(visitors), sum(bounces), sum(engaged_ms),
    sum(events)
from rollup_day
where site = :site and dimension = :dimension and day >= :month and day < :end
group by value

-- name: note_month
insert into summed_month values (?, ?, ?)
on conflict do update set dimension = excluded.dimension
