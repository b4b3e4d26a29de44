"""Showing what many updates would do, before any of them is recorded."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Annotated, Any, ClassVar

from attrs import frozen

from clientupdater.domain.periods import Period
from clientupdater.domain.permissions import Permission
from clientupdater.domain.rate_limits import Activity
from clientupdater.entrypoints.failures import failure_of
from clientupdater.entrypoints.http.contract import MIB, Call, Endpoint
from clientupdater.entrypoints.http.descriptions.about import About
from clientupdater.entrypoints.http.routes.bulk_updates import (
    BulkItemError,
    client_named,
    error_shown,
)
from clientupdater.entrypoints.http.routes.fields import Version
from clientupdater.entrypoints.http.routes.update_fields import UpdateFields, update_of
from clientupdater.entrypoints.structuring import Many, Text
from clientupdater.usecases.tracking.judging import PlannedUpdate

if TYPE_CHECKING:
    from clientupdater.usecases.tracking.judging import Judgement


@frozen(kw_only=True)
class PreviewUpdateItem(UpdateFields):
    """One of many updates, by default for the running period and the row as it is now."""

    EXAMPLE: ClassVar[dict[str, Any]] = {"client": "code:FC-000123", "status": "CALLED"}

    client: Annotated[str, Text(longest=60, shortest=1)]
    period: Period | None = None
    version: Version | None = None


@frozen
class PreviewUpdatesRequest:
    """Up to 500 updates."""

    items: Annotated[tuple[PreviewUpdateItem, ...], Many(least=1, most=500)]


@frozen
class PreviewedUpdate:
    """What would happen to an item; the period and the version are those to record it with."""

    index: int
    status: Annotated[int, About("The HTTP status that recording it alone would have.", 201)]
    period: Period | None = None
    version: int | None = None
    recorded_as: Annotated[
        int | None, About("The sequence of the event that recorded the same update before.", None)
    ] = None
    error: BulkItemError | None = None


@frozen
class PreviewedUpdates:
    """What would happen to each item, in order."""

    results: tuple[PreviewedUpdate, ...]


def preview_updates(call: Call) -> PreviewedUpdates:
    """Show what up to 500 updates would do, and change nothing. Each item is judged after those
    before it. To record them, send those with the status 201, with their periods and versions, to
    `recordUpdates`.
    """
    items = [_planned(index, item) for index, item in enumerate(call.body.items)]
    judgements = call.app.tracking.judge(call.caller, items)
    return PreviewedUpdates(tuple(_previewed(at, each) for at, each in enumerate(judgements)))


def _planned(index: int, item: PreviewUpdateItem) -> PlannedUpdate:
    pointer = f"/items/{index}"
    return PlannedUpdate(
        client=client_named(item.client, pointer),
        update=update_of(item, pointer),
        period=item.period,
        version=item.version,
    )


def _previewed(index: int, judged: Judgement) -> PreviewedUpdate:
    error, status = None, int(HTTPStatus.CREATED)
    if judged.error:
        error, status = error_shown(judged.error), failure_of(judged.error).status
    elif judged.recorded_as is not None:
        status = int(HTTPStatus.OK)
    return PreviewedUpdate(index, status, judged.period, judged.version, judged.recorded_as, error)


ENDPOINTS = (
    Endpoint(
        method="POST",
        path="/status-updates/preview",
        summary="Preview many updates",
        handle=preview_updates,
        body=PreviewUpdatesRequest,
        answers=PreviewedUpdates,
        once=False,
        counts_as=Activity.READ,
        permission=Permission.STATUS_UPDATE,
        largest_body=4 * MIB,
    ),
)
