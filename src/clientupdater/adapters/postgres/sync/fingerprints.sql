-- What is known of records since they were last compared.

-- name: known
-- Only of clients whom nobody has touched since, and who stand as the source says. Read apart, since
-- the planner takes what guards these rows for dear, and would look for each by itself.
with said as materialized (
    select k.client_id, k.record_hash, k.client_updated_at, k.named_deleted
    from client_sources k
    where k.source = %(source)s::text::sync_source
        and k.missing_count = 0
        and k.record_hash is not null
)

select coalesce(string_agg(said.record_hash, ''::bytea), ''::bytea)
from said
join clients c on c.id = said.client_id
where c.updated_at = said.client_updated_at and c.is_active <> said.named_deleted
