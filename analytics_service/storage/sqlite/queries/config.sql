-- name: sites
select number, public_id, uuid, domain, name, week_start, locale, public, paused, demo, created_at,
    rules, counter, deleted_at, deleted_by
from site
order by number

-- name: any_site
-- One that was removed counts: this is no first start.
select 1 from site union all select 1 from removed_site limit 1

-- name: former_ids
select site, public_id, until from former_public_id order by site, until, public_id

-- name: save_former_id
insert into former_public_id values (?, ?, ?) on conflict do update set until = excluded.until

-- name: names_taken
-- Names of other sites, those of before included, that a site of these names must not have.
select public_id, domain, deleted_at from site
where number != :number and (public_id in (:public_id, :domain) or domain in (:public_id, :domain) or uuid = :uuid)
union all
select public_id, '', null from former_public_id
where public_id = :public_id or (public_id = :domain and site != :number)
union all
select public_id, '', null from removed_site
where number != :number and public_id in (:public_id, :domain)

-- name: zones
select site, day, zone from site_zone order by site, day

-- name: host_names
select site, host_name from site_host_name

-- name: balances
select site, metric, value, entered_at, reason, entered_by, replaces from opening_balance
order by site, entered_at, metric

-- name: add_site
insert into site (
    public_id, uuid, domain, name, week_start, locale, public, paused, demo, created_at, rules, counter
)
values (
    :public_id, :uuid, :domain, :name, :week_start, :locale, :public, :paused, :demo, :created_at, :rules, :counter
)
returning number

-- name: set_site
update site
set public_id = :public_id, domain = :domain, deleted_at = :deleted_at, deleted_by = :deleted_by,
    name = :name, week_start = :week_start, locale = :locale, public = :public, paused = :paused,
    rules = :rules, counter = :counter
where number = :number

-- name: clear_zones
-- A change of zone that was taken back is among them.
delete from site_zone where site = ?

-- name: save_zone
insert into site_zone values (:site, :day, :zone)

-- name: clear_host_names
delete from site_host_name where site = ?

-- name: save_host_name
insert into site_host_name values (?, ?)

-- name: save_balance
insert into opening_balance values (?, ?, ?, ?, ?, ?, ?)
on conflict do update set value = excluded.value, reason = excluded.reason, replaces = excluded.replaces

-- name: salts
select site, day, salt from salt where day >= ?

-- name: salt_days
select site, day from salt

-- name: offer_salt
-- The first candidate wins: every worker keeps what it reads back.
insert into salt values (?, ?, ?) on conflict do nothing

-- name: destroy_salts
delete from salt where site = ? and day < ?

-- name: add_task
insert into task (kind, arguments, state, answer, placed_by, placed_at)
values (?, ?, 'waiting', '{}', ?, ?)
returning id

-- name: next_task
select id, kind, arguments, state, answer, begun from task where state = 'waiting' order by id limit 1

-- name: task
select id, kind, arguments, state, answer, begun from task where id = ?

-- name: begin_task
update task set begun = begun + 1 where id = ?

-- name: note_task
update task set answer = ? where id = ?

-- name: end_task
update task set state = ?, answer = ?, ended_at = ? where id = ?

-- name: forget_tasks
delete from task where state != 'waiting' and ended_at < ?

-- name: keys
select id, secret_hash, name, scopes, all_sites, origins, made_by, made_at, expires_at, revoked_at, used_at,
    user
from key
order by made_at, id

-- name: key_sites
select key, site from key_site

-- name: add_key
insert into key (
    id, secret_hash, name, scopes, all_sites, origins, made_by, made_at, expires_at, revoked_at, used_at, user
)
values (
    :id, :secret_hash, :name, :scopes, :all_sites, :origins, :made_by, :made_at, :expires_at, :revoked_at,
    :used_at, :user
)

-- name: add_key_site
insert into key_site values (?, ?)

-- name: revoke_key
update key set revoked_at = ? where id = ? and revoked_at is null

-- name: give_keys
update key set user = ?, made_by = ? where user = ?

-- name: note_key_use
-- Instants are of one form and in UTC, so that their texts sort like them.
update key set used_at = :at where id = :id and (used_at is null or used_at < :at)
