-- A site ends in two steps: it is hidden at once and can come back, and is removed when its grace is over.
alter table site add column deleted_at text;
alter table site add column deleted_by text;
-- Public ids that a site had before: it answers under them until `until`. None is ever given again.
create table former_public_id (
    public_id text primary key,
    site integer not null,
    until text not null
) strict, without rowid;
-- Sites that are gone or going: facts of them that still wait are skipped, and no id of theirs is given again.
create table removed_site (
    number integer primary key,
    public_id text not null,
    removed_at text not null
) strict;
-- Whether an opening balance takes the place of those before it, or is added to them.
alter table opening_balance add column replaces integer not null default 0;
