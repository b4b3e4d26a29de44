"""The commands that run until they are stopped."""

from __future__ import annotations

import base64
import signal
import socket
import subprocess
from contextlib import contextmanager
from typing import IO, TYPE_CHECKING

import httpx
import orjson
import pytest

from tests.support.commands import COMMAND, environment, heeding_signals, run
from tests.support.http_server import WITHOUT_TLS
from tests.support.waiting import PATIENCE_S, wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.servers import Database


KEYS = {
    "ENCRYPTION_KEYS": f"first:{base64.b64encode(b'k' * 32).decode()}",
    "BLIND_INDEX_KEY": base64.b64encode(b"i" * 32).decode(),
}


@contextmanager
def running(*arguments: str, **settings: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        heeding_signals([*COMMAND, *arguments]),
        stderr=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environment(**{**KEYS, "DRAIN_SECONDS": "0", **settings}),
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def logged(log: IO[str] | None, event: str) -> dict[str, object]:
    """Read the log until this was said."""
    assert log is not None
    for line in log:
        values: dict[str, object] = orjson.loads(line)
        if values["event"] == event:
            return values
    raise AssertionError(f"never said {event!r}")


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_the_worker_stops_on_a_signal_and_logs_it(database: Database, sign: signal.Signals) -> None:
    with running("worker", DATABASE_URL=database.worker_url) as worker:
        logged(worker.stderr, "working")
        worker.send_signal(sign)
        logged(worker.stderr, "stopped working")
        assert worker.wait(PATIENCE_S) == 0


@pytest.mark.parametrize("sign", [signal.SIGTERM, signal.SIGINT])
def test_the_server_runs_until_a_signal(database: Database, sign: signal.Signals) -> None:
    with running("serve", "--port", "0", DATABASE_URL=database.app_url) as server:
        port = logged(server.stderr, "serving")["port"]
        assert httpx.get(f"http://127.0.0.1:{port}/readyz", timeout=30).status_code == 200
        server.send_signal(sign)
        logged(server.stderr, "stopped serving")
        assert server.wait(PATIENCE_S) == 0
        assert server.stdout is not None
        assert server.stdout.read() == ""


def test_a_draining_server_is_not_ready_before_it_stops(database: Database) -> None:
    with running(
        "serve", "--port", "0", DRAIN_SECONDS="600", DATABASE_URL=database.app_url
    ) as server:
        port = logged(server.stderr, "serving")["port"]
        base = f"http://127.0.0.1:{port}"
        assert httpx.get(f"{base}/readyz", timeout=30).status_code == 200
        server.send_signal(signal.SIGTERM)
        with httpx.Client(timeout=30, verify=WITHOUT_TLS) as http:
            wait_until(lambda: http.get(f"{base}/readyz").status_code == 503)
        assert httpx.get(f"{base}/readyz", timeout=30).json()["status"] == "draining"
        assert httpx.get(f"{base}/livez", timeout=30).status_code == 200
        server.send_signal(signal.SIGTERM)  # a second one has no patience
        logged(server.stderr, "stopped serving")
        assert server.wait(PATIENCE_S) == 0


def test_a_port_in_use_is_one_line(database: Database) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run("serve", "--port", str(port), DATABASE_URL=database.app_url)
    assert done.returncode == 5
    assert done.stderr == (
        f"clientupdater: port {port} of 127.0.0.1 is in use by another program; "
        "choose another with --port\n"
    )


def test_a_server_without_keys_says_which_are_missing(database: Database) -> None:
    done = run("serve", "--port", "0", DATABASE_URL=database.app_url)
    assert done.returncode == 78
    assert "ENCRYPTION_KEYS: is not set" in done.stderr
    assert "BLIND_INDEX_KEY: is not set" in done.stderr
