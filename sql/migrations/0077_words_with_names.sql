-- Each word has its client's name beside it, so that a search for a word finds its clients in the
-- order of names without reading each of them (ADR 8).

alter table client_words add column sort_name text collate "C" not null default '';

create or replace function keep_client_words()
returns trigger
language plpgsql
security definer
set search_path = pg_catalog, public, pg_temp
as $$
declare
    before text := coalesce(current_setting('clientupdater.system', true), '');
    concerns_words boolean;
begin
    if tg_op = 'UPDATE' then
        execute $sql$
            select coalesce(bool_or(
                    was.sort_name <> arrived.sort_name
                    or (was.company_id, was.branch_id, was.assigned_to)
                       is distinct from (arrived.company_id, arrived.branch_id, arrived.assigned_to)
                ), false)
              from was
              join arrived on arrived.id = was.id
        $sql$ into concerns_words;
        if not concerns_words then
            return null;
        end if;
    end if;
    perform set_config('clientupdater.system', 'on', true);
    if tg_op = 'UPDATE' then
        execute $sql$
            delete from client_words w
             using was, arrived
             where was.id = arrived.id and w.client_id = was.id
               and was.sort_name <> arrived.sort_name
               and not exists (select from unnest(words_of(arrived.sort_name)) kept (word)
                                where kept.word = w.word)
        $sql$;
        execute $sql$
            update client_words w
               set sort_name = arrived.sort_name,
                   company_id = arrived.company_id,
                   branch_id = arrived.branch_id,
                   assigned_to = arrived.assigned_to
              from was, arrived
             where was.id = arrived.id and w.client_id = was.id
               and (was.sort_name, was.company_id, was.branch_id, was.assigned_to) is distinct from
                   (arrived.sort_name, arrived.company_id, arrived.branch_id, arrived.assigned_to)
        $sql$;
        execute $sql$
            insert into client_words (client_id, word, sort_name, company_id, branch_id, assigned_to)
            select arrived.id, names.word, arrived.sort_name,
                   arrived.company_id, arrived.branch_id, arrived.assigned_to
              from was
              join arrived on arrived.id = was.id and arrived.sort_name <> was.sort_name
             cross join unnest(words_of(arrived.sort_name)) names (word)
            on conflict do nothing
        $sql$;
    else
        insert into client_words (client_id, word, sort_name, company_id, branch_id, assigned_to)
        select arrived.id, names.word, arrived.sort_name,
               arrived.company_id, arrived.branch_id, arrived.assigned_to
          from arrived
         cross join unnest(words_of(arrived.sort_name)) names (word);
    end if;
    perform set_config('clientupdater.system', before, true);
    return null;
end
$$;

select set_config('clientupdater.system', 'on', true);
update client_words w set sort_name = c.sort_name from clients c where c.id = w.client_id;
-- squawk-ignore ban-drop-default
alter table client_words alter column sort_name drop default;
select set_config('clientupdater.system', '', true);
