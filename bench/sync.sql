-- The same work as bare SQL, for comparison: one script, one transaction, from a COPY of rows that
-- are mapped already. It writes what a run writes for the records of bench_sync.py, and knows none
-- of the rules that these records do not touch.
\set ON_ERROR_STOP on
begin;
set local role clientupdater_system;

create temporary table stage (
    row_number integer, code text collate "C", company text, full_name text, birth_date date,
    address text, contact_number text, contact_number_alt text, pension_type text,
    pensioner_type text, product text, branch text, par_status text, account_type text,
    past_due_amount numeric(15, 2), loan_status text, said_at timestamptz, said_number bigint,
    is_deleted boolean, pension_last4 text, pension_index bytea
) on commit drop;
\copy stage from 'night_2.tsv' with (null '')
analyze stage;

create temporary table twice on commit drop as
select code from stage group by code having count(*) > 1;
delete from stage s using twice t where t.code = s.code;

create temporary table diff on commit drop as
select
    s.code, c.id, co.id as company_id, s.full_name, s.birth_date, s.address, s.contact_number,
    s.contact_number_alt, pt.id as pension_type_id, pr.id as pensioner_type_id, p.id as product_id,
    b.id as branch_id, ps.id as par_status_id, a.id as account_type_id, s.past_due_amount,
    s.loan_status, s.said_at, s.pension_last4, s.pension_index
from stage s
left join clients c on c.client_code = s.code
left join companies co on co.code = s.company
left join pension_types pt on pt.code = s.pension_type
left join pensioner_types pr on pr.code = s.pensioner_type
left join products p on p.code = s.product
left join branches b on b.code = s.branch
left join par_statuses ps on ps.code = s.par_status
left join account_types a on a.code = s.account_type
where
    c.id is null
    or (
        s.full_name, co.id, s.pension_index, s.birth_date, s.address, s.contact_number,
        s.contact_number_alt, pt.id, pr.id, p.id, b.id, ps.id, a.id, s.past_due_amount,
        s.loan_status
    ) is distinct from (
        c.full_name::text, c.company_id, c.pension_blind_index, c.birth_date, c.address::text,
        c.contact_number::text, c.contact_number_alt::text, c.pension_type_id,
        c.pensioner_type_id, c.product_id, c.branch_id, c.par_status_id, c.account_type_id,
        c.past_due_amount, c.loan_status::text
    );

create temporary table gone on commit drop as
select k.client_id
from client_sources k
where k.source = 'snowflake'
    and not exists (
        select from stage s join clients c on c.client_code = s.code where c.id = k.client_id
    );

insert into client_sync_history (client_id, field_changed, old_value, new_value)
select d.id, f.what, f.old_value, f.new_value
from diff d
join clients c on c.id = d.id
left join branches b on b.id = d.branch_id
left join branches old_b on old_b.id = c.branch_id
cross join lateral (
    values
    ('full_name', c.full_name::text, d.full_name),
    ('branch', old_b.code::text, b.code::text),
    ('contact_number', c.contact_number::text, d.contact_number),
    ('past_due_amount', c.past_due_amount::text, d.past_due_amount::text)
) f (what, old_value, new_value)
where f.old_value is distinct from f.new_value;

insert into client_sync_history (client_id, field_changed, old_value, new_value)
select client_id, 'is_active', 'true', 'false' from gone;

create temporary table moved on commit drop as
select d.id, d.branch_id from diff d join clients c on c.id = d.id where c.branch_id <> d.branch_id;

update clients c
set
    full_name = d.full_name, company_id = d.company_id, birth_date = d.birth_date,
    address = d.address, contact_number = d.contact_number,
    contact_number_alt = d.contact_number_alt, pension_type_id = d.pension_type_id,
    pensioner_type_id = d.pensioner_type_id, product_id = d.product_id, branch_id = d.branch_id,
    par_status_id = d.par_status_id, account_type_id = d.account_type_id,
    past_due_amount = d.past_due_amount, loan_status = d.loan_status, last_synced_at = now(),
    sync_source = 'snowflake', version = version + 1
from diff d
where c.id = d.id;

create temporary table fresh on commit drop as
with made as (
    insert into clients (
        client_code, company_id, full_name, pension_number, pension_blind_index, pension_last4,
        birth_date, address, contact_number, contact_number_alt, pension_type_id,
        pensioner_type_id, product_id, branch_id, par_status_id, account_type_id, past_due_amount,
        loan_status, last_synced_at, sync_source
    )
    select
        code, company_id, full_name, pension_index, pension_index, pension_last4, birth_date,
        address, contact_number, contact_number_alt, pension_type_id, pensioner_type_id,
        product_id, branch_id, par_status_id, account_type_id, past_due_amount, loan_status,
        now(), 'snowflake'
    from diff
    where id is null
    returning id, client_code
)

select * from made;

update clients c
set is_active = false, version = version + 1
from gone g
where c.id = g.client_id;

insert into client_sources (client_id, source, source_version, contact_number, last_seen_at)
select f.id, 'snowflake', d.said_at, d.contact_number, now()
from fresh f
join diff d on d.code = f.client_code;

update client_sources k
set source_version = d.said_at, contact_number = d.contact_number, last_seen_at = now()
from diff d
where k.client_id = d.id and k.source = 'snowflake';

update client_sources k
set missing_count = missing_count + 1
from gone g
where k.client_id = g.client_id and k.source = 'snowflake';

with opened as (
    insert into client_period_status (
        client_id, company_id, branch_id, period_type, period_year, period_month, status_type_id
    )
    select
        c.id, c.company_id, c.branch_id, 'monthly', 2026, 11,
        (select id from status_types where code = 'PENDING')
    from fresh f
    join clients c on c.id = f.id
    returning id, company_id, branch_id, status_type_id
)

insert into status_events (
    client_period_status_id, event_sequence, kind, status_type_id, company_id, branch_id
)
select id, 0, 'opened', status_type_id, company_id, branch_id from opened;

with exempted as (
    update client_period_status s
    set exempt_cause = 'inactive', version = version + 1
    from gone g
    where s.client_id = g.client_id
    returning s.id, s.version, s.status_type_id, s.company_id, s.branch_id
)

insert into status_events (
    client_period_status_id, event_sequence, kind, status_type_id, company_id, branch_id,
    exempt_cause
)
select id, version, 'exempted', status_type_id, company_id, branch_id, 'inactive' from exempted;

with moves as (
    update client_period_status s
    set branch_id = m.branch_id, version = version + 1
    from moved m
    where s.client_id = m.id
    returning s.id, s.version, s.status_type_id, s.company_id, s.branch_id
)

insert into status_events (
    client_period_status_id, event_sequence, kind, status_type_id, company_id, branch_id
)
select id, version, 'moved', status_type_id, company_id, branch_id from moves;

select
    (select count(*) from fresh) as created,
    (select count(*) from diff where id is not null) as updated,
    (select count(*) from gone) as vanished,
    (select count(*) from client_sync_history) as history;
commit;
