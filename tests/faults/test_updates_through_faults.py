"""People record updates while everything around them fails: each acknowledged one is kept, once.

A caller repeats a call with its key until the response says what became of it. CI goes through each
fault once; `make faults` three times with more calls, and prints what callers felt.
"""

from __future__ import annotations

import os
import signal
import subprocess
import tempfile
import time
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from attrs import define, field, frozen

from clientupdater.adapters.postgres.admin.embedded import EmbeddedPostgres
from clientupdater.adapters.postgres.admin.maintenance import PostgresMaintenance
from tests.faults.test_changes_through_crashes import crash
from tests.faults.test_several_servers import UNLIMITED
from tests.support.cli_actors import cli_actors, running
from tests.support.forked_servers import forked_server
from tests.support.recorded_calls import Caller, Load, require_all_kept_once
from tests.support.servers import Database, folder_of_data, free_port, redis_process
from tests.support.tcp_proxy import tcp_proxy
from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from contextlib import AbstractContextManager

    from tests.support.forked_servers import ForkedServer
    from tests.support.tcp_proxy import TcpProxy

ROUNDS = int(os.environ.get("CLIENTUPDATER_FAULT_ROUNDS", "1"))
CALLS = int(os.environ.get("CLIENTUPDATER_FAULT_CALLS", "12"))
SLEEP_S = float(os.environ.get("CLIENTUPDATER_FAULT_SLEEP_S", "0"))
REPORT = os.environ.get("CLIENTUPDATER_FAULT_REPORT")
CALLERS = 4
REDIS_PORT = free_port()
SMALL_DISK = "512m"
MOUNT, UMOUNT = "/bin/mount", "/bin/umount"


@define(eq=False)
class World:
    """A database behind a proxy, a server, and the people who call it."""

    postgres: EmbeddedPostgres
    database: Database
    proxy: TcpProxy
    settings: dict[str, str]
    folder: Path
    stack: ExitStack
    servers: list[ForkedServer] = field(factory=list)

    @property
    def base(self) -> str:
        return self.servers[-1].base

    def start_server(self, **settings: str) -> ForkedServer:
        """Start another server, which callers turn to from now on."""
        server = self.stack.enter_context(forked_server(**{**self.settings, **settings}))
        self.servers.append(server)
        return server

    def execute(self, sql: str) -> None:
        url, writes = self.database.superuser_url, "-c default_transaction_read_only=off"
        with psycopg.connect(url, autocommit=True, options=writes) as connection:
            connection.execute(sql.encode())

    def cut_backends(self) -> None:
        self.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where usename like 'clientupdater%' and datname = current_database()"
        )


@frozen
class Fault:
    """Something that breaks for a while; `strike` returns once it is over."""

    strike: Callable[[World, Load], None]
    settings: Mapping[str, str] = field(factory=dict)
    on_small_disk: bool = False


def postgres_restarts(world: World, load: Load) -> None:
    world.postgres.stop()
    notice(load)
    world.postgres.start()


def postgres_crashes(world: World, _: Load) -> None:
    crash(world.database.superuser_url)


def backends_are_killed(world: World, _: Load) -> None:
    world.cut_backends()


def responses_to_commit_are_lost(world: World, _: Load) -> None:
    lost = world.proxy.lost
    world.proxy.lose_responses_to_commit(CALLERS)
    wait_until(lambda: world.proxy.lost == lost + CALLERS)


def postgres_hangs(world: World, load: Load) -> None:
    """Each caller gets a response by the deadline, also while PostgreSQL hangs for longer."""
    before = {each: sum(each.errors.values()) for each in load.callers}
    with world.proxy.held():
        wait_until(lambda: all(sum(each.errors.values()) > before[each] for each in load.callers))
    assert not any(each.errors["ReadTimeout"] for each in load.callers)


def connections_are_cut(world: World, _: Load) -> None:
    world.proxy.cut()


def pool_is_exhausted(world: World, load: Load) -> None:
    """Two transactions wait for a row that another program has locked, and have all connections."""
    with psycopg.connect(world.database.superuser_url) as other:
        other.execute("select from client_period_status for update")
        notice(load)


def transactions_are_refused(world: World, load: Load) -> None:
    """PostgreSQL ends every third write with a deadlock or a serialization failure."""
    world.execute(
        """
        create or replace function refuse_some() returns trigger language plpgsql as $$
        begin
            if random() < 0.2 then raise exception 'deadlock' using errcode = '40P01'; end if;
            if random() < 0.2 then raise exception 'serialize' using errcode = '40001'; end if;
            return new;
        end $$;
        create trigger refuse_some before insert on status_events
        for each row execute function refuse_some()
        """
    )
    load.pass_calls(CALLS)
    world.execute("drop trigger refuse_some on status_events")


def standby_is_read_only(world: World, load: Load) -> None:
    """A failover left the address with a server that takes no writes."""
    setting = f"alter database {world.database.name} set default_transaction_read_only"
    world.execute(f"{setting} = on")
    world.cut_backends()
    notice(load)
    world.execute(f"{setting} = off")
    world.cut_backends()


def redis_comes_and_goes(_: World, load: Load) -> None:
    with redis_process(REDIS_PORT):
        load.pass_calls(CALLS)
    load.pass_calls(CALLS)


def server_is_killed(world: World, load: Load) -> None:
    world.servers[-1].process.kill()
    notice(load)
    world.start_server()


def server_is_stopped_in_order(world: World, _: Load) -> None:
    world.servers[-1].process.terminate()
    world.start_server()


def server_sleeps(world: World, load: Load) -> None:
    """Another server takes over; then the first one wakes and goes on where it was."""
    sleeper = world.servers[-1].process.pid
    assert sleeper
    os.kill(sleeper, signal.SIGSTOP)
    world.start_server()
    wakes = time.monotonic() + SLEEP_S
    notice(load)
    load.pass_calls(CALLS)
    while time.monotonic() < wakes:
        load.pass_calls(CALLS)
    os.kill(sleeper, signal.SIGCONT)


def clock_is_ahead(world: World, load: Load) -> None:
    """One of two servers is ten minutes ahead, and both write the same rows."""
    world.start_server(TEST_CLOCK_AHEAD_MINUTES="10")
    load.pass_calls(CALLS)
    world.start_server()


def disk_is_full(world: World, load: Load) -> None:
    filling = world.folder / "filling"
    with suppress(OSError), filling.open("wb") as file:
        while True:
            file.write(bytes(65_536))
            file.flush()
    notice(load)
    filling.unlink(missing_ok=True)
    if not world.postgres.is_running():
        world.postgres.stop()
        world.postgres.start()


SMALL_POOL = {
    "DATABASE_POOL_MAX": "2",
    "DATABASE_POOL_MIN": "2",
    "DATABASE_POOL_TIMEOUT_MS": "200",
}
FAULTS = {
    "PostgreSQL restarts": Fault(postgres_restarts),
    "PostgreSQL crashes and recovers": Fault(postgres_crashes),
    "every connection is killed by PostgreSQL": Fault(backends_are_killed),
    "the response to COMMIT is lost": Fault(responses_to_commit_are_lost),
    "PostgreSQL hangs": Fault(postgres_hangs, {"REQUEST_DEADLINE_MS": "1000"}),
    "every connection is cut by the network": Fault(connections_are_cut),
    "the pool is exhausted": Fault(pool_is_exhausted, SMALL_POOL),
    "PostgreSQL refuses transactions": Fault(transactions_are_refused),
    "PostgreSQL takes no writes": Fault(standby_is_read_only),
    "Redis comes and goes": Fault(
        redis_comes_and_goes, {"REDIS_URL": f"redis://127.0.0.1:{REDIS_PORT}/0"}
    ),
    "the server is killed": Fault(server_is_killed),
    "the server gets SIGTERM": Fault(server_is_stopped_in_order),
    "the server sleeps and wakes": Fault(server_sleeps),
    "a clock is ten minutes ahead": Fault(clock_is_ahead),
    "the disk of the database is full": Fault(disk_is_full, on_small_disk=True),
}


def notice(load: Load) -> None:
    """Wait until a caller gets no definite response."""
    before = sum(load.felt.errors.values())
    wait_until(lambda: sum(load.felt.errors.values()) > before)


@contextmanager
def small_disk() -> Iterator[Path]:
    """Give a folder on a small disk of its own."""
    with tempfile.TemporaryDirectory(prefix="clientupdater-disk-") as folder:
        Path(folder).chmod(0o711)
        size = f"size={SMALL_DISK},mode=0711"
        done = subprocess.run(
            [MOUNT, "-t", "tmpfs", "-o", size, "tmpfs", folder], capture_output=True, check=False
        )
        if done.returncode:
            pytest.skip("a small disk takes the right to mount one")
        try:
            yield Path(folder)
        finally:
            subprocess.run([UMOUNT, "--lazy", folder], check=True)


@contextmanager
def world_of(fault: Fault) -> Iterator[tuple[World, Load]]:
    place: AbstractContextManager[Any] = small_disk() if fault.on_small_disk else folder_of_data()
    with ExitStack() as stack:
        folder = stack.enter_context(place)
        postgres = stack.enter_context(EmbeddedPostgres(folder / "postgres"))
        postgres.cluster.create_database("faults")
        database = Database.on(postgres.cluster, "faults")
        PostgresMaintenance(database.owner_url).migrate()
        PostgresMaintenance(database.owner_url).seed()
        callers = hired(database)
        parts = urlsplit(database.app_url)
        proxy = stack.enter_context(tcp_proxy(parts.hostname or "", parts.port or 0))
        netloc = parts.netloc.replace(f":{parts.port}", f":{proxy.port}")
        url = urlunsplit(parts._replace(netloc=netloc))
        settings = {"DATABASE_URL": url, **UNLIMITED, **fault.settings}
        world = World(postgres, database, proxy, settings, folder, stack)
        world.start_server()
        for each in callers:
            each.base = lambda: world.base
        yield world, Load(callers)


def hired(database: Database) -> list[Caller]:
    """Give each caller a client and a session."""
    return [Caller(*each) for each in places_of_callers(database)]


def places_of_callers(database: Database) -> list[tuple[Callable[[], str], str, str, str]]:
    """Give a caller's server, path, session and name for each of four clients."""
    with cli_actors(database) as actors:
        actors.staff.clock.moment = datetime.now(UTC)  # servers go by the machine's clock
        codes = [actors.client() for _ in range(CALLERS)]
        actors.staff.grant(actors.ana, "reports:read", "branch")
        token = actors.staff.session(actors.ana)
    paths = [f"/api/v1/clients/code:{code}/periods/{running()}/events" for code in codes]
    return [(str, path, token, f"caller-{n}") for n, path in enumerate(paths)]


@pytest.mark.parametrize("name", FAULTS)
def test_each_acknowledged_update_is_kept_once_while(name: str) -> None:
    fault = FAULTS[name]
    with world_of(fault) as (world, load):
        with load.running():
            load.pass_calls(CALLS)
            for _ in range(ROUNDS):
                fault.strike(world, load)
                load.pass_calls(CALLS)
        require_all_kept_once(world.database.superuser_url, load.callers)
        felt = load.felt
    with Path(REPORT).open("a") if REPORT else nullcontext() as file:
        errors = ", ".join(f"{why} {times}" for why, times in felt.errors.most_common())
        print(f"| {name} | {felt.calls} | {errors or 'none'} | {felt.silence_s:.1f} |", file=file)
