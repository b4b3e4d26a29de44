"""What is measured of serving, for Prometheus: one process alone, or several together.

Routes are named by their templates and nothing by an id, so that there are as many series tomorrow
as today. With several processes prometheus-client keeps the numbers in files of a folder that all
of them share (PROMETHEUS_MULTIPROC_DIR, set by whoever starts them), and any of them tells all.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from attrs import frozen
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from clientupdater.ports.gauges import GaugeReading

SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1.0, 2.5, 5.0)
"""The targets are among them: 50, 100, 200 and 500 ms."""
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
"""Any other word may be sent as a method: each would be a series of its own."""


@frozen
class _Kind:
    told: str
    labels: tuple[str, ...] = ()
    of_all: str = "livesum"
    """How the numbers of several processes become one."""


READINGS: Mapping[str, _Kind] = {
    "pool_connections": _Kind("Connections to the database that are open."),
    "pool_waiting": _Kind("Requests that wait for a connection."),
    "limits_counted_by": _Kind("Processes whose requests are counted by this.", ("store",)),
    "circuit_open": _Kind("Processes that leave a source alone for a while.", ("source",)),
    "cache_hits": _Kind("Times that something was found in the cache.", ("topic",)),
    "cache_misses": _Kind("Times that something had to be made for the cache.", ("topic",)),
    "queue_pending": _Kind("Jobs that wait.", ("queue",), "livemostrecent"),
    "queue_processing": _Kind("Jobs that are worked on.", ("queue",), "livemostrecent"),
    "queue_dead": _Kind("Jobs that failed as often as they may.", ("queue",), "livemostrecent"),
    "queue_oldest_seconds": _Kind(
        "How long the oldest job that is due has been waiting.", ("queue",), "livemostrecent"
    ),
}


class Metrics:
    """Everything that is counted in this process."""

    def __init__(self, shared_folder: str | None = None) -> None:
        """Begin at nothing; the folder is the one that several processes share."""
        self._shared_folder = shared_folder
        self.registry = CollectorRegistry()
        self._durations = Histogram(
            "clientupdater_http_request_duration_seconds",
            "How long requests took, by route and status.",
            ("method", "route", "status"),
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self._refusals = Counter(
            "clientupdater_http_refusals",
            "Requests that were not done, by the code they were told.",
            ("code",),
            registry=self.registry,
        )
        self._replays = Counter(
            "clientupdater_http_replays",
            "Changes that were asked for again and answered as before.",
            registry=self.registry,
        )
        self.in_flight = Gauge(
            "clientupdater_http_in_flight",
            "Requests that are being worked on.",
            multiprocess_mode="livesum",
            registry=self.registry,
        )
        self._gauges = {name: self._gauge(name, kind) for name, kind in READINGS.items()}
        self._series: dict[tuple[str, str, int], Any] = {}

    def _gauge(self, name: str, kind: _Kind) -> Gauge:
        return Gauge(
            f"clientupdater_{name}",
            kind.told,
            kind.labels,
            multiprocess_mode=kind.of_all,  # type: ignore[arg-type] # one of its words
            registry=self.registry,
        )

    def took(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request that is over."""
        key = method, route, status
        series = self._series.get(key)
        if series is None:
            series = self._series[key] = self._durations.labels(*map(str, key))
        series.observe(seconds)

    def told(self, facts: Mapping[str, Any]) -> None:
        """Count what became of it."""
        if code := facts.get("code"):
            self._refusals.labels(code).inc()
        if facts.get("replayed"):
            self._replays.inc()

    def read(self, readings: Iterable[GaugeReading]) -> None:
        """Take down how things stand."""
        for reading in readings:
            gauge = self._gauges[reading.name]
            (gauge.labels(*reading.labels) if reading.labels else gauge).set(reading.value)

    def written(self) -> bytes:
        """Write all of it, of every process that shares the folder."""
        folder = self._shared_folder
        return generate_latest(shared_registry(folder) if folder else self.registry)


def shared_registry(folder: str) -> CollectorRegistry:
    """Give what reads the numbers of every process that shares a folder."""
    registry = CollectorRegistry()
    MultiProcessCollector(registry, folder)  # type: ignore[no-untyped-call]
    return registry


class MetricsMiddleware:
    """Counts every request and how long it took."""

    def __init__(self, app: ASGIApp, measures: Metrics) -> None:
        """Stand around the application."""
        self._app, self._measures = app, measures

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request through, with an eye on the clock."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        status, begun = 500, time.perf_counter()

        async def watched(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = int(message["status"])
            await send(message)

        self._measures.in_flight.inc()
        try:
            await self._app(scope, receive, watched)
        finally:
            self._measures.in_flight.dec()
            route = getattr(scope.get("route"), "path", "none")
            method = scope["method"] if scope["method"] in _METHODS else "other"
            self._measures.took(method, route, status, time.perf_counter() - begun)
            self._measures.told(scope.get("told", {}))
