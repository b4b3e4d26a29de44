"""Closed periods with rows in several branches, and a superuser who tampers with them."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import psycopg
from attrs import frozen

from clientupdater.domain.callers import Caller, Origin
from clientupdater.domain.periods import Period
from tests.support.staff_fixture import Staff, staffed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zoneinfo import ZoneInfo

    from clientupdater.domain.ids import BranchId, PersonId
    from clientupdater.usecases.tracking.seals import VerifiedSeal
    from tests.support.servers import Database

HERE = Origin(interface="test")
SEPTEMBER, OCTOBER, NOVEMBER = (Period.month(2026, month) for month in (9, 10, 11))
_ROWS = """
with made as (
    insert into clients (client_code, company_id, full_name, branch_id)
    select 'S' || ((select count(*) from clients) + n), %(company)s, 'Some Body', %(branch)s
    from generate_series(1, %(rows)s) n
    returning id, client_code
),
periods as (select unnest(%(months)s::int[]) as month),
rows as (
    insert into client_period_status (
        client_id, company_id, branch_id, period_type, period_year, period_month, status_type_id,
        version
    )
    select m.id, %(company)s, %(branch)s, 'monthly', 2026, p.month, t.id, 1
    from made m cross join periods p join status_types t on t.code = 'CALLED'
    returning id, status_type_id
)
insert into status_events (
    client_period_status_id, event_sequence, kind, status_type_id, company_id, branch_id,
    created_by, remarks, has_payment
)
select
    r.id, e.n, e.kind, case e.n when 0 then t.id else r.status_type_id end, %(company)s,
    %(branch)s, case e.n when 1 then %(person)s::uuid end,
    case e.n when 1 then 'spoke to the daughter' end, case e.n when 1 then true end
from rows r
cross join (values (0, 'opened'), (1, 'recorded')) e (n, kind)
join status_types t on t.code = 'PENDING'
"""


@frozen
class SealWorld:
    """Two branches of FCASH; the boss seals and verifies."""

    staff: Staff
    database: Database
    north: BranchId
    south: BranchId
    boss: PersonId

    def caller(self, person: PersonId | None = None) -> Caller:
        token = self.staff.session(person or self.boss)
        return self.staff.app.people.authenticate(token, HERE).caller

    def rows(self, branch: BranchId, rows: int, *periods: Period, company: str = "FCASH") -> None:
        """Open rows for new clients, each with a recorded event."""
        params = {
            "company": self.staff.company(company),
            "branch": branch,
            "rows": rows,
            "months": [each.number for each in periods],
            "person": self.boss,
        }
        with self.staff.past_all_rules.connection() as connection:
            connection.execute(_ROWS.encode(), params)

    def verify(self, period: Period = OCTOBER) -> VerifiedSeal:
        (result,) = self.staff.app.seals.verify(self.caller(), period, "FCASH")
        return result

    def flaws(self, period: Period = OCTOBER) -> list[tuple[str, str | None]]:
        """Name each flaw and its client."""
        return [(str(each.flaw), each.client_code) for each in self.verify(period).faults]

    def tamper(self, sql: str, *values: object) -> None:
        """Change the database as a superuser does who has switched all triggers off."""
        with psycopg.connect(self.database.superuser_url) as connection:
            connection.execute("set local session_replication_role = replica")
            assert connection.execute(sql.encode(), values).rowcount > 0

    def drop_checks(self) -> None:
        """Drop the checks of events, so that any value can be written."""
        self.staff.run(
            "do $$ declare name text; begin for name in select conname from pg_constraint"
            " where conrelid = 'status_events'::regclass and contype = 'c' loop"
            " execute 'alter table status_events drop constraint ' || quote_ident(name);"
            " end loop; end $$"
        )

    def event(self, code: str, sequence: int = 1, period: Period = OCTOBER) -> object:
        """Find an event's id."""
        return self.staff.one(
            "select e.id from status_events e"
            " join client_period_status s on s.id = e.client_period_status_id"
            " join clients c on c.id = s.client_id"
            " where c.client_code = %s and s.period = %s and e.event_sequence = %s",
            code,
            str(period),
            sequence,
        )

    def append(self, code: str) -> None:
        """Record one more event in October, as status:correct may."""
        self.staff.run(
            "with moved as (update client_period_status s set version = s.version + 1"
            "  from clients c where c.id = s.client_id and c.client_code = %s"
            "  and s.period = '2026-10' returning s.*)"
            " insert into status_events (client_period_status_id, event_sequence, kind,"
            "  status_type_id, company_id, branch_id, created_by)"
            " select id, version, 'recorded', status_type_id, company_id, branch_id, %s from moved",
            code,
            self.boss,
        )


@contextmanager
def seal_world(database: Database, zone: ZoneInfo) -> Iterator[SealWorld]:
    with staffed(database, zone) as staff:
        yield with_rows(staff, database)


def with_rows(staff: Staff, database: Database) -> SealWorld:
    """Put rows of closed periods beside what the staff already has."""
    boss = staff.hire(
        *("reports:read all", "status:read all", "status:history:read all"),
        *("clients:read all", "config:manage all"),
    )
    world = SealWorld(staff, database, staff.branch(), staff.branch(), boss)
    world.rows(world.north, 5, SEPTEMBER, OCTOBER, NOVEMBER)
    world.rows(world.south, 2, SEPTEMBER, OCTOBER)
    return world
