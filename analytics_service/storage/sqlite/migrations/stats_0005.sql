-- What was given out or applied, and is never gone back behind: the last number of a visit, the newest time of a fact.
create table reached (
    one integer primary key check (one = 1),
    visit integer not null,
    at integer not null
) strict;
insert into reached values (
    1,
    max(
        coalesce((select max(id) from visit), 0),
        coalesce((select max(visit) from counted), 0),
        coalesce((select max(visit) from visitor_name), 0),
        coalesce((select max(cast(substr(id, 7) as integer)) from suspect where id glob 'visit-[0-9]*'), 0)
    ),
    coalesce((select max(at) from counted), 0)
);
-- Release 0.1.0 gave numbers of visits again: an id belongs to a visit of its own site and time, or to none.
update counted set visit = 0
where not exists (
    select 1 from visit as v
    where v.id = counted.visit and v.site = counted.site
        and counted.at between v.began_at and v.began_at + v.lasted_ms
);
-- And gave the ids of suspects again: what is kept apart is not counted, whatever was once under its id.
delete from counted
where exists (
    select 1 from suspect as s
    where s.site = counted.site and s.kind in ('v', 'c') and s.id = counted.id and s.id glob 'visit-[0-9]*'
);
-- And kept the name that somebody gave a view, so that it looked like an event. A visit without events has none,
-- and an event has a sum under its name; what is left, a forged view beside an event of the same name in a visit
-- with events, cannot be told from it, and `verify` names it.
update view set name = (select id from name where value = '')
where name != (select id from name where value = '')
    and (
        exists (select 1 from visit as v where v.id = view.visit and v.events = 0)
        or not exists (
            select 1 from rollup_day as r
            where r.site = view.site and r.dimension = 22 and r.day = view.day and r.value = view.name
                and r.events != 0
        )
    );
