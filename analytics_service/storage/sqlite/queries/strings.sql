-- name: intern
insert into name (value) values (?) returning id

-- name: name_id
select id from name where value = ?

-- name: name
select coalesce((select value from name where id = ?), '')

-- name: origin_id
select id from origin
where source = ? and channel = ? and campaign = ?
    and utm_source = ? and utm_medium = ? and utm_content = ? and utm_term = ?

-- name: add_origin
insert into origin (source, channel, campaign, utm_source, utm_medium, utm_content, utm_term)
values (?, ?, ?, ?, ?, ?, ?)
returning id

-- name: place_id
select id from place where country = ? and region = ? and city = ?

-- name: add_place
insert into place (country, region, city) values (?, ?, ?) returning id

-- name: equipment_id
select id from equipment
where browser = ? and browser_version = ? and system = ? and system_version = ?
    and device = ? and screen = ? and language = ?

-- name: add_equipment
insert into equipment (browser, browser_version, system, system_version, device, screen, language)
values (?, ?, ?, ?, ?, ?, ?)
returning id

-- name: origin
select coalesce((select value from name where id = source), ''),
    coalesce((select value from name where id = channel), ''),
    coalesce((select value from name where id = campaign), ''),
    coalesce((select value from name where id = utm_source), ''),
    coalesce((select value from name where id = utm_medium), ''),
    coalesce((select value from name where id = utm_content), ''),
    coalesce((select value from name where id = utm_term), '')
from origin
where id = ?

-- name: place
select coalesce((select value from name where id = country), ''),
    coalesce((select value from name where id = region), ''),
    coalesce((select value from name where id = city), '')
from place
where id = ?

-- name: equipment
select coalesce((select value from name where id = browser), ''),
    coalesce((select value from name where id = browser_version), ''),
    coalesce((select value from name where id = system), ''),
    coalesce((select value from name where id = system_version), ''),
    coalesce((select value from name where id = device), ''),
    coalesce((select value from name where id = screen), ''),
    coalesce((select value from name where id = language), '')
from equipment
where id = ?
