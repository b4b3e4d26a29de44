"""Several server processes on one address, and a server that stops while people work."""

from __future__ import annotations

import fcntl
import os
import re
import signal
import subprocess
import sys
import threading
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import psycopg
import pytest

from clientupdater.entrypoints.http.metrics_folder import remove_leftovers
from clientupdater.entrypoints.http.processes import pause_after
from tests.entrypoints.test_cli_long_running import logged, running
from tests.support.cli_actors import CliActors, cli_actors
from tests.support.cli_actors import running as period
from tests.support.http_server import WITHOUT_TLS
from tests.support.servers import free_port
from tests.support.waiting import PATIENCE_S, WAITING_FOR_A_LOCK, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.servers import Database


UNLIMITED = {
    f"RATE_LIMIT_{kind}": "50000"
    for kind in ("READ_REQUESTS", "WRITE_REQUESTS", "EXPORT_REQUESTS", "LOGIN_ATTEMPTS")
}


WAITS = [sys.executable, "-S", "-c", "input()"]


@pytest.fixture
def actors(database: Database) -> Iterator[CliActors]:
    with cli_actors(database) as opened:
        yield opened


@contextmanager
def serving(
    database: Database, *options: str, **settings: str
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    with running(
        "serve", "--port", "0", *options, DATABASE_URL=database.app_url, **UNLIMITED, **settings
    ) as server:
        port = logged(server.stderr, "serving")["port"]
        # What it says from here on is read, or it would wait for us with a full pipe.
        threading.Thread(target=server.stderr.read, daemon=True).start()  # type: ignore[union-attr]
        base = f"http://127.0.0.1:{port}"
        wait_until(lambda: is_ready(base))
        yield server, base


def is_ready(base: str) -> bool:
    try:
        return httpx.get(f"{base}/readyz", timeout=30, verify=WITHOUT_TLS).status_code == 200
    except httpx.TransportError:
        return False


def children_of(server: subprocess.Popen[str]) -> set[int]:
    text = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text(encoding="ascii")
    return {int(each) for each in text.split()}


def test_two_processes_share_the_work_and_tell_their_numbers_together(database: Database) -> None:
    metrics = free_port()
    bind = {"METRICS_BIND": f"127.0.0.1:{metrics}"}
    with serving(database, "--workers", "2", **bind) as (server, base):
        for _ in range(40):  # each on a connection of its own: the kernel deals them out
            assert httpx.get(f"{base}/api/ping", timeout=30, verify=WITHOUT_TLS).status_code == 200
        result = httpx.get(
            f"http://127.0.0.1:{metrics}/metrics", timeout=30, verify=WITHOUT_TLS
        ).text
        count = 'request_duration_seconds_count{method="GET",route="/api/ping",status="200"} 40.0'
        assert count in result
        match = re.search(r"^clientupdater_pool_connections (\S+)$", result, re.MULTILINE)
        assert match
        assert float(match[1]) >= 1
        server.send_signal(signal.SIGTERM)
        assert server.wait(PATIENCE_S) == 0


def test_a_process_that_is_killed_is_replaced(database: Database) -> None:
    with serving(database, "--workers", "2") as (server, base):
        before = children_of(server)
        os.kill(min(before), signal.SIGKILL)
        wait_until(lambda: len(children_of(server)) == 2 and children_of(server) != before)
        for _ in range(20):
            assert httpx.get(f"{base}/livez", timeout=30, verify=WITHOUT_TLS).status_code == 200
        server.send_signal(signal.SIGTERM)
        assert server.wait(PATIENCE_S) == 0


def test_a_process_that_finds_no_database_is_followed_by_others_until_there_is_one(
    database: Database,
) -> None:
    limit = f'alter database "{database.name}" connection limit'
    with (
        serving(database, "--workers", "2") as (server, base),
        psycopg.connect(database.superuser_url, autocommit=True) as other,
    ):
        other.execute(f"{limit} 0".encode())
        before = seen = children_of(server)
        os.kill(min(before), signal.SIGKILL)
        for _ in range(3):  # successors come, and go
            wait_until(lambda seen=seen: bool(children_of(server) - seen))  # type: ignore[misc]
            seen = seen | children_of(server)
        other.execute(f"{limit} -1".encode())
        wait_until(lambda: is_ready(base) and len(children_of(server)) == 2)
        assert server.poll() is None
        server.send_signal(signal.SIGTERM)
        assert server.wait(PATIENCE_S) == 0


def test_servers_that_are_begun_while_the_database_is_away_wait_for_it_and_can_be_stopped(
    database: Database,
) -> None:
    with psycopg.connect(database.superuser_url, autocommit=True) as other:
        other.execute(f'alter database "{database.name}" connection limit 0'.encode())
        with running(
            "serve", "--port", "0", "--workers", "2", DATABASE_URL=database.app_url
        ) as server:
            assert server.stderr
            result = next(line for line in server.stderr if "will be replaced" in line)
            assert '"reason":"exit 75"' in result
            server.send_signal(signal.SIGTERM)
            assert server.wait(PATIENCE_S) in {0, 75}


def test_pauses_between_processes_that_do_not_live_long_grow_to_half_a_minute() -> None:
    assert [pause_after(deaths) for deaths in (0, 1, 2, 3, 7, 1000)] == [0, 0.5, 1, 2, 30, 30]


def test_processes_that_cannot_work_as_they_are_set_up_stop_them_all(database: Database) -> None:
    with running(
        "serve", "--port", "0", "--workers", "2", DATABASE_URL=database.superuser_url
    ) as server:
        assert server.wait(PATIENCE_S) == 78


def test_when_their_parent_is_killed_none_is_left(database: Database) -> None:
    with serving(database, "--workers", "2") as (server, _):
        left = children_of(server)
        server.kill()
        wait_until(lambda: not any(Path(f"/proc/{each}").exists() for each in left))


def metrics_folders(folder: Path) -> set[Path]:
    return set(folder.glob("clientupdater-metrics-*"))


def test_a_server_removes_what_a_killed_one_left_and_nothing_of_one_that_runs(
    database: Database, tmp_path: Path
) -> None:
    own = {"TMPDIR": str(tmp_path)}
    with serving(database, "--workers", "2", **own) as (killed, _):
        (left,) = metrics_folders(tmp_path)
        children = children_of(killed)
        killed.kill()
        killed.wait(PATIENCE_S)
        wait_until(lambda: not any(Path(f"/proc/{each}").exists() for each in children))
    assert metrics_folders(tmp_path) == {left}
    with serving(database, "--workers", "2", **own) as (first, _):
        (of_first,) = metrics_folders(tmp_path)
        assert of_first != left
        with serving(database, "--workers", "2", **own) as (second, _):
            assert of_first in metrics_folders(tmp_path)
            assert len(metrics_folders(tmp_path)) == 2
            second.send_signal(signal.SIGTERM)
            assert second.wait(PATIENCE_S) == 0
        first.send_signal(signal.SIGTERM)
        assert first.wait(PATIENCE_S) == 0
    assert metrics_folders(tmp_path) == set()


def test_a_folder_stays_until_the_last_process_that_uses_it_has_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    left = tmp_path / "clientupdater-metrics-left"
    left.mkdir()
    with (left / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with subprocess.Popen(WAITS, stdin=subprocess.PIPE, pass_fds=[lock.fileno()]) as child:
            lock.close()
            remove_leftovers()
            assert left.exists()
            child.kill()
    remove_leftovers()
    assert not left.exists()


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_stopping_server_drops_no_request(
    database: Database, actors: CliActors, workers: str
) -> None:
    """People go on asking until it says that it is not ready, and each of them is answered."""
    url = f"/api/v1/clients/code:{actors.client()}"
    with serving(database, "--workers", workers, "--drain-seconds", "600") as (server, base):
        regulars = [Regular(base, url, signed_in(actors)) for _ in range(6)]
        wait_until(lambda: all(len(each.found) > 5 for each in regulars))
        server.send_signal(signal.SIGTERM)
        wait_until(lambda: not is_ready(base))
        for each in regulars:
            each.leave()
        server.send_signal(signal.SIGTERM)  # nobody is left to wait for
        assert server.wait(PATIENCE_S) == 0
    assert {answer for regular in regulars for answer in regular.found} == {200}


@pytest.mark.parametrize("workers", ["1", "2"])
def test_a_stopping_server_finishes_the_requests_that_it_has_begun(
    database: Database, actors: CliActors, workers: str
) -> None:
    url, heads = (
        f"/api/v1/clients/code:{actors.client()}/periods/{period()}/events",
        signed_in(actors),
    )
    result, answers = {"status": "CALLED", "version": 0}, []

    def change(version: int) -> None:
        key = {"Idempotency-Key": str(version)}
        body = {**result, "version": version}
        answers.append(
            httpx.post(base + url, json=body, headers=heads | key, timeout=20, verify=WITHOUT_TLS)
        )

    with serving(database, "--workers", workers) as (server, base):
        change(0)
        with psycopg.connect(database.superuser_url) as holder:
            holder.execute("select 1 from client_period_status for update")
            under_way = threading.Thread(target=change, args=(1,))
            under_way.start()
            wait_until(lambda: bool(actors.staff.one(WAITING_FOR_A_LOCK)))
            server.send_signal(signal.SIGTERM)
            wait_until(lambda: not is_ready(base))
            assert server.poll() is None
        under_way.join()
        assert server.wait(PATIENCE_S) == 0
    assert [each.status_code for each in answers] == [201, 201]


def signed_in(actors: CliActors) -> dict[str, str]:
    """Let Ana be signed in by the machine's clock."""
    actors.staff.clock.moment = datetime.now(UTC)
    return {"Authorization": f"Bearer {actors.staff.session(actors.ana)}"}


class Regular(threading.Thread):
    """Sends requests until it is stopped."""

    def __init__(self, base: str, url: str, heads: dict[str, str]) -> None:
        super().__init__()
        self.base, self.url, self.heads = base, url, heads
        self.found: list[int | str] = []
        self.stays = True
        self.start()

    def leave(self) -> None:
        """Ask no more; return when what was asked is answered."""
        self.stays = False
        self.join()

    def run(self) -> None:
        with httpx.Client(
            base_url=self.base, headers=self.heads, timeout=20, verify=WITHOUT_TLS
        ) as http:
            while self.stays:
                self.found.append(self.ask(http))

    def ask(self, http: httpx.Client) -> int | str:
        try:
            return http.get(self.url).status_code
        except httpx.TransportError as error:
            return type(error).__name__
