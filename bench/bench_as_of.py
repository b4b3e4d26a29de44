"""Measure reports as of a past moment: prints `name, ours, reference, ratio, target, holds`, JSON.

    .venv/bin/python bench/bench_as_of.py --clients 750000

Three clients in five are of FCASH, whose reports are read. Rows are recorded until a few days after
their period. Absolute figures are the machine's.
"""

from __future__ import annotations

import re
import statistics
import sys
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import psycopg
from attrs import frozen

sys.path.insert(0, str(Path(__file__).parents[1]))

from bench.http_world import business_day, postgres_in
from bench.lines import Line, facts, report
from tests.support.bulk_data import BulkData
from tests.support.pools import Pool, pool_on
from tests.support.servers import Database
from tests.support.tracking_fixture import who

from clientupdater.adapters.local.clock import SetClock
from clientupdater.adapters.postgres.admin.maintenance import PostgresMaintenance
from clientupdater.adapters.postgres.core.unit_of_work import PostgresUnitsOfWork
from clientupdater.domain.periods import Cycle, Period
from clientupdater.domain.permissions import Permission, Scope
from clientupdater.ports.client_filter import ClientFilter, StatusFilter
from clientupdater.ports.past_rows import PastQuery
from clientupdater.ports.reports import (
    CompletionBy,
    CompletionQuery,
    CompletionView,
    DashboardQuery,
    PaceQuery,
    PlaceQuery,
    TrendQuery,
)
from clientupdater.ports.staff_reports import StaffQuery
from clientupdater.settings import Settings
from clientupdater.usecases.reports.ageing import Ageing
from clientupdater.usecases.reports.balance import Balance
from clientupdater.usecases.reports.completion import CompletionReport
from clientupdater.usecases.reports.dashboard import Dashboard
from clientupdater.usecases.reports.pace import Pace
from clientupdater.usecases.reports.past_clients import PastClients
from clientupdater.usecases.reports.staff import Staff
from clientupdater.usecases.reports.trend import Trend
from clientupdater.usecases.reports.untouched import Untouched

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

TARGET_S = 3.0
ROUNDS = 5
BOSS = who(
    *(Permission.CLIENTS_READ, Permission.STATUS_READ, Permission.REPORTS_READ), scope=Scope.ALL
)
INDEXES = """
select i.indexrelid::regclass::text, pg_get_indexdef(i.indexrelid)
from pg_index i
where i.indrelid = any('{client_period_status,status_events,client_sync_history}'::regclass[])
    and not exists (select from pg_constraint c where c.conindid = i.indexrelid)
"""
HISTORY = (
    "set session_replication_role = replica",
    # Each row is opened with its period, and recorded within 33 days.
    """
    update client_period_status s
    set
        created_at = m.begun,
        updated_at = case when s.version = 0 then m.begun else m.recorded end,
        contact_branch_id = case when s.version > 0 then s.branch_id end,
        done_on = case when s.reason_id is not null then m.recorded::date end,
        done_at = case when s.reason_id is not null then m.recorded end
    from (
        select
            r.id, b.begun,
            least(
                b.begun + abs(hashtext(r.id::text)) %% (33 * 24 * 60) * interval '1 minute', now()
            ) as recorded
        from client_period_status r
        cross join lateral (
            select
                make_timestamptz(
                    r.period_year, coalesce(r.period_month, r.period_quarter * 3 - 2), 1, 0, 0, 0
                ) as begun
        ) b
    ) m
    where m.id = s.id
    """,
    """
    insert into status_events (
        client_period_status_id, event_sequence, kind, status_type_id, company_id, branch_id,
        occurred_at, created_at
    )
    select s.id, 0, 'opened', t.id, s.company_id, s.branch_id, s.created_at, s.created_at
    from client_period_status s
    join status_types t on t.code = 'PENDING'
    order by s.created_at
    """,
    """
    insert into status_events (
        client_period_status_id, event_sequence, kind, status_type_id, reason_id, company_id,
        branch_id, occurred_at, created_at, created_by
    )
    select
        s.id, 1, 'recorded', s.status_type_id, s.reason_id, s.company_id, s.branch_id,
        s.updated_at, s.updated_at, coalesce(c.assigned_to, md5('officer 1')::uuid)
    from client_period_status s
    join clients c on c.id = s.client_id
    where s.version > 0
    order by s.updated_at
    """,
    # Half of the rows of the last two months were called once more.
    """
    insert into status_events (
        client_period_status_id, event_sequence, kind, status_type_id, reason_id, company_id,
        branch_id, occurred_at, created_at, created_by
    )
    select
        s.id, 2, 'recorded', s.status_type_id, s.reason_id, s.company_id, s.branch_id,
        s.updated_at, s.updated_at, coalesce(c.assigned_to, md5('officer 1')::uuid)
    from client_period_status s
    join clients c on c.id = s.client_id
    where s.version > 0 and s.updated_at > now() - interval '60 days'
        and abs(hashtext(s.id::text)) %% 2 = 0
    """,
    """
    update client_period_status s set version = 2
    where s.version > 0 and s.updated_at > now() - interval '60 days'
        and abs(hashtext(s.id::text)) %% 2 = 0
    """,
    # A sync changed amounts of all, and one client in fifty moved to another branch.
    """
    insert into client_sync_history (
        client_id, field_changed, old_value, new_value, changed_at, old_value_since
    )
    select
        c.id, 'past_due_amount', '1.00', '2.00', now() - n * interval '5 days',
        case when n < 4 then now() - (n + 1) * interval '5 days' else '-infinity' end
    from clients c
    cross join generate_series(1, 4) n
    """,
    """
    insert into client_sync_history (client_id, field_changed, old_value, new_value, changed_at)
    select
        c.id, 'branch', 'B' || 1 + abs(hashtext(c.client_code)) %% %(branches)s, b.code,
        now() - interval '10 days'
    from clients c
    join branches b on b.id = c.branch_id
    where abs(hashtext(c.client_code)) %% 50 = 0
        and b.code <> 'B' || 1 + abs(hashtext(c.client_code)) %% %(branches)s
    """,
    # One client in ten has a new officer.
    """
    insert into client_assignments (
        client_id, officer_id, assigned_from, assigned_until, end_reason
    )
    select
        c.id, u.id, now() - interval '400 days', now() - interval '10 days', 'reassigned'
    from clients c
    join users u on u.email = 'officer1@example.com'
    where c.assigned_to is not null and abs(hashtext(c.client_code)) %% 10 = 1
    """,
    """
    insert into client_assignments (client_id, officer_id, assigned_from)
    select
        c.id, c.assigned_to,
        now() - case when abs(hashtext(c.client_code)) %% 10 = 1 then 10 else 400 end
        * interval '1 day'
    from clients c
    where c.assigned_to is not null
    """,
    "set session_replication_role = default",
)


@frozen
class Reports:
    """The reports of FCASH, and the moment that they are of."""

    work: PostgresUnitsOfWork
    moment: datetime

    def questions(self) -> Mapping[str, Callable[[], object]]:
        zone = Settings().business_timezone
        parts = (self.work, SetClock(datetime.now(UTC)), zone)
        day = self.moment.astimezone(zone).date()
        before = day - timedelta(days=1)  # a whole one
        month = Period.containing(day, Cycle.MONTHLY)
        asked: dict[str, Any] = {"company": "FCASH", "period": month, "as_of": self.moment}
        completion = partial(CompletionReport(*parts).read, BOSS)
        credit = CompletionQuery(**asked, view=CompletionView.CREDIT)
        return {
            **{
                f"completion by {by}": partial(completion, CompletionQuery(**asked, by=by))
                for by in CompletionBy
            },
            "completion by branch, credit": partial(completion, credit),
            "dashboard": partial(Dashboard(*parts).read, BOSS, DashboardQuery(**asked)),
            "balance": partial(Balance(*parts).read, BOSS, PlaceQuery(**asked)),
            "ageing": partial(Ageing(*parts).read, BOSS, PlaceQuery(**asked)),
            "untouched": partial(Untouched(*parts).read, BOSS, PlaceQuery(**asked)),
            "staff of a day": partial(
                Staff(*parts).read,
                BOSS,
                StaffQuery(company="FCASH", start=before, until=before, as_of=self.moment),
            ),
            "page of clients done": partial(
                PastClients(*parts).read, BOSS, PastQuery(filter=_done(month, self.moment))
            ),
            "pace": partial(Pace(*parts).read, BOSS, PaceQuery(**asked)),
            "trend of 12": partial(Trend(*parts).read, BOSS, TrendQuery(**asked)),
        }


def _done(month: Period, moment: datetime) -> ClientFilter:
    row = StatusFilter(period=month, status="DONE", exempt=False)
    return ClientFilter(company="FCASH", as_of=moment, row=row)


@click.command()
@click.option("--clients", default=750_000)
@click.option("--branches", default=200)
@click.option("--periods", default=12)
@click.option("--days-ago", default=30)
@click.option("--keep", is_flag=True, help="Keep the database, and take the one that is there.")
@click.option(
    "--data",
    envvar="BENCH_DATA",
    type=click.Path(path_type=Path),
    help="A folder for the database.",
)
@click.option("--json", "path", type=click.Path(path_type=Path), default="bench/as_of.json")
def main(
    clients: int,
    branches: int,
    periods: int,
    days_ago: int,
    keep: bool,  # noqa: FBT001 — an option
    data: Path | None,
    path: Path,
) -> None:
    """Fill a database of its own, then measure."""
    moment = datetime.now(UTC) - timedelta(days=days_ago)
    with postgres_in(data) as postgres:
        cluster, name = postgres.cluster, f"bench_as_of_{clients}"
        database = Database.on(cluster, name)
        if not (keep and cluster.has_database(name)):
            cluster.drop_database(name)
            cluster.create_database(name)
            begun = time.perf_counter()
            fill(database, BulkData(clients, branches, periods, business_day()))
            click.echo(f"# {clients} clients, made in {time.perf_counter() - begun:.0f} s")
        report(_measured(database, moment), path, **facts(clients=clients, days_ago=days_ago))
        if not keep:
            cluster.drop_database(name)


def fill(database: Database, data: BulkData) -> None:
    """Make clients with rows, and the events that the rows add up to."""
    maintenance = PostgresMaintenance(database.owner_url)
    maintenance.migrate()
    maintenance.seed()
    data.fill(database.superuser_url)
    with indexed_afterwards(database.superuser_url) as connection:
        for statement in HISTORY:
            takes = "%" in statement
            connection.execute(statement.encode(), {"branches": data.branches} if takes else None)
    maintenance.recount()  # the triggers were off


@contextmanager
def indexed_afterwards(url: str) -> Iterator[psycopg.Connection[Any]]:
    """Build the indexes once, when the rows are there."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("set synchronous_commit = off")
        items = connection.execute(INDEXES).fetchall()
        for name, _ in items:
            connection.execute(f"drop index {name}".encode())
        yield connection
        connection.execute("set maintenance_work_mem = '512MB'")
        for _, definition in items:
            connection.execute(definition.encode())
        # Rows lie as they are opened, period by period.
        connection.execute("create index by_period on client_period_status (period, id)")
        connection.execute("cluster client_period_status using by_period")
        connection.execute("drop index by_period")
        connection.execute("vacuum analyze")
        connection.execute("checkpoint")


def _measured(database: Database, moment: datetime) -> Iterator[Line]:
    with pool_on(database.worker_url) as pool:
        reports = Reports(PostgresUnitsOfWork(pool), moment)
        for name, ask in reports.questions().items():
            yield Line(
                f"{name}, as of {moment:%m-%d}, s", _timed(ask), None, TARGET_S, at_least=False
            )
        yield Line("peak of the server process, MB", _peak_mb(pool))


def _timed(ask: Callable[[], object]) -> float:
    taken = []
    for _ in range(ROUNDS):
        begun = time.perf_counter()
        ask()
        taken.append(time.perf_counter() - begun)
    return statistics.median(taken)


def _peak_mb(pool: Pool) -> float:
    """Read how large the process of the connection has been; shared buffers count."""
    with pool.connection() as connection:
        status = Path(f"/proc/{connection.info.backend_pid}/status").read_text(encoding="ascii")
    found = re.search(r"VmHWM:\s+(\d+)", status)
    return int(found[1]) / 1024 if found else 0.0


if __name__ == "__main__":
    main()
