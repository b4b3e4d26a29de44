-- As they were.
create or replace function carry_to_rows()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
    before text := coalesce(current_setting('clientupdater.system', true), '');
begin
    if not exists (
        select from was join arrived on arrived.id = was.id
         where was.sort_name <> arrived.sort_name
            or was.branch_id <> arrived.branch_id
            or was.company_id <> arrived.company_id
            or was.owed <> arrived.owed
            or (was.deleted_at is null) <> (arrived.deleted_at is null)
    ) then
        return null;
    end if;
    perform set_config('clientupdater.system', 'on', true);
    -- Held in the order in which everybody writes them, so that no two writers wait for each other.
    perform count(*)
       from (
        select s.id
          from was
          join arrived on arrived.id = was.id
          join client_period_status s on s.client_id = arrived.id
         where s.sort_name <> arrived.sort_name
            or s.home_branch_id is distinct from
                case when s.company_id = arrived.company_id then arrived.branch_id end
            or (s.is_open and s.owed <> arrived.owed)
            or (
                s.exempt_cause is null
                and (was.deleted_at is null) <> (arrived.deleted_at is null)
            )
         order by s.client_id, s.period_year,
             coalesce(s.period_month, s.period_quarter * 3 - 2), s.period_type
           for no key update of s
       ) held;
    update client_period_status s
       set sort_name = arrived.sort_name,
           home_branch_id = case when s.company_id = arrived.company_id then arrived.branch_id end,
           owed = case
               when
                   s.is_open
                   or (
                       s.exempt_cause is null
                       and (was.deleted_at is null) <> (arrived.deleted_at is null)
                   )
                   then arrived.owed
               else s.owed
           end,
           is_open = case
               when
                   s.exempt_cause is null
                   and (was.deleted_at is null) <> (arrived.deleted_at is null)
                   then asks_for_work(
                       s.status_type_id, s.exempt_cause, arrived.deleted_at is null
                   )
               else s.is_open
           end
      from was
      join arrived on arrived.id = was.id
     where s.client_id = arrived.id
       and (
           s.sort_name <> arrived.sort_name
           or s.home_branch_id is distinct from
               case when s.company_id = arrived.company_id then arrived.branch_id end
           or (s.is_open and s.owed <> arrived.owed)
           or (
               s.exempt_cause is null
               and (was.deleted_at is null) <> (arrived.deleted_at is null)
           )
       );
    perform set_config('clientupdater.system', before, true);
    return null;
end
$$;

create or replace function keep_client_words()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
    before text := coalesce(current_setting('clientupdater.system', true), '');
begin
    perform set_config('clientupdater.system', 'on', true);
    if tg_op = 'UPDATE' then
        delete from client_words w
         using was, arrived
         where was.id = arrived.id and w.client_id = was.id
           and was.sort_name <> arrived.sort_name
           and not exists (select from unnest(words_of(arrived.sort_name)) kept (word)
                            where kept.word = w.word);
        update client_words w
           set company_id = arrived.company_id,
               branch_id = arrived.branch_id,
               assigned_to = arrived.assigned_to
          from was, arrived
         where was.id = arrived.id and w.client_id = was.id
           and (was.company_id, was.branch_id, was.assigned_to)
               is distinct from (arrived.company_id, arrived.branch_id, arrived.assigned_to);
        insert into client_words (client_id, word, company_id, branch_id, assigned_to)
        select arrived.id, said.word, arrived.company_id, arrived.branch_id, arrived.assigned_to
          from was
          join arrived on arrived.id = was.id and arrived.sort_name <> was.sort_name
         cross join unnest(words_of(arrived.sort_name)) said (word)
        on conflict do nothing;
    else
        insert into client_words (client_id, word, company_id, branch_id, assigned_to)
        select arrived.id, said.word, arrived.company_id, arrived.branch_id, arrived.assigned_to
          from arrived
         cross join unnest(words_of(arrived.sort_name)) said (word);
    end if;
    perform set_config('clientupdater.system', before, true);
    return null;
end
$$;
