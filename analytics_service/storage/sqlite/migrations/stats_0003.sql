-- A visit is described: where it came from, where its visitor is, what he looks through. 0 is not known.
create table origin (
    id integer primary key,
    source integer not null,
    channel integer not null,
    campaign integer not null,
    utm_source integer not null,
    utm_medium integer not null,
    utm_content integer not null,
    utm_term integer not null,
    unique (source, channel, campaign, utm_source, utm_medium, utm_content, utm_term)
) strict;
create table place (
    id integer primary key,
    country integer not null,
    region integer not null,
    city integer not null,
    unique (country, region, city)
) strict;
create table equipment (
    id integer primary key,
    browser integer not null,
    browser_version integer not null,
    system integer not null,
    system_version integer not null,
    device integer not null,
    screen integer not null,
    language integer not null,
    unique (browser, browser_version, system, system_version, device, screen, language)
) strict;
insert or ignore into name (value) values (''), ('direct'), ('referral');
insert into origin (source, channel, campaign, utm_source, utm_medium, utm_content, utm_term)
select distinct case when n.value = '' then 0 else n.id end,
    (select id from name where value = iif(n.value = '', 'direct', 'referral')), 0, 0, 0, 0, 0
from visit as v join name as n on n.id = v.referrer;
insert into place (country, region, city) values (0, 0, 0);
insert into equipment (browser, browser_version, system, system_version, device, screen, language)
values (0, 0, 0, 0, 0, 0, 0);
-- `into_hour`: seconds from the beginning of the local hour; `lasted_ms`: to the last view or event.
create table described_visit (
    id integer primary key,
    site integer not null,
    visitor integer not null,
    day integer not null,
    into_hour integer not null,
    began_at integer not null,
    lasted_ms integer not null,
    entry_page integer not null,
    exit_page integer not null,
    hostname integer not null,
    origin integer not null,
    place integer not null,
    equipment integer not null,
    pageviews integer not null,
    events integer not null,
    engaged_ms integer not null
) strict;
insert into described_visit
select v.id, v.site, v.visitor, v.day, v.began_at / 1000 - v.hour, v.began_at, v.seen_at - v.began_at,
    v.entry_page, v.exit_page, v.hostname,
    (select o.id from origin as o join name as n on n.id = v.referrer
        where o.source = case when n.value = '' then 0 else n.id end),
    1, 1, v.pageviews, v.events, v.engaged_ms
from visit as v;
-- A view names its visitor only where it is another name than its visit's: over midnight.
create table shorter_view (
    site integer not null,
    day integer not null,
    visit integer not null,
    ordinal integer not null,
    at integer not null,
    into_hour integer not null,
    visitor integer,
    page integer not null,
    name integer not null,
    primary key (site, day, visit, ordinal)
) strict, without rowid;
insert into shorter_view
select w.site, w.day, w.visit, w.ordinal, w.at, w.at / 1000 - w.hour,
    nullif(w.visitor, (select v.visitor from visit as v where v.id = w.visit)), w.page, w.name
from view as w;
drop table view;
alter table shorter_view rename to view;
drop table visit;
alter table described_visit rename to visit;
create index visit_by_day on visit (site, day);
-- The sums of what was known already: pages of entry and exit, host names, sources, channels, events.
insert into rollup_day
select site, 2, day, entry_page, 0, count(*), 0,
    sum(pageviews = 1 and events = 0 and engaged_ms < 10000), sum(engaged_ms), 0
from visit group by site, day, entry_page;
insert into rollup_day
select site, 3, day, exit_page, 0, count(*), 0,
    sum(pageviews = 1 and events = 0 and engaged_ms < 10000), sum(engaged_ms), 0
from visit group by site, day, exit_page;
insert into rollup_day
select site, 4, day, hostname, 0, count(*), 0,
    sum(pageviews = 1 and events = 0 and engaged_ms < 10000), sum(engaged_ms), 0
from visit where hostname != (select id from name where value = '') group by site, day, hostname;
insert into rollup_day
select v.site, 5, v.day, o.source, 0, count(*), 0,
    sum(v.pageviews = 1 and v.events = 0 and v.engaged_ms < 10000), sum(v.engaged_ms), 0
from visit as v join origin as o on o.id = v.origin where o.source != 0 group by v.site, v.day, o.source;
insert into rollup_day
select v.site, 6, v.day, o.channel, 0, count(*), 0,
    sum(v.pageviews = 1 and v.events = 0 and v.engaged_ms < 10000), sum(v.engaged_ms), 0
from visit as v join origin as o on o.id = v.origin group by v.site, v.day, o.channel;
insert into rollup_day
select site, 22, day, name, 0, 0, 0, 0, 0, count(*)
from view where name != (select id from name where value = '') group by site, day, name;
insert into rollup_day
select site, 1, day, page, 0, 0, 0, 0, 0, count(*)
from view where name != (select id from name where value = '') group by site, day, page
on conflict do update set events = excluded.events;
-- Suspected robots and spam: whole facts, kept apart, so that an owner can say what they were.
create table suspect (
    site integer not null,
    kind text not null,
    id text not null,
    day integer not null,
    at integer not null,
    reason text not null,
    family text not null,
    fact blob not null,
    primary key (site, kind, id)
) strict, without rowid;
create index suspect_by_day on suspect (day, site, reason);
-- The last drops of a site, so that its owner can see why: no address, no user agent as it came.
create table drop_sample (
    id integer primary key autoincrement,
    site integer not null,
    at integer not null,
    reason text not null,
    page text not null,
    family text not null
) strict;
create index drop_sample_by_site on drop_sample (site, id);
