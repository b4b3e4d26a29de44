-- C3: the columns that hold pension numbers, whichever source has them: every one that a mapping
-- reads as such, or ever did, and what is added here by hand. Each fills the pension number alone.
-- Their names stand in small letters, so that no other spelling passes for another column.
create table protected_columns (
    source_column varchar(255) primary key check (source_column = lower(btrim(source_column))),
    created_at timestamptz not null default now()
);

-- A line that is taken out of a mapping leaves its column protected.
create function protect_pension_column() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
    insert into protected_columns (source_column)
    values (lower(btrim(new.source_column)))
    on conflict (source_column) do nothing;
    return null;
end
$$;

create trigger protect_pension_column
after insert or update of field, source_column on field_mappings
for each row when (new.field = 'pension_number')
execute function protect_pension_column();

insert into protected_columns (source_column)
select lower(btrim(c.name))
from (
    values ('PENSION_NUMBER'), ('pension_no')
    union
    select m.source_column from field_mappings m where m.field = 'pension_number'
    union
    select a.old_values -> 'pension_number' ->> 'column'
    from config_audit_log a
    where a.table_name = 'field_mappings'
    union
    select a.new_values -> 'pension_number' ->> 'column'
    from config_audit_log a
    where a.table_name = 'field_mappings'
) c (name)
where c.name is not null
on conflict (source_column) do nothing;

-- Whoever may change mappings, by the application, can take nothing from this list.
grant select on protected_columns to clientupdater_app;
