-- A view keeps its visitor and its hour, so that every sum can be computed again; it lies with its visit.
create table kept_view (
    site integer not null,
    day integer not null,
    visit integer not null,
    ordinal integer not null,
    at integer not null,
    hour integer not null,
    visitor integer not null,
    page integer not null,
    name integer not null,
    primary key (site, day, visit, ordinal)
) strict, without rowid;
insert into kept_view
select v.site, v.day, v.visit, row_number() over (partition by v.visit order by v.id), v.at,
    coalesce((
        select max(h.hour) from rollup_hour as h
        where h.site = v.site and h.day = v.day and h.hour <= v.at / 1000
    ), v.at / 3600000 * 3600),
    (select visitor from visit where id = v.visit), v.page, v.name
from view as v;
-- A page has one title, the last: titles are bounded as pages are.
create table page_title (
    site integer not null,
    page integer not null,
    title text not null,
    primary key (site, page)
) strict, without rowid;
insert into page_title
select site, page, (select value from name where id = title) from (
    select site, page, title, max(at) from view where name = (select id from name where value = '') group by site, page
);
drop table view;
alter table kept_view rename to view;
-- Groups that no release could read so far: kept, not forgotten.
create table unreadable (
    journal text not null,
    seq integer not null,
    facts blob not null,
    primary key (journal, seq)
) strict, without rowid;
-- The first day whose visits and views are all kept, and what the last daily check found.
create table care (
    one integer primary key check (one = 1),
    first_day integer not null,
    checked_at integer not null,
    checked_days integer not null,
    differences integer not null
) strict;
insert into care values (1, -2147483648, 0, 0, 0);
