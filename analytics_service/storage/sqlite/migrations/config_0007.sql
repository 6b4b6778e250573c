-- People who sign in. Of a password only its argon2id hash is stored, and the secret of a second factor is sealed.
create table user (
    id integer primary key autoincrement,
    name text not null unique,
    email text not null,
    language text not null,
    password_hash text not null,
    has_long_password integer not null,
    is_administrator integer not null,
    factor blob,
    factor_step integer not null,
    recovery_codes text not null,
    made_at text not null,
    made_by text not null
) strict;
create table user_site (
    user integer not null references user (id),
    site integer not null references site (number),
    role integer not null,
    primary key (user, site)
) strict, without rowid;
create table session (
    token_hash blob primary key,
    user integer not null references user (id),
    made_at text not null,
    used_at text not null,
    confirmed_at text not null,
    is_complete integer not null,
    country text not null,
    browser text not null,
    system text not null
) strict, without rowid;
-- Codes and links that work once; rights and roles of an invitation are JSON.
create table one_time (
    token_hash blob primary key,
    purpose text not null,
    user integer not null,
    name text not null,
    email text not null,
    is_administrator integer not null,
    roles text not null,
    made_at text not null,
    made_by text not null
) strict, without rowid;
create table turn (
    name text primary key,
    at_ms integer not null
) strict, without rowid;
-- Failed logins of 24 hours. Addresses are hashes whose key is in memory only.
create table login_attempt (
    id integer primary key autoincrement,
    who text not null,
    address blob not null,
    at text not null,
    waits integer not null
) strict;
create index login_attempt_who on login_attempt (who);
create index login_attempt_at on login_attempt (at);
create table login_address (
    user integer not null references user (id),
    address blob not null,
    at text not null,
    primary key (user, address)
) strict, without rowid;
create table audit (
    id integer primary key autoincrement,
    at text not null,
    by text not null,
    event text not null,
    subject text not null,
    site integer,
    details text not null,
    country text not null,
    browser text not null
) strict;
create index audit_site on audit (site, id);
create index audit_at on audit (at);
-- Mails to be sent: one row for each kind, site, period and recipient.
create table delivery (
    id integer primary key autoincrement,
    kind text not null,
    site integer not null,
    period text not null,
    recipient text not null,
    message blob not null,
    state text not null,
    tries integer not null,
    due_at text not null,
    lease_until text,
    problem text not null,
    made_at text not null,
    ended_at text,
    unique (kind, site, period, recipient)
) strict;
create index delivery_due on delivery (state, due_at)
