-- A mark says that a visit is kept but not counted, and why: what it was suspected of, or `rejected`.
-- `family`: whose agent a visit had that was ever suspected; 0 for any other.
alter table visit add column mark text not null default '';
alter table visit add column marked_on integer not null default 0;
alter table visit add column family integer not null default 0;
alter table view add column mark text not null default '';
create index marked_visit_by_day on visit (site, day) where mark != '';
create index marked_visit_by_mark on visit (marked_on) where mark != '';
create view counted_visit as select * from visit where mark = '';
create view counted_view as select * from view where mark = '';
-- How many suspected facts of a site's day are kept: there is a limit, against floods.
create table suspected_day (
    site integer not null,
    day integer not null,
    facts integer not null,
    primary key (site, day)
) strict, without rowid;
-- Days before `closed_day` have lost what late facts would need, but for those that were reopened: up to which
-- view, or wholly.
alter table reached add column closed_day integer not null default 0;
update reached set closed_day = at / 86400000 + 3;
create table reopened_day (
    site integer not null,
    day integer not null,
    visit integer not null,
    ordinal integer not null,
    is_open integer not null,
    primary key (site, day)
) strict, without rowid;
