"""List the clients behind a figure of a past moment (R3, R5)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.errors import Fault, InvalidInput
from clientupdater.domain.permissions import Permission
from clientupdater.usecases.clients.lists import read_context
from clientupdater.usecases.reports.past import reader_at
from clientupdater.usecases.reports.reading import require_rows

if TYPE_CHECKING:
    from datetime import tzinfo

    from clientupdater.domain.callers import Caller
    from clientupdater.ports.client_filter import ClientFilter
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.past_rows import PastPage, PastQuery
    from clientupdater.ports.unit_of_work import UnitsOfWork

_NOT_DATED = ("pensioner_type", "account_type", "active", "loan_status")
_NOT_DATED_OF_ROWS = ("untouched_days", "updated_by")


@frozen
class PastClients:
    """Clients and their rows as they stood, by the filters that figures carry."""

    work: UnitsOfWork
    clock: Clock
    zone: tzinfo

    def read(self, caller: Caller, query: PastQuery) -> PastPage:
        """Read a page within clients:read and status:read, by client code.

        A client's present name is left out where the caller does not see the client at present.
        """
        require_rows(self.work, caller, Permission.CLIENTS_READ, "client")
        _require_dated(query.filter)
        present = read_context(caller, self.clock, self.zone)
        reader = reader_at(query.filter.as_of, present, self.zone)
        with self.work.read(reader.clients, caller.generation, takes_long=True) as tx:
            return tx.reports.past_clients(reader, query)


def _require_dated(wanted: ClientFilter) -> None:
    """Refuse a filter that asks for too much, or for what is not known of the past."""
    faults = []
    if wanted.as_of is None:
        faults.append(Fault("/as_of", "is needed; GET /clients lists clients as they are"))
    if wanted.company is None:
        faults.append(Fault("/company", "is needed, as in the filter of the figure"))
    if wanted.recorded_by is None and (wanted.row is None or wanted.row.period is None):
        faults.append(Fault("/period", "is needed, as in the filter of the figure"))
    asked = [name for name in _NOT_DATED if getattr(wanted, name) is not None]
    asked += [n for n in _NOT_DATED_OF_ROWS if wanted.row and getattr(wanted.row, n) is not None]
    faults += [Fault(f"/{name}", "is not known of a past moment") for name in asked]
    if faults:
        raise InvalidInput(faults)
