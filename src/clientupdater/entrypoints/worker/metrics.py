"""A log line and metrics for each job."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from prometheus_client import CollectorRegistry, Gauge, Histogram

if TYPE_CHECKING:
    from clientupdater.entrypoints.worker.running_job import RunningJob

_log = structlog.stdlib.get_logger("clientupdater.worker")
_BUCKETS = (0.01, 0.1, 1, 10, 60, 600, 3600)


class JobMetrics:
    """The log and the metrics of one worker's jobs."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._durations = Histogram(
            "clientupdater_job_duration_seconds",
            "How long jobs took, by name and outcome.",
            ("name", "outcome"),  # `job` is Prometheus's own label
            buckets=_BUCKETS,
            registry=self.registry,
        )
        self._alive = Gauge(
            "clientupdater_worker_heard_queue_timestamp_seconds",
            "When the queue last answered this worker.",
            registry=self.registry,
        )

    def alive(self) -> None:
        """Record that the queue has answered."""
        self._alive.set_to_current_time()

    def record(self, running: RunningJob) -> None:
        """Log a job that has ended, and count it."""
        outcome = _outcome(running)
        self._durations.labels(running.job.name, outcome).observe(running.took_s)
        line = {
            **running.job.trace,
            "job": running.job.id,
            "name": running.job.name,
            "attempt": running.job.attempts,
            "duration_ms": round(running.took_s * 1000, 1),
        }
        line.pop("traceparent", None)
        if running.failure is None:
            _log.info(f"job {outcome}", **line)
            return
        _log.warning(
            f"job {outcome}",
            **line,
            error=running.failure.message,
            status=running.failure.verdict.status,
            exc_info=running.failure.unforeseen,
        )


def _outcome(running: RunningJob) -> str:
    if running.was_interrupted:
        return "interrupted"
    return "failed" if running.failure else "done"
