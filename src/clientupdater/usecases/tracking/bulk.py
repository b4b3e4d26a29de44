"""Record many updates in one call: each by itself, or all or none.

All rows are read and locked at once, each update is judged after those before it, and all are
written at once: a few statements, however many there are. Where the store fails nothing is written
and the call fails as a whole; an item's own error is always a rule's.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias, cast

from attrs import frozen

from clientupdater.domain.access_scope import access_scope_of
from clientupdater.domain.errors import BulkRejected, Error, Unavailable
from clientupdater.domain.permissions import Permission
from clientupdater.domain.tracking import in_order_of_writing
from clientupdater.usecases.tracking.client_access import found_in
from clientupdater.usecases.tracking.outcomes import Outcome, require_not_too_many
from clientupdater.usecases.tracking.recorded import Written, record_in
from clientupdater.usecases.tracking.staging import (
    StagedClients,
    StagedRows,
    StagedSettings,
    StagedStatuses,
    Staging,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from clientupdater.domain.callers import Caller
    from clientupdater.domain.clients import Client
    from clientupdater.domain.ids import ClientId
    from clientupdater.domain.periods import Period
    from clientupdater.domain.statuses import StatusCatalogue
    from clientupdater.domain.updates import StatusUpdate
    from clientupdater.ports.unit_of_work import Transaction
    from clientupdater.usecases.tracking.client_access import ClientAccess, ClientRef

Outcomes: TypeAlias = "tuple[Outcome[Written], ...]"


@frozen
class BulkItem:
    """One update among many."""

    client: ClientRef
    period: Period
    update: StatusUpdate
    version: int


@frozen
class BulkRecording:
    """Records up to 500 updates in one call."""

    files: ClientAccess

    def record(
        self, caller: Caller, items: Sequence[BulkItem], *, atomic: bool = False
    ) -> Outcomes:
        """Record them; raises BulkRejected with the outcomes where it is all or none."""
        require_not_too_many(items, "/items")
        with self.files.work.begin(access_scope_of(caller.actor, Permission.STATUS_UPDATE)) as tx:
            outcomes = self._recorded(tx, caller, items, atomic=atomic)
        unseen = [index for index in range(len(items)) if index not in outcomes]
        outcomes |= self._refused(caller, items, unseen)
        if atomic and any(outcome.error for outcome in outcomes.values()):
            raise BulkRejected(_without_results(outcomes))
        return tuple(outcomes[index] for index in range(len(items)))

    def _recorded(
        self, tx: Transaction, caller: Caller, items: Sequence[BulkItem], *, atomic: bool
    ) -> dict[int, Outcome[Written]]:
        """Judge what is within sight, and write what may be written."""
        staging, clients = _staging(tx, items)
        outcomes = {
            index: self._record(staging, caller, client, index, items[index])
            for index, client in _in_order(items, clients)
        }
        failed = len(outcomes) < len(items) or any(each.error for each in outcomes.values())
        if staging.changes and not (atomic and failed):
            tx.row_batches.write(staging.changes)
            tx.audit.did(caller, *staging.audit.entries)
        return outcomes

    def _record(
        self, staging: Staging, caller: Caller, client: ClientId, index: int, item: BulkItem
    ) -> Outcome[Written]:
        # Recording asks a unit of work for no more than what is staged.
        file = self.files.of(cast("Transaction", staging), caller, staging.clients.known(client))
        try:
            outcome = Outcome(index, record_in(file, item.period, item.update, item.version))
        except Unavailable:
            raise
        except Error as error:
            staging.drop()
            return Outcome(index, error=error)
        staging.keep()
        return outcome

    def _refused(
        self, caller: Caller, items: Sequence[BulkItem], unseen: Sequence[int]
    ) -> dict[int, Outcome[Written]]:
        refs = [items[index].client for index in unseen]
        errors = self.files.refusals(caller, refs, Permission.STATUS_UPDATE)
        return {
            index: Outcome(index, error=error) for index, error in zip(unseen, errors, strict=True)
        }


def _staging(
    tx: Transaction, items: Sequence[BulkItem]
) -> tuple[Staging, Mapping[ClientRef, Client]]:
    """Hold clients, then lock rows, in the order in which everybody does."""
    catalogue = tx.statuses.load()
    refs = {item.client for item in items}
    result = found_in(tx, refs)
    places = {(result[item.client].id, item.period) for item in items if item.client in result}
    ending = _ending(items, result, catalogue)
    begun = {(row.client, row.period) for row in tx.row_batches.find_all(places)}
    tx.clients.lock(*ending, *(client for client, _ in places - begun))
    rows = StagedRows.of(tx.row_batches, tx.row_batches.find_all(places, ending, locked=True))
    clients = found_in(tx, result)  # they may have changed meanwhile
    staging = Staging(
        clients=StagedClients({each.id: each for each in clients.values()}, ending, rows),
        rows=rows,
        statuses=StagedStatuses(catalogue),
        settings=StagedSettings(tx.settings),
    )
    return staging, clients


def _ending(
    items: Sequence[BulkItem], clients: Mapping[ClientRef, Client], catalogue: StatusCatalogue
) -> set[ClientId]:
    """Name the clients whose tracking some item may end: all their rows follow (T1)."""
    return {
        clients[item.client].id
        for item in items
        if item.client in clients and catalogue.may_end(item.update.status, item.update.reason)
    }


def _in_order(
    items: Sequence[BulkItem], clients: Mapping[ClientRef, Client]
) -> list[tuple[int, ClientId]]:
    """Go by client, then by period; what is of one row stays in the order given."""
    seen = [
        (index, clients[item.client].id)
        for index, item in enumerate(items)
        if item.client in clients
    ]
    return sorted(seen, key=lambda each: in_order_of_writing((each[1], items[each[0]].period)))


def _without_results(outcomes: Mapping[int, Outcome[Written]]) -> Outcomes:
    """Tell only what failed: of the others nothing was kept."""
    return tuple(Outcome(index, error=outcomes[index].error) for index in sorted(outcomes))
