"""Record many updates in one call: each by itself, or all or none."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from attrs import frozen

from clientupdater.domain.errors import BulkRejected, Error, Unavailable
from clientupdater.domain.permissions import Permission
from clientupdater.domain.reach import reach_of
from clientupdater.usecases._client_files import find
from clientupdater.usecases._many import Outcome, each_by_itself, require_not_too_many
from clientupdater.usecases._recording import Written, record_in
from clientupdater.usecases.record_update import RecordUpdate

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date

    from clientupdater.domain.callers import Caller
    from clientupdater.domain.clients import Client
    from clientupdater.domain.ids import ClientId
    from clientupdater.domain.periods import Period
    from clientupdater.domain.updates import StatusUpdate
    from clientupdater.ports.work import Transaction
    from clientupdater.usecases._client_files import ClientFiles, ClientRef

Outcomes: TypeAlias = "tuple[Outcome[Written], ...]"


@frozen
class BulkItem:
    """One update among many."""

    client: ClientRef
    period: Period
    update: StatusUpdate
    version: int


class _TakenBack(Exception):
    """One failed, so that none is kept."""


@frozen
class RecordUpdates:
    """Writes up to 500 updates, and tells of each what came of it."""

    files: ClientFiles

    def __call__(
        self, caller: Caller, items: Sequence[BulkItem], *, atomic: bool = False
    ) -> Outcomes:
        """Record them; raises BulkRejected with the outcomes where it is all or none."""
        require_not_too_many(items, "/items")
        if atomic:
            return self._all_or_none(caller, items)
        one = RecordUpdate(self.files)
        return each_by_itself(
            items,
            lambda item: one(caller, item.client, item.period, item.update, item.version),
            thing=lambda item: f"{item.client} {item.period}",
        )

    def _all_or_none(self, caller: Caller, items: Sequence[BulkItem]) -> Outcomes:
        unseen: list[int] = []
        outcomes: dict[int, Outcome[Written]] = {}
        try:
            with self.files.work.begin(reach_of(caller.actor, Permission.STATUS_UPDATE)) as tx:
                clients = _held(tx, items)
                unseen += [index for index in range(len(items)) if index not in clients]
                for index in _in_order(items, clients):
                    outcomes[index] = self._record(tx, caller, clients[index], items, index)
                _require_all(unseen, outcomes)
        except _TakenBack:
            for index in unseen:
                refused = self.files.refusal(caller, items[index].client, Permission.STATUS_UPDATE)
                outcomes[index] = Outcome(index, error=refused)
            raise BulkRejected(_without_results(outcomes)) from None
        return tuple(outcomes[index] for index in range(len(items)))

    def _record(
        self, tx: Transaction, caller: Caller, client: Client, items: Sequence[BulkItem], index: int
    ) -> Outcome[Written]:
        item, file = items[index], self.files.of(tx, caller, client)
        try:
            return Outcome(index, record_in(file, item.period, item.update, item.version))
        except Unavailable:
            raise
        except Error as error:
            return Outcome(index, error=error)


def _held(tx: Transaction, items: Sequence[BulkItem]) -> dict[int, Client]:
    """Hold every client before any row is written: two bulks never wait for each other."""
    found = {index: find(tx, item.client) for index, item in enumerate(items)}
    for identity in sorted({client.id for client in found.values() if client}):
        tx.clients.hold(identity)
    return {index: client for index, client in found.items() if client}


def _require_all(unseen: Sequence[int], outcomes: dict[int, Outcome[Written]]) -> None:
    if unseen or any(outcome.error for outcome in outcomes.values()):
        raise _TakenBack


def _in_order(items: Sequence[BulkItem], clients: dict[int, Client]) -> list[int]:
    """Go by client, then by period; what is of one row stays in the order given."""

    def place(index: int) -> tuple[ClientId, date, str, int]:
        period = items[index].period
        return clients[index].id, period.first_day, period.cycle, index

    return sorted(clients, key=place)


def _without_results(outcomes: dict[int, Outcome[Written]]) -> Outcomes:
    """Tell only what failed: of the others nothing was kept."""
    return tuple(Outcome(index, error=outcomes[index].error) for index in sorted(outcomes))
