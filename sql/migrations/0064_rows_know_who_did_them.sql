-- squawk-ignore-file adding-foreign-key-constraint
-- R1, R2: who reached a client first in the period and for which branch, and who finished the row, when
-- and on which business day. Like the rest of a row they are what its events add up to (S9).
alter table client_period_status
    add column contact_branch_id uuid,
    add column contact_by uuid,
    add column done_by uuid,
    add column done_at timestamptz,
    add column done_on date;

-- No foreign keys: the events that they come from have them, and each would cost every update.

select set_config('clientupdater.system', 'on', true);

with kept as (
    select e.*
    from status_events e
    where
        e.kind = 'recorded'
        and not exists (
            select from status_events v
            where v.client_period_status_id = e.client_period_status_id and v.voids = e.event_sequence
        )
),

contact as (
    select distinct on (k.client_period_status_id)
        k.client_period_status_id, k.branch_id, k.created_by
    from kept k
    left join status_reasons r on r.id = k.reason_id
    where r.code is distinct from 'NOT_REACHABLE'
    order by k.client_period_status_id, k.event_sequence
)

update client_period_status s
set contact_branch_id = contact.branch_id, contact_by = contact.created_by
from contact
where s.id = contact.client_period_status_id;

-- Days by the default time zone of the business.
with done as (
    select distinct on (e.client_period_status_id)
        e.client_period_status_id, e.created_by, e.created_at
    from status_events e
    join client_period_status s on s.id = e.client_period_status_id
    join status_types t on t.id = s.status_type_id and t.code = 'DONE'
    where
        e.kind = 'recorded'
        and e.status_type_id = s.status_type_id
        and not exists (
            select from status_events v
            where v.client_period_status_id = e.client_period_status_id and v.voids = e.event_sequence
        )
    order by e.client_period_status_id, e.event_sequence desc
)

update client_period_status s
set
    done_by = done.created_by,
    done_at = done.created_at,
    done_on = (done.created_at at time zone 'Asia/Manila')::date
from done
where s.id = done.client_period_status_id;

grant update (
    contact_branch_id, contact_by, done_by, done_at, done_on
) on client_period_status to clientupdater_app;
