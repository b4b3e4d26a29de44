"""What changed of clients, over one PostgreSQL transaction (C2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from clientupdater.adapters.postgres.core.named_queries import named_queries
from clientupdater.domain.clients import masked_pension_number
from clientupdater.domain.ids import PersonId
from clientupdater.domain.sync.fields import Field, Source
from clientupdater.ports.client_history import ChangedField, SyncRun
from clientupdater.ports.lists import PersonName

if TYPE_CHECKING:
    pass

QUERIES = named_queries("read_models/history.sql")
_BEFORE_ALL = {"changed_at": "infinity", "id": UUID(int=0)}
_SHOWN_DIGITS = 4


def _changed(*columns: Any) -> ChangedField:
    at, id_, name, before, after, person, person_name, job, source = columns
    shown = _masked if name == Field.PENSION_NUMBER else lambda value: value
    return ChangedField(
        id=id_,
        field=name,
        old_value=shown(before),
        new_value=shown(after),
        changed_at=at,
        by=PersonName(PersonId(person), person_name) if person else None,
        run=SyncRun(job, Source(source)) if job else None,
    )


def _masked(value: str | None) -> str | None:
    """Show the last four alone, also of what was written down in full by mistake (C3)."""
    return masked_pension_number(value and value[-_SHOWN_DIGITS:])
