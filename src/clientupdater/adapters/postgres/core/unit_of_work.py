"""The unit of work over PostgreSQL: one transaction, which sees what one scope covers (A4)."""

from __future__ import annotations

import threading
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

import psycopg
from attrs import field, frozen
from psycopg.errors import InsufficientPrivilege, QueryCanceled, ReadOnlySqlTransaction
from psycopg_pool import PoolTimeout

from clientupdater.adapters.postgres.configuration.configuration import (
    ConfigurationMemory,
)
from clientupdater.adapters.postgres.core import row_security
from clientupdater.adapters.postgres.core.outer_transaction import OuterUnit
from clientupdater.adapters.postgres.core.repositories import DEFAULT_ZONE, PostgresTransaction
from clientupdater.adapters.postgres.core.transactions import Started, TransactionControl
from clientupdater.adapters.postgres.jobs.queue import (
    PostgresJobOutcomes,
)
from clientupdater.adapters.postgres.read_models.tables import open_table
from clientupdater.domain.errors import Fault, Misconfigured, Unavailable
from clientupdater.ports.idempotency import OuterTransaction
from clientupdater.ports.unit_of_work import NO_CLIENTS
from clientupdater.runtime.deadlines import seconds_left

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from datetime import tzinfo

    from psycopg_pool import ConnectionPool

    from clientupdater.adapters.postgres.core.connection import Connection
    from clientupdater.adapters.postgres.core.replica import Replica
    from clientupdater.adapters.postgres.core.scope_signer import ScopeSigner
    from clientupdater.adapters.security.vault import Vault
    from clientupdater.ports.exports import Snapshot
    from clientupdater.ports.idempotency import Claim
    from clientupdater.ports.unit_of_work import RowSecurityScope

Pool: TypeAlias = "ConnectionPool[Connection]"

_NO_ANSWER = (psycopg.OperationalError, psycopg.InterfaceError)
_TOO_LONG = (
    "It takes longer than a request may. Ask for less, such as one branch or fewer days, or export"
    " it, which takes its time."
)
_NOT_THE_SYSTEM = (
    "is needed for this: the serving login may not act as the system. Give it the workers' login, "
    "clientupdater_worker, which sql/roles.sql makes"
)
_ONE_PLAN = "set local plan_cache_mode = force_generic_plan"
_BEGIN_SNAPSHOT = "begin isolation level repeatable read, read only"


@frozen
class PostgresUnitsOfWork:
    """Units of work over a pool of connections."""

    pool: Pool
    vault: Vault | None = None
    memory: ConfigurationMemory = field(factory=ConfigurationMemory, eq=False, repr=False)
    zone: tzinfo = DEFAULT_ZONE
    signer: ScopeSigner | None = None
    replica: Replica | None = None
    """Answers reads that take long."""
    _thread: threading.local = field(factory=threading.local, init=False, eq=False, repr=False)
    """Holds the outer transaction of each thread that is in one."""

    def begin(self, rls_scope: RowSecurityScope) -> AbstractContextManager[PostgresTransaction]:
        """Begin one: leaving it cleanly commits, an exception rolls everything back."""
        return self._unit(("begin",), rls_scope)

    @contextmanager
    def read(
        self,
        rls_scope: RowSecurityScope,
        generation: int | None = None,
        *,
        takes_long: bool = False,
    ) -> Iterator[PostgresTransaction]:
        """Begin one that only reads, with one plan for all values of a prepared statement.

        Left to itself, PostgreSQL plans a page anew each time, which takes longer than the page.
        """
        known = self.memory.known(generation)
        if self._outer or known is None:
            with self._unit(("begin read only", _ONE_PLAN), rls_scope, takes_long=takes_long) as tx:
                yield tx
        else:
            with _translated(), self._control(takes_long=takes_long) as control:
                control.generation = generation
                sets = row_security.settings(control, rls_scope, known.companies)
                with control.reading(_ONE_PLAN, *sets):
                    yield self._repositories(control)

    @contextmanager
    def autocommit(self, generation: int | None = None) -> Iterator[PostgresTransaction]:
        """Run statements that are transactions of their own, and that see no client."""
        with _translated():
            if self._outer:
                yield self._repositories(self._outer.control)
                return
            with self._control() as control:
                control.generation = generation
                yield self._repositories(control)

    @contextmanager
    def snapshot(self, rls_scope: RowSecurityScope) -> Iterator[Snapshot]:
        """Read one moment of the database; it keeps a connection, and no lock, until it ends."""
        with (
            _translated(),
            self._transaction((_BEGIN_SNAPSHOT,), rls_scope, takes_long=True) as tx,
        ):
            yield partial(open_table, tx.connection, tx.settings)

    @contextmanager
    def outer_transaction(
        self, rls_scope: RowSecurityScope = NO_CLIENTS, claim: Claim | None = None
    ) -> Iterator[OuterTransaction]:
        """Make one transaction of the units of work that this thread begins inside."""

        def start(control: TransactionControl, first: str) -> OuterUnit:
            return OuterUnit(control, self.memory, rls_scope, claim).begin(first)

        with _translated(), self._started(start) as (control, outer):
            self._thread.outer = outer
            jobs = PostgresJobOutcomes(control.connection)
            try:
                yield OuterTransaction(
                    keep_response=outer.keep_response,
                    complete_job=lambda job, now: bool(jobs.complete([job], now)),
                )
            finally:
                del self._thread.outer

    @property
    def _outer(self) -> OuterUnit | None:
        return getattr(self._thread, "outer", None)

    @contextmanager
    def _unit(
        self, first: tuple[str, ...], rls_scope: RowSecurityScope, *, takes_long: bool = False
    ) -> Iterator[PostgresTransaction]:
        with _translated():
            if outer := self._outer:
                with outer.unit(rls_scope):
                    yield self._repositories(outer.control)
            else:
                with self._transaction(first, rls_scope, takes_long=takes_long) as tx:
                    yield tx

    @contextmanager
    def _transaction(
        self, first: tuple[str, ...], rls_scope: RowSecurityScope, *, takes_long: bool = False
    ) -> Iterator[PostgresTransaction]:
        def start(control: TransactionControl, _: str) -> None:
            row_security.begin(control, first, rls_scope, self.memory)

        with self._started(start, takes_long=takes_long) as (control, _):
            yield self._repositories(control)

    @contextmanager
    def _started(
        self,
        start: Callable[[TransactionControl, str], Started],
        *,
        takes_long: bool = False,
    ) -> Iterator[tuple[TransactionControl, Started]]:
        """Be in one; where the connection is lost before it begins, begin it on another."""
        for is_last in (False, True):
            with ExitStack() as stack:
                control = stack.enter_context(self._control(takes_long=takes_long))
                try:
                    started = stack.enter_context(control.transaction(partial(start, control)))
                except _NO_ANSWER:
                    if is_last or not control.connection.closed:
                        raise
                    continue
                yield control, started
                return

    def _control(self, *, takes_long: bool = False) -> AbstractContextManager[TransactionControl]:
        return self._on_replica(self.replica) if takes_long and self.replica else self._on_primary()

    @contextmanager
    def _on_primary(self) -> Iterator[TransactionControl]:
        # Not by `pool.connection()`, which commits as well: a control ends what it begins.
        connection = self.pool.getconn(seconds_left(self.pool.timeout))
        try:
            yield TransactionControl.of(connection, self.signer)
        finally:
            self.pool.putconn(connection)

    @contextmanager
    def _on_replica(self, replica: Replica) -> Iterator[TransactionControl]:
        """Be on the replica, where it is up to date."""
        with ExitStack() as stack:
            if connection := stack.enter_context(replica.caught_up(self.pool)):
                yield TransactionControl.of(connection, self.signer)
            else:
                yield stack.enter_context(self._on_primary())

    def _repositories(self, control: TransactionControl) -> PostgresTransaction:
        return PostgresTransaction(control, self.memory, self.vault, self.zone)


@contextmanager
def _translated() -> Iterator[None]:
    """Raise Unavailable where the database does not answer; other errors are ours, and pass.

    Raises Misconfigured where the login may not act as the system.
    """
    try:
        yield
    except PoolTimeout as error:
        raise Unavailable("the database", "The database is busy; try again.") from error
    except QueryCanceled as error:
        raise Unavailable("the database", _TOO_LONG) from error
    except ReadOnlySqlTransaction as error:
        # After a failover, the address may lead to a standby for a while.
        raise Unavailable("the database", "The database takes no writes now; try again.") from error
    except _NO_ANSWER as error:
        raise Unavailable("the database") from error
    except InsufficientPrivilege as error:
        if row_security.SYSTEM_ROLE not in (error.diag.message_primary or ""):
            raise
        raise Misconfigured([Fault("DATABASE_WORKER_URL", _NOT_THE_SYSTEM)]) from error
