"""Where clients stand, what happened to them, and recording it."""

from __future__ import annotations

from contextlib import contextmanager
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from attrs import field, frozen

from clientupdater.domain import errors
from clientupdater.domain.errors import BulkRejected, Error, InvalidInput, NotFound, VersionConflict
from clientupdater.domain.events import Channel, Promise
from clientupdater.domain.periods import Period
from clientupdater.domain.permissions import Permission
from clientupdater.domain.updates import StatusUpdate
from clientupdater.entrypoints.failures import details_of, failure_of
from clientupdater.entrypoints.http.contract import MIB, Answer, Call, Endpoint, part
from clientupdater.entrypoints.http.descriptions.members import About
from clientupdater.entrypoints.http.problems import Rejected
from clientupdater.entrypoints.http.routes.rows import (
    PeriodEvent,
    PeriodSnapshot,
    RecordedUpdate,
    names_in,
    period_events,
)
from clientupdater.entrypoints.structuring import Integer, Many, Text
from clientupdater.usecases.tracking.bulk import BulkItem

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from clientupdater.usecases.tracking.outcomes import Outcome
    from clientupdater.usecases.tracking.recorded import Written

Version = Annotated[int, Integer(0, 2**31 - 1)]
Code = Annotated[str, Text(longest=50, shortest=1)]
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
class RecordUpdateRequest:
    """The outcome of a call or a visit."""

    EXAMPLE: ClassVar[dict[str, Any]] = {
        "status": "CALLED",
        "remarks": "Asked to call back on Friday.",
        "channel": "call",
        "next_follow_up_on": "2026-11-27",
        "version": 0,
    }

    status: Code
    reason: Code | None = None
    remarks: str | None = field(default=None, repr=False)
    has_payment: bool | None = None
    occurred_at: datetime | None = None
    channel: Channel | None = None
    next_follow_up_on: date | None = None
    promised_on: date | None = None
    promised_amount: Decimal | None = None
    version: Version | None = None


@frozen(kw_only=True)
class BulkUpdateItem:
    """One of many updates."""

    EXAMPLE: ClassVar[dict[str, Any]] = {
        "client": "code:FC-000123",
        "period": "2026-11",
        "status": "CALLED",
        "version": 0,
    }

    client: Annotated[str, Text(longest=60, shortest=1)]
    period: Period
    status: Code
    reason: Code | None = None
    remarks: str | None = field(default=None, repr=False)
    has_payment: bool | None = None
    occurred_at: datetime | None = None
    channel: Channel | None = None
    next_follow_up_on: date | None = None
    promised_on: date | None = None
    promised_amount: Decimal | None = None
    version: Version


@frozen
class RecordUpdatesRequest:
    """Up to 500 updates."""

    items: Annotated[tuple[BulkUpdateItem, ...], Many(least=1, most=500)]
    atomic: bool = False


@frozen
class CorrectionRequest:
    """Why a correction is made."""

    EXAMPLE: ClassVar[dict[str, Any]] = {"remarks": "Recorded for the wrong client.", "version": 3}

    remarks: str | None = field(default=None, repr=False)
    version: Version | None = None


@frozen
class AsOf:
    """At which past moment."""

    as_of: datetime | None = None


@frozen
class PeriodSnapshotList:
    """A client's snapshots, the latest period first."""

    items: tuple[PeriodSnapshot, ...]


@frozen
class PeriodEventList:
    """The events of a period, in order."""

    items: tuple[PeriodEvent, ...]


@frozen
class BulkItemError:
    """Why an item was refused."""

    code: Annotated[str, About("What went wrong: a stable code.", "reason_required")]
    message: Annotated[
        str, About("What went wrong and what to do, for people to read.", "DONE needs a reason.")
    ]
    details: dict[str, Any]


@frozen
class BulkItemResult:
    """What happened to an item; its status is the status of a single request."""

    index: int
    status: Annotated[int, About("The HTTP status that a single request would have.", 201)]
    event: PeriodEvent | None = None
    snapshot: PeriodSnapshot | None = None
    error: BulkItemError | None = None


@frozen
class BulkResults:
    """What happened to each item, in order."""

    results: tuple[BulkItemResult, ...]


def admitting(permission: Permission) -> Callable[[Call], None]:
    """Judge sight of a client and right over it, and nothing else."""

    def admit(call: Call) -> None:
        files = call.app.tracking.files
        with files.open(call.caller, call.path["client"], permission):
            pass

    return admit


def update_of(body: RecordUpdateRequest | BulkUpdateItem, pointer: str = "") -> StatusUpdate:
    """Read an update; a promised amount without its day is none."""
    if body.promised_amount is not None and body.promised_on is None:
        raise InvalidInput.of(f"{pointer}/promised_on", "is missing: until when was it promised?")
    promise = Promise(body.promised_on, body.promised_amount) if body.promised_on else None
    return StatusUpdate(
        status=body.status,
        reason=body.reason,
        remarks=body.remarks,
        has_payment=body.has_payment,
        occurred_at=body.occurred_at,
        channel=body.channel,
        next_follow_up_on=body.next_follow_up_on,
        promise=promise,
    )


@contextmanager
def conflicts_shown(call: Call, period: Period | None) -> Iterator[None]:
    """Let a conflict carry the row as it is, to whoever may see it."""
    try:
        yield
    except VersionConflict as error:
        raise VersionConflict(
            provided=error.provided,
            current=error.current,
            fields=error.fields,
            snapshot=_current(call, period),
        ) from error


def _current(call: Call, period: Period | None) -> PeriodSnapshot | None:
    if period is None:
        return None
    try:
        result = call.app.tracking.show_row(call.caller, call.path["client"], period)
    except (NotFound, errors.Refused):
        return None
    return PeriodSnapshot.of(
        result.client, result.row, names_in(call, [result.client], [result.row])
    )


def written(call: Call, done: Written) -> Answer:
    """Show what a write came to."""
    names = names_in(call, [done.client], [done.row], [done.event])
    shown = RecordedUpdate(
        PeriodEvent.of(done.event, names), PeriodSnapshot.of(done.client, done.row, names)
    )
    return Answer(value=shown, version=done.row.snapshot.version)


def list_client_periods(call: Call) -> PeriodSnapshotList:
    """Show the client's status in every period, the latest period first."""
    result = call.app.tracking.list_rows(call.caller, call.path["client"])
    names = names_in(call, [result.client], result.rows)
    return PeriodSnapshotList(
        tuple(PeriodSnapshot.of(result.client, row, names) for row in result.rows)
    )


def get_client_period(call: Call) -> Answer:
    """Show the client's status in one period, now or as it was known at a past moment."""
    result = call.app.tracking.show_row(
        call.caller, call.path["client"], call.path["period"], call.query.as_of
    )
    names = names_in(call, [result.client], [result.row])
    shown = PeriodSnapshot.of(result.client, result.row, names)
    return Answer(value=shown, version=shown.version)


def list_period_events(call: Call) -> PeriodEventList:
    """List what happened to the client in the period, in order: who did it, and when."""
    result = call.app.tracking.show_history(call.caller, call.path["client"], call.path["period"])
    return PeriodEventList(
        period_events(result.events, names_in(call, [result.client], (), result.events))
    )


def record_update(call: Call) -> Answer:
    """Record the outcome of a call or a visit. If another person changed the snapshot after you
    read it, the answer is 409 `version_conflict` with the snapshot as it is now.
    """
    client, period = call.path["client"], call.path["period"]
    with conflicts_shown(call, period):
        done = call.app.tracking.record(
            call.caller, client, period, update_of(call.body), call.version or 0
        )
    return written(call, done)


def reopen_period(call: Call) -> Answer:
    """Reopen a period whose work is done, with remarks that say why."""
    client, period = call.path["client"], call.path["period"]
    with conflicts_shown(call, period):
        done = call.app.tracking.reopen(
            call.caller, client, period, call.body.remarks, call.version or 0
        )
    return written(call, done)


def void_event(call: Call) -> Answer:
    """Take back a recorded update or payment, with remarks that say why. Staff may void their own
    last update for some minutes; later it needs `status:correct`.
    """
    client, period, sequence = (call.path[name] for name in ("client", "period", "sequence"))
    with conflicts_shown(call, period):
        done = call.app.tracking.void(
            call.caller, client, period, sequence, call.body.remarks, call.version or 0
        )
    return written(call, done)


def revive_client(call: Call) -> Answer:
    """Track a client again after a terminal reason was recorded by mistake."""
    with conflicts_shown(call, None):
        done = call.app.tracking.revive(
            call.caller, call.path["client"], call.body.remarks, call.version or 0
        )
    return written(call, done)


def record_updates(call: Call) -> BulkResults:
    """Record up to 500 updates. Each item succeeds or fails by itself, with the status that a
    single request would have; with `atomic`, all succeed or none is recorded.
    """
    items = [_item(index, item) for index, item in enumerate(call.body.items)]
    try:
        done = call.app.bulk.record(call.caller, items, atomic=call.body.atomic)
    except BulkRejected as error:
        results = {"results": _results(call, error.outcomes).results}
        raise Rejected(409, "bulk_rejected", error.message, results) from error
    return _results(call, done)


def _item(index: int, item: BulkUpdateItem) -> BulkItem:
    pointer = f"/items/{index}"
    try:
        client = part("client").read(item.client)
    except NotFound:
        raise InvalidInput.of(f"{pointer}/client", "is an id, or code: and a code") from None
    return BulkItem(client, item.period, update_of(item, pointer), item.version)


def _results(call: Call, outcomes: Iterable[Any]) -> BulkResults:
    result = tuple(outcomes)
    done = [each.result for each in result if each.result]
    names = names_in(call, [d.client for d in done], [d.row for d in done], [d.event for d in done])
    return BulkResults(tuple(_result(each, names) for each in result))


def _result(outcome: Outcome[Written], names: Any) -> BulkItemResult:
    if outcome.result:
        done = outcome.result
        snapshot = PeriodSnapshot.of(done.client, done.row, names)
        return BulkItemResult(outcome.index, 201, PeriodEvent.of(done.event, names), snapshot)
    if outcome.error is None:
        return BulkItemResult(outcome.index, 424)
    return BulkItemResult(
        outcome.index, failure_of(outcome.error).status, error=error_shown(outcome.error)
    )


def error_shown(error: Error) -> BulkItemError:
    """Show why one of many was not done."""
    details = details_of(error)
    details.pop("snapshot", None)
    return BulkItemError(failure_of(error).code, error.message, details)


_ROW = "/clients/{client}/periods/{period}"


def _correction(path: str, summary: str, handle: Callable[[Call], Any], *kinds: Any) -> Endpoint:
    return Endpoint(
        method="POST",
        path=path,
        summary=summary,
        handle=handle,
        status=201,
        body=CorrectionRequest,
        answers=RecordedUpdate,
        permission=Permission.STATUS_CORRECT,
        admit=admitting(Permission.STATUS_CORRECT),
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
        f"{_ROW}/events/{{sequence}}/void", "Void an event", void_event, errors.NotVoidable
    ),
    _correction("/clients/{client}/revive", "Revive a client", revive_client, errors.NotDone),
    Endpoint(
        method="POST",
        path="/status-updates",
        summary="Record many updates",
        handle=record_updates,
        body=RecordUpdatesRequest,
        answers=BulkResults,
        permission=Permission.STATUS_UPDATE,
        largest_body=4 * MIB,
        errors=(BulkRejected,),
    ),
)
