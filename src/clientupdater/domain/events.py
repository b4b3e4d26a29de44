"""The events of a row, and the snapshot that they add up to.

The snapshot is always the fold of the events: this file alone explains why a row looks as it does.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from clientupdater.domain.statuses import DONE, NOT_REACHABLE, PENDING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import date, datetime
    from decimal import Decimal

    from clientupdater.domain.ids import BranchId, PersonId


class EventKind(StrEnum):
    """Everything that can happen to a row (S14)."""

    OPENED = "opened"
    RECORDED = "recorded"
    PAYMENT = "payment"
    REOPENED = "reopened"
    VOIDED = "voided"
    EXEMPTED = "exempted"
    RESTORED = "restored"
    MOVED = "moved"
    REVIVED = "revived"


class Channel(StrEnum):
    """How the client was reached (S11)."""

    CALL = "call"
    VISIT = "visit"
    MESSAGE = "message"
    WALK_IN = "walk_in"


class ExemptCause(StrEnum):
    """Why a client is not tracked; of several, the first in this order is shown (P6)."""

    TERMINAL = "terminal"
    DELETED = "deleted"
    INACTIVE = "inactive"
    PAR_STATUS = "par_status"


@frozen
class Promise:
    """When the client said they would pay, and how much if they said so (S11)."""

    on: date
    amount: Decimal | None = None


@frozen(kw_only=True)
class StatusEvent:
    """One event of one row. It is never changed and never deleted (S13).

    `status` is the row's status after it, `branch` the client's branch at the time. `by` is None
    for the system. `has_payment` is None where the update did not mention a payment.
    """

    sequence: int
    kind: EventKind
    status: str
    occurred_at: datetime
    recorded_at: datetime
    branch: BranchId
    by: PersonId | None = None
    reason: str | None = None
    remarks: str | None = None
    has_payment: bool | None = None
    is_terminal: bool = False
    channel: Channel | None = None
    next_follow_up_on: date | None = None
    promise: Promise | None = None
    voids: int | None = None
    exempt: ExemptCause | None = None


@frozen(kw_only=True)
class Standing:
    """The part of a row that reopening restores (S12)."""

    status: str = PENDING
    reason: str | None = None
    remarks: str | None = None
    next_follow_up_on: date | None = None


@frozen
class Contact:
    """Who reached a client first in a period, and for which branch (R1, R2)."""

    branch: BranchId
    by: PersonId | None


@frozen(kw_only=True)
class Snapshot:
    """The state of one client in one period."""

    standing: Standing = Standing()
    has_payment: bool = False
    promise: Promise | None = None
    update_count: int = 0
    exempt: ExemptCause | None = None
    terminal_at: datetime | None = None
    revived_at: datetime | None = None
    contact: Contact | None = None
    done_by: PersonId | None = None
    done_at: datetime | None = None
    """When its DONE was recorded; its branch stays the one that did it, since it moves no more."""
    branch: BranchId
    updated_by: PersonId | None = None
    updated_at: datetime
    version: int = 0

    @property
    def status(self) -> str:
        return self.standing.status

    @property
    def is_done(self) -> bool:
        """Whether the period's work is closed (S3)."""
        return self.status == DONE

    @property
    def is_terminal(self) -> bool:
        """Whether it is closed by an outcome that ends the client's tracking (T1)."""
        return self.terminal_at is not None

    @property
    def is_open(self) -> bool:
        """Whether there is still work to do."""
        return not self.is_done and self.exempt is None


History = tuple[StatusEvent, ...]
"""Every event of one row, in sequence, the opened one first."""


def fold(history: Sequence[StatusEvent]) -> Snapshot:
    """Add up a row's events; a voided event counts for the version only (S9, S13)."""
    gone = voided(history)
    opened = history[0]
    snapshot = Snapshot(branch=opened.branch, updated_at=opened.recorded_at)
    before_done = snapshot.standing
    for event in history[1:]:
        if event.sequence not in gone:
            if closes(event):
                before_done = snapshot.standing
            snapshot = _happened(snapshot, event, before_done)
        snapshot = _stamped(snapshot, event)
    return snapshot


def advance(snapshot: Snapshot, event: StatusEvent) -> Snapshot:
    """Add one event without the history: for any kind but reopened and voided, which need it."""
    return _stamped(_EFFECTS[event.kind](snapshot, event), event)


def as_of(history: Sequence[StatusEvent], moment: datetime) -> Snapshot | None:
    """Fold what had been recorded by a past moment; None if there was nothing yet (R5)."""
    known = [event for event in history if event.recorded_at <= moment]
    return fold(known) if known else None


def voided(history: Iterable[StatusEvent]) -> Mapping[int, int]:
    """Map each voided sequence to that of the event which voids it."""
    return {event.voids: event.sequence for event in history if event.voids is not None}


def closes(event: StatusEvent) -> bool:
    """Whether this is a recording of DONE (S3)."""
    return event.kind is EventKind.RECORDED and event.status == DONE


def reopened(history: Iterable[StatusEvent]) -> frozenset[int]:
    """Name the recordings of DONE that were reopened since (S12)."""
    events = tuple(history)
    gone = voided(events)
    names = set()
    done = -1
    for event in events:
        if closes(event) and event.sequence not in gone:
            done = event.sequence
        if event.kind is EventKind.REOPENED:
            names.add(done)
    return frozenset(names)


def _stamped(snapshot: Snapshot, event: StatusEvent) -> Snapshot:
    """Every event moves the version (S10); the last person to act stays named."""
    return evolve(
        snapshot,
        version=event.sequence,
        updated_at=event.recorded_at,
        updated_by=event.by or snapshot.updated_by,
    )


def _happened(snapshot: Snapshot, event: StatusEvent, before_done: Standing) -> Snapshot:
    if event.kind is EventKind.REOPENED:
        return evolve(snapshot, standing=before_done, terminal_at=None, done_by=None, done_at=None)
    if event.kind is EventKind.VOIDED:
        return snapshot
    return _EFFECTS[event.kind](snapshot, event)


def _recorded(snapshot: Snapshot, event: StatusEvent) -> Snapshot:
    is_done = event.status == DONE
    return evolve(
        snapshot,
        standing=Standing(
            status=event.status,
            reason=event.reason,
            remarks=event.remarks,
            next_follow_up_on=event.next_follow_up_on,
        ),
        has_payment=snapshot.has_payment or bool(event.has_payment),
        promise=event.promise or snapshot.promise,
        update_count=snapshot.update_count + 1,
        terminal_at=event.recorded_at if event.is_terminal else None,
        contact=snapshot.contact or _contact(event),
        done_by=event.by if is_done else None,
        done_at=event.recorded_at if is_done else None,
    )


def _contact(event: StatusEvent) -> Contact | None:
    """Every recording but that nobody was reached shows a contact (R1)."""
    return None if event.reason == NOT_REACHABLE else Contact(event.branch, event.by)


def _revived(snapshot: Snapshot, event: StatusEvent) -> Snapshot:
    """Go back to PENDING if the row had ended its client's tracking (T4)."""
    if snapshot.is_terminal:
        snapshot = evolve(
            snapshot, standing=Standing(), terminal_at=None, done_by=None, done_at=None
        )
    return evolve(snapshot, revived_at=event.recorded_at, exempt=None)


def _exempted(snapshot: Snapshot, event: StatusEvent) -> Snapshot:
    return evolve(snapshot, exempt=event.exempt)


def _moved(snapshot: Snapshot, event: StatusEvent) -> Snapshot:
    return evolve(snapshot, branch=event.branch)


def _paid(snapshot: Snapshot, _: StatusEvent) -> Snapshot:
    return evolve(snapshot, has_payment=True)


def _restored(snapshot: Snapshot, _: StatusEvent) -> Snapshot:
    return evolve(snapshot, exempt=None)


_EFFECTS: Mapping[EventKind, Callable[[Snapshot, StatusEvent], Snapshot]] = {
    EventKind.RECORDED: _recorded,
    EventKind.PAYMENT: _paid,
    EventKind.EXEMPTED: _exempted,
    EventKind.RESTORED: _restored,
    EventKind.MOVED: _moved,
    EventKind.REVIVED: _revived,
}
