"""The unit of work over PostgreSQL: one transaction, seeing what one sight covers (A4)."""

from __future__ import annotations

import threading
from contextlib import ExitStack, contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias

import psycopg
from attrs import define, field, frozen
from psycopg_pool import PoolTimeout

from clientupdater.adapters.postgres.audit.log import PostgresAuditLog
from clientupdater.adapters.postgres.clients.clients import PostgresClients
from clientupdater.adapters.postgres.clients.pension_numbers import PostgresPensionNumbers
from clientupdater.adapters.postgres.configuration.settings import PostgresBusinessSettings
from clientupdater.adapters.postgres.core import row_security
from clientupdater.adapters.postgres.core.idempotency import PostgresIdempotencyStore
from clientupdater.adapters.postgres.core.transactions import Line
from clientupdater.adapters.postgres.exports.jobs import PostgresExports
from clientupdater.adapters.postgres.jobs.queue import (
    PostgresJobOutcomes,
    PostgresJobs,
    PostgresQueueDepths,
)
from clientupdater.adapters.postgres.jobs.retention import PostgresRetentionStore
from clientupdater.adapters.postgres.jobs.schedules import PostgresSchedules
from clientupdater.adapters.postgres.people.accounts import (
    PostgresGrants,
    PostgresPeople,
)
from clientupdater.adapters.postgres.people.credentials import (
    PostgresCredentials,
)
from clientupdater.adapters.postgres.people.rights import PostgresRights
from clientupdater.adapters.postgres.people.sessions import PostgresSessions
from clientupdater.adapters.postgres.people.territories import (
    PostgresOrganisation,
    PostgresTerritories,
)
from clientupdater.adapters.postgres.read_models import PostgresReadModels
from clientupdater.adapters.postgres.read_models.tables import PostgresSnapshot
from clientupdater.adapters.postgres.sync.inputs import PostgresSyncInputs
from clientupdater.adapters.postgres.sync.jobs import (
    PostgresSyncJobs,
)
from clientupdater.adapters.postgres.sync.mappings import PostgresSyncMappings
from clientupdater.adapters.postgres.sync.notices import PostgresNotices
from clientupdater.adapters.postgres.sync.rejects import PostgresSyncRejects
from clientupdater.adapters.postgres.sync.source_status import PostgresSourceStatuses
from clientupdater.adapters.postgres.sync.staging import PostgresStaging
from clientupdater.adapters.postgres.tracking.openings import PostgresOpenings
from clientupdater.adapters.postgres.tracking.rows import PostgresRows
from clientupdater.adapters.security.vault import required
from clientupdater.domain.errors import Unavailable
from clientupdater.runtime.deadlines import seconds_left

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from psycopg_pool import ConnectionPool

    from clientupdater.adapters.security.vault import Vault
    from clientupdater.ports.sync import Work
    from clientupdater.ports.unit_of_work import RowSecurityScope

Connection: TypeAlias = psycopg.Connection[tuple[Any, ...]]
Pool: TypeAlias = "ConnectionPool[Connection]"

_NO_ANSWER = (psycopg.OperationalError, psycopg.InterfaceError)
_BEGIN_SNAPSHOT = "begin isolation level repeatable read, read only"


@define(eq=False)
class PostgresTransaction:
    """One unit of work: every port of it, over one connection."""

    connection: Connection
    vault: Vault | None = None

    @property
    def clients(self) -> PostgresClients:
        """The book of clients."""
        return PostgresClients(self.connection)

    @property
    def rows(self) -> PostgresRows:
        """Period statuses and their events."""
        return PostgresRows(self.connection)

    @property
    def openings(self) -> PostgresOpenings:
        """Opening whole periods."""
        return PostgresOpenings(self.connection)

    @property
    def rights(self) -> PostgresRights:
        """What people may do."""
        return PostgresRights(self.connection)

    @property
    def settings(self) -> PostgresBusinessSettings:
        """What the business has set."""
        return PostgresBusinessSettings(self.connection)

    @property
    def audit(self) -> PostgresAuditLog:
        """The logs and audits."""
        return PostgresAuditLog(self.connection)

    @property
    def read_models(self) -> PostgresReadModels:
        """The read models of clients."""
        return PostgresReadModels(self.connection)

    @property
    def jobs(self) -> PostgresJobs:
        """What is to be done later."""
        return PostgresJobs(self.connection)

    @property
    def schedules(self) -> PostgresSchedules:
        """What is done again and again."""
        return PostgresSchedules(self.connection)

    @property
    def queue_depths(self) -> PostgresQueueDepths:
        """How the queues stand."""
        return PostgresQueueDepths(self.connection)

    @property
    def old_things(self) -> PostgresRetentionStore:
        """What is kept for a while."""
        return PostgresRetentionStore(self.connection)

    @property
    def exports(self) -> PostgresExports:
        """Exports that were asked for."""
        return PostgresExports(self.connection)

    @property
    def sessions(self) -> PostgresSessions:
        """Open ways in."""
        return PostgresSessions(self.connection)

    @property
    def credentials(self) -> PostgresCredentials:
        """What people sign in with."""
        return PostgresCredentials(self.connection)

    @property
    def people(self) -> PostgresPeople:
        """People."""
        return PostgresPeople(self.connection)

    @property
    def grants(self) -> PostgresGrants:
        """What people may do."""
        return PostgresGrants(self.connection)

    @property
    def territories(self) -> PostgresTerritories:
        """Where people work."""
        return PostgresTerritories(self.connection)

    @property
    def organisation(self) -> PostgresOrganisation:
        """Branches, areas and companies."""
        return PostgresOrganisation(self.connection)

    @property
    def pension_numbers(self) -> PostgresPensionNumbers:
        """The clients' pension numbers; raises Misconfigured where there are no keys."""
        return PostgresPensionNumbers(self.connection, required(self.vault))

    @property
    def notices(self) -> PostgresNotices:
        """Word that something happened outside."""
        return PostgresNotices(self.connection)

    @property
    def sync_jobs(self) -> PostgresSyncJobs:
        """The runs of syncs, as people see them."""
        return PostgresSyncJobs(self.connection)

    @property
    def sync_inputs(self) -> PostgresSyncInputs:
        """What sources sent; raises Misconfigured where there are no keys."""
        return PostgresSyncInputs(self.connection, required(self.vault).ring)

    @property
    def sync_rejects(self) -> PostgresSyncRejects:
        """What runs could not take."""
        return PostgresSyncRejects(self.connection)

    @property
    def sync_mappings(self) -> PostgresSyncMappings:
        """Mappings as they are saved."""
        return PostgresSyncMappings(self.connection)

    @property
    def sync_standings(self) -> PostgresSourceStatuses:
        """How the sources stand."""
        return PostgresSourceStatuses(self.connection)

    def staging(self, work: Work) -> PostgresStaging:
        """Begin with one run's records; raises Misconfigured where there are no keys."""
        return PostgresStaging.begun(self.connection, required(self.vault), work)


@define(eq=False)
class PostgresOuterTransaction:
    """Several units of work over one connection, kept together or not at all."""

    line: Line

    @property
    def answers(self) -> PostgresIdempotencyStore:
        """What was answered under a key."""
        return PostgresIdempotencyStore(self.line.connection)

    @property
    def endings(self) -> PostgresJobOutcomes:
        """How the job ends that all this is the effect of."""
        return PostgresJobOutcomes(self.line.connection)


@frozen
class PostgresWork:
    """Units of work over a pool of connections."""

    pool: Pool
    vault: Vault | None = None
    _thread: threading.local = field(factory=threading.local, init=False, eq=False, repr=False)
    """Where a thread keeps the whole that its units of work are parts of."""

    @contextmanager
    def begin(self, rls_scope: RowSecurityScope) -> Iterator[PostgresTransaction]:
        """Begin one: leaving it cleanly commits, an exception rolls everything back."""
        whole: PostgresOuterTransaction | None = getattr(self._thread, "whole", None)
        start = partial(row_security.begin, rls_scope=rls_scope, is_part=whole is not None)
        bounds = _part(whole.line, start) if whole else self._transaction(start)
        with _translated(), bounds as line:
            yield PostgresTransaction(line.connection, self.vault)

    @contextmanager
    def snapshot(self, rls_scope: RowSecurityScope) -> Iterator[PostgresSnapshot]:
        """Look at one moment for as long as it takes; it holds a connection, and no lock."""

        def start(line: Line, _: str) -> None:
            row_security.begin(line, _BEGIN_SNAPSHOT, rls_scope, is_part=False)

        with _translated(), self._transaction(start) as line:
            yield PostgresSnapshot(line.connection)

    @contextmanager
    def outer_transaction(self) -> Iterator[PostgresOuterTransaction]:
        """Make one transaction of what this thread begins inside."""
        with _translated(), self._transaction(Line.send) as line:
            whole = PostgresOuterTransaction(line)
            self._thread.whole = whole
            try:
                yield whole
            finally:
                del self._thread.whole

    @contextmanager
    def _transaction(self, start: Callable[[Line, str], object]) -> Iterator[Line]:
        """Be in one; where the connection is lost before it begins, it begins on another."""
        for is_last in (False, True):
            with ExitStack() as stack:
                patience = seconds_left(self.pool.timeout)
                connection = stack.enter_context(self.pool.connection(timeout=patience))
                try:
                    line = Line.over(connection)
                    stack.enter_context(line.whole(partial(start, line)))
                except _NO_ANSWER:
                    if is_last or not connection.closed:
                        raise
                    continue
                yield line
                return


@contextmanager
def _part(line: Line, start: Callable[[Line, str], object]) -> Iterator[Line]:
    with line.part(partial(start, line)):
        yield line


@contextmanager
def _translated() -> Iterator[None]:
    """Tell a store that does not answer from a mistake of ours, which passes as it is."""
    try:
        yield
    except PoolTimeout as error:
        raise Unavailable("the database", "The database is busy; try again.") from error
    except _NO_ANSWER as error:
        raise Unavailable("the database") from error
