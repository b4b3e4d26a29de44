"""Read the worklist."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.permissions import Permission
from clientupdater.domain.settings_values import WORKLIST_ORDER
from clientupdater.ports.lists import WorklistOrder
from clientupdater.usecases.clients.lists import read_context, require_scope

if TYPE_CHECKING:
    from datetime import tzinfo

    from clientupdater.domain.access_scope import AccessScope
    from clientupdater.domain.callers import Caller
    from clientupdater.ports.business_settings import BusinessSettings
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.lists import (
        WorklistCounts,
        WorklistFilter,
        WorklistPage,
        WorklistQuery,
    )
    from clientupdater.ports.unit_of_work import UnitsOfWork

#: The setting's names of the orders.
_ORDERS = {"urgency": WorklistOrder.WORK, "name": WorklistOrder.NAME}


@frozen
class Worklist:
    """What the caller is to do next."""

    work: UnitsOfWork
    clock: Clock
    zone: tzinfo

    def read(self, caller: Caller, query: WorklistQuery) -> WorklistPage:
        """Read a page of the rows that the caller's status:read covers."""
        require_scope(self.work, caller, Permission.STATUS_READ, "worklist")
        result = read_context(caller, self.clock, self.zone)
        with self.work.read(result.statuses, caller.generation) as tx:
            if query.order is None and query.after is None:
                query = query.ordered(_order_set(tx.settings, result.statuses))
            return tx.read_models.worklist(query, result)

    def counts(self, caller: Caller, wanted: WorklistFilter) -> WorklistCounts:
        """Count the rows that `read` lists with this filter, by cause and by branch (R3)."""
        require_scope(self.work, caller, Permission.STATUS_READ, "worklist")
        result = read_context(caller, self.clock, self.zone)
        with self.work.read(result.statuses, caller.generation) as tx:
            return tx.read_models.worklist_counts(wanted, result)


def _order_set(settings: BusinessSettings, access_scope: AccessScope) -> WorklistOrder:
    """Read the order set for the company, if the caller sees only one; else the general one."""
    only = tuple(access_scope.scopes) if access_scope.everywhere is None else ()
    company = only[0] if len(only) == 1 else None
    named = settings.text(WORKLIST_ORDER, company)
    return _ORDERS.get(named, WorklistOrder.WORK)
