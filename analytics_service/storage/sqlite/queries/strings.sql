-- name: add_string
insert into string (value) values (?) returning id

-- name: string_id
select id from string where value = ?

-- name: string
select coalesce((select value from string where id = ?), '')

-- name: acquisition_id
select id from acquisition
where source = ? and channel = ? and campaign = ?
    and utm_source = ? and utm_medium = ? and utm_content = ? and utm_term = ?

-- name: add_acquisition
insert into acquisition (source, channel, campaign, utm_source, utm_medium, utm_content, utm_term)
values (?, ?, ?, ?, ?, ?, ?)
returning id

-- name: location_id
select id from location where country = ? and region = ? and city = ?

-- name: add_location
insert into location (country, region, city) values (?, ?, ?) returning id

-- name: technology_id
select id from technology
where browser = ? and browser_version = ? and system = ? and system_version = ?
    and device = ? and screen = ? and language = ?

-- name: add_technology
insert into technology (browser, browser_version, system, system_version, device, screen, language)
values (?, ?, ?, ?, ?, ?, ?)
returning id

-- name: acquisition
select coalesce((select value from string where id = source), ''),
    coalesce((select value from string where id = channel), ''),
    coalesce((select value from string where id = campaign), ''),
    coalesce((select value from string where id = utm_source), ''),
    coalesce((select value from string where id = utm_medium), ''),
    coalesce((select value from string where id = utm_content), ''),
    coalesce((select value from string where id = utm_term), '')
from acquisition
where id = ?

-- name: location
select coalesce((select value from string where id = country), ''),
    coalesce((select value from string where id = region), ''),
    coalesce((select value from string where id = city), '')
from location
where id = ?

-- name: technology
select coalesce((select value from string where id = browser), ''),
    coalesce((select value from string where id = browser_version), ''),
    coalesce((select value from string where id = system), ''),
    coalesce((select value from string where id = system_version), ''),
    coalesce((select value from string where id = device), ''),
    coalesce((select value from string where id = screen), ''),
    coalesce((select value from string where id = language), '')
from technology
where id = ?
