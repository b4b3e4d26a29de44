"""The change feed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

from attrs import frozen

from clientupdater.domain.changes import LONGEST_CURSOR, FeedCursor
from clientupdater.domain.errors import Gone, InvalidInput
from clientupdater.domain.periods import Period
from clientupdater.domain.permissions import Permission
from clientupdater.entrypoints.http.contract import Call, Endpoint
from clientupdater.entrypoints.http.descriptions.about import UUID_EXAMPLE, About
from clientupdater.entrypoints.http.problems import Rejected
from clientupdater.entrypoints.http.routes.fields import Limit
from clientupdater.entrypoints.http.routes.rows import PeriodEvent
from clientupdater.entrypoints.structuring import Integer, Text

if TYPE_CHECKING:
    from collections.abc import Iterable

    from clientupdater.app import App
    from clientupdater.domain.callers import Caller
    from clientupdater.ports.changes import FeedItem
    from clientupdater.ports.codes import Names

_NEXT = "q83vEjRWNWQ0MTQwMmFiYzRiOzkwMjEwOjkwMjEwOjs5MDIxMzo5MDIxMzo7NDcxMTs0NjkwOzkwMjE0OzQ3MTE"
LONGEST_WAIT_S = 30


@frozen(kw_only=True)
class ChangesQuery:
    """Where to read on, how much, and how long to wait where there is nothing yet."""

    after: Annotated[
        str,
        Text(longest=LONGEST_CURSOR, shortest=1),
        About(
            "The `next` of the last answer, or a position to begin behind. 0: the beginning.",
            "0",
        ),
    ] = "0"
    wait: Annotated[
        int,
        Integer(0, LONGEST_WAIT_S),
        About("For how many seconds to wait for a change where there is none.", 30),
    ] = 0
    limit: Limit = 50


@frozen(kw_only=True)
class ChangedClient:
    """The client that a change is about."""

    id: Annotated[UUID, About("The client's id.", UUID_EXAMPLE)]
    client_code: str


@frozen(kw_only=True)
class RecordedChange:
    """A change of a row: an event was recorded."""

    position: Annotated[int, About("Its position: unique, and rising for each row.", 4711)]
    client: Annotated[ChangedClient, About("The client that it is about.")]
    period: Period
    version: Annotated[int, About("The version of the row's snapshot after it.", 2)]
    event: Annotated[
        PeriodEvent | None,
        About(
            "The event as it was recorded: `voided_by` is null, as a void is a later event. Null"
            " where your status:history:read does not cover the client."
        ),
    ]


@frozen(kw_only=True)
class ChangeFeedPage:
    """Changes in the order in which they were committed."""

    items: tuple[RecordedChange, ...]
    next: Annotated[str, About("Where to read on: the next request's `after`.", _NEXT)]
    caught_up: Annotated[
        bool,
        About("Whether you have read all that is committed by now; if not, ask on.", example=True),
    ]


def follow_changes(call: Call) -> ChangeFeedPage:
    """Follow what is recorded: every event once, and the events of each row in their order. Keep
    `next` together with what you took, and send it as `after`. With `wait`, an answer without
    items comes only after so many seconds.
    """
    try:
        after = FeedCursor.parse(call.query.after)
        page = call.app.changes.since(call.caller, after, call.query.limit)
    except InvalidInput as error:
        raise Rejected(400, "invalid_cursor", error.message) from error
    items = shown_changes(call.app, call.caller, page.items)
    return ChangeFeedPage(items=items, next=str(page.next), caught_up=page.caught_up)


def shown_changes(
    app: App, caller: Caller, changes: Iterable[FeedItem]
) -> tuple[RecordedChange, ...]:
    """Show changes, with codes and names in place of ids."""
    shown = tuple(changes)
    if not shown:
        return ()
    people = [each.event.by for each in shown if each.event]
    names = app.configuration.names(caller, people)
    return tuple(_shown(each, names) for each in shown)


def _shown(change: FeedItem, names: Names) -> RecordedChange:
    return RecordedChange(
        position=change.position,
        client=ChangedClient(id=change.client, client_code=change.client_code),
        period=change.period,
        version=change.version,
        event=PeriodEvent.of(change.event, names) if change.event else None,
    )


def _wait(call: Call, page: Any) -> float:
    return 0.0 if page.items or not page.caught_up else float(call.query.wait)


ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/changes",
        summary="Follow what is recorded",
        handle=follow_changes,
        query=ChangesQuery,
        answers=ChangeFeedPage,
        permission=Permission.STATUS_READ,
        waits=_wait,
        errors=(Gone,),
    ),
)
