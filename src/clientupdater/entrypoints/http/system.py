"""What machines ask before they send people here: alive, ready, there."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Generic, TypeVar

import anyio
from attrs import define, field, frozen
from starlette.responses import Response

import clientupdater
from clientupdater.domain.errors import NotFound, Unauthenticated
from clientupdater.domain.rate_limits import Activity, Asker
from clientupdater.entrypoints.http import pipeline
from clientupdater.entrypoints.http.descriptions.members import About
from clientupdater.entrypoints.http.limits import require
from clientupdater.entrypoints.http.middleware.admission import worked
from clientupdater.entrypoints.wire import to_json
from clientupdater.ports.health import Standing

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request

    from clientupdater.app import App
    from clientupdater.domain.sync.source_status import SourceStatus
    from clientupdater.ports.health import Health
    from clientupdater.usecases.operations.health import SystemHealth

_STATUSES = {
    Standing.UP: "healthy",
    Standing.DEGRADED: "degraded",
    Standing.DOWN: "unhealthy",
}
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_PROBES_AT_ONCE = 2
_FRESH_S = 1.0
T = TypeVar("T")


@define
class Traffic:
    """Whether requests are still welcome."""

    draining: bool = False


def probe_limit() -> anyio.CapacityLimiter:
    """Give probes threads of their own, so that they answer when all others are taken."""
    return anyio.CapacityLimiter(_PROBES_AT_ONCE)


@define
class Recent(Generic[T]):
    """What was looked at just now: one looks at a time, and all who ask meanwhile see the same."""

    look: Callable[[], T]
    limiter: anyio.CapacityLimiter
    _turn: anyio.Lock = field(factory=anyio.Lock, init=False)
    _seen: list[T] = field(factory=list, init=False)
    _stale_at: float = field(default=0.0, init=False)

    async def value(self) -> T:
        """Give it, no older than a second."""
        async with self._turn:
            if not self._seen or time.monotonic() >= self._stale_at:
                self._seen = [await anyio.to_thread.run_sync(self.look, limiter=self.limiter)]
                self._stale_at = time.monotonic() + _FRESH_S
            return self._seen[0]


async def livez(_: Request) -> Response:
    """Say that the process is there, whatever else is down."""
    return _told({"status": "alive"})


async def readyz(request: Request) -> Response:
    """Say whether requests should be sent here."""
    _require_allowance(request)
    if request.state.traffic.draining:
        return _told({"status": "draining", "checks": []}, 503)
    items: list[Health] = await request.state.readiness.value()
    ready = all(health.ok for health in items)
    # What exactly is amiss is for the log and for doctor: anybody may ask here.
    checks = [{"of": health.of, "ok": health.ok} for health in items]
    return _told({"status": "ready" if ready else "not ready", "checks": checks}, _status(ready))


async def ping(_: Request) -> Response:
    """Answer."""
    return _told({"status": "ok", "timestamp": datetime.now(UTC)})


async def metrics(request: Request) -> Response:
    """Tell what is measured to whoever shows the token of operations."""
    serving = request.state.app.serving
    if serving.ops_token is None:
        raise NotFound("There is nothing at this address.")
    if not serving.is_operator(request.headers.get("authorization", "")):
        raise Unauthenticated("This needs the token of operations.")
    body = await anyio.to_thread.run_sync(
        request.state.measures.written, limiter=request.state.probes
    )
    return Response(body, headers={"Cache-Control": "no-store", "Content-Type": CONTENT_TYPE})


@frozen
class ServiceHealth:
    """The health of a service."""

    status: Annotated[str, About("`up`, `degraded`, `down`, `missing` or `not_configured`.", "up")]
    latency_ms: float | None
    circuit: str | None
    error: str | None


@frozen
class QueueLength:
    """How many jobs a queue holds."""

    pending: int
    processing: int
    dead: int


@frozen
class SourceHealth:
    """The health of a source of clients."""

    last_run: str | None
    """How the last run stands that was to apply something."""
    last_run_at: datetime | None
    applied_at: datetime | None
    """When one was last applied."""
    read_up_to: datetime | None
    """Of when the data is that was applied."""
    is_stale: bool
    is_held: bool
    """A run waits for somebody's decision."""
    is_dead: bool
    """The process that did a run is gone; a worker fails it within a minute."""

    @classmethod
    def of(cls, source_status: SourceStatus, now: datetime) -> SourceHealth:
        """Show it."""
        last = source_status.last_run
        return cls(
            last_run=str(last.state) if last else None,
            last_run_at=last.created_at if last else None,
            applied_at=source_status.applied_at,
            read_up_to=source_status.read_up_to,
            is_stale=source_status.is_stale(now),
            is_held=source_status.held is not None,
            is_dead=source_status.dead is not None,
        )


@frozen
class SystemHealthReport:
    """The health of everything that this service uses."""

    status: Annotated[str, About("`healthy`, `degraded` or `unhealthy`.", "healthy")]
    timestamp: datetime
    version: Annotated[str, About("The version of the software.", "0.1.0")]
    services: dict[str, ServiceHealth]
    queues: dict[str, QueueLength]
    sources: dict[str, SourceHealth]

    @classmethod
    def of(cls, result: SystemHealth) -> SystemHealthReport:
        """Show what was found."""
        services = {
            name: ServiceHealth(str(each.standing), each.latency_ms, each.circuit, each.error)
            for name, each in result.services.items()
        }
        queues = {q.queue: QueueLength(q.pending, q.processing, q.dead) for q in result.queues}
        sources = {str(s.source): SourceHealth.of(s, result.looked_at) for s in result.sources}
        status, value = _STATUSES[result.standing], clientupdater.__version__
        return cls(status, datetime.now(UTC), value, services, queues, sources)


async def system_health(request: Request) -> Response:
    """Tell how everything stands to whoever has signed in, or shows the token of operations."""
    app: App = request.state.app
    _require_allowance(request)
    if not app.serving.is_operator(request.headers.get("authorization", "")):
        await worked(request, pipeline.signed_in, app, request, Activity.READ)
    result: SystemHealth = await request.state.health.value()
    return _told(SystemHealthReport.of(result), _status(result.standing is not Standing.DOWN))


def _require_allowance(request: Request) -> None:
    """Count by address, in this process alone: nothing is waited for."""
    app: App = request.state.app
    asker = Asker(pipeline.address_of(app, request))
    require(app.admit_probe, Activity.PROBE, asker, request.scope)


@frozen
class Page:
    """What answers without signing in, and without a thread of the endpoints'."""

    address: str
    summary: str
    handle: Callable[[Request], Awaitable[Response]]
    kind: str = "application/json"
    refusals: tuple[tuple[int, str], ...] = ()
    """By which other statuses it may answer, and what they mean."""
    problems: tuple[tuple[int, str], ...] = ()
    """The same, where the answer is a problem."""
    shape: type | None = None
    also: tuple[str, ...] = ()
    """As what else it answers, to those who ask for that."""


PAGES = (
    Page("/livez", "Whether the process is there.", livez),
    Page(
        "/readyz",
        "Whether requests should be sent here.",
        readyz,
        refusals=((503, "Not now."),),
        problems=((429, "rate_limit_exceeded"),),
    ),
    Page("/api/ping", "That it answers, and its time.", ping),
    Page(
        "/api/v1/health/system",
        "How everything stands; for who has signed in, or shows the token of operations.",
        system_health,
        refusals=((503, "Without the database nothing goes."),),
        problems=(
            (401, "unauthenticated"),
            (403, "password_change_required"),
            (429, "rate_limit_exceeded"),
        ),
        shape=SystemHealthReport,
    ),
    Page(
        "/metrics",
        "What is measured, for Prometheus; with the token of operations.",
        metrics,
        "text/plain",
        problems=((401, "unauthenticated"), (404, "not_found")),
    ),
)


def checked(app: App) -> list[Health]:
    """Check whether requests should be sent here."""
    return [check() for check in app.readiness]


def _status(ready: bool) -> int:  # noqa: FBT001 — its only argument
    return 200 if ready else 503


def _told(body: object, status: int = 200) -> Response:
    headers = {"Cache-Control": "no-store"}
    return Response(to_json(body), status, headers=headers, media_type="application/json")
