"""A client's status in each period: reading, recording and correcting it."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from attrs import field, frozen

from clientupdater.domain import errors
from clientupdater.domain.periods import Period
from clientupdater.domain.permissions import Permission
from clientupdater.entrypoints.http.contract import Call, Endpoint, Result
from clientupdater.entrypoints.http.routes.conflicts import conflicts_shown
from clientupdater.entrypoints.http.routes.fields import Version
from clientupdater.entrypoints.http.routes.rights import admitting
from clientupdater.entrypoints.http.routes.rows import (
    PeriodEvent,
    RecordedUpdate,
    period_events,
    snapshot_of,
)
from clientupdater.entrypoints.http.routes.update_fields import UpdateFields, update_of
from clientupdater.ports.lists import PeriodSnapshot

if TYPE_CHECKING:
    from collections.abc import Callable

    from clientupdater.usecases.tracking.recording import Written

RULES = (
    errors.PeriodClosed,
    errors.PeriodNotBegun,
    errors.PeriodMismatch,
    errors.NotTrackable,
    errors.AlreadyDone,
    errors.StatusNotAllowed,
    errors.ReasonRequired,
    errors.ReasonNotAllowed,
    errors.RemarksRequired,
    errors.PaymentRecorded,
)


@frozen(kw_only=True)
class RecordUpdateRequest(UpdateFields):
    """The outcome of a call or a visit."""

    EXAMPLE: ClassVar[dict[str, Any]] = {
        "status": "CALLED",
        "remarks": "Asked to call back on Friday.",
        "channel": "call",
        "next_follow_up_on": "2026-11-27",
        "version": 0,
    }

    version: Version | None = None


@frozen
class CorrectionRequest:
    """Why a correction is made."""

    EXAMPLE: ClassVar[dict[str, Any]] = {"remarks": "Recorded for the wrong client.", "version": 3}

    remarks: str | None = field(default=None, repr=False)
    version: Version | None = None


@frozen
class AsOf:
    """A past moment."""

    as_of: datetime | None = None


@frozen
class PeriodSnapshotList:
    """A client's snapshots, the latest period first."""

    items: tuple[PeriodSnapshot, ...]


@frozen
class PeriodEventList:
    """The events of a period, in order."""

    items: tuple[PeriodEvent, ...]


def _current(call: Call, period: Period) -> PeriodSnapshot:
    result = call.app.tracking.show_row(call.caller, call.path["client"], period)
    return snapshot_of(result.client, result.row, result.names)


def written(done: Written) -> Result:
    """Show what a write came to."""
    event = PeriodEvent.of(done.event, done.names)
    shown = RecordedUpdate(event, snapshot_of(done.client, done.row, done.names))
    return Result(value=shown, version=done.row.snapshot.version)


def list_client_periods(call: Call) -> PeriodSnapshotList:
    """Show the client's status in every period, the latest period first."""
    result = call.app.tracking.list_rows(call.caller, call.path["client"])
    return PeriodSnapshotList(
        tuple(snapshot_of(result.client, row, result.names) for row in result.rows)
    )


def get_client_period(call: Call) -> Result:
    """Show the client's status in one period, now or as it was known at a past moment. Past remarks
    need `status:history:read`, and are null without it.
    """
    result = call.app.tracking.show_row(
        call.caller, call.path["client"], call.path["period"], call.query.as_of
    )
    shown = snapshot_of(result.client, result.row, result.names)
    return Result(value=shown, version=shown.version)


def list_period_events(call: Call) -> PeriodEventList:
    """List what happened to the client in the period, in order: who did it, and when."""
    result = call.app.tracking.show_history(call.caller, call.path["client"], call.path["period"])
    return PeriodEventList(period_events(result.events, result.names))


def record_update(call: Call) -> Result:
    """Record the outcome of a call or a visit. If another person changed the snapshot after you
    read it, the answer is 409 `version_conflict` with the snapshot as it is now.
    """
    client, period = call.path["client"], call.path["period"]
    with conflicts_shown(lambda: _current(call, period)):
        done = call.app.tracking.record(
            call.caller, client, period, update_of(call.body), call.version or 0
        )
    return written(done)


def reopen_period(call: Call) -> Result:
    """Reopen a period whose work is done, with remarks that say why."""
    client, period = call.path["client"], call.path["period"]
    with conflicts_shown(lambda: _current(call, period)):
        done = call.app.tracking.reopen(
            call.caller, client, period, call.body.remarks, call.version or 0
        )
    return written(done)


def void_event(call: Call) -> Result:
    """Take back a recorded update or payment, with remarks that say why. For your own update, while
    it is the period's last event and at most `status.undo_minutes` old, `status:update` is enough,
    and remarks are optional.
    """
    client, period, sequence = (call.path[name] for name in ("client", "period", "sequence"))
    with conflicts_shown(lambda: _current(call, period)):
        done = call.app.tracking.void(
            call.caller, client, period, sequence, call.body.remarks, call.version or 0
        )
    return written(done)


def revive_client(call: Call) -> Result:
    """Track a client again that had a terminal outcome, as one who was fully paid and borrows."""
    with conflicts_shown(lambda: None):
        done = call.app.tracking.revive(
            call.caller, call.path["client"], call.body.remarks, call.version or 0
        )
    return written(done)


_ROW = "/clients/{client}/periods/{period}"


def _correction(
    path: str,
    summary: str,
    handle: Callable[[Call], Any],
    *kinds: Any,
    or_else: tuple[Permission, ...] = (),
) -> Endpoint:
    return Endpoint(
        method="POST",
        path=path,
        summary=summary,
        handle=handle,
        status=201,
        body=CorrectionRequest,
        answers=RecordedUpdate,
        permission=Permission.STATUS_CORRECT,
        admit=admitting(Permission.STATUS_CORRECT, *or_else),
        versioned=True,
        errors=(*kinds, errors.RemarksRequired, errors.NotTrackable),
    )


ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/clients/{client}/periods",
        summary="List a client's periods",
        handle=list_client_periods,
        answers=PeriodSnapshotList,
        permission=Permission.STATUS_READ,
        admit=admitting(Permission.STATUS_READ),
    ),
    Endpoint(
        method="GET",
        path=_ROW,
        summary="Get a client's period",
        handle=get_client_period,
        query=AsOf,
        answers=PeriodSnapshot,
        permission=Permission.STATUS_READ,
        admit=admitting(Permission.STATUS_READ),
    ),
    Endpoint(
        method="GET",
        path=f"{_ROW}/events",
        summary="List the events of a period",
        handle=list_period_events,
        answers=PeriodEventList,
        permission=Permission.STATUS_HISTORY_READ,
        admit=admitting(Permission.STATUS_HISTORY_READ),
    ),
    Endpoint(
        method="POST",
        path=f"{_ROW}/events",
        summary="Record an update",
        handle=record_update,
        status=201,
        body=RecordUpdateRequest,
        answers=RecordedUpdate,
        permission=Permission.STATUS_UPDATE,
        admit=admitting(Permission.STATUS_UPDATE),
        versioned=True,
        errors=RULES,
    ),
    _correction(f"{_ROW}/reopen", "Reopen a period", reopen_period, errors.NotDone),
    _correction(
        f"{_ROW}/events/{{sequence}}/void",
        "Void an event",
        void_event,
        errors.NotVoidable,
        errors.PeriodClosed,
        or_else=(Permission.STATUS_UPDATE,),
    ),
    _correction("/clients/{client}/revive", "Revive a client", revive_client, errors.NotDone),
)
