with 
keys as materialized (
    select u.*
    from unnest(
        %(phases)s::int[], %(due_ons)s::date[], %(ranks)s::bigint[], %(clients)s::uuid[],
        %(periods_after)s::text[], %(last_due_ons)s::date[], %(last_ranks)s::bigint[]
    ) p (phase, due_on, rank, client, period, last_due_on, last_rank)
    cross join lateral (
        select p.phase, u.*
        from ((select s.*
from ((select '0001-01-01'::date as due_on, 0::bigint as work_rank, s.sort_name, s.client_id, s.period
from client_period_status s
where (s.company_id = any(%(companies)s::uuid[])) is true and s.period = %(period_0)s::text and s.is_open and (s.sort_name, s.client_id, s.period) > (%(name)s::text, p.client, p.period) and (s.company_id = any(%(r_all_companies)s::uuid[])) is true
order by s.sort_name, s.client_id
limit 21) union all (select '0001-01-01'::date as due_on, 0::bigint as work_rank, s.sort_name, s.client_id, s.period
from client_period_status s
where (s.company_id = any(%(companies)s::uuid[])) is true and s.period = %(period_1)s::text and s.is_open and (s.sort_name, s.client_id, s.period) > (%(name)s::text, p.client, p.period) and (s.company_id = any(%(r_all_companies)s::uuid[])) is true
order by s.sort_name, s.client_id
limit 21)) s
where true
order by s.sort_name, s.client_id
limit 21)) u
        order by u.sort_name, u.client_id, u.period
        limit 21
    ) u
    limit 21
)
select k.phase, k.due_on, k.work_rank, k.sort_name, k.client_id, k.period, {work_shown}
from keys k
left join clients c on c.id = k.client_id and c.deleted_at is null
left join client_period_status s on s.client_id = k.client_id and s.period = k.period and c.id is not null
order by k.phase, k.sort_name, k.client_id, k.period
