"""Endpoints for operations: liveness, readiness, metrics and system health."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Generic, TypeVar

import anyio
from attrs import define, field, frozen
from starlette.responses import Response

import clientupdater
from clientupdater.domain.errors import NotFound, Unauthenticated
from clientupdater.domain.rate_limits import Activity, Requester
from clientupdater.entrypoints.http.descriptions.about import About
from clientupdater.entrypoints.http.identity import authenticate, client_address
from clientupdater.entrypoints.http.limits import require
from clientupdater.entrypoints.http.middleware.admission import in_thread
from clientupdater.entrypoints.wire import to_json
from clientupdater.ports.health import ServiceStatus

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request

    from clientupdater.app import App
    from clientupdater.domain.sync.source_status import SourceStatus
    from clientupdater.entrypoints.http.server_settings import ServerSettings
    from clientupdater.ports.health import Health
    from clientupdater.usecases.operations.health import SystemHealth

_STATUSES = {
    ServiceStatus.UP: "healthy",
    ServiceStatus.DEGRADED: "degraded",
    ServiceStatus.DOWN: "unhealthy",
}
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_PROBES_AT_ONCE = 2
_FRESH_S = 1.0
T = TypeVar("T")


@define
class Traffic:
    """Whether the server is about to stop."""

    draining: bool = False


def probe_limit() -> anyio.CapacityLimiter:
    """Limit probes to threads of their own, so that they answer while all others are busy."""
    return anyio.CapacityLimiter(_PROBES_AT_ONCE)


@define
class Recent(Generic[T]):
    """A value that is read at most once a second, by one request for all that wait for it."""

    read: Callable[[], T]
    limiter: anyio.CapacityLimiter
    _turn: anyio.Lock = field(factory=anyio.Lock, init=False)
    _seen: list[T] = field(factory=list, init=False)
    _stale_at: float = field(default=0.0, init=False)

    async def value(self) -> T:
        async with self._turn:
            if not self._seen or time.monotonic() >= self._stale_at:
                self._seen = [await anyio.to_thread.run_sync(self.read, limiter=self.limiter)]
                self._stale_at = time.monotonic() + _FRESH_S
            return self._seen[0]


async def livez(_: Request) -> Response:
    """Answer while the process runs, whatever else is down."""
    return _json({"status": "alive"})


async def readyz(request: Request) -> Response:
    """Answer whether a load balancer should send requests here."""
    _require_allowance(request)
    if request.state.traffic.draining:
        return _json({"status": "draining", "checks": []}, 503)
    results: list[Health] = await request.state.readiness.value()
    ready = all(health.ok for health in results)
    # This is public; the log and `doctor` have the reasons.
    checks = [{"of": health.of, "ok": health.ok} for health in results]
    return _json({"status": "ready" if ready else "not ready", "checks": checks}, _status(ready))


async def ping(_: Request) -> Response:
    return _json({"status": "ok", "timestamp": datetime.now(UTC)})


async def metrics(request: Request) -> Response:
    """Answer with the metrics, for a client with OPS_TOKEN."""
    server: ServerSettings = request.state.server
    if server.ops_token is None:
        raise NotFound("Nothing exists at this address.")
    if not server.is_operator(request.headers.get("authorization", "")):
        raise Unauthenticated("Send OPS_TOKEN as the bearer token.")
    body = await anyio.to_thread.run_sync(
        request.state.measures.exposition, limiter=request.state.probes
    )
    return Response(body, headers={"Cache-Control": "no-store", "Content-Type": CONTENT_TYPE})


@frozen
class ServiceHealth:
    """The state of one service."""

    status: Annotated[str, About("`up`, `degraded`, `down`, `missing` or `not_configured`.", "up")]
    latency_ms: float | None
    circuit: str | None
    error: str | None


@frozen
class QueueLength:
    """The number of jobs in one queue."""

    pending: int
    processing: int
    dead: int


@frozen
class SourceHealth:
    """The state of one source; `doctor` shows companies and errors."""

    last_run: str | None
    """State of the last run that was not a preview."""
    last_run_at: datetime | None
    applied_at: datetime | None
    """When a run was last applied."""
    read_up_to: datetime | None
    """Up to when the applied data was read from the source."""
    is_stale: bool
    is_held: bool
    """A run is held and waits for a decision."""
    is_dead: bool
    """The process of a run is gone; a worker fails the run within a minute."""

    @classmethod
    def of(cls, source_status: SourceStatus, now: datetime) -> SourceHealth:
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
    """The state of the system and of every service it needs."""

    status: Annotated[str, About("`healthy`, `degraded` or `unhealthy`.", "healthy")]
    timestamp: datetime
    version: Annotated[str, About("The version of the software.", "0.1.0")]
    services: dict[str, ServiceHealth]
    queues: dict[str, QueueLength]
    sources: dict[str, SourceHealth]

    @classmethod
    def of(cls, health: SystemHealth) -> SystemHealthReport:
        services = {
            name: ServiceHealth(str(each.status), each.latency_ms, each.circuit, each.error)
            for name, each in health.services.items()
        }
        queues = {q.queue: QueueLength(q.pending, q.processing, q.dead) for q in health.queues}
        sources = {str(s.source): SourceHealth.of(s, health.looked_at) for s in health.sources}
        status, version = _STATUSES[health.status], clientupdater.__version__
        return cls(status, datetime.now(UTC), version, services, queues, sources)


async def system_health(request: Request) -> Response:
    """Answer with the state of the system, for a signed-in caller or a client with OPS_TOKEN."""
    app: App = request.state.app
    _require_allowance(request)
    if not request.state.server.is_operator(request.headers.get("authorization", "")):
        await in_thread(request, authenticate, app, request, Activity.READ)
    health: SystemHealth = await request.state.health.value()
    return _json(SystemHealthReport.of(health), _status(health.status is not ServiceStatus.DOWN))


def _require_allowance(request: Request) -> None:
    """Count by address, in this process alone: the event loop must not wait."""
    app: App = request.state.app
    requester = Requester(client_address(request))
    require(app.requests.admit_probe, Activity.PROBE, requester, request.scope)


@frozen
class Page:
    """An address outside the pipeline: the event loop handles it."""

    address: str
    summary: str
    handle: Callable[[Request], Awaitable[Response]]
    kind: str = "application/json"
    refusals: tuple[tuple[int, str], ...] = ()
    """Other statuses of its answer, with their meaning."""
    problems: tuple[tuple[int, str], ...] = ()
    """Statuses of problem documents, with their codes."""
    shape: type | None = None
    also: tuple[str, ...] = ()
    """Other media types of its answer."""


PAGES = (
    Page("/livez", "Whether the process is alive.", livez),
    Page(
        "/readyz",
        "Whether a load balancer should send requests here.",
        readyz,
        refusals=((503, "The server is not ready."),),
        problems=((429, "rate_limit_exceeded"),),
    ),
    Page("/api/ping", "The time of the server.", ping),
    Page(
        "/api/v1/health/system",
        "The state of the system; needs a session or OPS_TOKEN.",
        system_health,
        refusals=((503, "The database is down."),),
        problems=(
            (401, "unauthenticated"),
            (403, "password_change_required"),
            (429, "rate_limit_exceeded"),
        ),
        shape=SystemHealthReport,
    ),
    Page(
        "/metrics",
        "Metrics for Prometheus; needs OPS_TOKEN.",
        metrics,
        "text/plain",
        problems=((401, "unauthenticated"), (404, "not_found")),
    ),
)


def checked(app: App) -> list[Health]:
    return [check() for check in app.operations.readiness]


def _status(ready: bool) -> int:  # noqa: FBT001 — its only argument
    return 200 if ready else 503


def _json(body: object, status: int = 200) -> Response:
    headers = {"Cache-Control": "no-store"}
    return Response(to_json(body), status, headers=headers, media_type="application/json")
