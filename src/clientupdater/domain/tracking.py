"""What can be done to a row, by whom and when, and the event that it adds.

Every command takes the row as it is and returns one Change: the event, and the snapshot after it.
Nothing is written here: the caller stores the change or drops it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen

from clientupdater.domain import events
from clientupdater.domain.clients import has_terminal_outcome
from clientupdater.domain.errors import (
    AlreadyDone,
    Forbidden,
    NotDone,
    NotTrackable,
    NotVoidable,
    PaymentRecorded,
    PeriodClosed,
    PeriodMismatch,
    PeriodNotBegun,
    VersionConflict,
)
from clientupdater.domain.events import EventKind, ExemptCause, History, Snapshot, StatusEvent, fold
from clientupdater.domain.periods import Window, window
from clientupdater.domain.permissions import Permission
from clientupdater.domain.statuses import PENDING, required_remarks, tidy_remarks
from clientupdater.domain.updates import require_sound, when_it_occurred

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date, datetime

    from clientupdater.domain.clients import Client
    from clientupdater.domain.ids import ClientId, CompanyId
    from clientupdater.domain.periods import Period
    from clientupdater.domain.statuses import StatusCatalogue
    from clientupdater.domain.updates import StatusUpdate
    from clientupdater.domain.write_context import WriteContext


@frozen
class PeriodRow:
    """One client in one period."""

    client: ClientId
    company: CompanyId
    period: Period
    snapshot: Snapshot


@frozen
class Change:
    """One event, and the snapshot after it: what a write stores (S9)."""

    event: StatusEvent
    snapshot: Snapshot


def writing_order(place: tuple[ClientId, Period]) -> tuple[ClientId, date, str]:
    """Sort rows by client, then period: every writer of several rows locks them in this order."""
    client, period = place
    return client, period.first_day, period.cycle


def opened(client: Client, write_context: WriteContext) -> StatusEvent:
    """Begin a row: PENDING, sequence 0, by the system (P4)."""
    return StatusEvent(
        sequence=0,
        kind=EventKind.OPENED,
        status=PENDING,
        occurred_at=write_context.now,
        recorded_at=write_context.now,
        branch=client.branch,
    )


def unopened(client: Client, period: Period, write_context: WriteContext) -> PeriodRow:
    """Build the running period's row before it is opened: PENDING, version 0 (P4)."""
    if client.cycle is not period.cycle:
        raise PeriodMismatch(
            f"This client is tracked {client.cycle or 'by no known cycle'}, not by {period}.",
            cycle=client.cycle and str(client.cycle),
        )
    state = window(period, write_context.today, write_context.backdating_days)
    if state is Window.NOT_BEGUN:
        raise _not_begun(period)
    if state is not Window.RUNNING or not client.is_due(period, write_context.today):
        raise NotTrackable(f"The client is not tracked in {period}.")
    return PeriodRow(client.id, client.company, period, fold([opened(client, write_context)]))


def require_version(row: PeriodRow, provided: int, history: Callable[[], History]) -> None:
    """Refuse a write over a version that its author has not seen, and say what differs (S10)."""
    current = row.snapshot
    if provided == current.version:
        return
    past = [event for event in history() if event.sequence <= provided]
    fields = differing(fold(past), current) if past else ()
    raise VersionConflict(
        provided=provided, current=current.version, snapshot=current, fields=fields
    )


def differing(then: Snapshot, now: Snapshot) -> tuple[str, ...]:
    """Name what differs between two snapshots, as the interfaces call it (S10)."""
    before, after = _shown(then), _shown(now)
    return tuple(name for name, value in after.items() if value != before[name])


def _shown(snapshot: Snapshot) -> dict[str, object]:
    standing, promise = snapshot.standing, snapshot.promise
    return {
        "status": standing.status,
        "reason": standing.reason,
        "remarks": standing.remarks,
        "has_payment": snapshot.has_payment,
        "update_count": snapshot.update_count,
        "is_terminal": snapshot.is_terminal,
        "exempt": snapshot.exempt,
        "next_follow_up_on": standing.next_follow_up_on,
        "promised_on": promise and promise.on,
        "promised_amount": promise and promise.amount,
        "branch": snapshot.branch,
    }


def record(
    row: PeriodRow, update: StatusUpdate, catalogue: StatusCatalogue, write_context: WriteContext
) -> Change:
    """Record what came of a call or a visit (S1-S8, S11, P7, P8)."""
    _require_tracked(row)
    if row.snapshot.is_done:
        raise AlreadyDone
    _require_writable(row.period, write_context)
    choice = catalogue.choose(update.status, update.reason, update.remarks, row.company)
    if update.has_payment is False and row.snapshot.has_payment:
        raise PaymentRecorded(field="/has_payment")
    occurred_at = when_it_occurred(update, row.period, write_context)
    require_sound(update, occurred_at, write_context)
    event = _event(
        row,
        EventKind.RECORDED,
        write_context,
        occurred_at=occurred_at,
        status=choice.status,
        reason=choice.reason,
        remarks=choice.remarks,
        is_terminal=choice.is_terminal,
        has_payment=update.has_payment,
        channel=update.channel,
        next_follow_up_on=update.next_follow_up_on,
        promise=update.promise,
    )
    return _advanced(row, event)


def reopen(
    row: PeriodRow, history: History, remarks: str | None, write_context: WriteContext
) -> Change:
    """Take a DONE back: the row is as it was before it (S12)."""
    _require_correcting(write_context)
    _require_tracked(row)
    if not row.snapshot.is_done:
        raise NotDone
    _require_writable(row.period, write_context)
    result = required_remarks(remarks, "reopening")
    event = _event(row, EventKind.REOPENED, write_context, remarks=result)
    return _refolded(history, event)


def void(
    row: PeriodRow,
    history: History,
    sequence: int,
    remarks: str | None,
    write_context: WriteContext,
) -> Change:
    """Undo one event of this row, once; it stays readable (S13)."""
    if not may_void(history, sequence, write_context):
        raise Forbidden(Permission.STATUS_CORRECT)
    _require_tracked(row)
    _require_writable(row.period, write_context)
    _require_voidable(history, sequence)
    if _is_own_latest(history, sequence, write_context):
        result = tidy_remarks(remarks)
    else:
        result = required_remarks(remarks, "voiding")
    event = _event(row, EventKind.VOIDED, write_context, remarks=result, voids=sequence)
    return _refolded(history, event)


def may_void(history: History, sequence: int, write_context: WriteContext) -> bool:
    """Whether the author may void an event: their own latest, for some minutes, or any (S13)."""
    return write_context.may_correct or _is_own_latest(history, sequence, write_context)


def _is_own_latest(history: History, sequence: int, write_context: WriteContext) -> bool:
    latest = history[-1] if history else None
    return (
        latest is not None
        and latest.sequence == sequence
        and latest.kind is EventKind.RECORDED
        and latest.by == write_context.by
        and write_context.now - latest.recorded_at < timedelta(minutes=write_context.undo_minutes)
    )


def client_after(
    client: Client, rows: Iterable[PeriodRow], row: PeriodRow, change: Change
) -> Client:
    """Work out whether a client is still tracked after a change of one of its rows (T1, T4)."""
    others = [each.snapshot for each in rows if each.period != row.period]
    ended = has_terminal_outcome([*others, change.snapshot])
    return evolve(client, has_terminal_outcome=ended)


def settle(row: PeriodRow, cause: ExemptCause | None, write_context: WriteContext) -> Change | None:
    """Bring a row in line with whether its client is tracked (P6, T1); None: it is already.

    An exempt row comes back only while its period can still be written to.
    """
    snapshot = row.snapshot
    if snapshot.is_done or snapshot.exempt is cause:
        return None
    if cause:
        return _advanced(row, _event(row, EventKind.EXEMPTED, write_context, exempt=cause))
    if window(row.period, write_context.today, write_context.backdating_days) is Window.CLOSED:
        return None
    return _advanced(row, _event(row, EventKind.RESTORED, write_context))


def note_payment(row: PeriodRow, paid_at: datetime, write_context: WriteContext) -> Change | None:
    """Set has_payment as the system's own observation; the status stays (S8)."""
    if row.snapshot.has_payment:
        return None
    event = _event(row, EventKind.PAYMENT, write_context)
    event = evolve(event, occurred_at=paid_at, has_payment=True)
    return _advanced(row, event)


def revive(
    row: PeriodRow, client: Client, remarks: str | None, write_context: WriteContext
) -> Change:
    """Track a fully paid client again, who has a new loan (T4)."""
    _require_correcting(write_context)
    if not client.has_terminal_outcome:
        raise NotDone("This client has no terminal outcome to be revived from.")
    if cause := evolve(client, has_terminal_outcome=False).exempt_cause:
        raise NotTrackable(
            f"Reviving would not make the client tracked: {cause}.", cause=str(cause)
        )
    if window(row.period, write_context.today, write_context.backdating_days) is not Window.RUNNING:
        raise PeriodClosed(f"A client is revived in the running period, not in {row.period}.")
    result = required_remarks(remarks, "reviving")
    return _advanced(row, _event(row, EventKind.REVIVED, write_context, remarks=result))


def _require_tracked(row: PeriodRow) -> None:
    if cause := row.snapshot.exempt:
        raise NotTrackable(f"The row is exempt: {cause}.", cause=str(cause))


def _require_correcting(write_context: WriteContext) -> None:
    if not write_context.may_correct:
        raise Forbidden(Permission.STATUS_CORRECT)


def _require_writable(period: Period, write_context: WriteContext) -> None:
    state = window(period, write_context.today, write_context.backdating_days)
    if state is Window.NOT_BEGUN:
        raise _not_begun(period)
    if state is Window.CLOSED and not write_context.may_correct:
        raise PeriodClosed(
            f"{period} is closed; writing to it needs {Permission.STATUS_CORRECT}.",
            permission=str(Permission.STATUS_CORRECT),
        )


def _not_begun(period: Period) -> PeriodNotBegun:
    begins = period.first_day.isoformat()
    return PeriodNotBegun(f"{period} begins on {begins}.", begins_on=begins)


def _require_voidable(history: History, sequence: int) -> None:
    event = next((event for event in history if event.sequence == sequence), None)
    if event is None:
        raise NotVoidable(f"The row has no event {sequence}.", sequence=sequence)
    if event.kind not in {EventKind.RECORDED, EventKind.PAYMENT}:
        message = f"Only a recording or a payment can be voided; event {sequence} is {event.kind}."
        raise NotVoidable(message, sequence=sequence, kind=str(event.kind))
    if sequence in events.voided(history):
        raise NotVoidable(f"Event {sequence} is voided already.", sequence=sequence)
    if sequence in events.reopened(history):
        message = f"Event {sequence} was reopened, which took it back."
        raise NotVoidable(message, sequence=sequence)


def _event(
    row: PeriodRow, kind: EventKind, write_context: WriteContext, **facts: Any
) -> StatusEvent:
    """Build the row's next event with these facts; others stay as the row has them.

    Clocks differ, but the events of a row stay in the order of their times: what had been recorded
    by a past moment is the row's first events (R5).
    """
    unchanged: dict[str, Any] = {
        "status": row.snapshot.status,
        "branch": row.snapshot.branch,
        "occurred_at": write_context.now,
        "by": write_context.by,
    }
    return StatusEvent(
        sequence=row.snapshot.version + 1,
        kind=kind,
        recorded_at=max(write_context.now, row.snapshot.updated_at),
        **(unchanged | facts),
    )


def _advanced(row: PeriodRow, event: StatusEvent) -> Change:
    return _change(event, events.advance(row.snapshot, event))


def _refolded(history: History, event: StatusEvent) -> Change:
    return _change(event, fold((*history, event)))


def _change(event: StatusEvent, after: Snapshot) -> Change:
    """Give the event the row's status after it, as readers of the history expect."""
    has_it = event.status == after.status
    return Change(event if has_it else evolve(event, status=after.status), after)
