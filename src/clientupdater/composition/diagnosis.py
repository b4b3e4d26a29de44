"""What is wrong inside, and what to do, in words for whoever keeps the software running."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clientupdater.domain.errors import Misconfigured
from clientupdater.domain.jobs import JobStatus
from clientupdater.ports.health import Health
from clientupdater.ports.queue import SYNC_QUEUE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from clientupdater.app import App
    from clientupdater.usecases.sync.diagnosis import SourceDiagnosis

_AS = "--as SOMEBODY@EXAMPLE.COM"


def diagnosed(app: App) -> Sequence[Health]:
    """Look at what can only be seen from within."""
    items = [_keys(app), _openings(app), _stuck_jobs(app)]
    for source in app.sync.diagnose():
        items += _source(source)
    return items


def _keys(app: App) -> Health:
    """Tell whether every pension number could be opened; without keys, `serve` refuses."""
    try:
        missing = app.pension_numbers.find_missing_keys()
    except Misconfigured as error:
        message = "; ".join(f"{fault.pointer} is not set" for fault in error.faults)
        remedy = "set them: 32 random bytes in base64 each (openssl rand -base64 32)"
        return Health("keys", ok=False, found=message, remedy=remedy)
    if missing:
        message = f"numbers are sealed with keys that are not there: {', '.join(sorted(missing))}"
        remedy = "put them back, behind the newest: ENCRYPTION_KEYS=newest:…,older:…"
        return Health("keys", ok=False, found=message, remedy=remedy)
    return Health("keys", ok=True, found="every pension number can be opened")


def _stuck_jobs(app: App) -> Health:
    """Tell whether jobs are being done, and none was given up."""
    stuck = app.jobs.find_stuck()
    if stuck.waiting:
        waits = (f"{age.total_seconds() // 60:.0f} min in {q}" for q, age in stuck.waiting.items())
        message = f"jobs wait for a worker: {', '.join(waits)}"
        return Health("jobs", ok=False, found=message, remedy="run: clientupdater worker")
    if stuck.dead:
        message = f"given up: {', '.join(f'{jobs} in {q}' for q, jobs in stuck.dead.items())}"
        look = f"look at them: clientupdater jobs list --status dead {_AS}"
        remedy = "; ".join([look, *_for_dead(stuck.dead)])
        return Health("jobs", ok=False, found=message, remedy=remedy)
    return Health("jobs", ok=True, found="none waits for long, none was given up")


def _for_dead(dead: Mapping[str, int]) -> Iterator[str]:
    """Say what to do: a run that failed is begun by no other attempt, and anything else is."""
    if dead.keys() - {SYNC_QUEUE}:
        yield "then: jobs retry JOB, or jobs cancel JOB where nothing is left to be done"
    if SYNC_QUEUE in dead:
        yield (
            f"of the queue {SYNC_QUEUE}: mend what its run failed of, run it again "
            f"(clientupdater sync run SOURCE {_AS}), then jobs cancel JOB; "
            "jobs retry JOB is for refresh-client alone"
        )


def _openings(app: App) -> Health:
    """Tell whether every client that is due has its row."""
    missed = app.periods.find_missed()
    unmapped = f"; {missed.unmapped} clients have no product, so no cycle" * bool(missed.unmapped)
    if missed.without_row:
        text = ", ".join(f"{rows} in {period}" for period, rows in missed.without_row.items())
        message = f"clients without their row: {text}{unmapped}"
        remedy = "run: clientupdater worker; one that runs opens them within five minutes"
        return Health("periods", ok=False, found=message, remedy=remedy)
    return Health("periods", ok=True, found=f"every row that is due is open{unmapped}")


def _source(source: SourceDiagnosis) -> Sequence[Health]:
    """Tell of each trouble by itself, since each has its own remedy."""
    troubles = [
        *_mapping(source),
        *_dead(source),
        *_held(source),
        *_failed(source),
        *_stale(source),
    ]
    return troubles or [Health(_name(source), ok=True, found=_last_applied(source))]


def _mapping(source: SourceDiagnosis) -> Iterator[Health]:
    if source.mapping:
        text = "; ".join(f"{fault.pointer}: {fault.message}" for fault in source.mapping)
        remedy = "save a mapping that fills it: PUT /api/v1/sync/mappings"
        yield Health(_name(source), ok=False, found=f"its mapping: {text}", remedy=remedy)


def _dead(source: SourceDiagnosis) -> Iterator[Health]:
    dead = source.standing.dead
    if dead:
        message = f"run {dead} is not over, and the process that did it is gone"
        remedy = (
            "run: clientupdater worker, which fails it at once; then run it again: "
            f"clientupdater sync run {source.standing.source} {_AS}"
        )
        yield Health(_name(source), ok=False, found=message, remedy=remedy)


def _held(source: SourceDiagnosis) -> Iterator[Health]:
    held = source.standing.held
    if held:
        message = f"run {held} would deactivate too many clients, and waits for a decision"
        remedy = f"look: clientupdater sync show {held} {_AS}; then: sync approve, or sync cancel"
        yield Health(_name(source), ok=False, found=message, remedy=remedy)


def _failed(source: SourceDiagnosis) -> Iterator[Health]:
    last = source.standing.last_run
    if last and last.state is JobStatus.FAILED:
        ago = _ago(source.looked_at, last.completed_at or last.created_at)
        message = f"its last run failed {ago} and applied nothing: {last.error}"
        remedy = f"mend that, then run: clientupdater sync run {source.standing.source} {_AS}"
        yield Health(_name(source), ok=False, found=message, remedy=remedy)


def _stale(source: SourceDiagnosis) -> Iterator[Health]:
    if source.is_stale:
        remedy = (
            "see whether its schedule is on, a worker runs and the source sends anything new: "
            f"clientupdater schedules list {_AS}; clientupdater sync list {_AS}"
        )
        yield Health(_name(source), ok=False, found=_last_applied(source), remedy=remedy)


def _last_applied(source: SourceDiagnosis) -> str:
    standing, now = source.standing, source.looked_at
    if standing.applied_at is None:
        return "no run of it was ever applied"
    message = f"last applied {_ago(now, standing.applied_at)}"
    if standing.read_up_to is None:
        return f"{message}, and never read to its end"
    return f"{message}, with data from {_ago(now, standing.read_up_to)}"


def _name(source: SourceDiagnosis) -> str:
    return f"source {source.standing.source}"


def _ago(now: datetime, then: datetime) -> str:
    minutes = int((now - then).total_seconds() // 60)
    return f"{minutes} min ago" if minutes < 120 else f"{minutes // 60} h ago"  # noqa: PLR2004 - two hours
