"""The checks of `doctor` that need the App: each names the problem and its remedy."""

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
    from clientupdater.ports.pension_numbers import LostKey
    from clientupdater.usecases.sync.diagnosis import SourceDiagnosis

_LOST_KEYS = (
    "put the key back from your safe (ENCRYPTION_KEYS=newest:…,{0}:…). If no copy exists, these "
    "numbers cannot be read again, and everything else can: run clientupdater keys forget {0}, "
    "then a full sync of each source, which delivers the numbers again"
)
_AS = "--as YOUR-EMAIL"


def diagnosed(app: App) -> Sequence[Health]:
    """Check keys, periods, balances, counts, jobs and sources."""
    items = [_keys(app), _openings(app), _balances(app), _counts(app), _stuck_jobs(app)]
    for source in app.sync.runs.diagnose():
        items += _source(source)
    return items


def _keys(app: App) -> Health:
    """Check that every pension number can be decrypted; without keys, `serve` refuses to start."""
    try:
        lost = app.clients.pension_numbers.find_lost_keys()
    except Misconfigured as error:
        message = "; ".join(f"{fault.pointer} is not set" for fault in error.faults)
        remedy = "set them: 32 random bytes in base64 each (openssl rand -base64 32)"
        return Health("keys", ok=False, found=message, remedy=remedy)
    if lost:
        message = "; ".join(map(_lost_key, lost))
        return Health("keys", ok=False, found=message, remedy=_LOST_KEYS.format(lost[0].name))
    return Health("keys", ok=True, found="the keys of all pension numbers open them")


def _lost_key(key: LostKey) -> str:
    state = "is another one now" if key.is_configured else "is not configured"
    return f"the key {key.name!r} {state}; it encrypted {key.numbers} of the pension numbers"


def _stuck_jobs(app: App) -> Health:
    """Check that no job waits long for a worker, and none is dead."""
    stuck = app.jobs.administration.find_stuck()
    if stuck.waiting:
        waits = (f"{age.total_seconds() // 60:.0f} min in {q}" for q, age in stuck.waiting.items())
        message = f"jobs are waiting for a worker: {', '.join(waits)}"
        return Health(
            "jobs", ok=False, found=message, remedy="start a worker: clientupdater worker"
        )
    if stuck.dead:
        message = f"dead jobs: {', '.join(f'{jobs} in {q}' for q, jobs in stuck.dead.items())}"
        look = f"see why: clientupdater jobs list --status dead {_AS}"
        remedy = "; ".join([look, *_for_dead(stuck.dead)])
        return Health("jobs", ok=False, found=message, remedy=remedy)
    return Health("jobs", ok=True, found="no job waits long, and none is dead")


def _for_dead(dead: Mapping[str, int]) -> Iterator[str]:
    """Say what to do: retrying helps with every dead job but a failed sync run."""
    if dead.keys() - {SYNC_QUEUE}:
        yield "then run: clientupdater jobs retry JOB, or jobs cancel JOB if it is no longer needed"
    if SYNC_QUEUE in dead:
        yield (
            f"in the queue {SYNC_QUEUE}: fix the cause, run the sync again "
            f"(clientupdater sync run SOURCE {_AS}), then cancel the job; "
            "only refresh-client jobs can be retried"
        )


def _openings(app: App) -> Health:
    """Check that every client that is due has its row (P4)."""
    missed = app.periods.find_missed()
    unmapped = f"; {missed.unmapped} clients have no product, and so no cycle" * bool(
        missed.unmapped
    )
    if missed.without_row:
        text = ", ".join(f"{rows} in {period}" for period, rows in missed.without_row.items())
        message = f"clients without a row: {text}{unmapped}"
        remedy = "start a worker (clientupdater worker); it opens the rows within five minutes"
        return Health("periods", ok=False, found=message, remedy=remedy)
    return Health("periods", ok=True, found=f"every client that is due has its row{unmapped}")


def _balances(app: App) -> Health:
    """Check that what came into each branch is what stands there or left (R4)."""
    if uneven := app.reports.balance.find_uneven():
        message = f"branches whose balance does not add up: {', '.join(uneven)}"
        remedy = "rows do not agree with their events: restore a backup, or ask for help"
        return Health("balances", ok=False, found=message, remedy=remedy)
    return Health("balances", ok=True, found="the balance of every branch adds up")


def _counts(app: App) -> Health:
    """Check that the counts that reports read are those of the rows (ADR 32)."""
    if wrong := app.reports.count_check.find_wrong():
        message = f"branches whose counts differ from their rows: {', '.join(wrong)}"
        return Health("counts", ok=False, found=message, remedy="run: clientupdater db recount")
    return Health("counts", ok=True, found="the counts of every branch are those of its rows")


def _source(source: SourceDiagnosis) -> Sequence[Health]:
    """Report each problem on its own, since each has its own remedy."""
    if not source.status.is_known:
        message = "the database does not know it, so nothing of it can be stored"
        remedy = f"run: clientupdater sync add-source {source.status.source}"
        return [Health(_name(source), ok=False, found=message, remedy=remedy)]
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
        remedy = "save a complete mapping: PUT /api/v1/sync/mappings (see docs/sync.md)"
        yield Health(_name(source), ok=False, found=f"its mapping: {text}", remedy=remedy)


def _dead(source: SourceDiagnosis) -> Iterator[Health]:
    dead = source.status.dead
    if dead:
        message = f"run {dead} has not ended, and its process is gone"
        remedy = (
            "start a worker (clientupdater worker), which marks the run as failed; then run: "
            f"clientupdater sync run {source.status.source} {_AS}"
        )
        yield Health(_name(source), ok=False, found=message, remedy=remedy)


def _held(source: SourceDiagnosis) -> Iterator[Health]:
    held = source.status.held
    if held:
        message = f"run {held} is held: it would deactivate too many clients"
        remedy = (
            f"see its plan: clientupdater sync show {held} {_AS}; then sync approve or sync cancel"
        )
        yield Health(_name(source), ok=False, found=message, remedy=remedy)


def _failed(source: SourceDiagnosis) -> Iterator[Health]:
    last = source.status.last_run
    if last and last.state is JobStatus.FAILED:
        ago = _ago(source.looked_at, last.completed_at or last.created_at)
        message = f"its last run failed {ago} and applied nothing: {last.error}"
        remedy = f"fix the cause, then run: clientupdater sync run {source.status.source} {_AS}"
        yield Health(_name(source), ok=False, found=message, remedy=remedy)


def _stale(source: SourceDiagnosis) -> Iterator[Health]:
    if source.is_stale:
        remedy = (
            "check that its schedule is on, a worker runs, and the source sends new data: "
            f"clientupdater schedules list {_AS}; clientupdater sync list {_AS}"
        )
        yield Health(_name(source), ok=False, found=_last_applied(source), remedy=remedy)


def _last_applied(source: SourceDiagnosis) -> str:
    status, now = source.status, source.looked_at
    if status.applied_at is None:
        return "no run was ever applied"
    message = f"last applied {_ago(now, status.applied_at)}"
    if status.read_up_to is None:
        return f"{message}, and never read completely"
    return f"{message}, with data from {_ago(now, status.read_up_to)}"


def _name(source: SourceDiagnosis) -> str:
    return f"source {source.status.source}"


def _ago(now: datetime, then: datetime) -> str:
    minutes = int((now - then).total_seconds() // 60)
    return f"{minutes} min ago" if minutes < 120 else f"{minutes // 60} h ago"  # noqa: PLR2004 - two hours
