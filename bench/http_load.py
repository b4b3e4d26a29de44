"""How hard something is driven over HTTP, and bare SQL beside it: wrk and pgbench, one run each.

wrk is a program of its own (Debian: apt install wrk), pgbench comes with PostgreSQL. Both take a
share of the machine that they measure: `alone` says how much of it wrk takes, beside a server that
does nothing.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import resource
import shutil
import socket
import statistics
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import click
from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

HERE = Path(__file__).parent
ANSWER = b"HTTP/1.1 201 Created\r\nContent-Length: 900\r\n\r\n" + b"x" * 900
THREADS = 2


@frozen
class Load:
    """What came of driving something for a while; times in milliseconds."""

    requests: int
    seconds: float
    p50: float
    p95: float
    p99: float
    refused: int = 0
    broken: int = 0
    cpu_us: float = 0.0
    """What the one who drives took of a processor for each request."""

    @property
    def rate(self) -> float:
        """How many a second."""
        return self.requests / self.seconds


@frozen
class Wrk:
    """Drives one server, as one person's session."""

    base: str
    token: str
    seconds: int

    def updates(self, targets: Path, connections: int) -> Load:
        """Record one update after the other."""
        return self._run(connections, BENCH_TARGETS=str(targets), BENCH_RUN=uuid4().hex)

    def reads(self, path: str, connections: int, body: Mapping[str, Any] | None = None) -> Load:
        """Ask for the same again and again."""
        line = f"{'POST' if body else 'GET'} /api/v1{path}"
        values = {"BENCH_BODY": json.dumps(body)} if body else {}
        return self._run(connections, BENCH_REQUEST=line, **values)

    def _run(self, connections: int, **params: str) -> Load:
        threads = str(min(THREADS, connections))
        shared = {"BENCH_TOKEN": self.token, "BENCH_THREADS": threads}
        before = _cpu_of_children()
        done = subprocess.run(  # noqa: S603 — a program we chose
            [
                *(_program("wrk"), "--script", HERE / "http_load.lua", "--timeout", "30s"),
                *("-t", threads, "-c", str(connections), "-d", f"{self.seconds}s", self.base),
            ],
            env={**os.environ, **shared, **params},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise SystemExit(done.stderr)
        result = json.loads(done.stderr.splitlines()[-1])
        return Load(**result, cpu_us=(_cpu_of_children() - before) / result["requests"] * 1e6)


@frozen
class Pgbench:
    """Runs a script against one database, as the application's login."""

    url: str
    seconds: int

    def run(self, script: str, connections: int, values: Mapping[str, object], **env: str) -> Load:
        """Run it from as many connections; its statements stay prepared."""
        variables = [word for name, value in values.items() for word in ("-D", f"{name}={value}")]
        with tempfile.TemporaryDirectory() as folder:
            done = subprocess.run(  # noqa: S603 — a program we chose
                [
                    *(_program("pgbench"), "-n", "-M", "prepared", "-f", HERE / script, "-l"),
                    *("-c", str(connections), "-j", str(min(THREADS, connections))),
                    *("-T", str(self.seconds), *variables, self.url),
                ],
                env={**os.environ, **env},
                cwd=folder,
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode:
                raise SystemExit(done.stderr)
            taken = [_milliseconds(log) for log in Path(folder).iterdir()]
        return _load([each for some in taken for each in some], self.seconds)


def _milliseconds(log: Path) -> list[float]:
    """Read how long each transaction took: the third word of its line."""
    return [int(line.split()[2]) / 1000 for line in log.read_text().splitlines()]


def _load(taken: list[float], seconds: float) -> Load:
    cuts = statistics.quantiles(taken, n=100)
    return Load(len(taken), seconds, cuts[49], cuts[94], cuts[98])


def alone(targets: Path, connections: int, seconds: int) -> Load:
    """Drive a server that answers without looking: what is left is wrk itself."""
    with _server_that_does_nothing() as base:
        return Wrk(base, "a token", seconds).updates(targets, connections)


@contextmanager
def _server_that_does_nothing() -> Iterator[str]:
    with socket.create_server(("127.0.0.1", 0), backlog=256) as listening:
        process = multiprocessing.get_context("spawn").Process(
            target=_answer, args=(listening,), daemon=True
        )
        process.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            process.kill()
            process.join()


def _answer(listening: socket.socket) -> None:
    import asyncio  # noqa: PLC0415 — of this process alone

    class Answering(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            self.transport = transport

        def data_received(self, data: bytes) -> None:
            self.transport.write(ANSWER * data.count(b"HTTP/1.1"))  # type: ignore[attr-defined]

    async def serve() -> None:
        server = await asyncio.get_running_loop().create_server(Answering, sock=listening)
        await server.serve_forever()

    asyncio.run(serve())


def _cpu_of_children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _program(name: str) -> str:
    installed = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"))
    result = shutil.which(name) or (str(installed[-1]) if installed else None)
    if result is None:
        raise click.ClickException(f"{name} is needed (Debian: wrk, and pgbench of postgresql)")
    return result
