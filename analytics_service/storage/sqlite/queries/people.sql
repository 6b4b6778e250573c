-- name: users
select id, name, email, language, password_hash, has_long_password, is_administrator, factor, factor_step,
    recovery_codes, made_at, made_by
from user
where (:id is null or id = :id) and (:name is null or name = :name)
order by name

-- name: user_sites
select user, site, role from user_site where :id is null or user = :id

-- name: has_users
select exists (select 1 from user)

-- name: other_administrators
select count(*) from user where is_administrator = 1 and id != ?

-- name: add_user
insert into user (
    name, email, language, password_hash, has_long_password, is_administrator, factor, factor_step,
    recovery_codes, made_at, made_by
)
values (
    :name, :email, :language, :password_hash, :has_long_password, :is_administrator, :factor, :factor_step,
    :recovery_codes, :made_at, :made_by
)
returning id

-- name: set_user
update user
set name = :name, email = :email, language = :language, password_hash = :password_hash,
    has_long_password = :has_long_password, is_administrator = :is_administrator, factor = :factor,
    factor_step = :factor_step, recovery_codes = :recovery_codes
where id = :id

-- name: add_user_site
insert into user_site values (?, ?, ?)

-- name: clear_user_sites
delete from user_site where user = ?

-- name: clear_user_one_times
delete from one_time where user = ?

-- name: clear_user_addresses
delete from login_address where user = ?

-- name: clear_user_attempts
delete from login_attempt where who = ?

-- name: remove_user
delete from user where id = ?

-- name: sessions
-- The newest first; the hash makes the order whole.
select token_hash, user, made_at, used_at, confirmed_at, is_complete, country, browser, system
from session
where (:user is null or user = :user) and (:token_hash is null or token_hash = :token_hash)
order by used_at desc, token_hash

-- name: add_session
insert into session values (
    :token_hash, :user, :made_at, :used_at, :confirmed_at, :is_complete, :country, :browser, :system
)

-- name: touch_session
update session set used_at = ? where token_hash = ? and used_at < ?

-- name: end_session
delete from session where token_hash = ?

-- name: end_sessions
delete from session where user = ? and token_hash is not ?

-- name: forget_sessions
delete from session where made_at < ?

-- name: one_times
select token_hash, purpose, user, name, email, is_administrator, roles, made_at, made_by
from one_time
where (:purpose is null or purpose = :purpose) and (:token_hash is null or token_hash = :token_hash)
order by made_at desc, token_hash

-- name: add_one_time
insert into one_time values (
    :token_hash, :purpose, :user, :name, :email, :is_administrator, :roles, :made_at, :made_by
)

-- name: end_one_time
delete from one_time where token_hash = ?

-- name: end_one_times
delete from one_time where purpose = ? and user = ?

-- name: forget_one_times
delete from one_time where made_at < ?

-- name: take_turn
insert into turn values (:name, :at_ms)
on conflict do update set at_ms = :at_ms where turn.at_ms <= :at_ms - :pause_ms or turn.at_ms > :at_ms
returning at_ms

-- name: attempts
select address, at, waits from login_attempt where who = ? order by id

-- name: clear_attempts
delete from login_attempt where who = ?

-- name: add_attempt
insert into login_attempt (who, address, at, waits) values (?, ?, ?, ?)

-- name: forget_attempts
delete from login_attempt where at < ?

-- name: forget_unknown_attempts
-- Those of accounts stay, so that nobody can wash them away with made-up names.
delete from login_attempt
where who not glob 'user:*' and id <= (
    select id from login_attempt where who not glob 'user:*' order by id desc limit 1 offset ?
)

-- name: note_address
insert into login_address values (?, ?, ?) on conflict do update set at = excluded.at

-- name: forget_addresses
delete from login_address where at < ?

-- name: knows_address
select exists (select 1 from login_address where user = ? and address = ? and at >= ?)

-- name: add_entry
insert into audit (at, by, event, subject, site, details, country, browser)
values (:at, :by, :event, :subject, :site, :details, :country, :browser)

-- name: count_entry
update audit
set details = json_set(
        details, '$.times', cast(cast(coalesce(json_extract(details, '$.times'), 1) as integer) + 1 as text)
    ),
    country = iif(country = :country, country, ''),
    browser = iif(browser = :browser, browser, '')
where id = (
    select max(id)
    from audit indexed by audit_at
    where at >= :from and at < :to and event = :event and subject = :subject
)

-- name: entries
select id, at, by, event, subject, site, details, country, browser
from audit
where id < :before
order by id desc
limit :limit

-- name: entries_of_site
select id, at, by, event, subject, site, details, country, browser
from audit
where site = :site and id < :before
order by id desc
limit :limit

-- name: forget_entries
delete from audit where at < ?
