drop trigger words_of_changed on clients;
drop trigger words_of_new on clients;
drop function keep_client_words();
drop table client_words;
drop function words_of(text);

drop trigger carry_place on clients;
drop function carry_place();
drop trigger keep_place_in_work on client_period_status;
drop function keep_place_in_work();

create or replace function take_from_client() returns trigger
language plpgsql as $$
declare
    client_company uuid;
begin
    select c.company_id, c.sort_name into client_company, new.sort_name
      from clients c where c.id = new.client_id;
    if client_company is null then
        raise exception using
            errcode = 'foreign_key_violation',
            message = format('there is no client %s', new.client_id);
    end if;
    if client_company <> new.company_id then
        raise exception using
            errcode = 'check_violation',
            message = format('client %s is of another company', new.client_id);
    end if;
    return new;
end
$$;

drop function asks_for_work(uuid, text, boolean);
drop index client_period_status_branch_idx;
drop index client_period_status_list_idx;
drop index client_period_status_home_list_idx;
alter table client_period_status
    drop column work_rank,
    drop column due_on,
    drop column owed,
    drop column is_open,
    drop column home_branch_id;
create index client_period_status_branch_list_idx on client_period_status (
    branch_id, period, status_type_id, sort_name, client_id
) include (exempt_cause);
create index client_period_status_list_idx on client_period_status (
    period, status_type_id, sort_name, client_id
) where exempt_cause is null;
create index client_period_status_follow_up_idx on client_period_status (
    branch_id, next_follow_up_on, client_id
) where next_follow_up_on is not null;

drop index clients_branch_code_idx;
drop index clients_branch_par_list_idx;
drop index clients_par_list_idx;
alter table clients
    drop column contact_form_alt,
    drop column contact_form,
    drop column owed;
drop index clients_updated_list_idx;
create index clients_branch_id_idx on clients (branch_id);
create index clients_par_status_id_idx on clients (par_status_id);
drop function contact_form(text);
