-- What of a day's values is over the cap has a number of its own, and a sign for its text that no other text contains.
insert or ignore into string (id, value) values (-1, char(26));
-- The first day whose sums have all that this release keeps: views, events and a row for what is not known in each
-- dimension of visits, and visits of pages and events. The applier adds up those of older days, the newest first.
alter table maintenance add column sums_since integer not null default -2147483648;
update maintenance set sums_since = (
    with recursive of (site) as (
        select min(site) from rollup_day
        union all select (select min(site) from rollup_day where site > of.site) from of where site is not null
    )
    select max((select max(r.day) from rollup_day as r where r.site = of.site and r.dimension = 0)) + 1 from of
)
where exists (select 1 from rollup_day where dimension = 0);
-- Sums of whole months, named by their first day; a month is there once `summed_month` has its last dimension.
create table rollup_month (
    site integer not null,
    dimension integer not null,
    month integer not null,
    value integer not null,
    pageviews integer not null,
    visits integer not null,
    visitors integer not null,
    bounces integer not null,
    engaged_ms integer not null,
    events integer not null,
    primary key (site, dimension, month, value)
) strict, without rowid;
create table summed_month (
    site integer not null,
    month integer not null,
    dimension integer not null,
    primary key (site, month)
) strict, without rowid;
