"""Rows that one call reads at once, changes one after the other in memory, and writes at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import Factory, define, evolve

from clientupdater.domain.tracking import writing_order
from clientupdater.ports.tracking import RowChanges

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from clientupdater.domain.events import History, StatusEvent
    from clientupdater.domain.ids import ClientId
    from clientupdater.domain.periods import Period
    from clientupdater.domain.tracking import Change, PeriodRow
    from clientupdater.ports.tracking import PeriodRows, Place


@define
class StagedRows:
    """Locked rows with the changes that are not written yet.

    The changes of one update are pending until it is kept, or dropped because a rule refused it.
    """

    stored: PeriodRows
    rows: dict[Place, RowChanges]
    pending: dict[Place, RowChanges] = Factory(dict)
    histories: Mapping[Place, History] | None = None

    @classmethod
    def of(cls, stored: PeriodRows, rows: Sequence[PeriodRow]) -> StagedRows:
        """Begin with rows as they were read."""
        return cls(stored, {(row.client, row.period): RowChanges(row, (), row) for row in rows})

    def find(self, client: ClientId, period: Period) -> PeriodRow | None:
        """Find a client's row of a period."""
        staged = self._staged((client, period))
        return staged.row if staged else None

    def of_client(self, client: ClientId) -> list[PeriodRow]:
        """List a client's rows in the order of their periods."""
        merged = {**self.rows, **self.pending}
        places = sorted((place for place in merged if place[0] == client), key=writing_order)
        return [merged[place].row for place in places]

    def history(self, client: ClientId, period: Period) -> History:
        """List a row's events, unwritten ones included; the stored ones are read once for all."""
        if self.histories is None:
            self.histories = self.stored.histories(tuple(self.rows))
        staged = self._staged((client, period))
        return (*self.histories.get((client, period), ()), *(staged.events if staged else ()))

    def open(self, row: PeriodRow, opened: StatusEvent) -> PeriodRow:
        """Begin a row with its opened event."""
        self.pending[row.client, row.period] = RowChanges(None, (opened,), row)
        return row

    def append(self, row: PeriodRow, change: Change) -> PeriodRow:
        """Add one event, and the snapshot after it."""
        place = (row.client, row.period)
        staged = self.pending.get(place) or self.rows[place]
        after = evolve(staged.row, snapshot=change.snapshot)
        events = (*staged.events, change.event)
        self.pending[place] = evolve(staged, events=events, row=after)
        return after

    def keep(self) -> None:
        """Keep the changes of the update under way."""
        self.rows.update(self.pending)
        self.pending.clear()

    def drop(self) -> None:
        """Drop the changes of the update under way."""
        self.pending.clear()

    @property
    def changes(self) -> list[RowChanges]:
        """The rows to write, in the order in which every writer writes them."""
        changed = {place: each for place, each in self.rows.items() if each.events}
        return [changed[place] for place in sorted(changed, key=writing_order)]

    def _staged(self, place: Place) -> RowChanges | None:
        return self.pending.get(place) or self.rows.get(place)
