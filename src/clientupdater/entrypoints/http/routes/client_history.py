"""The changes of a client (C2)."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from attrs import field as kept
from attrs import frozen

from clientupdater.domain.permissions import Permission
from clientupdater.domain.sync.fields import Source
from clientupdater.entrypoints.http.contract import Call, Endpoint
from clientupdater.entrypoints.http.cursors import opened_place, sealed_cursor
from clientupdater.entrypoints.http.descriptions.about import About
from clientupdater.entrypoints.http.routes.fields import PageQuery
from clientupdater.entrypoints.http.routes.rights import admitting
from clientupdater.ports.client_history import HistoryKey
from clientupdater.ports.lists import StaffMember

if TYPE_CHECKING:
    from clientupdater.ports.client_history import ChangedField


@frozen(kw_only=True)
class ClientChange:
    """A field that changed. Lookups appear as codes, pension numbers masked."""

    field: str
    old_value: str | None = kept(repr=False)
    new_value: str | None = kept(repr=False)
    changed_at: datetime
    by: Annotated[StaffMember | None, About("The person that changed it; null: a sync job did.")]
    sync_job: Annotated[
        UUID | None, About("The sync job that changed it; null: a person did.", None)
    ]
    source: Annotated[
        Source | None, About("The source that it came from; null: a person changed it.", None)
    ]

    @classmethod
    def of(cls, change: ChangedField) -> ClientChange:
        return cls(
            field=change.field,
            old_value=change.old_value,
            new_value=change.new_value,
            changed_at=change.changed_at,
            by=change.by,
            sync_job=change.run.id if change.run else None,
            source=change.run.source if change.run else None,
        )


@frozen
class ClientHistoryPage:
    """A page of changes, the newest first."""

    items: tuple[ClientChange, ...]
    next_cursor: str | None
    has_more: bool


@frozen
class _Place:
    changed_at: datetime
    id: UUID


def list_client_history(call: Call) -> ClientHistoryPage:
    """List which fields of the client changed, the newest change first, and who or which sync job
    changed them.
    """
    query: PageQuery = call.query
    page = call.app.clients.directory.history(
        call.caller, call.path["client"], query.limit, _after(call, query.cursor)
    )
    cursor = sealed_cursor(call, page.after) if page.after else None
    return ClientHistoryPage(tuple(map(ClientChange.of, page.items)), cursor, page.has_more)


def _after(call: Call, cursor: str | None) -> HistoryKey | None:
    if cursor is None:
        return None
    place = opened_place(call, cursor, _Place)
    return HistoryKey(place.changed_at, place.id)


ENDPOINTS = (
    Endpoint(
        method="GET",
        path="/clients/{client}/sync-history",
        summary="List a client's changes",
        handle=list_client_history,
        query=PageQuery,
        answers=ClientHistoryPage,
        permission=Permission.CLIENTS_READ,
        admit=admitting(Permission.CLIENTS_READ),
    ),
)
