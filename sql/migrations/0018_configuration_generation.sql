-- Of which generation the configuration is: one number, moved in the very transaction that changes
-- any of it, and read with each session. What is cached carries it in its key, so that a change is
-- seen at once by every process, and nothing has to be searched for to be thrown away.

create table configuration_generation (
    singleton boolean primary key default true check (singleton),
    generation bigint not null
);

-- By the clock, and never backward: after a restore, or a transaction that was rolled back, a number
-- that was given out before must not come to mean something else.
insert into configuration_generation (generation)
values ((extract(epoch from clock_timestamp()) * 1000000)::bigint);

-- As its owner: the application only reads the number.
create function move_configuration_generation() returns trigger
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $$
begin
    update configuration_generation
       set generation = greatest(
               generation + 1, (extract(epoch from clock_timestamp()) * 1000000)::bigint
           );
    return null;
end
$$;

create trigger move_generation after insert or update or delete or truncate on companies
for each statement execute function move_configuration_generation();
create trigger move_generation after insert or update or delete or truncate on pension_types
for each statement execute function move_configuration_generation();
create trigger move_generation after insert or update or delete or truncate on pensioner_types
for each statement execute function move_configuration_generation();
create trigger move_generation after insert or update or delete or truncate on products
for each statement execute function move_configuration_generation();
create trigger move_generation after insert or update or delete or truncate on account_types
for each statement execute function move_configuration_generation();
create trigger move_generation after insert or update or delete or truncate on par_statuses
for each statement execute function move_configuration_generation();
create trigger move_generation after insert or update or delete or truncate on status_types
for each statement execute function move_configuration_generation();
create trigger move_generation after insert or update or delete or truncate on status_reasons
for each statement execute function move_configuration_generation();
create trigger move_generation after insert or update or delete or truncate on areas
for each statement execute function move_configuration_generation();
create trigger move_generation after insert or update or delete or truncate on branches
for each statement execute function move_configuration_generation();
create trigger move_generation after insert or update or delete or truncate on area_branches
for each statement execute function move_configuration_generation();
create trigger move_generation after insert or update or delete or truncate on config_categories
for each statement execute function move_configuration_generation();
create trigger move_generation after insert or update or delete or truncate on config_options
for each statement execute function move_configuration_generation();
create trigger move_generation after insert or update or delete or truncate on config_settings
for each statement execute function move_configuration_generation();

grant select on configuration_generation to clientupdater_app;
