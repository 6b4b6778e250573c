-- name: add_delivery
insert into delivery (
    kind, site, period, recipient, message, state, tries, due_at, lease_until, problem, made_at, ended_at
)
values (
    :kind, :site, :period, :recipient, :message, 'waiting', 0, :due_at, null, '', :made_at, null
)
on conflict do nothing

-- name: claim_delivery
update delivery
set tries = tries + 1, lease_until = :until
where id = (
    select id from delivery
    where state = 'waiting' and due_at <= :at and (lease_until is null or lease_until <= :at)
    order by due_at, id
    limit 1
)
returning id, kind, site, period, recipient, message, state, tries, due_at, problem, made_at

-- name: end_delivery
update delivery
set state = :state, ended_at = :at, problem = :problem, message = x'', lease_until = null
where id = :id and state = 'waiting'

-- name: postpone_delivery
update delivery
set due_at = :due_at, problem = :problem, lease_until = null
where id = :id and state = 'waiting'

-- name: deliveries
select id, kind, site, period, recipient, message, state, tries, due_at, problem, made_at
from delivery
order by id desc
limit ?

-- name: forget_deliveries
delete from delivery where ended_at < ?
