"""Everything that is held about one client, for a person who asks for their data (RA 10173)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, field, frozen

from clientupdater.domain.access import decide
from clientupdater.domain.access_scope import access_scope_of
from clientupdater.domain.errors import Forbidden
from clientupdater.domain.permissions import Permission
from clientupdater.ports.unit_of_work import NO_CLIENTS
from clientupdater.usecases.audit.audits import audited_client

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from clientupdater.domain.callers import Caller
    from clientupdater.domain.clients import Client
    from clientupdater.domain.events import StatusEvent
    from clientupdater.domain.ids import ClientRef
    from clientupdater.domain.periods import Period
    from clientupdater.domain.tracking import PeriodRow
    from clientupdater.ports.audits import AccessEntry
    from clientupdater.ports.client_history import ChangedField
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.codes import Names
    from clientupdater.ports.dossiers import Holdings
    from clientupdater.ports.unit_of_work import Transaction, UnitsOfWork

MOST = 5_000
"""Entries of each kind in one dossier; it says so where there are more."""
_SNAPSHOTS = (
    "Records as sources delivered them are stored sealed, in pages of many clients, until the"
    " retention of sync data ends; they are not searched for one client."
)
_VIEWS = (
    "Views of records and lists are not logged. Activity is listed for as long as the activity log"
    " is kept."
)


@frozen(kw_only=True)
class Dossier:
    """Everything that is held about one client; `notes` say what it leaves out."""

    made_at: datetime
    client: Client
    holdings: Holdings
    pension_number: str | None = field(repr=False)
    """In full, where that was asked for."""
    rows: tuple[PeriodRow, ...]
    events: Mapping[Period, tuple[StatusEvent, ...]]
    changes: tuple[ChangedField, ...]
    accesses: tuple[AccessEntry, ...]
    names: Names
    notes: tuple[str, ...]


@frozen
class Dossiers:
    """Compiles a client's dossier, and logs that it was read."""

    work: UnitsOfWork
    clock: Clock
    at_most: int = MOST

    def compile(self, caller: Caller, client: ClientRef, *, reveal: bool = False) -> Dossier:
        """Compile it, for a deleted client too (C4). It needs audit:read over the client's company.

        `reveal` shows the pension number in full, which needs clients:reveal and is logged (C3).
        """
        audited = audited_client(self.work, caller, client)
        if reveal:
            self._require_reveal(caller, audited)
        with self.work.begin(access_scope_of(caller.actor, Permission.AUDIT_READ)) as tx:
            tx.audit.log_access(caller, "viewed", audited.id, "dossier")
            number = tx.pension_numbers.show(audited.id) if reveal else None
            if number:
                tx.audit.log_access(caller, "revealed", audited.id, "pension_number")
            return self._compiled(tx, audited, number)

    def _require_reveal(self, caller: Caller, client: Client) -> None:
        decision = decide(caller.actor, Permission.CLIENTS_REVEAL, client.place)
        if not decision.allowed:
            with self.work.begin(NO_CLIENTS) as tx:
                tx.audit.log_refusal(caller, decision, "client", str(client.id), client.company)
            raise Forbidden(Permission.CLIENTS_REVEAL)

    def _compiled(self, tx: Transaction, client: Client, number: str | None) -> Dossier:
        holdings = tx.audits.holdings(client, self.at_most + 1)
        rows = tuple(tx.rows.of_client(client.id))
        events = _events(tx, client, rows[: self.at_most])
        changes = tx.read_models.client_history(client.id, self.at_most, None)
        accesses = tx.audits.accesses(client, self.at_most, None)
        cut = {
            "periods": len(rows) > self.at_most,
            "assignments": len(holdings.assignments) > self.at_most,
            "rejects": len(holdings.rejects) > self.at_most,
            "changes": changes.has_more,
            "accesses": accesses.has_more,
        }
        people = {row.snapshot.updated_by for row in rows} | {client.assigned_to}
        people |= {event.by for items in events.values() for event in items}
        return Dossier(
            made_at=self.clock.now(),
            client=client,
            holdings=evolve(
                holdings,
                assignments=holdings.assignments[: self.at_most],
                rejects=holdings.rejects[: self.at_most],
            ),
            pension_number=number,
            rows=rows[: self.at_most],
            events=events,
            changes=tuple(changes.items),
            accesses=tuple(accesses.items),
            names=tx.organisation.names({person for person in people if person}),
            notes=(*self._notes(cut), _SNAPSHOTS, _VIEWS),
        )

    def _notes(self, cut: dict[str, bool]) -> list[str]:
        return [
            f"There are more {name} than the newest {self.at_most} that are listed here."
            for name, is_cut in cut.items()
            if is_cut
        ]


def _events(
    tx: Transaction, client: Client, rows: tuple[PeriodRow, ...]
) -> dict[Period, tuple[StatusEvent, ...]]:
    histories = tx.rows.histories([(client.id, row.period) for row in rows]) if rows else {}
    return {period: events for (_, period), events in histories.items()}
