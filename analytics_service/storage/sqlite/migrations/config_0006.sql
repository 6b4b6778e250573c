-- Keys of other programs; of a secret only its SHA-256 is stored. Scopes and origins are JSON lists.
create table key (
    id text primary key,
    secret_hash blob not null,
    name text not null,
    scopes text not null,
    all_sites integer not null,
    origins text not null,
    made_by text not null,
    made_at text not null,
    expires_at text,
    revoked_at text,
    used_at text
) strict, without rowid;
create table key_site (
    key text not null references key (id),
    site integer not null references site (number),
    primary key (key, site)
) strict, without rowid;
