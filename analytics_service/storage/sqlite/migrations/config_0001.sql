-- Days are ISO dates in the site's zone; instants are RFC 3339, UTC.
create table site (
    number integer primary key autoincrement,
    public_id text not null unique,
    uuid text not null unique,
    domain text not null unique,
    name text not null,
    week_start text not null,
    locale text not null,
    public integer not null,
    paused integer not null,
    demo integer not null,
    created_at text not null
) strict;
create table site_zone (
    site integer not null references site (number),
    day text not null,
    zone text not null,
    primary key (site, day)
) strict, without rowid;
create table site_host_name (
    site integer not null references site (number),
    host_name text not null,
    primary key (site, host_name)
) strict, without rowid;
create table opening_balance (
    site integer not null references site (number),
    metric text not null,
    value integer not null,
    entered_at text not null,
    reason text not null,
    entered_by text not null,
    primary key (site, metric, entered_at)
) strict, without rowid;
create table salt (
    site integer not null references site (number),
    day text not null,
    salt blob not null,
    primary key (site, day)
) strict, without rowid;
