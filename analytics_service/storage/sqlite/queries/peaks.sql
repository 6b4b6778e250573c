-- name: move_online_peaks
update online_peak set online = max(online + :by, 0)
where site = :site and begins between :begins and :ends and at >= :began and at < :until

-- name: withdraw_peak
-- An older record than those that are kept stays.
delete from peak where site = :site and exists (
    select 1 from online_peak as o
    where o.site = :site and o.begins between peak.at / 1000 - 600 and peak.at / 1000 and o.at = peak.at
)

-- name: find_peak
insert into peak
select site, online, at from online_peak where site = :site and online > 0 order by online desc, at limit 1
on conflict do update set online = excluded.online, at = excluded.at where excluded.online > online
