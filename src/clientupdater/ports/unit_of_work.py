"""The unit of work: all of it or nothing, and within one person's sight."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol, TypeAlias

from attrs import frozen

from clientupdater.domain.access_scope import AccessScope

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from clientupdater.ports.assignments import Assignments
    from clientupdater.ports.audit import AuditLog
    from clientupdater.ports.business_settings import BusinessSettings
    from clientupdater.ports.contacts import Contacts
    from clientupdater.ports.exports import Exports, Snapshot
    from clientupdater.ports.idempotency import OuterTransaction
    from clientupdater.ports.notices import Notices
    from clientupdater.ports.pension_numbers import PensionNumbers
    from clientupdater.ports.people import (
        Credentials,
        Grants,
        Organisation,
        People,
        Sessions,
        Territories,
    )
    from clientupdater.ports.queue import Jobs
    from clientupdater.ports.read_models import ReadModels
    from clientupdater.ports.retention import RetentionStore
    from clientupdater.ports.rights import Rights
    from clientupdater.ports.schedules import Schedules
    from clientupdater.ports.sync import (
        Staging,
        SyncInputs,
        SyncJobs,
        SyncMappings,
        Work,
    )
    from clientupdater.ports.sync_status import SourceStatuses
    from clientupdater.ports.tracking import (
        Clients,
        PeriodOpenings,
        PeriodRows,
        RowBatches,
        Statuses,
    )


@frozen
class System:
    """The software itself, on nobody's behalf: it sees every client."""


SYSTEM: Final = System()

RowSecurityScope: TypeAlias = AccessScope | System
"""Which clients exist for a unit of work."""


class Transaction(Protocol):
    """One unit of work under way, and what it can reach."""

    @property
    def clients(self) -> Clients:
        """The book of clients."""
        ...

    @property
    def statuses(self) -> Statuses:
        """The statuses in use."""
        ...

    @property
    def rows(self) -> PeriodRows:
        """Period statuses and their events."""
        ...

    @property
    def row_batches(self) -> RowBatches:
        """Rows of many clients at once."""
        ...

    @property
    def openings(self) -> PeriodOpenings:
        """Opening whole periods."""
        ...

    @property
    def assignments(self) -> Assignments:
        """Who looks after whom."""
        ...

    @property
    def contacts(self) -> Contacts:
        """The clients' contact numbers."""
        ...

    @property
    def rights(self) -> Rights:
        """What people may do."""
        ...

    @property
    def settings(self) -> BusinessSettings:
        """What the business has set."""
        ...

    @property
    def audit(self) -> AuditLog:
        """The logs and audits."""
        ...

    @property
    def pension_numbers(self) -> PensionNumbers:
        """The clients' pension numbers, sealed."""
        ...

    @property
    def sessions(self) -> Sessions:
        """Open ways in."""
        ...

    @property
    def credentials(self) -> Credentials:
        """What people sign in with."""
        ...

    @property
    def people(self) -> People:
        """People."""
        ...

    @property
    def grants(self) -> Grants:
        """What people may do."""
        ...

    @property
    def territories(self) -> Territories:
        """Where people work."""
        ...

    @property
    def organisation(self) -> Organisation:
        """Branches, areas and companies."""
        ...

    @property
    def read_models(self) -> ReadModels:
        """The read models of clients."""
        ...

    @property
    def jobs(self) -> Jobs:
        """What is to be done later."""
        ...

    @property
    def schedules(self) -> Schedules:
        """What is done again and again."""
        ...

    @property
    def exports(self) -> Exports:
        """What was asked for."""
        ...

    @property
    def retention(self) -> RetentionStore:
        """Old rows, to be removed."""
        ...

    @property
    def sync_jobs(self) -> SyncJobs:
        """The runs, as people see them."""
        ...

    @property
    def sync_inputs(self) -> SyncInputs:
        """What sources sent."""
        ...

    @property
    def sync_mappings(self) -> SyncMappings:
        """Mappings as they are saved."""
        ...

    @property
    def sync_standings(self) -> SourceStatuses:
        """How the sources stand."""
        ...

    def staging(self, work: Work) -> Staging:
        """Begin with one run's records; other runs wait from here on.

        Whatever it makes is gone with the transaction. Raises Misconfigured without keys.
        """
        ...

    @property
    def notices(self) -> Notices:
        """The deliveries."""
        ...


class UnitsOfWork(Protocol):
    """Where units of work begin."""

    def begin(self, rls_scope: RowSecurityScope) -> AbstractContextManager[Transaction]:
        """Begin one: leaving it cleanly commits, an exception rolls everything back.

        Raises Unavailable when the store does not answer; then nothing was kept.
        """
        ...

    def snapshot(self, rls_scope: RowSecurityScope) -> AbstractContextManager[Snapshot]:
        """Look at what there is at this moment, within a sight; nothing can be written.

        Raises Unavailable when the store does not answer.
        """
        ...

    def outer_transaction(self) -> AbstractContextManager[OuterTransaction]:
        """Make one transaction of every unit of work that begins inside, by this thread.

        A unit that fails takes back what it did itself, as ever; the others stand. Leaving the
        whole cleanly keeps them, an exception takes all of them back.
        """
        ...
