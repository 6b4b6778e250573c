-- Days are counted from 1970-01-01; instants are milliseconds since then, UTC; hours are the epoch second they began.
create table lease (
    one integer primary key check (one = 1),
    epoch integer not null
) strict;
insert into lease values (1, 0);
create table position (
    journal text primary key,
    seq integer not null,
    durable_seq integer not null
) strict, without rowid;
create table name (
    id integer primary key,
    value text not null unique
) strict;
create table visit (
    id integer primary key,
    site integer not null,
    visitor integer not null,
    day integer not null,
    hour integer not null,
    began_at integer not null,
    seen_at integer not null,
    entry_page integer not null,
    exit_page integer not null,
    hostname integer not null,
    referrer integer not null,
    pageviews integer not null,
    events integer not null,
    engaged_ms integer not null
) strict;
create index visit_by_day on visit (site, day);
create table view (
    id integer primary key,
    site integer not null,
    day integer not null,
    at integer not null,
    visit integer not null,
    page integer not null,
    title integer not null,
    name integer not null
) strict;
create table counted (
    site integer not null,
    id text not null,
    visit integer not null,
    at integer not null,
    engaged_ms integer not null,
    primary key (site, id)
) strict, without rowid;
create table waiting (
    site integer not null,
    id text not null,
    engaged_ms integer not null,
    at integer not null,
    primary key (site, id)
) strict, without rowid;
create table visitor_day (
    site integer not null,
    day integer not null,
    visitor integer not null,
    first_at integer not null,
    first_hour integer not null,
    primary key (site, day, visitor)
) strict, without rowid;
create table visitor_name (
    site integer not null,
    name integer not null,
    visit integer not null,
    day integer not null,
    primary key (site, name, visit)
) strict, without rowid;
create table rollup_day (
    site integer not null,
    dimension integer not null,
    day integer not null,
    value integer not null,
    pageviews integer not null,
    visits integer not null,
    visitors integer not null,
    bounces integer not null,
    engaged_ms integer not null,
    events integer not null,
    primary key (site, dimension, day, value)
) strict, without rowid;
create table rollup_hour (
    site integer not null,
    day integer not null,
    hour integer not null,
    pageviews integer not null,
    visits integer not null,
    visitors integer not null,
    bounces integer not null,
    engaged_ms integer not null,
    events integer not null,
    primary key (site, day, hour)
) strict, without rowid;
create table drop_day (
    site integer not null,
    day integer not null,
    reason text not null,
    count integer not null,
    primary key (site, day, reason)
) strict, without rowid;
