"""A run's plan: a value that can be shown, approved and checked when it is applied (Y5, C2)."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.errors import PlanChanged
from clientupdater.domain.sync.fields import Field, Sealed

if TYPE_CHECKING:
    from collections.abc import Mapping

    from clientupdater.domain.sync.fields import Value
    from clientupdater.domain.sync.mapping import Reject


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


@frozen
class RowEffect:
    """An effect on a client's row of a period."""

    code: str
    period: str
    detail: str = ""


@frozen
class Consequences:
    """Effects on the rows of periods, and cases that a person has to look at."""

    opened: frozenset[RowEffect] = frozenset()
    exempted: frozenset[RowEffect] = frozenset()
    restored: frozenset[RowEffect] = frozenset()
    moved: frozenset[RowEffect] = frozenset()
    contact_conflicts: frozenset[str] = frozenset()
    terminal_exceptions: frozenset[str] = frozenset()


@frozen
class Plan:
    """Everything that a run would do, with its rejects."""

    creates: tuple[Create, ...] = ()
    updates: tuple[Update, ...] = ()
    vanished: frozenset[str] = frozenset()
    reappeared: frozenset[str] = frozenset()
    rejects: tuple[Reject, ...] = ()
    consequences: Consequences = Consequences()

    @property
    def updates_by_field(self) -> Mapping[str, int]:
        return Counter(change.field for update in self.updates for change in update.changes)

    @property
    def hash(self) -> str:
        """A digest of the plan's effects: the same in any order and process.

        Rejects and terminal exceptions change nothing, so they are left out.
        """
        text = json.dumps(self._effects(), sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()

    def require_hash(self, approved: str) -> None:
        """Raise unless the effects are those of the approved plan (Y5)."""
        if self.hash != approved:
            raise PlanChanged

    def _effects(self) -> dict[str, object]:
        follow = self.consequences
        return {
            "creates": sorted([each.code, _values(each.values)] for each in self.creates),
            "updates": sorted([each.code, _changes(each)] for each in self.updates),
            "vanished": sorted(self.vanished),
            "reappeared": sorted(self.reappeared),
            "opened": _rows(follow.opened),
            "exempted": _rows(follow.exempted),
            "restored": _rows(follow.restored),
            "moved": _rows(follow.moved),
            "contact_conflicts": sorted(follow.contact_conflicts),
        }


def _values(values: Mapping[Field, Value]) -> list[list[str]]:
    return sorted(
        [str(field), _distinct(value)] for field, value in values.items() if value is not None
    )


def _changes(update: Update) -> list[list[str]]:
    return sorted(
        [each.field, _distinct(each.before), _distinct(each.after)] for each in update.changes
    )


def _rows(effects: Iterable[RowEffect]) -> list[list[str]]:
    return sorted([each.code, each.period, each.detail] for each in effects)


def _distinct(value: Value) -> str:
    """Write a value so that no two look alike: nothing, a number's fingerprint, or its text."""
    if value is None:
        return "-"
    return f"#{value.fingerprint}" if isinstance(value, Sealed) else f"={canonical(value)}"


def canonical(value: Value) -> str | None:
    """Write a value as history shows it: a code, a day, two places; pension numbers masked."""
    if isinstance(value, Sealed):
        return value.shown
    if isinstance(value, Decimal):
        return f"{value:.2f}"
    if isinstance(value, date):
        return value.isoformat()
    return None if value is None else str(value)


@frozen
class HistoryEntry:
    """One changed field, as client_sync_history stores it (C2)."""

    code: str
    field: str
    old: str | None
    new: str | None


def history_of(plan: Plan) -> tuple[HistoryEntry, ...]:
    """List every change of a field, by our names; a new client has no entries (C2)."""
    return (
        *(
            HistoryEntry(each.code, change.field, canonical(change.before), canonical(change.after))
            for each in plan.updates
            for change in each.changes
        ),
        *(HistoryEntry(code, "is_active", "true", "false") for code in sorted(plan.vanished)),
        *(HistoryEntry(code, "is_active", "false", "true") for code in sorted(plan.reappeared)),
    )
