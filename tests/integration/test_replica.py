"""Reports and exports from a streaming replica, which never miss what was committed (ADR 40)."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import httpx
import psycopg
import pytest
from attrs import frozen

from clientupdater.adapters.postgres.admin.embedded import EmbeddedPostgres
from clientupdater.adapters.postgres.admin.maintenance import PostgresMaintenance
from clientupdater.adapters.postgres.core.pool import PoolSize, open_pool
from clientupdater.adapters.postgres.core.replica import Replica
from clientupdater.adapters.postgres.core.unit_of_work import PostgresUnitsOfWork
from clientupdater.composition import open_app
from clientupdater.demo_data import MadeUpAccount, fill
from clientupdater.domain.access_scope import over_branches
from clientupdater.domain.errors import Misconfigured, Unavailable
from clientupdater.domain.ids import BranchId, PersonId
from clientupdater.ports.queue import NewJob
from clientupdater.ports.unit_of_work import NO_CLIENTS
from clientupdater.runtime.deadlines import ending_at, within
from clientupdater.settings import Settings
from tests.entrypoints.test_cli_long_running import KEYS
from tests.support.builders import MANILA
from tests.support.commands import call
from tests.support.forked_servers import forked_server
from tests.support.plain_sql import sql_rows
from tests.support.replicas import StreamingReplica, streaming_replica
from tests.support.servers import Database, folder_of_data
from tests.support.signed_scopes import SIGNER
from tests.support.tcp_proxy import tcp_proxy
from tests.support.waiting import PATIENCE_S, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clientupdater.ports.queue import NewJob
from clientupdater.ports.unit_of_work import RowSecurityScope

WRITES = 60
_NAMES = ("actor", "direct_branches")
_SCOPE = ", ".join(f"current_setting('clientupdater.{name}')" for name in _NAMES)
_SET_SCOPE = ", ".join(f"set_config('clientupdater.{name}', %s, true)" for name in _NAMES)


_AUDITS = """
insert into user_permissions (user_id, permission_id, scope)
select u.id, p.id, 'all' from users u, permissions p where u.email = %s and p.code = 'audit:read'
"""


@frozen
class Pair:
    """A database of made-up clients and its copy, and a person with one client in one branch."""

    database: Database
    replica: StreamingReplica
    person: PersonId
    here: BranchId
    mine: UUID
    boss: MadeUpAccount

    @property
    def url(self) -> str:
        return self.replica.url(self.database.app_url)

    @contextmanager
    def work(
        self, url: str | None = None, patience_s: float = 0.25, left_out_s: float = 0
    ) -> Iterator[PostgresUnitsOfWork]:
        size = PoolSize(1, 2, PATIENCE_S)
        with (
            open_pool(self.database.app_url, size) as pool,
            open_pool(url or self.url, PoolSize(0, 2, patience_s), of_replica=True) as other,
        ):
            replica = Replica(other, patience_s=patience_s, left_out_s=left_out_s)
            yield PostgresUnitsOfWork(pool, signer=SIGNER, replica=replica)


@pytest.fixture(scope="module")
def pair() -> Iterator[Pair]:
    with ExitStack() as stack:
        folder = stack.enter_context(folder_of_data())
        postgres = stack.enter_context(EmbeddedPostgres(folder))
        database = Database.on(postgres.cluster, "clientupdater")
        PostgresMaintenance(database.owner_url).migrate()
        PostgresMaintenance(database.owner_url, signer=SIGNER).seed()
        accounts = fill(database.worker_url, clients=60, now=datetime.now(UTC), zone=MANILA)
        boss = next(each for each in accounts if each.email == "head.office@demo.example")
        replica = stack.enter_context(streaming_replica(postgres))
        with sql_rows(database) as made:
            here, there, person = made.branch(), made.branch(), made.user()
            mine, _ = made.client(here), made.client(there)
            made.connection.execute(_AUDITS, (boss.email,))
            made.connection.commit()
        yield Pair(database, replica, PersonId(person), BranchId(here), mine, boss)


def is_read_from_replica(work: PostgresUnitsOfWork, scope: RowSecurityScope = NO_CLIENTS) -> bool:
    with work.read(scope, takes_long=True) as tx:
        ((result,),) = tx.connection.execute("select pg_is_in_recovery()").fetchall()
    return bool(result)


def write(work: PostgresUnitsOfWork) -> int:
    """Queue a job, and name it."""
    with work.begin(NO_CLIENTS) as tx:
        job = tx.jobs.enqueue(NewJob(name="nothing", queue="nobody's"), datetime.now(UTC))
    return int(job or 0)


def newest(work: PostgresUnitsOfWork) -> tuple[int, bool]:
    """Name the newest job, and whether the replica did so."""
    with work.read(NO_CLIENTS, takes_long=True) as tx:
        ((number, is_replica),) = tx.connection.execute(
            "select max(id), pg_is_in_recovery() from job_queue"
        ).fetchall()
    return int(number), bool(is_replica)


def test_a_read_that_takes_long_goes_to_the_replica_and_another_does_not(pair: Pair) -> None:
    with pair.work() as work:
        wait_until(lambda: is_read_from_replica(work))
        with work.read(NO_CLIENTS) as tx:
            assert tx.connection.execute("select pg_is_in_recovery()").fetchone() == (False,)


def test_an_export_reads_its_moment_from_the_replica(pair: Pair) -> None:
    with pair.work(patience_s=PATIENCE_S) as work, work.snapshot(NO_CLIENTS) as open_table:
        connection = open_table.args[0]  # type: ignore[attr-defined]
        assert connection.execute("select pg_is_in_recovery()").fetchone() == (True,)


def test_each_read_sees_what_was_written_before_it(pair: Pair) -> None:
    with pair.work() as work:
        reads = []
        for _ in range(WRITES):
            written = write(work)
            number, is_replica = newest(work)
            assert number == written
            reads.append(is_replica)
    assert any(reads), "the replica was never used"


def test_a_replica_that_is_behind_is_not_read_and_once_it_has_caught_up_it_is(pair: Pair) -> None:
    with pair.work() as work:
        with pair.replica.behind():
            written = write(work)
            assert newest(work) == (written, False)
        wait_until(lambda: is_read_from_replica(work))
        assert newest(work)[0] == written


def test_where_the_replica_is_away_the_primary_answers_until_it_is_back(pair: Pair) -> None:
    with pair.work() as work:
        wait_until(lambda: is_read_from_replica(work))
        pair.replica.stop()
        try:
            assert not is_read_from_replica(work)
        finally:
            pair.replica.start()
        wait_until(lambda: is_read_from_replica(work))


def test_where_the_replica_hangs_the_primary_answers(pair: Pair) -> None:
    with tcp_proxy("127.0.0.1", pair.replica.port) as proxy:
        url = pair.url.replace(f":{pair.replica.port}", f":{proxy.port}")
        with pair.work(url) as work:
            wait_until(lambda: is_read_from_replica(work))
            with proxy.held(), ending_at(within(PATIENCE_S)):
                assert not is_read_from_replica(work)
            wait_until(lambda: is_read_from_replica(work))


def test_after_a_read_that_the_replica_broke_off_the_primary_answers_for_a_while(
    pair: Pair,
) -> None:
    with pair.work(patience_s=PATIENCE_S, left_out_s=3600) as work:
        with pytest.raises(Unavailable), work.read(NO_CLIENTS, takes_long=True) as tx:
            break_off(pair, tx.connection)
        assert not is_read_from_replica(work)


def break_off(pair: Pair, connection: psycopg.Connection[Any]) -> None:
    pid, wait_ms = connection.info.backend_pid, int(PATIENCE_S * 1000)
    pair.replica.execute(f"select pg_terminate_backend({pid}, {wait_ms})")
    connection.execute("select 1")


def test_a_replica_that_was_promoted_is_not_read(pair: Pair) -> None:
    with (
        streaming_replica(pair.replica.primary) as other,
        pair.work(other.url(pair.database.app_url)) as work,
    ):
        wait_until(lambda: is_read_from_replica(work))
        other.execute("select pg_promote()")
        with work.read(NO_CLIENTS, takes_long=True) as tx:
            assert tx.connection.info.port != other.port


@pytest.mark.rule("A4")
def test_A4_the_replica_shows_a_person_the_clients_of_their_scope_alone(pair: Pair) -> None:
    scope = over_branches(pair.person, pair.here)
    with pair.work(patience_s=PATIENCE_S) as work, work.read(scope, takes_long=True) as tx:
        rows = tx.connection.execute("select id, pg_is_in_recovery() from clients").fetchall()
        assert rows == [(pair.mine, True)]


@pytest.mark.rule("A4")
def test_A4_a_scope_that_was_signed_for_another_connection_is_refused_there(pair: Pair) -> None:
    scope = over_branches(pair.person, pair.here)
    with pair.work(patience_s=PATIENCE_S) as work:
        with work.begin(scope) as tx:
            (elsewhere,) = tx.connection.execute(f"select {_SCOPE}".encode()).fetchall()
        with work.read(NO_CLIENTS, takes_long=True) as tx:
            tx.connection.execute(f"select {_SET_SCOPE}".encode(), elsewhere)
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                tx.connection.execute("select pg_is_in_recovery(), id from clients")


def test_a_login_that_row_security_does_not_bind_is_refused_on_the_replica(pair: Pair) -> None:
    settings = Settings.from_mapping(
        {
            **KEYS,
            "DATABASE_URL": pair.database.app_url,
            "DATABASE_REPLICA_URL": pair.replica.url(pair.database.superuser_url),
        }
    )
    with pytest.raises(Misconfigured, match="DATABASE_REPLICA_URL: logs in as postgres"):
        open_app(settings).__enter__()


def test_a_replica_that_comes_later_with_such_a_login_is_not_read(pair: Pair) -> None:
    url = pair.replica.url(pair.database.superuser_url)
    with pair.work(url) as work, work.read(NO_CLIENTS, takes_long=True) as tx:
        assert tx.connection.info.user == "clientupdater"
        assert tx.connection.info.port != pair.replica.port


def doctor(pair: Pair, replica_url: str) -> str:
    done = call(
        "doctor",
        **KEYS,
        DATABASE_URL=pair.database.app_url,
        DATABASE_WORKER_URL=pair.database.worker_url,
        DATABASE_REPLICA_URL=replica_url,
    )
    return done.stdout + done.stderr


def test_the_doctor_says_how_the_replica_is(pair: Pair) -> None:
    assert "replica: the last transaction that it replayed is" in doctor(pair, pair.url)
    answer = doctor(pair, pair.database.app_url)
    assert "replica: DATABASE_REPLICA_URL leads to a server that is no replica" in answer


_MONTH = f"company=FCASH&period={datetime.now(MANILA):%Y-%m}"
READS = [
    *(f"reports/{name}?{_MONTH}" for name in ("completion", "pace", "trend")),
    *(f"reports/{name}?{_MONTH}" for name in ("ageing", "balance", "untouched")),
    *(
        f"dashboard/summary?{_MONTH}",
        "reports/staff?company=FCASH",
        "reports/signals?company=FCASH",
    ),
    *("audit/activity", "audit/config", "audit/authorization"),
]


def shown(http: httpx.Client, path: str) -> Any:
    """Read a report, without the moment of reading."""
    response = http.get(f"/api/v1/{path}")
    assert response.status_code == 200, (path, response.text)
    return {name: value for name, value in response.json().items() if name != "as_of"}


@pytest.mark.rule("A4", "R3")
def test_every_report_and_audit_that_the_replica_shows_is_that_of_the_primary(pair: Pair) -> None:
    proof = {"email": pair.boss.email, "password": pair.boss.password}
    with (
        forked_server(DATABASE_URL=pair.database.app_url) as plain,
        forked_server(
            DATABASE_URL=pair.database.app_url, DATABASE_REPLICA_URL=pair.url
        ) as reading_replica,
        httpx.Client(base_url=plain.base, timeout=PATIENCE_S) as expected,
        httpx.Client(base_url=reading_replica.base, timeout=PATIENCE_S) as http,
    ):
        token = expected.post("/api/v1/sessions", json=proof).json()["token"]
        for each in (expected, http):
            each.headers["Authorization"] = f"Bearer {token}"
        url = pair.database.superuser_url
        before = pair.replica.scans(url)
        wait_until(lambda: bool(shown(http, READS[0])) and pair.replica.scans(url) > before)
        for path in READS:
            assert shown(http, path) == shown(expected, path)
