"""Many made-up entries of the logs and audits at once, for plans and for measuring.

Nearly all activity records a status, as in real work. A few people, actions, tables and clients are
rare: the worst case for a walk that expects an average.
"""

from __future__ import annotations

import psycopg

RARE_PERSON, RARE_ACTION, RARE_TABLE = "rare@example.com", "user.bootstrap", "holidays"
FREQUENT_PERSON = "person1@example.com"
STATEMENTS = (
    "set session_replication_role = replica",
    """
    insert into users (id, email, first_name)
    select md5('person ' || n)::uuid, 'person' || n || '@example.com', 'No. ' || n
    from generate_series(1, 20) n
    union all
    select md5('rare person')::uuid, 'rare@example.com', 'Rare'
    """,
    """
    insert into activity_logs (
        user_id, action, resource, resource_id, details, ip_address, created_at
    )
    select
        case when n = 10 then md5('rare person') else md5('person ' || 1 + n %% 20) end::uuid,
        case
            when n = 10 then 'user.bootstrap'
            when n %% 50 = 0 then 'client.assign'
            else 'status.record'
        end,
        'client', md5('client ' || n %% (%(rows)s / 20))::uuid,
        '{"period": "2026-11", "interface": "http"}', '203.0.113.7', %(first)s + n * %(step)s
    from generate_series(1, %(rows)s) n
    """,
    """
    insert into config_audit_log (
        table_name, record_id, action, old_values, new_values, changed_by, changed_at
    )
    select
        case when n = 10 then 'holidays' else 'branches' end, 'B' || n %% 500,
        case when n = 10 then 'delete' else 'update' end,
        '{"name": "A"}', case when n <> 10 then '{"name": "B"}'::jsonb end,
        case when n = 10 then md5('rare person') else md5('person ' || 1 + n %% 20) end::uuid,
        %(first)s + n * %(step)s
    from generate_series(1, %(rows)s) n
    """,
    """
    insert into authorization_audit (
        actor_id, decision, permission, subject_user_id, resource, resource_id, company_id,
        grants_found, missing, decided_at
    )
    select
        case when n = 10 then md5('rare person') else md5('person ' || 1 + n %% 20) end::uuid,
        case when n = 10 then 'revoked' else 'refused' end,
        case when n = 10 then 'jobs:manage' else 'clients:reveal' end,
        case when n = 10 then md5('rare person')::uuid end,
        'client', md5('client ' || n %% (%(rows)s / 20))::uuid,
        (select id from companies where code = case when n = 10 then 'PCNI' else 'FCASH' end),
        '[]', 'there is no grant of this permission', %(first)s + n * %(step)s
    from generate_series(1, %(rows)s) n
    """,
    """
    insert into data_access_log (actor_id, action, client_id, company_id, subject, accessed_at)
    select
        md5('person ' || 1 + n %% 20)::uuid,
        case when n %% 100 = 0 then 'exported' else 'revealed' end,
        case when n %% 100 > 0 then md5('client ' || n %% (%(rows)s / 20))::uuid end,
        (select id from companies where code = 'FCASH'), 'pension_number',
        %(first)s + n * %(step)s
    from generate_series(1, %(rows)s) n
    """,
)


def fill_audits(url: str, rows: int) -> None:
    """Put this many entries into each log, over ninety days."""
    params = {"rows": rows}
    moments = {
        "%(first)s": "timestamptz '2026-08-22 00:00+08'",
        "%(step)s": f"interval '{90 * 86_400 / rows:.6f} seconds'",
    }
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in STATEMENTS:
            text = statement
            for name, value in moments.items():
                text = text.replace(name, value)
            connection.execute(text.encode(), params if "%(" in text else None)
        connection.execute("analyze")
