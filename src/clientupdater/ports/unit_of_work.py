"""The unit of work: one transaction, limited to what one person may see."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol, TypeAlias

from attrs import frozen

from clientupdater.domain.access_scope import AccessScope

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from clientupdater.ports.audit import AuditLog
    from clientupdater.ports.audits import Audits
    from clientupdater.ports.business_settings import BusinessSettings
    from clientupdater.ports.changes import ChangeFeed
    from clientupdater.ports.configuration import ConfigurationRows
    from clientupdater.ports.exports import Exports, Snapshot
    from clientupdater.ports.idempotency import Claim, OuterTransaction
    from clientupdater.ports.officers import Officers
    from clientupdater.ports.organisation import Areas, Branches, Organisation
    from clientupdater.ports.pension_numbers import PensionNumbers
    from clientupdater.ports.people import Credentials, People
    from clientupdater.ports.queue import Jobs
    from clientupdater.ports.read_models import ReadModels
    from clientupdater.ports.reports import ReportModels
    from clientupdater.ports.retention import RetentionStore
    from clientupdater.ports.roles import Roles
    from clientupdater.ports.row_counts import RowCounts
    from clientupdater.ports.schedules import Schedules
    from clientupdater.ports.seals import Seals
    from clientupdater.ports.sync import (
        Staging,
        SyncInputs,
        SyncJobs,
        SyncMappings,
        Work,
    )
    from clientupdater.ports.tracking import (
        Clients,
        PeriodRows,
    )


@frozen
class System:
    """The software itself, acting for no person: it sees every client.

    Only the workers' login may be it; with the serving login, its transactions raise Misconfigured.
    """


@frozen
class NoClients:
    """A transaction that sees no client: it is about people, rights, jobs or the configuration."""


@frozen
class Administration(NoClients):
    """One that, beside, signs people in or changes people, rights or places; others may not."""


SYSTEM: Final = System()
ADMINISTRATION: Final = Administration()
NO_CLIENTS: Final = NoClients()

RowSecurityScope: TypeAlias = AccessScope | System | NoClients
"""Which clients a transaction sees."""


class Transaction(Protocol):
    """One transaction under way, and its repositories."""

    def limit_to(self, access_scope: AccessScope) -> None:
        """See from now on the clients that this scope covers, in place of those before."""
        ...

    @property
    def clients(self) -> Clients: ...
    @property
    def officers(self) -> Officers: ...
    @property
    def rows(self) -> PeriodRows: ...
    @property
    def settings(self) -> BusinessSettings: ...
    @property
    def audit(self) -> AuditLog: ...
    @property
    def audits(self) -> Audits: ...
    @property
    def pension_numbers(self) -> PensionNumbers: ...
    @property
    def credentials(self) -> Credentials: ...
    @property
    def people(self) -> People: ...
    @property
    def roles(self) -> Roles: ...
    @property
    def organisation(self) -> Organisation: ...
    @property
    def areas(self) -> Areas: ...
    @property
    def branches(self) -> Branches: ...
    @property
    def read_models(self) -> ReadModels: ...
    @property
    def reports(self) -> ReportModels: ...
    @property
    def row_counts(self) -> RowCounts: ...
    @property
    def jobs(self) -> Jobs: ...
    @property
    def schedules(self) -> Schedules: ...
    @property
    def exports(self) -> Exports: ...
    @property
    def retention(self) -> RetentionStore: ...
    @property
    def sync_jobs(self) -> SyncJobs: ...
    @property
    def sync_inputs(self) -> SyncInputs: ...
    @property
    def sync_mappings(self) -> SyncMappings: ...
    def staging(self, work: Work) -> Staging:
        """Begin staging the records of one sync run; other runs wait until the transaction ends.

        Staged records are gone with the transaction. Raises Misconfigured without keys.
        """
        ...

    @property
    def change_feed(self) -> ChangeFeed: ...
    @property
    def seals(self) -> Seals: ...
    @property
    def configuration(self) -> ConfigurationRows: ...


class UnitsOfWork(Protocol):
    """Begins transactions."""

    def begin(self, rls_scope: RowSecurityScope) -> AbstractContextManager[Transaction]:
        """Begin a transaction: leaving it cleanly commits, an exception rolls it back.

        Raises Unavailable if the store does not answer; then nothing was written.
        """
        ...

    def read(
        self,
        rls_scope: RowSecurityScope,
        generation: int | None = None,
        *,
        takes_long: bool = False,
    ) -> AbstractContextManager[Transaction]:
        """Begin a transaction that only reads, for lists that people page through.

        It asks for the generation of the configuration unless the caller has it. One that takes
        long may read a copy of the store, which has all that was committed before it.
        Raises Unavailable if the store does not answer.
        """
        ...

    def autocommit(self, generation: int | None = None) -> AbstractContextManager[Transaction]:
        """Run statements that are each a transaction of their own.

        They see no client: this is for people, sessions and what the business configures, whose
        generation it reads unless the caller has. Raises Unavailable if the store does not answer.
        """
        ...

    def snapshot(self, rls_scope: RowSecurityScope) -> AbstractContextManager[Snapshot]:
        """Read one consistent moment, perhaps from a copy; nothing can be written.

        Raises Unavailable if the store does not answer.
        """
        ...

    def outer_transaction(
        self, rls_scope: RowSecurityScope = NO_CLIENTS, claim: Claim | None = None
    ) -> AbstractContextManager[OuterTransaction]:
        """Make one transaction of all that this thread begins inside, and claim a key with it.

        An inner one that fails rolls back alone; the others remain. Leaving the outer one cleanly
        commits them, an exception rolls all of them back. The first inner one costs nothing where
        its scope is `rls_scope`. The key is claimed before anything inside reads or writes, at the
        latest when the outer one ends: then AlreadyDone is raised with the response stored under
        it, or RequestInProgress, without waiting, while another transaction has the key.
        """
        ...
