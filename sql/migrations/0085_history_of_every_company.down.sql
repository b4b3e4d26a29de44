set local lock_timeout = '500ms';

alter policy with_client on client_assignments
using (
    exists (select from clients c where c.id = client_assignments.client_id)
);

alter policy with_client on client_changes
using (
    exists (select from clients c where c.id = client_changes.client_id)
);

alter policy with_client on client_sync_history
using (
    exists (select from clients c where c.id = client_sync_history.client_id)
);
