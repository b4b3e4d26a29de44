create or replace function keep_place_in_work() returns trigger
language plpgsql as $$
declare
    client_is_there boolean;
    owed bigint;
begin
    select c.deleted_at is null, c.owed into client_is_there, owed
      from clients c where c.id = new.client_id;
    new.is_open := asks_for_work(
        new.status_type_id, new.exempt_cause, coalesce(client_is_there, true)
    );
    if new.is_open then
        new.owed := coalesce(owed, new.owed);
    end if;
    return new;
end
$$;
