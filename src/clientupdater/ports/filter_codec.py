"""A filter of clients as plain words and numbers, to be kept and read again."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

import attrs

from clientupdater.domain.ids import PersonId
from clientupdater.domain.periods import Period
from clientupdater.ports.read_models import ClientFilter, StatusFilter

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_AS_THEY_ARE = (str, int, bool)


def _officer(told: str) -> PersonId | str:
    return told if told == "none" else PersonId(UUID(told))


_READ: Mapping[str, Callable[[Any], Any]] = {
    "assigned_to": _officer,
    "past_due_from": Decimal,
    "past_due_to": Decimal,
    "period": Period.parse,
    "follow_up_before": date.fromisoformat,
    "updated_by": UUID,
}


def told_filter(asked: ClientFilter) -> dict[str, str | int | bool]:
    """Write down what is named, each under its name in the lists."""
    found = {**_named(asked), **(_named(asked.row) if asked.row else {})}
    return {
        n: value if isinstance(value, _AS_THEY_ARE) else str(value) for n, value in found.items()
    }


def read_filter(told: Mapping[str, Any]) -> ClientFilter:
    """Read what was written down."""
    found = {name: _READ.get(name, _same)(value) for name, value in told.items()}
    rows = {a.name for a in attrs.fields(StatusFilter)} & set(found)
    own = {name: value for name, value in found.items() if name not in rows}
    row = StatusFilter(**{name: found[name] for name in rows}) if rows else None
    return ClientFilter(**own, row=row)


def _same(value: Any) -> Any:
    return value


def _named(asked: ClientFilter | StatusFilter) -> dict[str, Any]:
    told = attrs.asdict(asked, recurse=False)
    return {name: value for name, value in told.items() if value is not None and name != "row"}
