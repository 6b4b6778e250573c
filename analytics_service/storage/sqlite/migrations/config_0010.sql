-- Notes on days, of one site or (0) of all; `kind` says who made them.
create table annotation (
    id integer primary key,
    site integer not null,
    day text not null,
    text text not null,
    made_by text not null,
    made_at text not null,
    kind text not null
) strict;
create index annotation_of_day on annotation (site, day);
-- The sites that an account wants to see first.
create table favourite (
    account text not null,
    site integer not null,
    primary key (account, site)
) strict, without rowid;
create index favourite_of_site on favourite (site);
