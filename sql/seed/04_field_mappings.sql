-- Which column of which source fills which field, by which steps, in the beginning (Y1). Who owns a
-- field overwrites it; the other source fills it when the client is created (Y10): NextBank knows
-- loans, Snowflake and the CSV drop, which has Snowflake's columns, know people.

insert into field_mappings (source, field, source_column, transform, owns_field)
select s.source::sync_source,
       t.field,
       case s.source when 'nextbank' then t.nextbank else t.snowflake end,
       to_jsonb(string_to_array(t.steps, ' ')),
       case s.source when 'nextbank' then t.owner <> 'snowflake' else t.owner <> 'nextbank' end
  from (values ('snowflake'), ('nextbank'), ('csv')) s (source)
  cross join (values
    ('client_code', 'CLIENT_CODE', 'code', 'both', 'trim upper'),
    ('full_name', 'FULL_NAME', 'name', 'snowflake', 'trim squeeze_spaces'),
    ('company', 'COMPANY_CODE', 'company', 'snowflake', 'trim upper lookup:companies'),
    (
        'pension_number', 'PENSION_NUMBER', 'pension_no', 'snowflake',
        'strip_spaces_and_dashes'
    ),
    ('birth_date', 'BIRTH_DATE', 'birth_date', 'snowflake', 'date'),
    ('contact_number', 'CONTACT_NUMBER', 'mobile', 'snowflake', 'ph_number'),
    ('contact_number_alt', 'CONTACT_NUMBER_ALT', 'phone', 'snowflake', 'ph_number'),
    ('pension_type', 'PENSION_TYPE', 'pension_type', 'snowflake', 'lookup:pension_types'),
    (
        'pensioner_type', 'PENSIONER_TYPE', 'pensioner_type', 'snowflake',
        'lookup:pensioner_types'
    ),
    ('product', 'PRODUCT_CODE', 'product', 'snowflake', 'lookup:products'),
    ('branch', 'BRANCH_CODE', 'branch', 'snowflake', 'lookup:branches'),
    ('par_status', 'PAR_STATUS', 'par', 'nextbank', 'days_past_due lookup:par_statuses'),
    ('account_type', 'ACCOUNT_TYPE', 'account_type', 'snowflake', 'lookup:account_types'),
    ('past_due_amount', 'PAST_DUE_AMOUNT', 'past_due', 'nextbank', 'decimal'),
    ('loan_status', 'LOAN_STATUS', 'loan_status', 'nextbank', 'trim upper'),
    ('source_updated_at', 'UPDATED_AT', 'updated_at', 'both', 'moment'),
    ('source_version', null, 'version', 'both', 'whole_number')
  ) t (field, snowflake, nextbank, owner, steps)
 where (s.source = 'nextbank' or t.snowflake is not null)
   -- A line that a person left out of a mapping is not forgotten, but unwanted.
   and not exists (
       select
         from config_audit_log a
        where a.table_name = 'field_mappings' and a.record_id = s.source || ':all'
   )
on conflict (source, company_id, field) do nothing;
