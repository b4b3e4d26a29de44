"""Two servers, two workers, PgBouncer, a replica and Redis at work, and one of each kind killed.

People record updates and look at what they wrote; a sync and exports run beside them. No
acknowledged write is lost or made twice, nobody gets the response of another person, and no read
misses what its reader wrote. `make together` does so for ten minutes.
"""

from __future__ import annotations

import csv
import itertools
import os
import signal
import threading
import time
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import httpx
import psycopg
import pytest
from attrs import Factory, define, field

from clientupdater.adapters.postgres.admin.embedded import EmbeddedPostgres
from clientupdater.adapters.postgres.admin.maintenance import PostgresMaintenance
from tests.entrypoints.test_cli_long_running import KEYS
from tests.faults.test_changes_through_crashes import crash
from tests.faults.test_several_servers import UNLIMITED
from tests.support import servers
from tests.support.cli_actors import ZONE, running
from tests.support.forked_servers import forked_server
from tests.support.recorded_calls import Caller, Load, State, require_all_kept_once
from tests.support.replicas import StreamingReplica, streaming_replica
from tests.support.servers import Database, folder_of_data, free_port, redis_process
from tests.support.signed_scopes import SIGNER
from tests.support.staff_fixture import Staff, staffed
from tests.support.waiting import wait_until
from tests.support.worker_processes import QUICK, worker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    from tests.support.forked_servers import ForkedServer

pytestmark = pytest.mark.skipif(
    servers.pgbouncer_program() is None,
    reason="no pgbouncer on this machine; install it (Debian: apt install pgbouncer)",
)
SECONDS = float(os.environ.get("CLIENTUPDATER_FAULT_SECONDS", "0"))
REPORT = os.environ.get("CLIENTUPDATER_FAULT_REPORT")
CALLERS, CALLS, SYNCED = 4, 12, 300
RIGHTS = ("clients:read", "status:read", "status:update", "reports:read")
BOSS = ("clients:read", "reports:export", "sync:read", "sync:execute")
LONGEST_S = 600.0
ROW = {
    "COMPANY_CODE": "FCASH",
    "PRODUCT_CODE": "FCASH_SSS",
    "BRANCH_CODE": "CAL",
    "CONTACT_NUMBER": "09170000000",
    "PAST_DUE_AMOUNT": "0",
}


@define(eq=False)
class Witness(Caller):
    """A caller who looks, after each update, whether all they see is theirs and up to date."""

    email: str = ""
    client: str = ""
    looks: int = 0
    wrong: list[str] = field(factory=list)

    def settled(self, http: httpx.Client) -> None:
        recorded = sum(state is State.OK for state in self.calls.values())
        if (me := self._seen(http, "me")) and me["user"]["email"] != self.email:
            self.wrong.append(f"{self.email} got /me of {me['user']['email']}")
        if listed := self._seen(http, "clients?limit=9"):
            codes = [each["client_code"] for each in listed["items"]]
            if codes != [self.client]:
                self.wrong.append(f"{self.email} got clients {codes}")
            elif listed["items"][0]["current"]["version"] != self._version:
                self.wrong.append(f"{self.email} does not see version {self._version}")
        if report := self._seen(http, "reports/staff?company=FCASH&person=me"):
            counted = sum(row["figures"]["update"]["value"] for row in report["rows"])
            if counted != recorded:
                self.wrong.append(f"{self.email} recorded {recorded} and is reported {counted}")

    def _seen(self, http: httpx.Client, path: str) -> Any:
        """Give what a path shows; None where the server does not say."""
        with suppress(httpx.TransportError):
            response = http.get(f"{self.base()}/api/v1/{path}", headers=self.headers)
            if response.is_success:
                self.looks += 1
                return response.json()
            if response.status_code < 500:
                self.wrong.append(f"{path}: {response.status_code} {response.text}")
        return None


@define(eq=False)
class Restartable:
    """A server that is killed, and begun again where it was."""

    begin: Callable[[], AbstractContextManager[Any]]
    stack: ExitStack = Factory(ExitStack)
    value: Any = None

    def start(self) -> None:
        self.value = self.stack.enter_context(self.begin())

    def kill(self) -> None:
        self.stack.close()


@define(eq=False)
class Together:
    """All of it."""

    database: Database
    replica: StreamingReplica
    folder: Path
    settings: dict[str, str]
    boss: str
    servers: list[Restartable] = field(factory=list)
    workers: list[Restartable] = field(factory=list)
    pooler: Restartable = field(init=False)
    redis: Restartable = field(init=False)
    _turn: itertools.count[int] = field(factory=itertools.count)

    def base(self) -> str:
        """Give each request to the next server, as a load balancer does."""
        server: ForkedServer = self.servers[next(self._turn) % len(self.servers)].value
        return server.base

    def all(self) -> list[Restartable]:
        return [self.redis, self.pooler, *self.servers, *self.workers]

    def kills(self) -> dict[str, Callable[[], None]]:
        return {
            "a server": lambda: again(self.servers[0]),
            "a worker": lambda: again(self.workers[0]),
            "PgBouncer": lambda: again(self.pooler),
            "Redis": lambda: again(self.redis),
            "the replica": self._kill_replica,
            "a process of PostgreSQL": lambda: crash(self.database.superuser_url),
        }

    def let_the_replica_lag(self, load: Load) -> None:
        with self.replica.behind():
            load.pass_calls(CALLS)

    def _kill_replica(self) -> None:
        self.replica.stop(signal.SIGKILL)
        self.replica.start()

    def asked(self, method: str, path: str, **params: Any) -> Any:
        """Repeat a request of the boss until there is a response that says what became of it."""
        headers = {"Authorization": f"Bearer {self.boss}", "Idempotency-Key": str(uuid4())}
        response: list[httpx.Response] = []

        def answered() -> bool:
            with suppress(httpx.TransportError):
                url = f"{self.base()}{path}"
                response[:] = [httpx.request(method, url, headers=headers, timeout=8, **params)]
                return response[0].is_success
            return False

        wait_until(answered, LONGEST_S)
        return response[0]

    def sync(self) -> None:
        """Let a file be applied; a run that failed is asked for again."""
        done = False
        while not done:
            job = self.asked("POST", "/api/v1/sync/jobs", json={"source": "csv"}).json()
            path, ended = f"/api/v1/sync/jobs/{job['id']}", {"completed", "failed"}
            state = ""
            while state not in ended:
                time.sleep(0.1)
                state = self.asked("GET", path).json()["state"]
            done = state == "completed"

    def export(self) -> int:
        """Let all clients be exported; count them in the file."""
        wanted = {"type": "clients", "format": "csv"}
        path = self.asked("POST", "/api/v1/exports", json=wanted).headers["location"]
        file = None
        while not file:
            time.sleep(0.1)
            file = self.asked("GET", path).json()["file"]
        return int(self.asked("GET", file).text.count("FC-"))


def again(server: Restartable) -> None:
    server.kill()
    server.start()


@contextmanager
def together() -> Iterator[tuple[Together, list[Witness]]]:
    with ExitStack() as stack:
        folder = stack.enter_context(folder_of_data())
        postgres = stack.enter_context(EmbeddedPostgres(folder / "postgres"))
        database = Database.on(postgres.cluster, "clientupdater")
        PostgresMaintenance(database.owner_url).migrate()
        PostgresMaintenance(database.owner_url, signer=SIGNER).seed()
        boss, people = hired(database)
        replica = stack.enter_context(streaming_replica(postgres))
        pooler, redis = free_port(), free_port()
        files = {"EXPORT_DIR": str(folder / "exports"), "CSV_DROP_DIR": str(folder / "drop")}
        drop(database, folder / "drop")
        settings = {
            **KEYS,
            **UNLIMITED,
            **files,
            "DATABASE_REPLICA_URL": replica.url(database.app_url),
            "REDIS_URL": f"redis://127.0.0.1:{redis}/0",
        }
        world = Together(database, replica, folder, settings, boss)
        world.redis = Restartable(lambda: redis_process(redis))
        world.pooler = Restartable(lambda: servers.pgbouncer(database, at_most=8, port=pooler))
        pooled = database.app_url.replace(f":{urlport(database.app_url)}/", f":{pooler}/")
        serving = {**settings, "DATABASE_URL": pooled, "DATABASE_DIRECT_URL": database.app_url}
        world.servers = [Restartable(lambda: forked_server(**serving)) for _ in range(2)]
        world.workers = [Restartable(lambda: worker(database, QUICK, **settings)) for _ in range(2)]
        for each in world.all():
            stack.callback(each.kill)
            each.start()
        for person in people:
            person.base = world.base
        yield world, people


def urlport(url: str) -> int:
    return int(psycopg.conninfo.conninfo_to_dict(url)["port"] or 0)


def hired(database: Database) -> tuple[str, list[Witness]]:
    """Give each caller a branch with one client, and a session."""
    with staffed(database, ZONE) as staff:
        staff.clock.moment = datetime.now(UTC)  # servers go by the machine's clock
        staff.run("insert into branches (code, name) values ('CAL', 'Caloocan')")
        boss = staff.hire(*(f"{each} all" for each in BOSS))
        people = [_witness(staff, number) for number in range(CALLERS)]
        return staff.session(boss), people


def _witness(staff: Staff, number: int) -> Witness:
    email, code = f"caller{number}@example.com", f"FC-CALLER-{number}"
    person = staff.hire(*(f"{each} branch" for each in RIGHTS), email=email)
    staff.run(
        "insert into clients (client_code, company_id, full_name, branch_id, product_id)"
        " values (%s, (select id from companies where code = 'FCASH'), 'Juana Reyes', %s,"
        " (select id from products where code = 'FCASH_SSS'))",
        code,
        staff.branch(person),
    )
    path = f"/api/v1/clients/code:{code}/periods/{running()}/events"
    return Witness(str, path, staff.session(person), f"caller-{number}", email=email, client=code)


def drop(database: Database, folder: Path) -> None:
    """Leave a file of clients for the sync."""
    folder.mkdir()
    with psycopg.connect(database.superuser_url) as connection:
        query = "select source_column from field_mappings where source = 'csv'"
        columns = [column for (column,) in connection.execute(query)]
    with (folder / "clients.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, columns)
        writer.writeheader()
        for number in range(SYNCED):
            own = {
                "CLIENT_CODE": f"FC-{number:05}",
                "FULL_NAME": f"Juan dela Cruz {number}",
                "PENSION_NUMBER": f"{number:010}",
                "UPDATED_AT": "2026-11-01T00:00:00Z",
            }
            writer.writerow({**ROW, **own})
        file.write(f"TRAILER,{SYNCED}\n")


def test_while_one_process_of_each_kind_is_killed_nothing_is_lost_mixed_up_or_missed() -> None:
    with together() as (world, people):
        load = Load([*people])
        with load.running():
            load.pass_calls(CALLS)
            wait_until(lambda: world.replica.scans(world.database.superuser_url) > 0)
            beside = threading.Thread(target=world.sync)
            beside.start()
            world.let_the_replica_lag(load)
            for kill in world.kills().values():
                until = time.monotonic() + SECONDS / len(world.kills())
                kill()
                load.pass_calls(CALLS)
                while time.monotonic() < until:
                    load.pass_calls(CALLS)
                    exported = world.export()
                    assert exported in (CALLERS, CALLERS + SYNCED)
            beside.join()
            assert world.export() == CALLERS + SYNCED
        require_all_kept_once(world.database.superuser_url, load.callers)
        assert [wrong for each in people for wrong in each.wrong] == []
        assert all(each.looks for each in people)
        report(load, people)


def report(load: Load, people: list[Witness]) -> None:
    felt, looks = load.felt, sum(each.looks for each in people)
    errors = ", ".join(f"{why} {times}" for why, times in felt.errors.most_common()) or "none"
    with Path(REPORT).open("a") if REPORT else nullcontext() as file:
        print(f"| {felt.calls} | {looks} | {errors} | {felt.silence_s:.1f} |", file=file)
