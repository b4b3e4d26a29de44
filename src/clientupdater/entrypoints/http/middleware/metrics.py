"""Metrics for Prometheus, of one server process or of several together.

Series have the route's template and no id, so that their number does not grow. Several processes
share a folder of prometheus-client (PROMETHEUS_MULTIPROC_DIR, which the parent process sets), and
each of them shows the numbers of all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from starlette.types import Scope

    from clientupdater.ports.gauges import GaugeReading

SHARED_FOLDER = "PROMETHEUS_MULTIPROC_DIR"
_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1.0, 2.5, 5.0)
"""The targets are among them: 50, 100, 200 and 500 ms."""
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
"""A client may send any registered method; all others count as one series."""


@frozen
class _Kind:
    help: str
    labels: tuple[str, ...] = ()
    across_processes: str = "livesum"
    """How the numbers of several processes become one."""


GAUGES: Mapping[str, _Kind] = {
    "pool_connections": _Kind("Open connections to the database."),
    "pool_waiting": _Kind("Requests that wait for a database connection."),
    "limits_counted_by": _Kind("Processes whose rate limits this store counts.", ("store",)),
    "circuit_open": _Kind("Processes whose circuit to this source is open.", ("source",)),
    "cache_hits": _Kind("Look-ups that the cache answered.", ("topic",)),
    "cache_misses": _Kind("Look-ups that the cache could not answer.", ("topic",)),
    "queue_pending": _Kind("Jobs that are waiting.", ("queue",), "livemostrecent"),
    "queue_processing": _Kind("Jobs that are running.", ("queue",), "livemostrecent"),
    "queue_dead": _Kind("Jobs that failed in every attempt.", ("queue",), "livemostrecent"),
    "queue_oldest_seconds": _Kind(
        "How long the oldest due job has been waiting.", ("queue",), "livemostrecent"
    ),
}


class Metrics:
    """The metrics of this process."""

    def __init__(self, shared_folder: str | None = None) -> None:
        """Start at zero; several processes share the folder."""
        self._shared_folder = shared_folder
        self.registry = CollectorRegistry()
        self._durations = Histogram(
            "clientupdater_http_request_duration_seconds",
            "Duration of requests by route and status.",
            ("method", "route", "status"),
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self._refusals = Counter(
            "clientupdater_http_refusals",
            "Refused requests by error code.",
            ("code",),
            registry=self.registry,
        )
        self._replays = Counter(
            "clientupdater_http_replays",
            "Repeated changes that got their stored response.",
            registry=self.registry,
        )
        self.in_flight = Gauge(
            "clientupdater_http_in_flight",
            "Requests that are running.",
            multiprocess_mode="livesum",
            registry=self.registry,
        )
        self._gauges = {name: self._gauge(name, kind) for name, kind in GAUGES.items()}
        self._series: dict[tuple[str, str, int], Any] = {}

    def _gauge(self, name: str, kind: _Kind) -> Gauge:
        return Gauge(
            f"clientupdater_{name}",
            kind.help,
            kind.labels,
            multiprocess_mode=kind.across_processes,  # type: ignore[arg-type] # one of its words
            registry=self.registry,
        )

    def record(self, scope: Scope, status: int, seconds: float) -> None:
        """Count and time a request; the fields of its log line name a refusal or a replay."""
        method = scope["method"] if scope["method"] in _METHODS else "other"
        key = method, getattr(scope.get("route"), "path", "none"), status
        series = self._series.get(key)
        if series is None:
            series = self._series[key] = self._durations.labels(*map(str, key))
        series.observe(seconds)
        if log_fields := scope.get("log_fields"):
            if code := log_fields.get("code"):
                self._refusals.labels(code).inc()
            if log_fields.get("replayed"):
                self._replays.inc()

    def set_gauges(self, readings: Iterable[GaugeReading]) -> None:
        for reading in readings:
            gauge = self._gauges[reading.name]
            (gauge.labels(*reading.labels) if reading.labels else gauge).set(reading.value)

    def exposition(self) -> bytes:
        """Write the metrics of every process that shares the folder."""
        folder = self._shared_folder
        return generate_latest(shared_registry(folder) if folder else self.registry)


def shared_registry(folder: str) -> CollectorRegistry:
    """Return a registry over the numbers of every process that shares a folder."""
    registry = CollectorRegistry()
    MultiProcessCollector(registry, folder)  # type: ignore[no-untyped-call]
    return registry
