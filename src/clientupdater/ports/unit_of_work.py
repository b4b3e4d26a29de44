"""The unit of work: all of it or nothing, and within one person's sight."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol, TypeAlias

from attrs import frozen

from clientupdater.domain.access_scope import AccessScope

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from clientupdater.ports.assignments import Assignments
    from clientupdater.ports.audit import AuditLog
    from clientupdater.ports.business_settings import BusinessSettings
    from clientupdater.ports.contacts import Contacts
    from clientupdater.ports.pension_numbers import PensionNumbers
    from clientupdater.ports.rights import Rights
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

    def after_commit(self, act: Callable[[], None]) -> None:
        """Do something once all this is kept: never if it is rolled back."""
        ...


class UnitsOfWork(Protocol):
    """Where units of work begin."""

    def begin(self, rls_scope: RowSecurityScope) -> AbstractContextManager[Transaction]:
        """Begin one: leaving it cleanly commits, an exception rolls everything back.

        Raises Unavailable when the store does not answer; then nothing was kept.
        """
        ...
