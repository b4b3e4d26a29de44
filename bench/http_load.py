"""Closed-loop load: wrk drives a server over HTTP, and pgbench runs bare SQL beside it.

wrk is a program of its own (Debian: apt install wrk); pgbench comes with PostgreSQL. Both share the
machine that they measure: `wrk_alone` measures the share of wrk, with a server that does nothing.
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

import attrs
import click
from attrs import frozen
from bench.open_load import LoadPlan, drive
from bench.processes import Server

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

HERE = Path(__file__).parent
ANSWER = b"HTTP/1.1 201 Created\r\nContent-Length: 900\r\n\r\n" + b"x" * 900
THREADS = 2
MOST_ERRORS = 0.001

Target = tuple[str, str, int]
"""A row to update: client code, period, version."""


@frozen
class Load:
    """The result of driving something for a while; latencies in milliseconds."""

    requests: float
    seconds: float
    p50: float
    p95: float
    p99: float
    refused: float = 0
    """Responses with an error status."""
    broken: float = 0
    """Requests without a response."""
    generator_cpu_us: float = 0.0
    """CPU of the load generator for each request."""
    server_cpu_ms: float = 0.0
    """CPU of the server's processes for each request."""

    @property
    def rate(self) -> float:
        return self.requests / self.seconds

    def __str__(self) -> str:
        return (
            f"{self.rate:.0f}/s, p50 {self.p50:.1f}, p95 {self.p95:.1f}, p99 {self.p99:.1f} ms, "
            f"CPU of the server {self.server_cpu_ms:.2f} ms a request"
        )


def median(loads: Sequence[Load]) -> Load:
    """Take the median of each figure; a run with more than a few errors is no measurement.

    A request that was under way when its generator stopped may make one of the next ones stale.
    """
    if any(each.refused + each.broken > MOST_ERRORS * each.requests for each in loads):
        raise SystemExit(f"requests failed: {loads}")
    figures = zip(*(attrs.astuple(each) for each in loads), strict=True)
    return Load(*(statistics.median(each) for each in figures))


@frozen
class Pace:
    """An even rate of requests, for some seconds."""

    rate: float
    seconds: float


@frozen
class Wrk:
    """Drives one server with one user's session."""

    server: Server
    token: str
    seconds: int

    def updates(self, targets: Sequence[Target], connections: int) -> Load:
        """Record one update after the other, each thread on rows of its own."""
        with tempfile.NamedTemporaryFile("w", suffix=".targets") as file:
            file.writelines(f"{code} {period} {version}\n" for code, period, version in targets)
            file.flush()
            return self._run(connections, BENCH_TARGETS=file.name, BENCH_RUN=uuid4().hex)

    def reads(self, path: str, connections: int, body: Mapping[str, Any] | None = None) -> Load:
        """Send the same request again and again."""
        line = f"{'POST' if body else 'GET'} /api/v1{path}"
        values = {"BENCH_BODY": json.dumps(body)} if body else {}
        return self._run(connections, BENCH_REQUEST=line, **values)

    def _run(self, connections: int, **params: str) -> Load:
        threads = str(min(THREADS, connections))
        shared = {"BENCH_TOKEN": self.token, "BENCH_THREADS": threads}
        generator, server = _cpu_of_children(), self.server.cpu_seconds
        done = subprocess.run(  # noqa: S603 — a program we chose
            [
                *(_program("wrk"), "--script", HERE / "http_load.lua", "--timeout", "30s"),
                *("-t", threads, "-c", str(connections), "-d", f"{self.seconds}s"),
                self.server.base,
            ],
            env={**os.environ, **shared, **params},
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise SystemExit(done.stderr)
        result = json.loads(done.stderr.splitlines()[-1])
        return Load(
            **result,
            generator_cpu_us=(_cpu_of_children() - generator) / result["requests"] * 1e6,
            server_cpu_ms=(self.server.cpu_seconds - server) / result["requests"] * 1e3,
        )


@frozen
class Pgbench:
    """Runs a script on one database, with the application's login."""

    url: str
    seconds: int

    def run(self, script: str, connections: int, params: Mapping[str, object], **env: str) -> Load:
        """Run it from so many connections, with prepared statements."""
        variables = [word for name, value in params.items() for word in ("-D", f"{name}={value}")]
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
            latencies = [_milliseconds(log) for log in Path(folder).iterdir()]
        return _load([each for some in latencies for each in some], self.seconds)


def _milliseconds(log: Path) -> list[float]:
    """Read the latency of each transaction: the third word of its line."""
    return [int(line.split()[2]) / 1000 for line in log.read_text().splitlines()]


def _load(latencies: list[float], seconds: float) -> Load:
    cuts = statistics.quantiles(latencies, n=100)
    return Load(len(latencies), seconds, cuts[49], cuts[94], cuts[98])


def paced(server: Server, token: str, kind: str, targets: Sequence[Target], pace: Pace) -> Load:
    """Send one kind of request at an even rate, the same for every server."""
    plan = LoadPlan(
        base=server.base,
        tokens=[token],
        targets=[(0, target) for target in targets],
        period="",
        rate=pace.rate,
        seconds=pace.seconds,
        mix={kind: 100},
        warm_up=0,
    )
    before = server.cpu_seconds
    result = drive(plan)
    used = server.cpu_seconds - before
    return Load(
        result.due,
        pace.seconds,
        result.p50,
        result.p95,
        result.p99,
        refused=result.errors + result.conflicts,
        server_cpu_ms=used / result.due * 1e3,
    )


def wrk_alone(targets: Sequence[Target], connections: int, seconds: int) -> Load:
    """Drive a server that answers without read_context: the rest is the cost of wrk."""
    with _server_that_does_nothing() as server:
        return Wrk(server, "a token", seconds).updates(targets, connections)


@contextmanager
def _server_that_does_nothing() -> Iterator[Server]:
    with socket.create_server(("127.0.0.1", 0), backlog=256) as listening:
        process = multiprocessing.get_context("spawn").Process(
            target=_answer, args=(listening,), daemon=True
        )
        process.start()
        try:
            yield Server(f"http://127.0.0.1:{listening.getsockname()[1]}", process.pid or 0)
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
