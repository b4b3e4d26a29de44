"""What a sync changes in a client, and how history shows the values (C2)."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.sync.fields import Field, Sealed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from clientupdater.domain.sync.fields import Value


@frozen
class FieldChange:
    """One field of a client; lookups as codes."""

    field: str
    before: Value
    after: Value


@frozen
class Create:
    """A new client."""

    code: str
    values: Mapping[Field, Value]


@frozen
class Update:
    """A client with changed fields."""

    code: str
    changes: tuple[FieldChange, ...]


def canonical(value: Value) -> str | None:
    """Write a value as history shows it: a code, a day, two places; pension numbers masked."""
    if isinstance(value, Sealed):
        return value.shown
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    if isinstance(value, date):
        return value.isoformat()
    return None if value is None else str(value)
