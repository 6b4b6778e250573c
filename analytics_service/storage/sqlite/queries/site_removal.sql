-- name: removed
select number from removed_site

-- name: begin
-- From now on it cannot be restored: its figures go.
insert into removed_site (number, public_id, removed_at)
select number, public_id, :at from site where number = :number and deleted_at is not null
on conflict do nothing

-- name: has_begun
select 1 from removed_site where number = ?

-- name: remove_key_sites
delete from key_site where site = ?

-- name: remove_keys
-- Those that had no other site.
delete from key where all_sites = 0 and not exists (select 1 from key_site as s where s.key = key.id)

-- name: remove_annotations
delete from annotation where site = ?

-- name: remove_favourites
delete from favourite where site = ?

-- name: remove_roles
delete from user_site where site = ?

-- name: remove_deliveries
delete from delivery where site = ?

-- name: remove_opening_balances
delete from opening_balance where site = ?

-- name: remove_host_names
delete from site_host_name where site = ?

-- name: remove_zones
delete from site_zone where site = ?

-- name: remove_salts
delete from salt where site = ?

-- name: remove_site
delete from site where number = ?

-- name: remove_annotations
delete from annotation where site = ?

-- name: remove_favourites
delete from favourite where site = ?
