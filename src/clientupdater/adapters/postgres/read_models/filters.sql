-- The filters of client lists, each under the name of its member of the query. Codes have been looked
-- up by then, so that the planner knows the value.

-- name: company
c.company_id = %(company)s::uuid

-- name: branch
c.branch_id = %(branch)s::uuid

-- name: area
c.branch_id = any(%(area_members)s::uuid[])

-- name: product
c.product_id = %(product)s::uuid

-- name: pension_type
c.pension_type_id = %(pension_type)s::uuid

-- name: pensioner_type
c.pensioner_type_id = %(pensioner_type)s::uuid

-- name: par_status
c.par_status_id = %(par_status)s::uuid

-- name: account_type
c.account_type_id = %(account_type)s::uuid

-- name: active
c.is_active = %(active)s

-- name: assigned_to
c.assigned_to = %(assigned_to)s::uuid

-- name: assigned_to_me
-- A2: while the actor stands in for others, their clients in the actor's territory as well.
(
    c.assigned_to = %(assigned_to)s::uuid
    or (c.assigned_to = any(%(my_officers)s::uuid[]) and c.branch_id = any(%(my_branches)s::uuid[]))
)

-- name: unassigned
c.assigned_to is null

-- name: without_product
c.product_id is null

-- name: without_pension_type
c.pension_type_id is null

-- name: loan_status
c.loan_status = %(loan_status)s

-- name: owed
c.owed

-- name: past_due_from
-- Nobody owes more than a bigint holds: an amount beyond it is replaced by the nearest that it holds.
{owed} >= least(
    greatest(ceil(%(past_due_from)s::numeric * 100), -9223372036854775807), 9223372036854775807
)::bigint

-- name: past_due_to
{owed} <= least(
    greatest(floor(%(past_due_to)s::numeric * 100), -9223372036854775807), 9223372036854775807
)::bigint

-- name: among
{client} = any(%(among)s::uuid[])

-- name: has_word
-- One word by its beginning: U+10FFFF sorts behind everything that may follow. It is checked for each
-- client met, by key: offset 0 and the row comparison keep the planner from a range over all clients.
-- By then the word is known to be common.
exists (
    select from client_words other
    where
        other.client_id = {client}
        and (other.client_id, other.word) >= ({client}, %({word})s::text)
        and (other.client_id, other.word) < ({client}, %({word})s::text || chr(1114111))
    offset 0
)

-- name: rare
-- Which words are so rare that all clients with them may be read; a count ends at the limit. Then the
-- whole words that begin as the first one does.
select array_remove(array[{counts}], null), {whole_words}

-- name: whole_words
-- Each is found behind the one before it, so that their clients are passed over.
array(
    with recursive whole (word) as (
        (
            select w.word from client_words w
            where w.word >= %(word_0)s::text and w.word < %(word_0)s::text || chr(1114111)
            order by w.word
            limit 1
        )
        union all
        select (
            select w.word from client_words w
            where w.word > whole.word and w.word < %(word_0)s::text || chr(1114111)
            order by w.word
            limit 1
        )
        from whole
        where whole.word is not null
    )

    select whole.word from whole
    where whole.word is not null
    limit {many}
)

-- name: no_whole_words
'{}'::text[]

-- name: count
case
    when (select count(*) from (select from ({range}) r limit {many}) m) < {many}
        then {place}
end

-- name: has_words
-- Several words: each range is read once and they are intersected, whatever the planner expects of
-- their overlap. Short words are too common, and are checked for the clients that are left.
{client} = any(array(select w.client_id from ({ranges}) w))

-- name: range
select w.sort_name, w.client_id from client_words w
where w.word >= %({word})s::text and w.word < %({word})s::text || chr(1114111) and {where}

-- name: range_of_branches
-- The same in a few branches, each a range of its own.
select w.sort_name, w.client_id
from unnest(%(branches)s::uuid[]) lead (id)
cross join lateral (
    select w.sort_name, w.client_id
    from client_words w
    where
        -- Written with the operators of patterns, which compare bytes as well: only the index of
        -- branches has them, so that the planner takes no range over all branches for it.
        w.branch_id = lead.id
        and w.word ~>=~ %({word})s::text
        and w.word ~<~ (%({word})s::text || chr(1114111))
        and {where}
    offset 0
) w

-- name: range_of_own
select c.sort_name, c.id as client_id
from {own} c
cross join lateral (
    select
    from client_words w
    where
        w.client_id = c.id
        and (w.client_id, w.word) >= (c.id, %({word})s::text)
        and (w.client_id, w.word) < (c.id, %({word})s::text || chr(1114111))
        and {where}
    limit 1
) w

-- name: row
exists (
    select from client_period_status s
    where s.client_id = c.id and s.period = any(%(periods)s::text[]) and {where}
)

-- name: row_by_key
-- The same for clients found by a word: looked up one by one, or all rows of a status are read.
exists (
    select from client_period_status s
    where s.client_id = c.id and s.period = any(%(periods)s::text[]) and {where}
    offset 0
)

-- name: client_of_row
exists (select from clients c where c.id = s.client_id and {where})

-- name: dated_of_branch
-- Written `is true`, so that the planner takes the branch's index, not the one of all branches' days.
s.is_open and (s.due_on > '0001-01-01'::date) is true

-- name: dated
s.is_open and s.due_on > '0001-01-01'::date

-- name: undated
-- For each client met, by key (offset 0): the planner cannot know how many have a day.
not exists (
    select from client_period_status d
    where
        d.client_id = c.id
        and d.period = any(%(periods)s::text[])
        and d.is_open
        and d.due_on > '0001-01-01'::date
    offset 0
)

-- name: row_status
s.status_type_id = %(row_status)s::uuid

-- name: row_status_among_few
-- Written `is true`: few are exempt or have paid, and an index over statuses is longer.
(s.status_type_id = %(row_status)s::uuid) is true

-- name: row_reason
s.reason_id = %(row_reason)s::uuid

-- name: row_exempt
(s.exempt_cause is not null) = %(row_exempt)s

-- name: row_terminal
s.is_terminal = %(row_terminal)s

-- name: row_touched
-- As update_count > 0: by the half of what work_rank adds to a touched row, which its index is for.
(s.work_rank > 576460752303423488) = %(row_touched)s

-- name: row_untouched_days
(s.is_open and s.updated_at <= %(now)s::timestamptz - make_interval(days => %(row_untouched_days)s))

-- name: row_has_payment
s.has_payment = %(row_has_payment)s

-- name: row_follow_up_before
(s.due_on > '0001-01-01'::date and s.due_on < %(row_follow_up_before)s::date)

-- name: row_updated_by
s.updated_by = %(row_updated_by)s::uuid

-- name: row_branch_then
s.branch_id = %(row_branch_then)s::uuid

-- name: row_area_then
s.branch_id = any(array(
    select ab.branch_id from area_branches ab where ab.area_id = %(row_area_then)s::uuid
))

-- name: row_contacted
(s.contact_branch_id is not null) = %(row_contacted)s

-- name: row_contact_branch
s.contact_branch_id = %(row_contact_branch)s::uuid

-- name: row_contact_area
s.contact_branch_id = any(array(
    select ab.branch_id from area_branches ab where ab.area_id = %(row_contact_area)s::uuid
))

-- name: row_contact_by
s.contact_by = %(row_contact_by)s::uuid

-- name: row_done_by
s.done_by = %(row_done_by)s::uuid

-- name: row_done_until
s.done_on <= %(row_done_until)s::date

-- name: conflict
(
    select jsonb_agg(
        jsonb_build_array(cs.source, cs.contact_number, cs.contact_number_alt) order by cs.source
    )
    from client_sources cs
    where
        cs.client_id = c.id
        and (
            cs.contact_number is distinct from c.contact_number
            or cs.contact_number_alt is distinct from c.contact_number_alt
        )
)

-- name: look_up
-- The words of a text; the clients that it names by number or code, in scope: each by the key of an
-- index.
select
    words_of(sort_form(%(q)s)),
    array(
        select c.id from clients c where c.client_code = any(%(codes)s::text[])
        union
        select c.id from clients c where %(number)s and c.contact_form = contact_form(%(q)s)
        union
        select c.id from clients c where %(number)s and c.contact_form_alt = contact_form(%(q)s)
    )
