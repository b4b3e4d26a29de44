"""Use cases of tracking over the small test data, with a clock that tests move."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from attrs import frozen

from clientupdater.adapters.local.clock import SetClock
from clientupdater.domain.access import Actor, Grant, Territory
from clientupdater.domain.callers import Caller
from clientupdater.domain.ids import PersonId
from clientupdater.domain.permissions import Permission, Scope
from clientupdater.domain.tracking import opened
from clientupdater.domain.updates import StatusUpdate
from clientupdater.ports.unit_of_work import SYSTEM
from clientupdater.usecases.access.explanations import AccessExplanations
from clientupdater.usecases.clients.assignments import ClientAssignments
from clientupdater.usecases.clients.client_access import ClientAccess
from clientupdater.usecases.clients.contacts import ContactCorrections
from clientupdater.usecases.clients.pension_numbers import PensionNumberAccess
from clientupdater.usecases.tracking.periods import Periods
from clientupdater.usecases.tracking.service import Tracking
from tests.support.builders import ANA, CALOOCAN, MANILA, NOVEMBER, manila, write_context
from tests.support.stores import newcomer

if TYPE_CHECKING:
    from datetime import datetime

    from clientupdater.domain.clients import Client
    from clientupdater.domain.ids import CompanyId
    from clientupdater.domain.periods import Period
    from clientupdater.domain.tracking import PeriodRow
    from tests.support.stores import Store

CALLED = StatusUpdate(status="CALLED")
PAID = StatusUpdate(status="DONE", reason="FULLY_PAID")
DECEASED = StatusUpdate(status="DONE", reason="DECEASED")
CONFIRMED = StatusUpdate(status="DONE", reason="CONFIRMED")
STAFF = (
    Permission.STATUS_READ,
    Permission.STATUS_UPDATE,
    Permission.STATUS_HISTORY_READ,
)
CLARA = PersonId(UUID(int=23))


def who(
    *permissions: Permission,
    person: PersonId = ANA,
    scope: Scope = Scope.BRANCH,
    company: CompanyId | None = None,
) -> Caller:
    """Give a person of Caloocan these permissions."""
    grants = frozenset(Grant(permission, company, scope) for permission in permissions)
    return Caller(Actor(person, grants=grants, territory=Territory(branches=frozenset({CALOOCAN}))))


CLERK = who(*STAFF)
CORRECTOR = who(*STAFF, Permission.STATUS_CORRECT)


@frozen
class TrackingFixture:
    """A store, its clock, and what can be done there."""

    store: Store
    clock: SetClock
    tracking: Tracking
    periods: Periods
    assignments: ClientAssignments
    contacts: ContactCorrections
    pension_numbers: PensionNumberAccess
    explanations: AccessExplanations

    @classmethod
    def on(cls, store: Store, now: datetime | None = None) -> TrackingFixture:
        """Begin on the fifth of November."""
        clock = SetClock(now or manila(5))
        clients = ClientAccess(store.work, clock, MANILA)
        return cls(
            store,
            clock,
            Tracking(clients),
            Periods(store.work, clock, MANILA),
            ClientAssignments(clients),
            ContactCorrections(clients),
            PensionNumberAccess(clients),
            AccessExplanations(store.work, clock),
        )

    def go_to(self, moment: datetime) -> None:
        """Let time pass until then."""
        self.clock.advance(moment - self.clock.now())

    def open(self, client: Client, period: Period = NOVEMBER) -> Client:
        """Open a client's row, as the worker would."""
        with self.store.work.begin(SYSTEM) as tx:
            tx.rows.open(client, period, opened(client, write_context(manila(1), by=None)))
        return client

    def client(self, *periods: Period, **facts: object) -> Client:
        """Put a client into the book, with open rows of these periods (November if none)."""
        client = newcomer(self.store, **facts)
        for period in periods or (NOVEMBER,):
            self.open(client, period)
        return client

    def row(self, client: Client, period: Period = NOVEMBER) -> PeriodRow:
        """Read a row that must be there."""
        with self.store.work.begin(SYSTEM) as tx:
            row = tx.rows.find(client.id, period)
        assert row is not None
        return row

    def kinds(self, client: Client, period: Period = NOVEMBER) -> list[str]:
        """Name what happened to a row, in order."""
        with self.store.work.begin(SYSTEM) as tx:
            return [str(event.kind) for event in tx.rows.history(client.id, period)]

    def entries(self) -> list[str]:
        """Name what was logged and audited."""
        return [line.what for line in self.store.lines()]
