"""Many made-up clients at once, set-based: for plans and for measuring, not for reading.

Triggers and keys are not asked (session_replication_role), so what they would have derived is
derived here; the tests of the read models hold the triggers to it. Indexes are made once all is
there: entry by entry, six million rows took most of an hour. Rows of a period lie together, as
opening it leaves them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg
from attrs import frozen

if TYPE_CHECKING:
    from datetime import date

FIRST = (
    "Juan Maria Jose Ana Pedro Rosa Carlos Luz Ramon Teresita Andres Corazon Emilio Gloria Felix"
    " Imelda Gregorio Josefa Hilario Leonora Isidro Milagros Jaime Norma Lorenzo Ofelia Manuel"
    " Pilar Nestor Remedios Oscar Salud Pablo Trinidad Quirino Ursula Rafael Violeta Santos Ysabel"
)
LAST = (
    "Santos Reyes Cruz Bautista Ocampo Garcia Mendoza Torres Tomas Andrada Castillo Flores"
    " Villanueva Ramos Castro Rivera Aquino Navarro Salazar Mercado Peña Dizon Tolentino Manalo"
    " Pascual Soriano Valdez Lopez Hernandez Marquez Magsaysay Lacson Ilagan Gatdula Dimaculangan"
    " Macaraeg Panganiban Sumulong Tagle Umali"
)

STATEMENTS = (
    "set session_replication_role = replica",
    """
    insert into branches (id, code, name)
    select md5('branch ' || n)::uuid, 'B' || n, 'Branch ' || n
    from generate_series(1, %(branches)s) n
    """,
    """
    insert into users (id, email, first_name, last_name)
    select md5('officer ' || n)::uuid, 'officer' || n || '@example.com', 'Officer', 'No. ' || n
    from generate_series(1, %(officers)s) n
    """,
    """
    insert into clients (
        id, client_code, company_id, full_name, contact_number, branch_id, product_id,
        par_status_id, past_due_amount, loan_status, assigned_to
    )
    select
        md5('client ' || n)::uuid, 'C' || lpad(n::text, 7, '0'), p.company_id,
        initcap(
            (%(first)s::text[])[1 + h1 %% cardinality(%(first)s)] || ' '
            || chr(97 + h1 / 64 %% 26) || '. '
            || (%(last)s::text[])[1 + h2 %% cardinality(%(last)s)]
            || '-' || (%(last)s::text[])[1 + h2 / 64 %% cardinality(%(last)s)]
        ),
        '09' || lpad((n * 7919::bigint %% 1000000000)::text, 9, '0'),
        md5('branch ' || 1 + place)::uuid, p.id,
        (
            array[
                (select id from par_statuses where code = 'do_not_show'),
                (select id from par_statuses where code = 'tele_130'),
                (select id from par_statuses where code = 'tele_hardcore')
            ]
        )[case when h3 %% 10 < 7 then 1 when h3 %% 10 < 9 then 2 else 3 end],
        case when h3 %% 3 = 0 then h3 %% 100000 end,
        (array['CURRENT', 'PAST_DUE', 'RESTRUCTURED', 'WRITTEN_OFF'])[h1 %% 5],
        case when n %% 5 > 0
            then md5('officer ' || 1 + place * %(officers)s / %(branches)s)::uuid end
    from (
        select
            n, abs(hashint4(n)) h1, abs(hashint4(n + 1000000000)) h2, abs(hashint4(-n)) h3,
            abs(hashint4(n + 1500000000)) %% %(branches)s place
        from generate_series(1, %(clients)s) n
    ) n
    join (
        select id, company_id, row_number() over (order by code) nth from products
    ) p on p.nth = 1 + h3 / 16 %% 5
    """,
    """
    insert into client_words (client_id, word, sort_name, company_id, branch_id, assigned_to)
    select c.id, said.word, c.sort_name, c.company_id, c.branch_id, c.assigned_to
    from clients c
    cross join unnest(words_of(c.sort_name)) said (word)
    """,
    """
    insert into client_period_status (
        client_id, company_id, branch_id, home_branch_id, period_type, period_year, period_month,
        period_quarter, status_type_id, reason_id, exempt_cause, next_follow_up_on, update_count,
        version, sort_name, owed, is_open, created_at, updated_at, contact_branch_id,
        contact_by, done_by, done_at, done_on
    )
    select
        id, company_id, branch_id, branch_id, cycle, extract(year from day),
        case cycle when 'monthly' then extract(month from day) end,
        case cycle when 'quarterly' then extract(quarter from day) end,
        (select t.id from status_types t where t.code = status),
        case status when 'DONE' then (select r.id from status_reasons r where r.code = 'CONFIRMED')
        end,
        exempt,
        case when status = 'TO_FOLLOW' and drawn %% 2 = 0
            then %(today)s::date + (drawn / 8 %% 21 - 10)::int end,
        case status when 'PENDING' then 0 else 1 end,
        case status when 'PENDING' then 0 else 1 end,
        sort_name, owed, exempt is null and status <> 'DONE', opened_at,
        case status when 'PENDING' then opened_at else changed_at end,
        case when status <> 'PENDING' then branch_id end,
        case when status <> 'PENDING' then author end,
        case status when 'DONE' then author end,
        case status when 'DONE' then changed_at end,
        case status when 'DONE' then (changed_at at time zone 'Asia/Manila')::date end
    from (
        select
            r.*, least(opened_at + make_interval(hours => drawn %% 672), now()) as changed_at,
            coalesce(assigned_to, md5('officer 1')::uuid) as author
        from (
            select
                c.*, p.tracking_cycle::text::period_type as cycle, drawn, day.day,
                date_trunc(
                    case p.tracking_cycle when 'monthly' then 'month' else 'quarter' end, day.day
                ) at time zone 'Asia/Manila' as opened_at,
                case when ps.is_trackable then null else 'par_status' end as exempt,
                case
                    when %(back)s > 0 or drawn %% 20 < 6 then 'DONE'
                    when drawn %% 20 < 13 then 'PENDING'
                    when drawn %% 20 < 16 then 'TO_FOLLOW'
                    when drawn %% 20 < 19 then 'CALLED'
                    else 'UPDATED'
                end as status
            from clients c
            join products p on p.id = c.product_id
            join par_statuses ps on ps.id = c.par_status_id
            cross join lateral (
                select
                    %(today)s::date - make_interval(
                        months => %(back)s * case p.tracking_cycle when 'monthly' then 1 else 3 end
                    ) as day
            ) day
            cross join abs(hashtext(c.client_code)) drawn
        ) r
    ) row
    """,
    """
    insert into row_count_changes (
        period, company_id, branch_id, assigned_to, product_id, pension_type_id, status_type_id,
        is_exempt, has_payment, is_terminal, is_done, is_confirmed, is_contacted,
        contact_branch_id, contact_by, done_branch_id, done_by, done_on, change
    )
    select
        s.period, s.company_id, s.branch_id, c.assigned_to, c.product_id, c.pension_type_id,
        s.status_type_id, s.exempt_cause is not null, s.has_payment, s.is_terminal,
        t.code = 'DONE', t.code = 'DONE', s.contact_branch_id is not null,
        s.contact_branch_id, s.contact_by, case when t.code = 'DONE' then s.branch_id end,
        s.done_by, s.done_on, count(*)
    from client_period_status s
    join clients c on c.id = s.client_id
    join status_types t on t.id = s.status_type_id
    group by 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18
    """,
    "select fold_row_counts(2147483647)",
    "set session_replication_role = default",
)

INDEXES = """
select i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid)
from pg_index i
where i.indrelid = any('{clients,client_period_status,client_words}'::regclass[])
    and not exists (select from pg_constraint c where c.conindid = i.indexrelid)
"""


@frozen
class BulkData:
    """How many of each."""

    clients: int
    branches: int
    periods: int
    today: date

    @property
    def officers(self) -> int:
        """One for about 250 clients."""
        return max(1, self.clients // 250)

    def fill(self, superuser_url: str) -> None:
        """Put them into a migrated and seeded database."""
        values: dict[str, Any] = {
            "clients": self.clients,
            "branches": self.branches,
            "officers": self.officers,
            "today": self.today,
            "first": FIRST.split(),
            "last": LAST.split(),
        }
        with psycopg.connect(superuser_url, autocommit=True) as connection:
            connection.execute("set synchronous_commit = off")
            connection.execute("set jit = off")
            connection.execute("set maintenance_work_mem = '512MB'")
            indexes = connection.execute(INDEXES).fetchall()
            for name, _ in indexes:
                connection.execute(f"drop index {name}".encode())
            for statement in STATEMENTS:
                for back in reversed(range(self.periods if "%(back)s" in statement else 1)):
                    params = {**values, "back": back} if "%(" in statement else None
                    connection.execute(statement.encode(), params)
            for _, definition in indexes:
                connection.execute(definition.encode())
            connection.execute("vacuum analyze")
