"""An officer who is given a client while they lose its branch: one comes before the other (A3)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event
from typing import TYPE_CHECKING, Any, cast
from uuid import UUID

import pytest
from attrs import Factory, evolve, frozen

from clientupdater.domain.callers import Caller
from clientupdater.domain.errors import OfficerNotAllowed
from clientupdater.domain.ids import ClientId
from clientupdater.ports.people import PlaceKind
from clientupdater.ports.unit_of_work import SYSTEM
from clientupdater.usecases.clients.assignments import ClientAssignments
from clientupdater.usecases.people.users import UserChanges
from tests.support.builders import MANILA, NOVEMBER
from tests.support.staff_fixture import Staff, staffed
from tests.support.tracking_fixture import DECEASED
from tests.support.waiting import WAITING_FOR_A_LOCK, wait_until

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Future

    from clientupdater.domain.ids import BranchId, PersonId
    from clientupdater.ports.unit_of_work import RowSecurityScope, UnitsOfWork
    from tests.support.servers import Database

PATIENCE = 30.0


@frozen
class Halting:
    """Units of work that do all they have to, and are not committed before they are let go."""

    work: UnitsOfWork
    done: Event = Factory(Event)
    go: Event = Factory(Event)

    @contextmanager
    def begin(self, rls_scope: RowSecurityScope) -> Iterator[Any]:
        with self.work.begin(rls_scope) as tx:
            yield tx
            self.done.set()
            assert self.go.wait(PATIENCE)


@frozen
class Actors:
    """An officer with one branch, a client there, and one who may do all."""

    staff: Staff
    branch: BranchId
    officer: PersonId
    client: ClientId
    boss: Caller

    def assigned_to(self) -> UUID | None:
        identity: UUID | None = self.staff.one("select assigned_to from clients")
        return identity

    def assigning(self, halt: Halting | None = None) -> Callable[[], object]:
        files = self.staff.app.clients.assignments.clients
        assign = ClientAssignments(evolve(files, work=cast("UnitsOfWork", halt or files.work)))
        return lambda: assign.assign(self.boss, self.client, self.officer)

    def wait_for(self, running: Future[object]) -> None:
        """Wait until something that was begun is over, or waits for a lock."""
        wait_until(lambda: running.done() or bool(self.staff.one(WAITING_FOR_A_LOCK)))


LOSES: dict[str, Callable[[Actors], object]] = {
    "branch": lambda d: d.staff.app.access.territories.take_branch(d.boss, d.officer, d.branch),
    "active": lambda d: d.staff.app.people.users.change(
        d.boss, d.officer, UserChanges(is_active=False), None
    ),
}


@pytest.fixture
def actors(database: Database) -> Iterator[Actors]:
    with staffed(database, MANILA) as staff:
        rights = ("users:manage", "clients:assign", "status:read", "status:update")
        boss, officer = staff.hire(*(f"{each} all" for each in rights)), staff.hire()
        branch = staff.branch(officer)
        client = staff.one(
            "insert into clients (client_code, company_id, full_name, branch_id, product_id)"
            " values ('FC-1', %s, 'Juan', %s, (select id from products where code = 'FCASH_SSS'))"
            " returning id",
            staff.company(),
            branch,
        )
        with staff.app.clients.assignments.clients.work.begin(SYSTEM) as tx:
            actor = tx.people.actor(boss)
        assert actor is not None
        yield Actors(staff, branch, officer, ClientId(client), Caller(actor))


@pytest.mark.rule("A3")
@pytest.mark.parametrize("what", LOSES)
def test_A3_an_assignment_made_while_the_branch_is_taken_does_not_last(
    actors: Actors, what: str
) -> None:
    halt = Halting(actors.staff.app.clients.assignments.clients.work)
    with ThreadPoolExecutor(2) as threads:
        assigning = threads.submit(actors.assigning(halt))
        assert halt.done.wait(PATIENCE)
        losing = threads.submit(LOSES[what], actors)
        actors.wait_for(losing)
        halt.go.set()
        assigning.result(PATIENCE)
        losing.result(PATIENCE)
    assert actors.assigned_to() is None
    assert actors.staff.one("select count(*) from client_assignments") == 1


@pytest.mark.rule("A3")
def test_A3_an_officer_who_is_losing_a_branch_gets_none_of_its_clients(actors: Actors) -> None:
    with ThreadPoolExecutor(1) as threads:
        with actors.staff.app.access.territories.work.begin(SYSTEM) as tx:
            tx.people.lock_rights()
            tx.people.take_place(PlaceKind.BRANCH, actors.branch, actors.officer)
            assigning = threads.submit(actors.assigning())
            actors.wait_for(assigning)
        with pytest.raises(OfficerNotAllowed):
            assigning.result(PATIENCE)
    assert actors.assigned_to() is None


def test_recording_never_waits_for_a_change_of_rights(actors: Actors) -> None:
    """Not even where the client is just being assigned, which waits for that change itself."""
    tracking = actors.staff.app.tracking
    with ThreadPoolExecutor(2) as threads:
        with actors.staff.app.access.territories.work.begin(SYSTEM) as tx:
            tx.people.lock_rights()
            assigning = threads.submit(actors.assigning())
            actors.wait_for(assigning)
            recording = threads.submit(
                tracking.record, actors.boss, actors.client, NOVEMBER, DECEASED, 0
            )
            assert recording.result(PATIENCE).row.snapshot.is_terminal
            assert not assigning.done()
        assigning.result(PATIENCE)
    assert actors.assigned_to() == actors.officer
