"""``clientupdater worker``."""

from __future__ import annotations

import os
import secrets
import signal
import socket
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from clientupdater.entrypoints.cli.session import Session, example
from clientupdater.ports.queue import QUEUES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clientupdater.entrypoints.worker.worker import Worker


def _queues(_: click.Context, __: click.Parameter, text: str) -> list[str]:
    names = [name.strip() for name in text.split(",") if name.strip()]
    if not names:
        raise click.BadParameter("name at least one queue")
    return names


@click.command(epilog=example("clientupdater worker --queues default,sync --concurrency 2"))
@click.option(
    "--queues",
    default=",".join(QUEUES),
    show_default=True,
    callback=_queues,
    help="The queues to work on, separated by commas.",
)
@click.option(
    "--concurrency",
    type=click.IntRange(1, 64),
    default=4,
    show_default=True,
    help="Number of jobs at once.",
)
@click.option("--once", is_flag=True, help="Run the jobs that are due, then stop.")
@click.option(
    "--grace-seconds",
    type=click.FloatRange(min=0),
    default=25,
    show_default=True,
    help="Seconds that running jobs have after SIGTERM before they return to the queue.",
)
@click.option(
    "--lease-seconds",
    type=click.FloatRange(min=5),
    default=30,
    show_default=True,
    help="Seconds without a heartbeat after which other workers take over the jobs.",
)
@click.option(
    "--health-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="A file that the worker touches each second while the queue answers.",
)
@click.pass_obj
def worker(
    session: Session,
    *,
    queues: list[str],
    concurrency: int,
    once: bool,
    grace_seconds: float,
    lease_seconds: float,
    health_file: Path | None,
) -> None:
    """Run background jobs and schedules.

    SIGTERM or Ctrl-C stops it: it takes no more jobs, and finishes the running ones or returns them
    to the queue.
    """
    from clientupdater.composition import open_worker
    from clientupdater.entrypoints import logs
    from clientupdater.entrypoints.http.processes import metrics_served
    from clientupdater.entrypoints.worker.metrics import JobMetrics
    from clientupdater.entrypoints.worker.worker import Pace, Worker

    logs.configure(session.settings)
    job_metrics = JobMetrics()

    def alive() -> None:
        job_metrics.alive()
        if health_file:
            health_file.touch()

    with (
        metrics_served(session.settings.metrics_bind, job_metrics.registry),
        open_worker(session.settings) as worker_context,
    ):
        working = Worker(
            worker_context,
            name=f"{socket.gethostname()}:{os.getpid()}:{secrets.token_hex(4)}",
            threads=concurrency,
            queues=queues,
            pace=Pace(lease_s=lease_seconds, grace_s=grace_seconds),
            notice=job_metrics.record,
            alive=alive,
        )
        with stopped_by_signals(working):
            working.run(once=once)


@contextmanager
def stopped_by_signals(worker: Worker) -> Iterator[None]:
    """Stop the worker on SIGTERM and Ctrl-C."""
    before = {
        sign: signal.signal(sign, lambda *_: worker.stop())
        for sign in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        yield
    finally:
        for sign, handler in before.items():
            signal.signal(sign, handler)
