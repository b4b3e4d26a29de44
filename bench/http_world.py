"""The database that is measured over HTTP, its users, and the servers in front of it."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack, contextmanager, suppress
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.request import urlopen

import psycopg
from attrs import field, frozen
from bench.processes import Server
from tests.entrypoints.test_cli_long_running import KEYS
from tests.support.bulk_data import BulkData
from tests.support.commands import COMMAND, environment
from tests.support.reading_fixture import made_up
from tests.support.servers import Database, free_port
from tests.support.signed_scopes import SIGNER, verify_scopes

from clientupdater.adapters.postgres.admin.embedded import EmbeddedPostgres
from clientupdater.adapters.postgres.admin.maintenance import PostgresMaintenance
from clientupdater.adapters.postgres.core.scope_ids import uuid_array
from clientupdater.adapters.postgres.core.scope_signer import ANY_PROCESS
from clientupdater.domain.accounts import fingerprint
from clientupdater.domain.ids import PersonId
from clientupdater.domain.periods import Cycle, Period
from clientupdater.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from uuid import UUID

ROOT = Path(__file__).parents[1]
PATIENCE_S = 60
WITHOUT_LIMITS = {
    "RATE_LIMIT_READ_REQUESTS": "1000000",
    "RATE_LIMIT_WRITE_REQUESTS": "1000000",
    "MAX_CONCURRENT_REQUESTS": "1000",
}
USER = """
with person as (
    insert into users (id, email, first_name, last_name)
    values (%(id)s, %(email)s, 'Ana', 'Lim')
),

rights as (
    insert into user_permissions (user_id, permission_id, scope)
    select %(id)s, id, 'branch' from permissions
    where code in ('clients:read', 'status:read', 'status:update')
),

territory as (
    insert into user_branches (user_id, branch_id) select %(id)s, unnest(%(branches)s::uuid[])
)

insert into user_sessions (user_id, session_token, expires_at)
values (%(id)s, %(token_hash)s, now() + interval '7 days')
"""
SESSIONS = """
update user_sessions set created_at = now(), last_seen_at = now(), expires_at = now() + '7 days'
"""
OPENED = """
insert into status_events (
    client_period_status_id, event_sequence, kind, status_type_id, company_id, branch_id,
    occurred_at, created_at
)
select s.id, 0, 'opened', t.id, s.company_id, s.branch_id, s.created_at, s.created_at
from client_period_status s
join status_types t on t.code = 'PENDING'
"""
RECORDED = """
insert into status_events (
    client_period_status_id, event_sequence, kind, status_type_id, reason_id, company_id,
    branch_id, occurred_at, created_by, created_at
)
select
    s.id, 1, 'recorded', s.status_type_id, s.reason_id, s.company_id, s.branch_id, s.updated_at,
    s.contact_by, s.updated_at
from client_period_status s
where s.version = 1 and s.period = any(%s)
"""
TARGETS = """
create table bench_targets as
select row_number() over (order by md5(c.client_code)) as n, c.client_code as code, s.period
from client_period_status s
join clients c on c.id = s.client_id
where s.is_open and s.next_follow_up_on is null
    and s.period = any(%s) and s.home_branch_id = any(%s)
"""
"""Rows to update: none with a follow-up day, so that updates leave the worklist's first page."""
VERSIONS = """
select b.code, b.period, s.version
from bench_targets b
join clients c on c.client_code = b.code
join client_period_status s on s.client_id = c.id and s.period = b.period
order by b.n
"""


@frozen
class User:
    """A signed-in user who works in `branches` branches, from the one numbered `first` on."""

    branches: int
    first: int = 1
    of: int = 200
    """How many branches there are."""
    number: int = 0
    """Tells users of the same branches apart."""

    @property
    def name(self) -> str:
        return f"{self.branches}.{self.first}.{self.number}"

    @property
    def email(self) -> str:
        return f"user-{self.name}@example.com"

    @property
    def id(self) -> UUID:
        return made_up(f"user {self.name}", 0)

    @property
    def token(self) -> str:
        return f"token-of-{self.name}"

    @property
    def token_hash(self) -> str:
        return fingerprint(self.token)

    @property
    def branch_numbers(self) -> list[int]:
        return [1 + (self.first - 1 + n) % self.of for n in range(self.branches)]

    @property
    def branch_ids(self) -> list[UUID]:
        return [made_up("branch", n) for n in self.branch_numbers]


@frozen
class World:
    """A full database."""

    database: Database
    postgres: EmbeddedPostgres = field(repr=False)
    today: date

    @property
    def periods(self) -> dict[str, str]:
        """The running periods."""
        names = {Cycle.MONTHLY: "month", Cycle.QUARTERLY: "quarter"}
        return {name: str(Period.containing(self.today, c)) for c, name in names.items()}

    @property
    def ended_periods(self) -> list[str]:
        """The periods before the running ones."""
        return [str(Period.containing(self.today, cycle).previous) for cycle in Cycle]

    def fill(self, data: BulkData, users: Sequence[User]) -> None:
        """Insert clients and users, and choose the rows that the first user updates."""
        maintenance = PostgresMaintenance(self.database.owner_url, signer=SIGNER)
        maintenance.migrate()
        maintenance.seed()
        data.fill(self.database.superuser_url)
        with psycopg.connect(self.database.superuser_url, autocommit=True) as connection:
            connection.execute("set session_replication_role = replica")
            connection.execute(OPENED)
            periods = list(self.periods.values())
            connection.execute(RECORDED, (periods + self.ended_periods,))
            connection.execute("set session_replication_role = default")
            connection.execute(TARGETS, (periods, users[0].branch_ids))
            connection.execute("alter table bench_targets add primary key (n)")
            connection.execute("grant select on bench_targets to clientupdater_app")

    def add(self, users: Sequence[User]) -> None:
        """Insert the users who are not there yet, and give all of them open sessions."""
        with psycopg.connect(self.database.superuser_url) as connection:
            known = {each for (each,) in connection.execute("select id from users")}
            for user in (each for each in users if each.id not in known):
                params = {
                    "id": user.id,
                    "email": user.email,
                    "branches": user.branch_ids,
                    "token_hash": user.token_hash,
                }
                connection.execute(USER, params)
            connection.execute(SESSIONS)

    def settle(self) -> None:
        """Leave no vacuum or checkpoint to run while something is measured."""
        with psycopg.connect(self.database.superuser_url, autocommit=True) as connection:
            connection.execute("vacuum analyze")
            connection.execute("checkpoint")

    def due_follow_ups(self, user: User) -> int:
        """Count the rows that are first in the user's worklist."""
        query = """
            select count(*) from client_period_status
            where is_open and period = any(%s) and home_branch_id = any(%s)
                and next_follow_up_on <= %s
        """
        params = (list(self.periods.values()), user.branch_ids, self.today)
        return int(self.rows(query, params)[0][0])

    def caller(self, user: User) -> dict[str, object]:
        """Give the variables of updates.sql that say who calls; an old schema verifies no scope."""
        companies = tuple(each for (each,) in self.rows("select id from companies"))
        scope = {
            "branch_companies": uuid_array(companies),
            "direct_branches": uuid_array(tuple(user.branch_ids)),
        }
        values = {"actor": str(user.id), **scope}
        if self.rows("select to_regclass('scope_keys')") != [(None,)]:
            values = SIGNER.signed(ANY_PROCESS, PersonId(user.id), scope)
        return {"token": user.token_hash, "person": user.id, **values}

    def targets(self) -> list[tuple[str, str, int]]:
        """Read client, period and version of each row to update, once nothing changes them.

        A load generator that stops leaves requests under way.
        """
        with psycopg.connect(self.database.superuser_url, autocommit=True) as connection:
            result, before = connection.execute(VERSIONS).fetchall(), None
            while result != before:
                time.sleep(0.5)
                result, before = connection.execute(VERSIONS).fetchall(), result
        return result

    def rows(self, query: str, params: tuple[object, ...] = ()) -> list[Any]:
        """Read rows, as a superuser."""
        with psycopg.connect(self.database.superuser_url) as connection:
            return connection.execute(query.encode(), params).fetchall()

    def copy(self, name: str) -> World:
        """Copy the database, for another version of its schema."""
        cluster = self.postgres.cluster
        cluster.drop_database(name)
        cluster.create_database(name, template=self.database.name)
        return World(Database.on(cluster, name), self.postgres, self.today)


@contextmanager
def postgres_in(folder: Path | None) -> Iterator[EmbeddedPostgres]:
    """Run PostgreSQL with its default settings and durability, in a folder of its own or in one
    that keeps its databases for the next run.
    """
    with ExitStack() as stack:
        if folder is None:
            name = stack.enter_context(tempfile.TemporaryDirectory(prefix="clientupdater-bench-"))
            folder = Path(name)
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o711)
        yield stack.enter_context(EmbeddedPostgres(folder))


def world_on(postgres: EmbeddedPostgres, data: BulkData, users: Sequence[User]) -> World:
    """Fill a database, or take the one that an earlier run filled this month, migrated."""
    cluster = postgres.cluster
    name = f"bench_{data.clients}_{data.branches}_{data.periods}_{data.today:%Y_%m}"
    world = World(Database.on(cluster, name), postgres, data.today)
    if cluster.has_database(name):
        PostgresMaintenance(world.database.owner_url).migrate()
        verify_scopes(world.database)
    else:
        filling = World(Database.on(cluster, f"{name}_filling"), postgres, data.today)
        cluster.drop_database(filling.database.name)
        cluster.create_database(filling.database.name)
        filling.fill(data, users)
        with psycopg.connect(cluster.superuser_url, autocommit=True) as connection:
            connection.execute(f"alter database {filling.database.name} rename to {name}".encode())
    world.add(users)
    world.settle()
    return world


def business_day() -> date:
    return datetime.now(Settings().business_timezone).date()


@contextmanager
def our_server(url: str, processes: int, **settings: str) -> Iterator[Server]:
    """Run `clientupdater serve`, with limits too high to meet."""
    port = free_port()
    command = [*COMMAND, "serve", "--port", str(port), "--workers", str(processes)]
    values = {**KEYS, **WITHOUT_LIMITS, "DRAIN_SECONDS": "0", **settings}
    with _running(command, port, "/readyz", DATABASE_URL=url, **values) as server:
        yield server


@contextmanager
def peer_server(peer: str, url: str, processes: int) -> Iterator[Server]:
    """Run an application of bench/peers with uvicorn, uvloop and httptools."""
    port = free_port()
    command = [
        *(sys.executable, "-m", "uvicorn", f"bench.peers.{peer}:app", "--port", str(port)),
        *("--workers", str(processes), "--loop", "uvloop", "--http", "httptools"),
        *("--no-access-log", "--log-level", "warning"),
    ]
    with _running(command, port, "/empty", DATABASE_URL=url) as server:
        yield server


@contextmanager
def _running(command: list[str], port: int, ready: str, **values: str) -> Iterator[Server]:
    """Run a server until the end; its log goes to a file."""
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(  # noqa: S603 — a program we chose
            command, env=environment(**values), cwd=ROOT, stdout=log, stderr=log
        )
        with process:
            try:
                if not _answers(f"http://127.0.0.1:{port}{ready}", process):
                    log.seek(0)
                    raise SystemExit(f"{command} did not start: {log.read().decode()}")
                yield Server(f"http://127.0.0.1:{port}", process.pid)
            finally:
                process.terminate()


def _answers(address: str, process: subprocess.Popen[bytes]) -> bool:
    """Wait until a server answers; false if it ends, or takes too long."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until and process.poll() is None:
        with suppress(OSError), urlopen(address, timeout=PATIENCE_S):  # noqa: S310 — our own server
            return True
        time.sleep(0.05)
    return False
