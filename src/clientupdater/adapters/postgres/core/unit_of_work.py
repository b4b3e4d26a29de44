"""The unit of work over PostgreSQL: one transaction, which sees what one scope covers (A4)."""

from __future__ import annotations

import threading
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

import psycopg
from attrs import define, field, frozen
from psycopg_pool import PoolTimeout

from clientupdater.adapters.postgres.audit.log import PostgresAuditLog
from clientupdater.adapters.postgres.clients.clients import PostgresClients
from clientupdater.adapters.postgres.clients.pension_numbers import PostgresPensionNumbers
from clientupdater.adapters.postgres.configuration.settings import PostgresBusinessSettings
from clientupdater.adapters.postgres.core import row_security
from clientupdater.adapters.postgres.core.idempotency import PostgresIdempotencyStore
from clientupdater.adapters.postgres.core.transactions import TransactionControl
from clientupdater.adapters.postgres.exports.jobs import PostgresExports
from clientupdater.adapters.postgres.jobs.queue import (
    PostgresJobOutcomes,
    PostgresJobs,
)
from clientupdater.adapters.postgres.jobs.retention import PostgresRetentionStore
from clientupdater.adapters.postgres.jobs.schedules import PostgresSchedules
from clientupdater.adapters.postgres.people.accounts import PostgresPeople
from clientupdater.adapters.postgres.people.credentials import PostgresCredentials
from clientupdater.adapters.postgres.people.rights import PostgresRights
from clientupdater.adapters.postgres.people.sessions import PostgresSessions
from clientupdater.adapters.postgres.people.territories import (
    PostgresOrganisation,
    PostgresTerritories,
)
from clientupdater.adapters.postgres.read_models import PostgresReadModels
from clientupdater.adapters.postgres.read_models.tables import open_table
from clientupdater.adapters.postgres.sync.inputs import PostgresSyncInputs
from clientupdater.adapters.postgres.sync.jobs import (
    PostgresSyncJobs,
)
from clientupdater.adapters.postgres.sync.mappings import PostgresSyncMappings
from clientupdater.adapters.postgres.sync.notices import PostgresNotices
from clientupdater.adapters.postgres.sync.staging import PostgresStaging
from clientupdater.adapters.postgres.tracking.openings import PostgresOpenings
from clientupdater.adapters.postgres.tracking.rows import PostgresRows
from clientupdater.adapters.security.vault import required
from clientupdater.domain.errors import Unavailable
from clientupdater.ports.idempotency import OuterTransaction
from clientupdater.runtime.deadlines import seconds_left

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from psycopg_pool import ConnectionPool

    from clientupdater.adapters.postgres.core.connect import Connection
    from clientupdater.adapters.security.vault import Vault
    from clientupdater.ports.exports import Snapshot
    from clientupdater.ports.sync import Work
    from clientupdater.ports.unit_of_work import RowSecurityScope

Pool: TypeAlias = "ConnectionPool[Connection]"

_NO_ANSWER = (psycopg.OperationalError, psycopg.InterfaceError)
_BEGIN_SNAPSHOT = "begin isolation level repeatable read, read only"


@define(eq=False)
class PostgresTransaction:
    """Each repository, over one connection."""

    connection: Connection
    vault: Vault | None = None

    @property
    def clients(self) -> PostgresClients:
        return PostgresClients(self.connection)

    @property
    def rows(self) -> PostgresRows:
        return PostgresRows(self.connection)

    @property
    def openings(self) -> PostgresOpenings:
        return PostgresOpenings(self.connection)

    @property
    def rights(self) -> PostgresRights:
        return PostgresRights(self.connection)

    @property
    def settings(self) -> PostgresBusinessSettings:
        return PostgresBusinessSettings(self.connection)

    @property
    def audit(self) -> PostgresAuditLog:
        return PostgresAuditLog(self.connection)

    @property
    def read_models(self) -> PostgresReadModels:
        return PostgresReadModels(self.connection)

    @property
    def jobs(self) -> PostgresJobs:
        return PostgresJobs(self.connection)

    @property
    def schedules(self) -> PostgresSchedules:
        return PostgresSchedules(self.connection)

    @property
    def retention(self) -> PostgresRetentionStore:
        return PostgresRetentionStore(self.connection)

    @property
    def exports(self) -> PostgresExports:
        return PostgresExports(self.connection)

    @property
    def sessions(self) -> PostgresSessions:
        return PostgresSessions(self.connection)

    @property
    def credentials(self) -> PostgresCredentials:
        return PostgresCredentials(self.connection)

    @property
    def people(self) -> PostgresPeople:
        return PostgresPeople(self.connection)

    @property
    def territories(self) -> PostgresTerritories:
        return PostgresTerritories(self.connection)

    @property
    def organisation(self) -> PostgresOrganisation:
        return PostgresOrganisation(self.connection)

    @property
    def pension_numbers(self) -> PostgresPensionNumbers:
        """Raises Misconfigured without keys."""
        return PostgresPensionNumbers(self.connection, required(self.vault))

    @property
    def notices(self) -> PostgresNotices:
        return PostgresNotices(self.connection)

    @property
    def sync_jobs(self) -> PostgresSyncJobs:
        return PostgresSyncJobs(self.connection)

    @property
    def sync_inputs(self) -> PostgresSyncInputs:
        """Raises Misconfigured without keys."""
        return PostgresSyncInputs(self.connection, required(self.vault).ring)

    @property
    def sync_mappings(self) -> PostgresSyncMappings:
        return PostgresSyncMappings(self.connection)

    def staging(self, work: Work) -> PostgresStaging:
        """Begin with one run's records; raises Misconfigured without keys."""
        return PostgresStaging.begun(self.connection, required(self.vault), work)


@frozen
class PostgresUnitsOfWork:
    """Units of work over a pool of connections."""

    pool: Pool
    vault: Vault | None = None
    _thread: threading.local = field(factory=threading.local, init=False, eq=False, repr=False)
    """Holds the outer transaction of each thread that is in one."""

    @contextmanager
    def begin(self, rls_scope: RowSecurityScope) -> Iterator[PostgresTransaction]:
        """Begin one: leaving it cleanly commits, an exception rolls everything back."""
        outer: TransactionControl | None = getattr(self._thread, "outer", None)
        start = partial(row_security.begin, rls_scope=rls_scope, is_savepoint=outer is not None)
        begun = _savepoint(outer, start) if outer else self._transaction(start)
        with _translated(), begun as control:
            yield PostgresTransaction(control.connection, self.vault)

    @contextmanager
    def snapshot(self, rls_scope: RowSecurityScope) -> Iterator[Snapshot]:
        """Read one moment of the database; it keeps a connection, and no lock, until it ends."""

        def start(control: TransactionControl, _: str) -> None:
            row_security.begin(control, _BEGIN_SNAPSHOT, rls_scope, is_savepoint=False)

        with _translated(), self._transaction(start) as control:
            yield partial(open_table, control.connection)

    @contextmanager
    def outer_transaction(self) -> Iterator[OuterTransaction]:
        """Make one transaction of the units of work that this thread begins inside."""
        with _translated(), self._transaction(TransactionControl.send) as control:
            self._thread.outer = control
            connection = control.connection
            try:
                yield OuterTransaction(
                    PostgresIdempotencyStore(connection), PostgresJobOutcomes(connection)
                )
            finally:
                del self._thread.outer

    @contextmanager
    def _transaction(
        self, start: Callable[[TransactionControl, str], object]
    ) -> Iterator[TransactionControl]:
        """Be in one; where the connection is lost before it begins, begin it on another."""
        for is_last in (False, True):
            with ExitStack() as stack:
                patience = seconds_left(self.pool.timeout)
                connection = stack.enter_context(self.pool.connection(timeout=patience))
                try:
                    control = TransactionControl.of(connection)
                    stack.enter_context(control.transaction(partial(start, control)))
                except _NO_ANSWER:
                    if is_last or not connection.closed:
                        raise
                    continue
                yield control
                return


@contextmanager
def _savepoint(
    control: TransactionControl, start: Callable[[TransactionControl, str], object]
) -> Iterator[TransactionControl]:
    with control.savepoint(partial(start, control)):
        yield control


@contextmanager
def _translated() -> Iterator[None]:
    """Raise Unavailable where the database does not answer; other errors are ours, and pass."""
    try:
        yield
    except PoolTimeout as error:
        raise Unavailable("the database", "The database is busy; try again.") from error
    except _NO_ANSWER as error:
        raise Unavailable("the database") from error
