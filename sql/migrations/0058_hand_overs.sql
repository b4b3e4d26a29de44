-- One officer's clients handed over to others in one act (A3), kept so that it can be undone: a client
-- goes back while its assignment is still the one that the act began.

create table hand_overs (
    id uuid primary key default gen_random_uuid(),
    officer_id uuid not null references users,
    created_by uuid not null references users,
    created_at timestamptz not null,
    undone_by uuid references users,
    undone_at timestamptz
);

create table hand_over_clients (
    hand_over_id uuid not null references hand_overs,
    client_id uuid not null references clients on delete restrict,
    officer_id uuid not null references users,
    primary key (hand_over_id, client_id)
);

create index hand_overs_officer_id_idx on hand_overs (officer_id);
create index hand_overs_created_by_idx on hand_overs (created_by);
create index hand_overs_undone_by_idx on hand_overs (undone_by);
create index hand_over_clients_client_id_idx on hand_over_clients (client_id);
create index hand_over_clients_officer_id_idx on hand_over_clients (officer_id);

alter table hand_over_clients enable row level security;
alter table hand_over_clients force row level security;
create policy with_client on hand_over_clients
using (
    (select scope_is_system())
    or exists (select from clients c where c.id = hand_over_clients.client_id)
);

grant select, insert, update on hand_overs to clientupdater_app;
grant select, insert on hand_over_clients to clientupdater_app;
