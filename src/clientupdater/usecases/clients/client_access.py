"""Open one client for one caller, or refuse (A5).

Use cases over one client begin here, so that they refuse alike: a client outside the scope is
not found, and one that is seen but not covered by the permission is forbidden and audited.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Generic, TypeVar

from attrs import evolve, frozen

from clientupdater.domain import tracking
from clientupdater.domain.access import decide
from clientupdater.domain.access_scope import access_scope_of, visible_scope_of
from clientupdater.domain.errors import Error, Forbidden, InvalidInput, NotFound, VersionConflict
from clientupdater.domain.permissions import Permission
from clientupdater.domain.settings_values import BACKDATING_DAYS, UNDO_MINUTES
from clientupdater.domain.write_context import WriteContext
from clientupdater.ports.audit import LogEntry, LoggedAction

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import tzinfo

    from clientupdater.domain.callers import Caller
    from clientupdater.domain.clients import Client
    from clientupdater.domain.events import StatusEvent
    from clientupdater.domain.ids import ClientRef
    from clientupdater.domain.periods import Period
    from clientupdater.domain.tracking import Change, PeriodRow
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.codes import Names
    from clientupdater.ports.unit_of_work import Transaction, UnitsOfWork

MAX_ITEMS = 500
"""Items that one call takes."""

_Result = TypeVar("_Result")


@frozen
class Outcome(Generic[_Result]):
    """The result or the error of one item among many; neither where all were rolled back."""

    index: int
    result: _Result | None = None
    error: Error | None = None

    @property
    def required(self) -> _Result:
        """The result; raises the error if there is one."""
        if self.error:
            raise self.error
        assert self.result is not None  # noqa: S101 — one of the two is there
        return self.result


def require_item_count(items: Sequence[object], pointer: str) -> None:
    """Refuse an empty list, and more items than one call takes."""
    if not 1 <= len(items) <= MAX_ITEMS:
        raise InvalidInput.of(pointer, f"holds 1 to {MAX_ITEMS} items, not {len(items)}")


@frozen
class ClientTransaction:
    """One client within a transaction, and the caller who acts on it."""

    tx: Transaction
    caller: Caller
    client: Client
    clock: Clock
    zone: tzinfo

    def write_context(self) -> WriteContext:
        """Describe a write to this client, as of now (P7)."""
        settings, company = self.tx.settings, self.client.company
        return write_context(
            self.caller,
            self.client,
            self.clock,
            self.zone,
            backdating_days=int(settings.number(BACKDATING_DAYS, company)),
            undo_minutes=int(settings.number(UNDO_MINUTES, company)),
        )

    def locked(self) -> ClientTransaction:
        """Lock the client and read it again, since it may have changed."""
        self.tx.clients.lock(self.client.id)
        client = self.tx.clients.find(self.client.id)
        if client is None or client.is_deleted:
            raise NotFound
        return evolve(self, client=client)

    def find_row(self, period: Period) -> PeriodRow | None:
        """Find the client's row of a period."""
        return self.tx.rows.find(self.client.id, period)

    def require_row(self, period: Period, version: int) -> PeriodRow:
        """Find the row at the version that the author saw (S10)."""
        row = self.find_row(period)
        if row is None:
            raise NotFound(f"The client has no row in {period}.")
        self.require_version(row, version)
        return row

    def require_version(self, row: PeriodRow, version: int) -> None:
        """Refuse a write over a version that its author has not seen (S10)."""
        tracking.require_version(row, version, lambda: self.tx.rows.history(row.client, row.period))

    def append(self, row: PeriodRow, change: Change, action: LoggedAction) -> PeriodRow:
        """Store a change; if somebody else wrote first, say which fields differ (S10)."""
        try:
            return self.tx.rows.append(row, change, LogEntry(self.caller, action))
        except VersionConflict:
            if now := self.find_row(row.period):
                self.require_version(now, row.snapshot.version)
            raise

    def names(self, rows: Iterable[PeriodRow], events: Iterable[StatusEvent] = ()) -> Names:
        """Give the codes and names that the client, these rows and events refer to."""
        people = {self.client.assigned_to, *(row.snapshot.updated_by for row in rows)}
        people |= {event.by for event in events}
        return self.tx.organisation.names({person for person in people if person})

    def action(self, name: str, period: Period, change: Change, **details: object) -> LoggedAction:
        """Describe a change of a row, for the log (L1)."""
        sequence = change.event.sequence
        return logged_action(self.client, name, period=period, sequence=sequence, **details)

    def log(self, action: str, **details: object) -> None:
        """Log a write to the client (L1)."""
        self.tx.audit.log_action(self.caller, logged_action(self.client, action, **details))


@frozen
class ClientAccess:
    """Opens clients for callers."""

    work: UnitsOfWork
    clock: Clock
    zone: tzinfo

    @contextmanager
    def open(
        self, caller: Caller, ref: ClientRef, permission: Permission, *others: Permission
    ) -> Iterator[ClientTransaction]:
        """Open a client that one of the permissions covers; leaving cleanly commits."""
        with self.work.begin(access_scope_of(caller.actor, permission, *others)) as tx:
            if client := find_client(tx, ref):
                yield self.within(tx, caller, client)
                return
        raise self.refusal(caller, ref, permission)

    @contextmanager
    def open_row(
        self, caller: Caller, ref: ClientRef, period: Period, permission: Permission
    ) -> Iterator[tuple[ClientTransaction, PeriodRow | None]]:
        """Open a client with its row of a period, in one statement."""
        with self.work.begin(access_scope_of(caller.actor, permission)) as tx:
            result = tx.clients.in_period(ref, period)
            if result and not result.client.is_deleted:
                yield self.within(tx, caller, result.client), result.row
                return
        raise self.refusal(caller, ref, permission)

    def within(self, tx: Transaction, caller: Caller, client: Client) -> ClientTransaction:
        """Take a client that a transaction under way has read."""
        return ClientTransaction(tx, caller, client, self.clock, self.zone)

    def refusal(self, caller: Caller, ref: ClientRef, permission: Permission) -> Error:
        """Audit a refusal to a caller who sees the client; to others it is not found (A5)."""
        (error,) = self._refusals(caller, [ref], permission)
        return error

    def with_refusals(
        self,
        caller: Caller,
        refs: Sequence[ClientRef],
        outcomes: Mapping[int, Outcome[_Result]],
        permission: Permission,
    ) -> tuple[Outcome[_Result], ...]:
        """Refuse each item that has no outcome yet; return all outcomes in the order of items."""
        others = [index for index in range(len(refs)) if index not in outcomes]
        errors = self._refusals(caller, [refs[index] for index in others], permission)
        refused = {
            index: Outcome[_Result](index, error=error)
            for index, error in zip(others, errors, strict=True)
        }
        return tuple(outcomes.get(index) or refused[index] for index in range(len(refs)))

    def _refusals(
        self, caller: Caller, refs: Sequence[ClientRef], permission: Permission
    ) -> list[Error]:
        if not refs:
            return []
        with self.work.begin(visible_scope_of(caller.actor)) as tx:
            seen = find_clients(tx, set(refs))
            return [_refusal(tx, caller, seen.get(ref), permission) for ref in refs]


def _refusal(
    tx: Transaction, caller: Caller, client: Client | None, permission: Permission
) -> Error:
    if client is None:
        return NotFound()
    decision = decide(caller.actor, permission, client.place)
    tx.audit.log_refusal(caller, decision, "client", str(client.id), client.company)
    return Forbidden(permission)


def find_clients(tx: Transaction, refs: Collection[ClientRef]) -> dict[ClientRef, Client]:
    """Find many clients, leaving out deleted ones (C4)."""
    clients = tx.clients.find_all(refs)
    return {ref: client for ref, client in clients.items() if not client.is_deleted}


def find_client(tx: Transaction, ref: ClientRef) -> Client | None:
    """Find a client that is not deleted (C4)."""
    client = find_for_audit(tx, ref)
    return None if client is None or client.is_deleted else client


def find_for_audit(tx: Transaction, ref: ClientRef) -> Client | None:
    """Find a client, deleted or not."""
    return tx.clients.by_code(ref) if isinstance(ref, str) else tx.clients.find(ref)


def write_context(
    caller: Caller,
    client: Client,
    clock: Clock,
    zone: tzinfo,
    **limits: int,
) -> WriteContext:
    """Describe a write by the caller to the client, as of now, within these limits (P7)."""
    correcting = decide(caller.actor, Permission.STATUS_CORRECT, client.place)
    return WriteContext(
        now=clock.now(),
        zone=zone,
        by=caller.actor.id,
        may_correct=correcting.allowed,
        **limits,
    )


def logged_action(client: Client, action: str, **details: object) -> LoggedAction:
    """Build the log entry of a write to a client (L1)."""
    plain = {name: _plain(value) for name, value in details.items()}
    return LoggedAction(action=action, resource="client", resource_id=str(client.id), details=plain)


def _plain(value: object) -> object:
    """Keep numbers and None; turn all else into text."""
    return value if value is None or isinstance(value, int) else str(value)
