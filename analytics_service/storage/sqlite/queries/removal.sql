-- Everything of a site, some rows of a table at a time: each statement finds its rows by the table's key.

-- name: views
delete from view where (site, day, visit, ordinal) in (
    select site, day, visit, ordinal from view where site = :site limit :limit
)

-- name: visits
delete from visit where id in (select id from visit where site = :site limit :limit)

-- name: seen_ids
delete from seen_id where (site, id) in (select site, id from seen_id where site = :site limit :limit)

-- name: pending_engagement
delete from pending_engagement where (site, id) in (
    select site, id from pending_engagement where site = :site limit :limit
)

-- name: visitor_visits
delete from visitor_visit where (site, visitor, visit) in (
    select site, visitor, visit from visitor_visit where site = :site limit :limit
)

-- name: visitor_days
delete from visitor_day where (site, day, visitor) in (
    select site, day, visitor from visitor_day where site = :site limit :limit
)

-- name: days
delete from rollup_day where (site, dimension, day, value) in (
    select site, dimension, day, value from rollup_day where site = :site limit :limit
)

-- name: months
delete from rollup_month where (site, dimension, month, value) in (
    select site, dimension, month, value from rollup_month where site = :site limit :limit
)

-- name: summed_months
delete from summed_month where (site, month) in (select site, month from summed_month where site = :site limit :limit)

-- name: hours
delete from rollup_hour where (site, day, hour) in (
    select site, day, hour from rollup_hour where site = :site limit :limit
)

-- name: titles
delete from page_title where (site, page) in (select site, page from page_title where site = :site limit :limit)

-- name: drops
delete from drop_day where (site, day, reason) in (
    select site, day, reason from drop_day where site = :site limit :limit
)

-- name: samples
delete from drop_sample where id in (select id from drop_sample where site = :site limit :limit)

-- name: old_suspects
delete from old_suspect where (site, kind, id) in (
    select site, kind, id from old_suspect where site = :site limit :limit
)

-- name: suspected_days
delete from suspected_day where (site, day) in (
    select site, day from suspected_day where site = :site limit :limit
)

-- name: reopened_days
delete from reopened_day where (site, day) in (select site, day from reopened_day where site = :site limit :limit)

-- name: online_peaks
delete from online_peak where (site, begins) in (
    select site, begins from online_peak where site = :site limit :limit
)

-- name: peak
delete from peak where site in (select site from peak where site = :site limit :limit)

-- name: anonymous_day
delete from anonymous_day where site in (select site from anonymous_day where site = :site limit :limit)

-- name: months
delete from rollup_month where (site, dimension, month, value) in (
    select site, dimension, month, value from rollup_month where site = :site limit :limit
)

-- name: summed_months
delete from summed_month where (site, month) in (
    select site, month from summed_month where site = :site limit :limit
)
