-- name: annotations
select id, site, day, text, made_by, made_at, kind
from annotation
where site in (0, :site) and day between :first and :last
order by day, id

-- name: count_annotations
select count(*) from annotation where site = ?

-- name: add_annotation
insert into annotation (site, day, text, made_by, made_at, kind)
values (:site, :day, :text, :made_by, :made_at, :kind)
returning id

-- name: delete_annotation
delete from annotation
where id = ? and site = ? and kind = 'person'
returning id, site, day, text, made_by, made_at, kind

-- name: favourites
select site from favourite where account = ?

-- name: add_favourite
insert or ignore into favourite values (?, ?)

-- name: delete_favourite
delete from favourite where account = ? and site = ?
