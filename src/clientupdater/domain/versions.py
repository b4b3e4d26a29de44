"""Versions of what people edit: a change names the one that its author saw."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clientupdater.domain.errors import VersionConflict

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


def require_version(provided: int | None, current: int, fields: Iterable[str] = ()) -> None:
    """Refuse a change of another version than its author saw; None changes any.

    `fields` are those that the change would have changed.
    """
    if provided is not None and provided != current:
        raise VersionConflict(provided=provided, current=current, fields=tuple(fields))


def changed_fields(
    before: Mapping[str, object], after: Mapping[str, object]
) -> tuple[dict[str, object], dict[str, object]]:
    """Return the values that differ, before and after."""
    names = [name for name in after if before.get(name) != after[name]]
    return {name: before.get(name) for name in names}, {name: after[name] for name in names}
