"""Open-model load: requests are sent when they are due, whether or not earlier ones are answered.

The latency of a request counts from when it was due, so a server that stalls is charged for every
request that should have been sent meanwhile. A request that finds no connection is dropped, and
counted. The generator is one process with one event loop and no HTTP library; it reports its CPU.
"""

from __future__ import annotations

import asyncio
import json
import multiprocessing
import random
import statistics
import time
from contextlib import suppress
from itertools import accumulate
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from uuid import uuid4

from attrs import define, field, frozen

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bench.http_load import Target

MIX = {
    "worklist": 30,
    "next page": 10,
    "clients by status": 25,
    "/me": 15,
    "search": 15,
    "update": 5,
}
"""Percent of the requests: 80 reads, 15 searches, 5 updates."""
WORDS = ("santos", "reyes", "juan", "maria c", "pen", "garcia", "cruz", "ana", "villa", "lopez")
STATUSES = ("CALLED", "PENDING", "TO_FOLLOW", "UPDATED")
READY_CONNECTIONS, MOST_CONNECTIONS = 32, 800
PATIENCE_S = 10.0
CONFLICT, FIRST_ERROR = 409, 400


@frozen
class LoadPlan:
    """What one run sends, at which rate, in whose name."""

    base: str
    tokens: Sequence[str]
    targets: Sequence[tuple[int, Target]]
    """Rows to update, each with the number of a user who may."""
    period: str
    rate: float
    seconds: float
    mix: dict[str, int] = field(factory=lambda: MIX)
    warm_up: float = 3.0
    """Seconds at the beginning that are not counted."""


@frozen
class OpenResult:
    """What came of a run; latencies in milliseconds, from when each request was due."""

    rate: float
    due: int
    p50: float
    p95: float
    p99: float
    errors: int
    """Error responses, dropped requests and those without a response."""
    dropped: int
    conflicts: int
    """Updates of rows that a sync changed meanwhile: the right answer, and no error."""
    generator_cores: float
    p95_by_kind: dict[str, float]

    @property
    def error_share(self) -> float:
        return self.errors / self.due


@define(eq=False)
class _Request:
    kind: str
    user: int
    due: float
    message: bytes


@define(eq=False)
class _Connection(asyncio.Protocol):
    """One connection, with one request under way."""

    generator: _Generator
    request: _Request | None = None
    transport: Any = None
    _buffer: bytearray = field(factory=bytearray)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        if self.request:
            self.transport.write(self.request.message)
        else:
            self.generator.idle.append(self)

    def send(self, request: _Request) -> None:
        self.request = request
        self.transport.write(request.message)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        head = bytes(self._buffer[:end]).lower()
        at = head.find(b"content-length:")
        length = int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        if len(self._buffer) < end + 4 + length or self.request is None:
            return
        body, self._buffer = bytes(self._buffer[end + 4 :]), bytearray()
        request, self.request = self.request, None
        self.generator.answered(request, int(head[9:12]), body)
        self.generator.idle.append(self)

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self.generator.connections -= 1
        if self.request:
            self.generator.answered(self.request, 0, b"")
        with suppress(ValueError):
            self.generator.idle.remove(self)


@define(eq=False)
class _Generator:
    plan: LoadPlan
    chance: random.Random = field(factory=lambda: random.Random(7))  # noqa: S311 — a fixed seed
    idle: list[_Connection] = field(factory=list)
    connections: int = 0
    under_way: int = 0
    dropped: int = 0
    updates: int = 0
    results: list[tuple[str, float, int]] = field(factory=list)
    cursors: dict[int, str] = field(factory=dict)
    counted_from: float = 0.0

    async def run(self) -> OpenResult:
        loop = asyncio.get_running_loop()
        for _ in range(READY_CONNECTIONS):
            await self._connect(None)
        plan, cpu = self.plan, time.process_time()
        begun = loop.time()
        self.counted_from = begun + plan.warm_up
        due, end = begun, begun + plan.warm_up + plan.seconds
        while due < end:
            if (wait := due - loop.time()) > 0:
                await asyncio.sleep(wait)
            self._send(due)
            due += self.chance.expovariate(plan.rate)
        cores = (time.process_time() - cpu) / (loop.time() - begun)
        deadline = end + PATIENCE_S
        while self.under_way and loop.time() < deadline:  # noqa: ASYNC110 — nothing is measured now
            await asyncio.sleep(0.05)
        return self._result(cores)

    def _send(self, due: float) -> None:
        request = self._make(due)
        self.under_way += 1
        if self.idle:
            self.idle.pop().send(request)
        elif self.connections < MOST_CONNECTIONS:
            asyncio.ensure_future(self._connect(request))  # noqa: RUF006 — it lives in the loop
        else:
            self.under_way -= 1
            self.dropped += due >= self.counted_from

    async def _connect(self, request: _Request | None) -> None:
        self.connections += 1
        address = urlsplit(self.plan.base)
        try:
            await asyncio.get_running_loop().create_connection(
                lambda: _Connection(self, request), address.hostname or "", address.port or 80
            )
        except OSError:
            self.connections -= 1
            if request:
                self.answered(request, 0, b"")

    def answered(self, request: _Request, status: int, body: bytes) -> None:
        """Note a response; status 0: the connection broke."""
        self.under_way -= 1
        latency = asyncio.get_running_loop().time() - request.due
        if request.due >= self.counted_from:
            self.results.append((request.kind, latency * 1000, status))
        if request.kind == "worklist":
            _, _, cursor = body[-600:].rpartition(b'"next_cursor":"')
            self.cursors.pop(request.user, None)
            self.cursors[request.user] = cursor.split(b'"', 1)[0].decode()

    def _make(self, due: float) -> _Request:
        mix = self.plan.mix
        kind = self.chance.choices(list(mix), cum_weights=list(accumulate(mix.values())))[0]
        user = self.chance.randrange(len(self.plan.tokens))
        method, path, body = "GET", "", b""
        if kind == "worklist":
            path = "/worklist"
        elif kind == "next page":
            user, cursor = next(reversed(self.cursors.items()), (user, ""))
            path = f"/worklist?cursor={cursor}" if cursor else "/worklist"
        elif kind == "clients by status":
            path = f"/clients?period={self.plan.period}&status={self.chance.choice(STATUSES)}"
        elif kind.startswith("/"):
            path = kind
        elif kind == "search":
            method, path = "POST", "/clients/search"
            body = json.dumps({"q": self.chance.choice(WORDS)}).encode()
        else:
            user, (code, period, version) = self.plan.targets[self.updates % len(self.plan.targets)]
            self.updates += 1
            method, path = "POST", f"/clients/code:{code}/periods/{period}/events"
            body = b'{"status":"CALLED","remarks":"Comes on Friday","version":%d}' % version
        return _Request(kind, user, due, self._message(method, path, user, body))

    def _message(self, method: str, path: str, user: int, body: bytes) -> bytes:
        head = (
            f"{method} /api/v1{path} HTTP/1.1\r\nHost: bench\r\n"
            f"Authorization: Bearer {self.plan.tokens[user]}\r\n"
        )
        if body:
            head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n"
            head += f"Idempotency-Key: {uuid4().hex}\r\n"
        return head.encode() + b"\r\n" + body

    def _result(self, cores: float) -> OpenResult:
        latencies = [latency for _, latency, _ in self.results]
        lost = self.dropped + self.under_way
        # Requests without a response took at least as long as the generator waited.
        latencies += [PATIENCE_S * 1000] * lost
        cuts = statistics.quantiles(latencies, n=100)
        refused = [status for _, _, status in self.results if not 0 < status < FIRST_ERROR]
        conflicts = refused.count(CONFLICT)
        by_kind = {
            kind: _p95([latency for each, latency, _ in self.results if each == kind])
            for kind in self.plan.mix
        }
        return OpenResult(
            rate=self.plan.rate,
            due=len(latencies),
            p50=cuts[49],
            p95=cuts[94],
            p99=cuts[98],
            errors=len(refused) - conflicts + lost,
            dropped=lost,
            conflicts=conflicts,
            generator_cores=cores,
            p95_by_kind=by_kind,
        )


def _p95(latencies: list[float]) -> float:
    return statistics.quantiles(latencies, n=20)[18] if len(latencies) > 1 else 0.0


def drive(plan: LoadPlan) -> OpenResult:
    """Run a plan in a process of its own, so that nothing here delays it."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(_drive, (plan,))


def _drive(plan: LoadPlan) -> OpenResult:
    import uvloop  # noqa: PLC0415 — of this process alone

    result: OpenResult = uvloop.run(_Generator(plan).run())
    return result
