"""Recording many updates in one request: each by itself, or all or none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from attrs import frozen

from clientupdater.domain.errors import BulkRejected, Error, InvalidInput, NotFound
from clientupdater.domain.periods import Period
from clientupdater.domain.permissions import Permission
from clientupdater.entrypoints.failures import details_of, failure_of
from clientupdater.entrypoints.http.contract import MIB, Call, Endpoint, part
from clientupdater.entrypoints.http.descriptions.about import About
from clientupdater.entrypoints.http.problems import Rejected
from clientupdater.entrypoints.http.routes.fields import Version
from clientupdater.entrypoints.http.routes.rows import PeriodEvent, snapshot_of
from clientupdater.entrypoints.http.routes.update_fields import UpdateFields, update_of
from clientupdater.entrypoints.structuring import Many, Text
from clientupdater.ports.lists import PeriodSnapshot
from clientupdater.usecases.tracking.bulk import BulkItem

if TYPE_CHECKING:
    from collections.abc import Iterable

    from clientupdater.domain.ids import ClientRef
    from clientupdater.usecases.clients.client_access import Outcome
    from clientupdater.usecases.tracking.recording import Written


@frozen(kw_only=True)
class BulkUpdateItem(UpdateFields):
    """One of many updates."""

    EXAMPLE: ClassVar[dict[str, Any]] = {
        "client": "code:FC-000123",
        "period": "2026-11",
        "status": "CALLED",
        "version": 0,
    }

    client: Annotated[str, Text(longest=60, shortest=1)]
    period: Period
    version: Version


@frozen
class RecordUpdatesRequest:
    """Up to 500 updates."""

    items: Annotated[tuple[BulkUpdateItem, ...], Many(least=1, most=500)]
    atomic: bool = False


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


def record_updates(call: Call) -> BulkResults:
    """Record up to 500 updates. Each item succeeds or fails by itself, with the status that a
    single request would have; with `atomic`, all succeed or none is recorded.
    """
    items = [_item(index, item) for index, item in enumerate(call.body.items)]
    try:
        done = call.app.tracking.record_many(call.caller, items, atomic=call.body.atomic)
    except BulkRejected as error:
        results = {"results": _results(error.outcomes).results}
        raise Rejected(409, "bulk_rejected", error.message, results) from error
    return _results(done)


def _item(index: int, item: BulkUpdateItem) -> BulkItem:
    pointer = f"/items/{index}"
    client = client_named(item.client, pointer)
    return BulkItem(client, item.period, update_of(item, pointer), item.version)


def client_named(word: str, pointer: str) -> ClientRef:
    """Read how an item names its client."""
    try:
        client: ClientRef = part("client").read(word)
    except NotFound:
        raise InvalidInput.of(f"{pointer}/client", "is an id, or code: and a code") from None
    return client


def _results(outcomes: Iterable[Any]) -> BulkResults:
    return BulkResults(tuple(map(_result, outcomes)))


def _result(outcome: Outcome[Written]) -> BulkItemResult:
    if outcome.result:
        done = outcome.result
        snapshot = snapshot_of(done.client, done.row, done.names)
        return BulkItemResult(outcome.index, 201, PeriodEvent.of(done.event, done.names), snapshot)
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


ENDPOINTS = (
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
