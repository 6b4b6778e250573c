-- How many were online at most: ever, and in each ten minutes (the epoch second they began) of the last year.
create table peak (
    site integer primary key,
    online integer not null,
    at integer not null
) strict;
create table online_peak (
    site integer not null,
    begins integer not null,
    online integer not null,
    at integer not null,
    primary key (site, begins)
) strict, without rowid;
