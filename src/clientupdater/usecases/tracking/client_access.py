"""One client before one person: opened where a permission reaches, refused where it does not (A5).

Every use case over a single client begins here, so that they all refuse alike: out of sight is
not found; seen, but not with this permission, is forbidden, and written down.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeAlias

from attrs import evolve, frozen

from clientupdater.domain.access import ClientPlace, decide
from clientupdater.domain.access_scope import access_scope_of, visible_scope_of
from clientupdater.domain.errors import Forbidden, NotFound, VersionConflict
from clientupdater.domain.ids import ClientId
from clientupdater.domain.permissions import Permission
from clientupdater.domain.settings_values import BACKDATING_DAYS
from clientupdater.domain.tracking import require_version
from clientupdater.domain.write_context import WriteContext
from clientupdater.ports.audit import LoggedAction

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from datetime import tzinfo

    from clientupdater.domain.callers import Caller
    from clientupdater.domain.clients import Client
    from clientupdater.domain.errors import Error
    from clientupdater.domain.periods import Period
    from clientupdater.domain.tracking import Change, PeriodRow
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.unit_of_work import Transaction, UnitsOfWork

ClientRef: TypeAlias = ClientId | str
"""A client by identity, or by its client code."""


@frozen
class ClientTransaction:
    """A client, who acts upon it, and the unit of work in which they do."""

    tx: Transaction
    caller: Caller
    client: Client
    clock: Clock
    zone: tzinfo

    def write_context(self) -> WriteContext:
        """Tell the circumstances of a write to this client, as of now (P7)."""
        correcting = decide(self.caller.actor, Permission.STATUS_CORRECT, place_of(self.client))
        days = self.tx.settings.number(BACKDATING_DAYS, self.client.company)
        return WriteContext(
            now=self.clock.now(),
            zone=self.zone,
            by=self.caller.actor.id,
            may_correct=correcting.allowed,
            backdating_days=int(days),
        )

    def held(self) -> ClientTransaction:
        """Have the client to oneself, and look at it anew: it may have changed meanwhile."""
        self.tx.clients.lock(self.client.id)
        client = self.tx.clients.find(self.client.id)
        if client is None or client.is_deleted:
            raise NotFound
        return evolve(self, client=client)

    def row(self, period: Period) -> PeriodRow | None:
        """Find the client's row of a period."""
        return self.tx.rows.find(self.client.id, period)

    def row_at(self, period: Period, version: int) -> PeriodRow:
        """Find a row that must be there, as its author saw it (S10)."""
        row = self.row(period)
        if row is None:
            raise NotFound(f"The client has no row in {period}.")
        self.require(row, version)
        return row

    def require(self, row: PeriodRow, version: int) -> None:
        """Refuse a write over what its author has not seen (S10)."""
        require_version(row, version, lambda: self.tx.rows.history(row.client, row.period))

    def keep(self, row: PeriodRow, change: Change) -> PeriodRow:
        """Keep a change; where somebody was quicker, say what differs (S10)."""
        try:
            return self.tx.rows.append(row, change)
        except VersionConflict:
            if now := self.row(row.period):
                self.require(now, row.snapshot.version)
            raise

    def did(self, action: str, **details: object) -> None:
        """Log what was done to the client (L1)."""
        result = {name: _plain(value) for name, value in details.items()}
        entry = LoggedAction(
            action=action, resource="client", resource_id=str(self.client.id), details=result
        )
        self.tx.audit.did(self.caller, entry)


@frozen
class ClientAccess:
    """Where the files of clients are opened."""

    work: UnitsOfWork
    clock: Clock
    zone: tzinfo

    @contextmanager
    def open(
        self, caller: Caller, ref: ClientRef, permission: Permission
    ) -> Iterator[ClientTransaction]:
        """Open one within what the permission reaches; keep what was done in it on leaving."""
        with self.work.begin(access_scope_of(caller.actor, permission)) as tx:
            if client := find(tx, ref):
                yield self.of(tx, caller, client)
                return
        raise self.refusal(caller, ref, permission)

    def of(self, tx: Transaction, caller: Caller, client: Client) -> ClientTransaction:
        """Take a client that was found in a unit of work under way."""
        return ClientTransaction(tx, caller, client, self.clock, self.zone)

    def refusal(self, caller: Caller, ref: ClientRef, permission: Permission) -> Error:
        """Tell one who sees the client what they lack, and write it down; others nothing (A5)."""
        (error,) = self.refusals(caller, [ref], permission)
        return error

    def refusals(
        self, caller: Caller, refs: Sequence[ClientRef], permission: Permission
    ) -> list[Error]:
        """Tell of many likewise, in their order."""
        if not refs:
            return []
        with self.work.begin(visible_scope_of(caller.actor)) as tx:
            seen = found_in(tx, set(refs))
            return [_refusal(tx, caller, seen.get(ref), permission) for ref in refs]


def _refusal(
    tx: Transaction, caller: Caller, client: Client | None, permission: Permission
) -> Error:
    if client is None:
        return NotFound()
    decision = decide(caller.actor, permission, place_of(client))
    tx.audit.refused(caller, decision, "client", str(client.id), client.company)
    return Forbidden(permission)


def found_in(tx: Transaction, refs: Collection[ClientRef]) -> dict[ClientRef, Client]:
    """Find many by identity or by code, but none that was deleted (C4)."""
    result = tx.clients.find_all(refs)
    return {ref: client for ref, client in result.items() if not client.is_deleted}


def find(tx: Transaction, ref: ClientRef) -> Client | None:
    """Find a client by identity or by code; one that was deleted is there for audits alone (C4)."""
    result = find_for_audit(tx, ref)
    return None if result is None or result.is_deleted else result


def find_for_audit(tx: Transaction, ref: ClientRef) -> Client | None:
    """Find a client whether it was deleted or not."""
    return tx.clients.by_code(ref) if isinstance(ref, str) else tx.clients.find(ref)


def place_of(client: Client) -> ClientPlace:
    """Tell where a client stands, for the policy."""
    return ClientPlace(client.company, client.branch, client.assigned_to)


def _plain(value: object) -> object:
    """Tell numbers and absences as they are, and all else as text."""
    return value if value is None or isinstance(value, int) else str(value)
