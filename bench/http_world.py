"""What is measured over HTTP: a database full of clients, who looks at it, and the server."""

from __future__ import annotations

import subprocess
import tempfile
import time
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.request import urlopen

import psycopg
from attrs import frozen
from tests.entrypoints.test_cli_long_running import KEYS
from tests.support.bulk_data import BulkData
from tests.support.commands import COMMAND, environment
from tests.support.reading_fixture import made_up
from tests.support.servers import Database, free_port

from clientupdater.adapters.postgres.admin.embedded import EmbeddedPostgres
from clientupdater.adapters.postgres.admin.maintenance import PostgresMaintenance
from clientupdater.domain.accounts import fingerprint
from clientupdater.domain.periods import Cycle, Period
from clientupdater.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

PATIENCE_S = 60
NAME = "bench_http"
WITHOUT_LIMITS = {
    "RATE_LIMIT_READ_REQUESTS": "1000000",
    "RATE_LIMIT_WRITE_REQUESTS": "1000000",
    "MAX_CONCURRENT_REQUESTS": "1000",
}
PERSON = """
with person as (
    insert into users (id, email, first_name, last_name)
    values (%(id)s, %(email)s, 'Ana', 'Lim')
),

rights as (
    insert into user_permissions (user_id, permission_id, scope)
    select %(id)s, id, 'branch' from permissions
    where code in ('clients:read', 'status:read', 'status:update')
),

places as (
    insert into user_branches (user_id, branch_id) select %(id)s, unnest(%(branches)s::uuid[])
)

insert into user_sessions (user_id, session_token, expires_at)
values (%(id)s, %(token)s, now() + interval '1 day')
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
TARGETS = """
create table bench_targets as
select row_number() over (order by md5(c.client_code)) as n, c.client_code as code, s.period
from client_period_status s
join clients c on c.id = s.client_id
where s.is_open and s.period = any(%s) and s.home_branch_id = any(%s)
"""
STANDING = """
select b.code, b.period, s.version
from bench_targets b
join clients c on c.client_code = b.code
join client_period_status s on s.client_id = c.id and s.period = b.period
order by b.n
"""


@frozen
class Reader:
    """Somebody of so many branches, signed in."""

    branches: int

    @property
    def id(self) -> UUID:
        """Who they are."""
        return made_up("reader of branches", self.branches)

    @property
    def token(self) -> str:
        """What they come with."""
        return f"the token of {self.branches} branches"

    @property
    def kept_token(self) -> str:
        """What the database knows it by."""
        return fingerprint(self.token)

    @property
    def places(self) -> list[UUID]:
        """Where they work."""
        return [made_up("branch", n) for n in range(1, self.branches + 1)]


@frozen
class World:
    """A database that is full."""

    database: Database
    today: date

    @property
    def periods(self) -> dict[str, str]:
        """The running ones, by what they are of."""
        names = {Cycle.MONTHLY: "month", Cycle.QUARTERLY: "quarter"}
        return {name: str(Period.containing(self.today, c)) for c, name in names.items()}

    def fill(self, crowd: BulkData, readers: list[Reader]) -> None:
        """Put everybody in, and note which rows the first reader updates."""
        crowd.fill(self.database.superuser_url)
        with psycopg.connect(self.database.superuser_url, autocommit=True) as connection:
            connection.execute("set session_replication_role = replica")
            connection.execute(OPENED)
            connection.execute("set session_replication_role = default")
            for reader in readers:
                values = {"id": reader.id, "branches": reader.places, "token": reader.kept_token}
                email = f"of{reader.branches}@example.com"
                connection.execute(PERSON, {**values, "email": email})
            periods = list(self.periods.values())
            connection.execute(TARGETS, (periods, readers[0].places))
            connection.execute("alter table bench_targets add primary key (n)")
            connection.execute("grant select on bench_targets to clientupdater_app")
        self.settle()

    def settle(self) -> None:
        """Leave nothing to be cleared away while something is measured."""
        with psycopg.connect(self.database.superuser_url, autocommit=True) as connection:
            connection.execute("vacuum analyze")
            connection.execute("checkpoint")

    def companies(self) -> list[UUID]:
        """Name all of them."""
        with psycopg.connect(self.database.superuser_url) as connection:
            return [each for (each,) in connection.execute("select id from companies")]

    def targets(self, path: Path) -> int:
        """Write down which rows can be updated, as they stand once all is done; count them.

        Whoever drove the server before went away from what was under way.
        """
        with psycopg.connect(self.database.superuser_url, autocommit=True) as connection:
            result, before = connection.execute(STANDING).fetchall(), None
            while result != before:
                time.sleep(1)
                result, before = connection.execute(STANDING).fetchall(), result
        path.write_text("".join(f"{code} {period} {at}\n" for code, period, at in result))
        return len(result)


@contextmanager
def world() -> Iterator[World]:
    """Make an empty one on a server with its defaults, on disk, that loses nothing."""
    with tempfile.TemporaryDirectory(prefix="clientupdater-bench-") as folder:
        Path(folder).chmod(0o711)
        with EmbeddedPostgres(Path(folder)) as server:
            server.cluster.create_database(NAME)
            database = Database.on(server.cluster, NAME)
            maintenance = PostgresMaintenance(database.owner_url)
            maintenance.migrate()
            maintenance.seed()
            yield World(database, datetime.now(Settings().business_timezone).date())


@contextmanager
def serving(database: Database, processes: int, **settings: str) -> Iterator[str]:
    """Run the server as one does; its log goes to a file."""
    port = free_port()
    env = environment(
        DATABASE_URL=database.app_url, **KEYS, **WITHOUT_LIMITS, DRAIN_SECONDS="0", **settings
    )
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(  # noqa: S603 — a program we chose
            [*COMMAND, "serve", "--port", str(port), "--workers", str(processes)],
            env=env,
            stdout=log,
            stderr=log,
        )
        with process:
            try:
                _wait_for(f"http://127.0.0.1:{port}/readyz")
                yield f"http://127.0.0.1:{port}"
            finally:
                process.terminate()


def _wait_for(address: str) -> None:
    until = time.monotonic() + PATIENCE_S
    while True:
        try:
            with urlopen(address, timeout=PATIENCE_S):  # noqa: S310 — our own server
                return
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.05)
