-- What follows when the is_trackable of a PAR status changes (P6). The rows themselves are written as
-- a sync writes them (sync/rows.sql).

-- name: touched
-- Clients that nothing but the PAR status keeps from being tracked.
select
    co.code, count(*), (array_agg(c.client_code order by c.client_code))[1:5],
    sha256(convert_to(string_agg(c.client_code, E'\n' order by c.client_code), 'UTF8'))
from clients c
join par_statuses ps on ps.id = c.par_status_id
join companies co on co.id = c.company_id
where
    ps.code = %(par_status)s
    and c.is_active
    and c.deleted_at is null
    and not {has_terminal_outcome}
group by co.code
order by co.code

-- name: effects
create temporary table sync_effects (
    kind text not null,
    code text collate "C" not null,
    client_id uuid,
    what text collate "C" not null default '',
    old_value text,
    new_value text
) on commit drop

-- name: batch
create temporary table sync_touched on commit drop as
select c.id as client_id, c.client_code as code
from clients c
where
    c.par_status_id = (select ps.id from par_statuses ps where ps.code = %(par_status)s)
    and c.id > %(after)s
order by c.id
limit %(at_most)s

-- name: count_batch
select
    (select count(*) from sync_effects),
    (select count(*) from sync_touched),
    (select t.client_id from sync_touched t order by t.client_id desc limit 1)
