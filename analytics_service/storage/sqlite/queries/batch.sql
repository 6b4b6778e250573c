-- name: make_asked_id
create temp table asked_id (site integer not null, id text not null)

-- name: make_asked_name
create temp table asked_name (site integer not null, name integer not null)

-- name: make_asked_day
create temp table asked_day (site integer not null, day integer not null, visitor integer not null)

-- name: ask_id
insert into temp.asked_id values (?, ?)

-- name: ask_name
insert into temp.asked_name values (?, ?)

-- name: ask_day
insert into temp.asked_day values (?, ?, ?)

-- name: clear_id
delete from temp.asked_id

-- name: clear_name
delete from temp.asked_name

-- name: clear_day
delete from temp.asked_day

-- name: find_seen_ids
-- A cross join keeps the order: what is asked for outside, the large table by its key inside.
select c.site, c.id, c.visit, c.at, c.engaged_ms, c.day, c.ordinal,
    iif(w.visit is null, null, (select value from string where id = w.page)), coalesce(w.mark, '')
from temp.asked_id as a cross join seen_id as c on c.site = a.site and c.id = a.id
    left join view as w on w.site = c.site and w.day = c.day and w.visit = c.visit and w.ordinal = c.ordinal

-- name: find_pending_engagement
select w.site, w.id, w.engaged_ms, w.at
from temp.asked_id as a cross join pending_engagement as w on w.site = a.site and w.id = a.id

-- name: find_visits_named
select n.visitor, v.id, v.site, v.visitor, v.day, v.into_hour, v.began_at, v.lasted_ms,
    v.hostname, v.acquisition, v.location, v.technology, v.pageviews, v.events, v.engaged_ms, v.mark, v.marked_on,
    iif(v.family = 0, null, (select value from string where id = v.family)),
    (select value from string where id = v.entry_page), (select value from string where id = v.exit_page)
from temp.asked_name as a
    cross join visitor_visit as n on n.site = a.site and n.visitor = a.name
    cross join visit as v on v.id = n.visit
order by n.visit

-- name: find_visit
select v.id, v.site, v.visitor, v.day, v.into_hour, v.began_at, v.lasted_ms,
    v.hostname, v.acquisition, v.location, v.technology, v.pageviews, v.events, v.engaged_ms, v.mark, v.marked_on,
    iif(v.family = 0, null, (select value from string where id = v.family)),
    (select value from string where id = v.entry_page), (select value from string where id = v.exit_page)
from visit as v
where v.id = ?

-- name: find_first_seen
select d.site, d.day, d.visitor, d.first_at, d.first_hour
from temp.asked_day as a
    cross join visitor_day as d on d.site = a.site and d.day = a.day and d.visitor = a.visitor

-- name: values
select (select value from string where id = r.value) from rollup_day as r
where r.site = ? and r.dimension = ? and r.day = ? and r.value != 0

-- name: contents
-- Of a visit on a day: its pages, and behind a sign the names of its events, with how many there are of each.
select iif(n.value = '', p.value, char(10) || n.value), count(*)
from view as w cross join string as p on p.id = w.page cross join string as n on n.id = w.name
where w.site = ? and w.day = ? and w.visit = ?
group by w.name, w.page

-- name: suspected
select facts from suspected_day where site = ? and day = ?

-- name: reached
select at from reached
