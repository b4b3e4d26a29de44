"""The history of one client: the fields that people and sync runs changed (C2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from clientupdater.adapters.postgres.core.named_queries import named_queries
from clientupdater.domain.clients import masked_pension_number
from clientupdater.domain.ids import PersonId
from clientupdater.domain.sync.fields import Field, Source
from clientupdater.ports.client_history import ChangedField, HistoryKey, SyncRun
from clientupdater.ports.lists import Page, StaffMember

if TYPE_CHECKING:
    from clientupdater.adapters.postgres.core.connection import Connection
    from clientupdater.domain.ids import ClientId
    from clientupdater.ports.client_history import HistoryPage


QUERIES = named_queries("read_models/history.sql")
_BEFORE_ALL = {"changed_at": "infinity", "id": UUID(int=0)}
_SHOWN_DIGITS = 4


def read_client_history(
    connection: Connection, client: ClientId, limit: int, after: HistoryKey | None
) -> HistoryPage:
    """Read a page, the newest change first."""
    place = {"changed_at": after.changed_at, "id": after.id} if after else _BEFORE_ALL
    params = {"client": client, "limit": limit + 1, **place}
    rows = connection.execute(QUERIES["history"], params).fetchall()
    items = tuple(_changed_field(*row) for row in rows[:limit])
    last = HistoryKey(items[-1].changed_at, items[-1].id) if len(rows) > limit else None
    return Page(items, last)


def _changed_field(*columns: Any) -> ChangedField:
    at, id_, name, before, after, person, person_name, job, source = columns
    shown = _masked if name == Field.PENSION_NUMBER else lambda value: value
    return ChangedField(
        id=id_,
        field=name,
        old_value=shown(before),
        new_value=shown(after),
        changed_at=at,
        by=StaffMember(PersonId(person), person_name) if person else None,
        run=SyncRun(job, Source(source)) if job else None,
    )


def _masked(value: str | None) -> str | None:
    """Show the last four digits alone, even of a value that was stored in full by mistake (C3)."""
    return masked_pension_number(value and value[-_SHOWN_DIGITS:])
