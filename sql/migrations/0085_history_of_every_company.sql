-- A4, R5: who sees every company sees the history of every client. Each statement over the past compared each
-- entry with a list of all clients, once for each of these tables.
--
-- It locks three tables. It gives up, and is tried again, before PostgreSQL takes a wait for a deadlock.
set local lock_timeout = '500ms';

alter policy with_client on client_assignments
using (
    (select scope_has_every_company())
    or exists (select from clients c where c.id = client_assignments.client_id)
);

alter policy with_client on client_changes
using (
    (select scope_has_every_company())
    or exists (select from clients c where c.id = client_changes.client_id)
);

alter policy with_client on client_sync_history
using (
    (select scope_has_every_company())
    or exists (select from clients c where c.id = client_sync_history.client_id)
);
