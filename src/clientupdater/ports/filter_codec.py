"""Filters of clients as JSON values, so that an export can store its own."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

import attrs

from clientupdater.domain.ids import PersonId
from clientupdater.domain.periods import Period
from clientupdater.ports.client_filter import ClientFilter, Recorded, StatusFilter

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_AS_THEY_ARE = (str, int, bool)


def _officer(text: str) -> PersonId | str:
    return text if text == "none" else PersonId(UUID(text))


_READ: Mapping[str, Callable[[Any], Any]] = {
    "assigned_to": _officer,
    "past_due_from": Decimal,
    "past_due_to": Decimal,
    "period": Period.parse,
    "follow_up_before": date.fromisoformat,
    "updated_by": UUID,
    "opened_from": datetime.fromisoformat,
    "opened_before": datetime.fromisoformat,
    "promised_before": date.fromisoformat,
    "recorded": Recorded,
    "recorded_by": UUID,
    "recorded_from": datetime.fromisoformat,
    "recorded_before": datetime.fromisoformat,
    "contact_by": UUID,
    "done_by": UUID,
    "done_until": date.fromisoformat,
}


def encode_filter(client_filter: ClientFilter) -> dict[str, str | int | bool]:
    """Write each condition under its name in the lists."""
    values = {**_named(client_filter), **(_named(client_filter.row) if client_filter.row else {})}
    return {name: _encoded(value) for name, value in values.items()}


def filter_words(client_filter: ClientFilter) -> dict[str, str]:
    """Write each condition as the parameter of `GET /clients` that it is."""
    values = encode_filter(client_filter)
    return {n: str(v).lower() if isinstance(v, bool) else str(v) for n, v in values.items()}


def decode_filter(filters: Mapping[str, Any]) -> ClientFilter:
    """Read a filter that `encode_filter` wrote."""
    values = {name: _READ.get(name, _same)(value) for name, value in filters.items()}
    rows = {a.name for a in attrs.fields(StatusFilter)} & set(values)
    own = {name: value for name, value in values.items() if name not in rows}
    row = StatusFilter(**{name: values[name] for name in rows}) if rows else None
    return ClientFilter(**own, row=row)


def _encoded(value: Any) -> str | int | bool:
    if isinstance(value, datetime):
        # No plus sign, which an address reads as a space.
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
    return value if isinstance(value, _AS_THEY_ARE) else str(value)


def _same(value: Any) -> Any:
    return value


def _named(client_filter: ClientFilter | StatusFilter) -> dict[str, Any]:
    result = attrs.asdict(client_filter, recurse=False)
    return {name: value for name, value in result.items() if value is not None and name != "row"}
