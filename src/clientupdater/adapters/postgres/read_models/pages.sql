-- The blocks of a page; a request fills each {hole}. A page is two steps in one statement: walk the
-- keys in order, over as little as the size of the scope allows, cut to one more than the limit; then
-- look up the columns of those.

-- name: scope_all
{who}.company_id = any(%({p}_all_companies)s::uuid[])

-- name: scope_branch
(
    {who}.company_id = any(%({p}_branch_companies)s::uuid[])
    and {who}.{branch} = any(%({p}_direct_branches)s::uuid[])
)

-- name: scope_area
(
    {who}.company_id = any(%({p}_area_companies)s::uuid[])
    and {who}.{branch} = any(%({p}_area_branches)s::uuid[])
)

-- name: scope_branch_of_many
-- Thousands become a hash; as an array, the planner would weigh each of them.
(
    {who}.company_id = any(%({p}_branch_companies)s::uuid[])
    and {who}.{branch} in (select unnest(%({p}_direct_branches)s::uuid[]))
)

-- name: scope_area_of_many
(
    {who}.company_id = any(%({p}_area_companies)s::uuid[])
    and {who}.{branch} in (select unnest(%({p}_area_branches)s::uuid[]))
)

-- name: scope_self
(
    {who}.company_id = any(%({p}_self_companies)s::uuid[])
    and {who}.assigned_to = %({p}_actor)s::uuid
)

-- name: scope_stand_in
(
    {who}.company_id = any(%({p}_self_companies)s::uuid[])
    and {who}.assigned_to = any(%({p}_stand_ins)s::uuid[])
    and {who}.branch_id = any(%({p}_stand_in_branches)s::uuid[])
)

-- name: of_actor
m.assigned_to = %({p}_actor)s::uuid

-- name: of_actor_and_absent
m.assigned_to = any(%({p}_officers)s::uuid[])

-- name: of_officer
m.assigned_to = %(assigned_to)s::uuid

-- name: of_me
m.assigned_to = any(%(my_officers)s::uuid[])

-- name: of_companies
-- Written `is true`: the walk has its order, and an index over companies would read all periods.
({who}.company_id = any(%(companies)s::uuid[])) is true

-- name: each_branch
select w.* from unnest(%(branches)s::uuid[]) lead (id) cross join lateral ({walk}) w

-- name: each_company
select w.* from unnest(%(companies)s::uuid[]) lead (id) cross join lateral ({walk}) w

-- name: merged
-- The walks of several periods go side by side, each as far as the page needs it. Conditions on
-- clients are checked on the merged rows: in one walk they may hold for nobody (a product goes by
-- months or by quarters), and that walk would go to its end to find out.
select s.*
from ({walks}) s
where {where}
order by {order}
limit {limit}

-- name: cut
limit {limit}

-- name: each_branch_and_period
select w.* from unnest(%(branches)s::uuid[]) lead (id)
cross join unnest(%(periods)s::text[]) of_period (period) cross join lateral ({walk}) w

-- name: walk_clients
select {value} as value, c.id as client_id
from clients c
where c.deleted_at is null and {lead} and {where}
order by {value} {direction}, c.id {direction}
limit {limit}

-- name: own
-- An officer's clients are few: they are found first, whatever the planner expects of the rest
-- (offset 0 keeps it from starting elsewhere). Clients that another arm meets by branch or company are
-- left to it: hardly any are left, as officers work where their clients are.
(
    select *
    from clients m
    where {whose} and m.deleted_at is null and {beyond}
    offset 0
)

-- name: own_rows
-- Their rows of the periods, each by its key: as one range from the first period to the last, which no
-- other index serves. With equalities the planner may walk all rows of a period that was just opened,
-- which the statistics do not know yet.
{own} c
cross join lateral (
    select r.*
    from client_period_status r
    where
        r.client_id = c.id
        and (r.client_id, r.period) >= (c.id, least((%(periods)s::text[])[1], (%(periods)s::text[])[2]))
        and (r.client_id, r.period)
        <= (c.id, greatest((%(periods)s::text[])[1], (%(periods)s::text[])[2]))
        and array[r.period] <@ %(periods)s::text[]
    offset 0
) s

-- name: walk_own
select {value} as value, c.id as client_id
from {own} c
where {where}
order by {value} {direction}, c.id {direction}
limit {limit}

-- name: walk_found
-- The names beside the words give the order (offset 0 keeps it): clients are read one by one, in this
-- order, until the page is full. A client may have several words that begin so.
select w.value, w.client_id
from (
    select distinct w.sort_name as value, w.client_id
    from ({ranges}) w
    where {after}
    order by value, w.client_id
    offset 0
) w
cross join lateral (
    select from clients c
    where c.id = w.client_id and c.deleted_at is null and {where}
    offset 0
) c
order by w.value, w.client_id
limit {limit}

-- name: walk_of_word
-- Each whole word has its clients in the order of names: they are met one by one until the page is
-- full. A client may have several words that begin so.
select distinct w.value, w.client_id
from unnest(%(whole_words)s::text[]) whole (word)
cross join lateral (
    select w.sort_name as value, w.client_id
    from client_words w
    cross join lateral (
        select from clients c
        where c.id = w.client_id and c.deleted_at is null and {where}
        offset 0
    ) c
    where w.word = whole.word and {of_word}
    order by w.sort_name, w.client_id
    limit {limit}
) w
order by w.value, w.client_id
limit {limit}

-- name: walk_rows
-- Clients by what an index of their rows is sorted by: by name within a status, by day.
select {value} as value, s.client_id
from client_period_status s
where {lead} and s.period = {period} and {where}
order by {value}, s.client_id
{cut}

-- name: walk_own_rows
select {value} as value, s.client_id
from {own_rows}
where {where}
order by {value}, s.client_id
limit {limit}

-- name: walk_work
-- It reads only the columns of its index: with others the planner soon sorts instead of walking.
select {keys}, s.client_id, s.period
from client_period_status s
where {lead} and s.period = {period} and s.is_open and {where}
order by {order}
{cut}

-- name: walk_branch_work
-- The branch and the period are the ends of one range, together with the place: with equalities the
-- planner may take an index over all branches for a page near the end.
select {keys}, s.client_id, s.period
from client_period_status s
where
    (s.home_branch_id, s.period, {columns}) >= (lead.id, of_period.period, {begun})
    and {last} and s.is_open and {where}
order by s.home_branch_id, s.period, {order}
limit %(most_of_branch)s::bigint

-- name: last_of_branch
(s.home_branch_id, s.period, s.due_on, s.work_rank)
<= (lead.id, of_period.period, p.last_due_on, p.last_rank)

-- name: whole_branch
(s.home_branch_id, s.period) <= (lead.id, of_period.period)

-- name: until_last
(s.due_on, s.work_rank) <= (p.last_due_on, p.last_rank)

-- name: of_cause
(s.due_on, s.work_rank) >= (p.due_on, p.rank) and {until_last}

-- name: walk_own_work
-- The rows of one's own clients: read once for all phases, and sorted.
select {keys}, s.client_id, s.period
from own s
where {where}
order by {order}
limit {limit}

-- name: own_work
own as materialized (
    select s.client_id, s.period, s.due_on, s.work_rank, s.sort_name
    from {own_rows}
    where s.is_open and {scope}
),

-- name: untouched
-- By the half of what work_rank adds to a touched row.
s.work_rank <= 576460752303423488

-- name: owed_of_work
-- A row's amount past due, from the column that the indexes of work have.
(case when s.work_rank > 576460752303423488 then 1152921504606846976 else 0 end - s.work_rank)

-- name: rows_in_area
-- Written `is true`: the walk has its order.
(s.home_branch_id = any(%(area_members)s::uuid[])) is true

-- name: client_page
with keys as materialized (
    select u.*
    from ({arms}) u
    order by u.value {direction}, u.client_id {direction}
    limit {limit}
)

select k.value, k.client_id, {shown}
from keys k
left join clients c on c.id = k.client_id and c.deleted_at is null
{current}
order by k.value {direction}, k.client_id {direction}

-- name: client_one
select null, null, {shown}
from clients c
{current}
where c.deleted_at is null and {which} and {where}

-- name: work_page
-- The phases follow each other in order; the limit around them ends the walk in the phase that fills
-- the page, and later phases never begin. Both columns of a row's key come from `keys`: with the
-- client's id from c, each of its periods is read.
with {own_work}

keys as materialized (
    select u.*
    from unnest(
        %(phases)s::int[], %(due_ons)s::date[], %(ranks)s::bigint[], %(clients)s::uuid[],
        %(periods_after)s::text[], %(last_due_ons)s::date[], %(last_ranks)s::bigint[]
    ) p (phase, due_on, rank, client, period, last_due_on, last_rank)
    cross join lateral (
        select p.phase, u.*
        from ({arms}) u
        order by {of_arms}
        limit {limit}
    ) u
    limit {limit}
)

select k.phase, k.due_on, k.work_rank, k.sort_name, k.client_id, k.period, {shown}
from keys k
left join clients c on c.id = k.client_id and c.deleted_at is null
left join client_period_status s on s.client_id = k.client_id and s.period = k.period and c.id is not null
order by k.phase, {of_keys}

-- name: work_of_branches
select s.home_branch_id, s.due_on, s.work_rank
from unnest(%(branches)s::uuid[]) lead (id)
cross join unnest(%(periods)s::text[]) of_period (period)
join client_period_status s on s.home_branch_id = lead.id and s.period = of_period.period
where s.is_open and {where}

-- name: work_of_all
select s.home_branch_id, s.due_on, s.work_rank
from client_period_status s
where s.period = any(%(periods)s::text[]) and s.is_open and {where}

-- name: work_of_own
select s.home_branch_id, s.due_on, s.work_rank
from {own_rows}
where s.is_open and {where}

-- name: cause
case
    when s.due_on > %(day)s::date then 'follow_up_later'
    when s.due_on > '0001-01-01'::date then 'follow_up_due'
    when {untouched} then 'not_touched'
    else 'in_hand'
end

-- name: work_counts
select s.home_branch_id::text, {cause} as cause, count(*)
from ({arms}) s
where s.home_branch_id is not null and {where}
group by s.home_branch_id, cause

-- name: current
-- Of two running rows (after a change of cycle) the one of the client's own cycle.
left join lateral (
    select r.*
    from client_period_status r
    where
        r.client_id = c.id
        and r.period = any(array[(%(running)s::text[])[1], (%(running)s::text[])[2]])
    order by (
        r.period_type::text = (
            select p.tracking_cycle::text from products p where p.id = c.product_id
        )
    ) desc nulls last
    limit 1
) s on true

-- name: snapshot
s.period, s.status_type_id::text, s.reason_id::text, s.remarks, s.has_payment, s.update_count, s.is_terminal,
s.exempt_cause, s.next_follow_up_on, s.promised_on, s.promised_amount::text, s.branch_id::text,
s.updated_by::text, s.updated_at, s.version

-- name: work_shown
-- The members of a shape in its order, with the ids of codes and staff: the configuration in memory has
-- those.
c.id, c.client_code, c.full_name, c.contact_number, c.contact_number_alt, c.branch_id::text,
c.past_due_amount::text, c.par_status_id::text,
c.assigned_to::text,
{snapshot}

-- name: client_shown
c.id, c.client_code, c.full_name, c.address, c.company_id::text, c.branch_id::text,
c.product_id::text, c.pension_type_id::text, c.pensioner_type_id::text, c.par_status_id::text,
c.account_type_id::text,
'••••' || c.pension_last4, c.birth_date, c.contact_number, c.contact_number_alt,
case when c.contact_conflict then {conflict} end,
c.past_due_amount::text, c.loan_status, c.is_active, {trackable},
c.assigned_to::text,
c.sync_source::text, c.last_synced_at, c.created_at, c.updated_at, c.version,
c.tracking_cycle_from,
{snapshot}
