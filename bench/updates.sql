-- One status update as bare SQL, for pgbench: its statements, in eight round trips.
-- Parameters (-D): token, person, targets (the number of rows in bench_targets), and the signed settings of
-- the scope: actor, branch_companies, direct_branches.
\set n random(1, :targets)
begin;
select
    u.id, u.is_active and u.deleted_at is null, s.expires_at, s.revoked_at,
    array(
        select p.code from user_permissions g
        join permissions p on p.id = g.permission_id
        where g.user_id = u.id
    ),
    array(select ub.branch_id from user_branches ub where ub.user_id = u.id)
from user_sessions s
join users u on u.id = s.user_id
where s.session_token = :token;
select
    set_config('clientupdater.actor', :actor, true),
    set_config('clientupdater.branch_companies', :branch_companies, true),
    set_config('clientupdater.direct_branches', :direct_branches, true);
select c.id as client, r.id as row, r.version as seen
from bench_targets b
join clients c on c.client_code = b.code
join products p on p.id = c.product_id
join par_statuses ps on ps.id = c.par_status_id
join client_period_status r on r.client_id = c.id and r.period = b.period
join status_types t on t.id = r.status_type_id
where b.n = :n
\gset
with moved as (
    update client_period_status
    set
        status_type_id = (select id from status_types where code = 'CALLED'),
        remarks = 'Comes on Friday',
        next_follow_up_on = null,
        update_count = update_count + 1,
        updated_by = :person::uuid,
        updated_at = now(),
        version = version + 1
    where id = :row::uuid and version = :seen
    returning id, company_id, branch_id, status_type_id, version
)

insert into status_events (
    client_period_status_id, event_sequence, kind, status_type_id, remarks, occurred_at, created_at,
    company_id, branch_id, created_by
)
select id, version, 'recorded', status_type_id, 'Comes on Friday', now(), now(), company_id,
    branch_id, :person::uuid
from moved;
insert into activity_logs (user_id, action, resource, resource_id, details, ip_address)
values (
    :person::uuid, 'status.record', 'client', :client::text, '{"sequence": 1}'::jsonb, '127.0.0.1'
);
insert into idempotency_keys (
    actor_id, key, request_hash, status_code, response, expires_at
)
values (
    :person::uuid, gen_random_uuid()::text, sha256('a request'), 201,
    convert_to(repeat('x', 900), 'UTF8'), now() + interval '1 day'
);
commit;
