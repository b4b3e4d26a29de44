"""PostgreSQL as a child process keeps its data, and ends with its parent."""

from __future__ import annotations

import os
import signal
import stat
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from clientupdater.adapters.postgres.admin.binaries import Source, find
from clientupdater.adapters.postgres.admin.embedded import EmbeddedPostgres
from clientupdater.domain.errors import Conflict, Misconfigured, Unavailable
from clientupdater.runtime.child_process import Identity
from tests.support.servers import folder_of_data
from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

AS_ROOT = os.geteuid() == 0
PARENT = """
import sys, time
from pathlib import Path
import psycopg
from clientupdater.adapters.postgres.admin.embedded import EmbeddedPostgres

server = EmbeddedPostgres(Path(sys.argv[1]))
server.start()
with psycopg.connect(server.owner_url, autocommit=True) as connection:
    connection.execute("create table kept (n int)")
    for n in range(100):
        connection.execute("insert into kept values (%s)", [n])
print(server.pid, flush=True)
time.sleep(600)
"""


def installed(source: Source) -> bool:
    try:
        find(source)
    except Misconfigured:
        return False
    return True


@pytest.fixture
def directory() -> Iterator[Path]:
    with folder_of_data() as folder:
        yield folder / "postgres"


@pytest.fixture
def server(directory: Path) -> Iterator[EmbeddedPostgres]:
    embedded = EmbeddedPostgres(directory, fsync=False)
    yield embedded
    embedded.stop()


@pytest.fixture(scope="module")
def running() -> Iterator[EmbeddedPostgres]:
    """Give one to look at, which no test stops or changes."""
    with folder_of_data() as folder, EmbeddedPostgres(folder, fsync=False) as started:
        yield started


@pytest.fixture(params=[Source.LOCAL, Source.WHEEL])
def of_either_source(request: pytest.FixtureRequest, directory: Path) -> Iterator[EmbeddedPostgres]:
    if not installed(request.param):
        pytest.skip(f"no PostgreSQL from {request.param} here")
    embedded = EmbeddedPostgres(directory, source=request.param, fsync=False)
    yield embedded
    embedded.stop()


@pytest.fixture
def orphan_maker(directory: Path) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(directory)], stdout=subprocess.PIPE, text=True
    )
    with process:
        yield process
        process.kill()


def rows(url: str, query: str) -> list[tuple[object, ...]]:
    with psycopg.connect(url, autocommit=True) as connection:
        return connection.execute(query.encode()).fetchall()


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_a_restart_keeps_the_data_the_port_and_the_passwords(
    of_either_source: EmbeddedPostgres,
) -> None:
    server = of_either_source
    server.start()
    url = server.owner_url
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("create table kept as select 42 as n")
    server.stop()
    server.start()
    assert server.owner_url == url
    assert rows(url, "select n from kept") == [(42,)]


def test_the_three_logins_have_their_roles(running: EmbeddedPostgres) -> None:
    who = "select session_user::text, current_user::text"
    assert rows(running.superuser_url, who) == [("postgres", "postgres")]
    assert rows(running.owner_url, who) == [("clientupdater_owner",) * 2]
    assert rows(running.app_url, who) == [("clientupdater", "clientupdater_app")]


def test_small_letters_are_found_for_accented_capitals(of_either_source: EmbeddedPostgres) -> None:
    server = of_either_source
    server.start()
    assert rows(server.owner_url, "select lower('PEÑA')") == [("peña",)]


def test_a_wrong_password_is_refused(running: EmbeddedPostgres) -> None:
    url = make_conninfo(running.app_url, password="wrong")  # noqa: S106
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(url)


def test_it_listens_on_the_loopback_alone(running: EmbeddedPostgres) -> None:
    message = (
        "select current_setting('listen_addresses'), current_setting('unix_socket_directories')"
    )
    assert rows(running.superuser_url, message) == [("127.0.0.1", "")]


def test_passwords_are_readable_by_their_user_alone(running: EmbeddedPostgres) -> None:
    mode = (running.directory / "passwords.json").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


def test_a_second_server_on_one_directory_is_refused_with_the_first_ones_process(
    running: EmbeddedPostgres,
) -> None:
    with pytest.raises(Conflict, match=f"Process {os.getpid()} already uses"):
        EmbeddedPostgres(running.directory).start()


def test_a_start_after_an_interrupted_one_makes_the_data_anew(
    server: EmbeddedPostgres,
) -> None:
    partial = server.directory / "data.partial"
    partial.mkdir(parents=True)
    (partial / "PG_VERSION").write_text("9.6")
    server.start()
    assert rows(server.owner_url, "select 1") == [(1,)]


def test_a_lock_file_with_the_number_of_another_process_does_not_stop_it(
    server: EmbeddedPostgres,
) -> None:
    server.start()
    server.stop()
    # Not our own number: PostgreSQL overlooks its parent's by itself.
    with subprocess.Popen(["/bin/cat"], stdin=subprocess.PIPE) as stranger:
        lock = server.directory / "data" / "postmaster.pid"
        lock.write_text(f"{stranger.pid}\n{server.directory / 'data'}\n")
        server.start()
        assert rows(server.owner_url, "select 1") == [(1,)]
        assert stranger.poll() is None


def test_a_server_that_cannot_start_quotes_its_log(server: EmbeddedPostgres) -> None:
    server.start()
    server.stop()
    with (server.directory / "data" / "postgresql.conf").open("a") as settings:
        settings.write("no_such_setting = on\n")
    with pytest.raises(Unavailable, match="no_such_setting"):
        server.start()


def test_data_of_a_version_that_is_not_installed_is_named(server: EmbeddedPostgres) -> None:
    server.start()
    server.stop()
    (server.directory / "data" / "PG_VERSION").write_text("12\n")
    with pytest.raises(Misconfigured, match="made by PostgreSQL 12"):
        server.start()


def test_killing_its_parent_stops_it_without_losing_a_commit(
    orphan_maker: subprocess.Popen[str], directory: Path
) -> None:
    assert orphan_maker.stdout is not None
    pid = int(orphan_maker.stdout.readline())
    orphan_maker.send_signal(signal.SIGKILL)
    wait_until(lambda: not is_alive(pid))
    with EmbeddedPostgres(directory) as server:
        assert rows(server.owner_url, "select count(*) from kept") == [(100,)]


def test_a_start_right_after_the_parent_was_killed_waits_for_the_leftover(
    orphan_maker: subprocess.Popen[str], directory: Path
) -> None:
    assert orphan_maker.stdout is not None
    orphan_maker.stdout.readline()
    orphan_maker.send_signal(signal.SIGKILL)
    orphan_maker.wait()
    with EmbeddedPostgres(directory) as server:
        assert rows(server.owner_url, "select count(*) from kept") == [(100,)]


@pytest.mark.skipif(not AS_ROOT, reason="only root has to be somebody else")
@pytest.mark.parametrize("identity", [Identity.NAMESPACE, Identity.NOBODY])
def test_root_runs_it_as_another_user(directory: Path, identity: Identity) -> None:
    with EmbeddedPostgres(directory, fsync=False, identity=identity) as server:
        assert rows(server.owner_url, "select 1") == [(1,)]
        owner = (directory / "data").stat().st_uid
    assert (owner == 0) == (identity is Identity.NAMESPACE)


@pytest.mark.skipif(not AS_ROOT, reason="only root has to be somebody else")
def test_root_may_run_it_as_another_user_than_before(directory: Path) -> None:
    for identity in (Identity.NOBODY, Identity.NAMESPACE):
        with EmbeddedPostgres(directory, fsync=False, identity=identity) as server:
            assert rows(server.owner_url, "select 1") == [(1,)]
