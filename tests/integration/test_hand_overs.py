"""One officer's clients handed over to others, and given back."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from attrs import define

from clientupdater.domain.callers import Caller, Origin
from clientupdater.domain.errors import Forbidden, InvalidInput, NotFound, PlanChanged
from clientupdater.domain.ids import BranchId, PersonId
from clientupdater.usecases.clients.hand_overs import HandOverRequest
from clientupdater.usecases.people.users import UserChanges
from tests.support.staff_fixture import Staff, staffed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from uuid import UUID

    from tests.support.servers import Database

HERE = Origin(interface="test")


@define
class Office:
    """Ana has clients in two branches; Ben holds the first, Cy both; the boss assigns."""

    staff: Staff
    north: BranchId
    south: BranchId
    ana: PersonId
    ben: PersonId
    cy: PersonId
    boss: PersonId

    def caller(self, person: PersonId) -> Caller:
        """Act with the rights of this moment."""
        token = self.staff.session(person)
        return self.staff.app.people.authenticate(token, HERE).caller

    def clients(self, branch: BranchId, count: int, officer: PersonId | None = None) -> None:
        """Add clients, assigned to Ana if no one else is named."""
        self.staff.run(
            "with made as (insert into clients (client_code, company_id, full_name, branch_id)"
            " select 'C' || (select count(*) from clients) + n, %s, 'Some Body', %s"
            " from generate_series(1, %s) n returning id)"
            " insert into client_assignments (client_id, officer_id) select id, %s from made",
            self.staff.company(),
            branch,
            count,
            officer or self.ana,
        )

    def having(self, person: PersonId) -> int:
        """Count a person's clients."""
        count: int = self.staff.one("select count(*) from clients where assigned_to = %s", person)
        return count

    def request(self, branch: BranchId | None = None) -> HandOverRequest:
        return HandOverRequest(officer=self.ana, to=[self.ben, self.cy], branch=branch)

    def hand_over(self, request: HandOverRequest) -> UUID:
        """Preview and apply."""
        boss = self.caller(self.boss)
        seen = self.staff.app.clients.hand_overs.preview(boss, request)
        done = self.staff.app.clients.hand_overs.apply(boss, request, seen.plan.hash)
        assert done.id
        return done.id


@pytest.fixture
def office(database: Database) -> Iterator[Office]:
    with staffed(database, ZoneInfo("Asia/Manila")) as staff:
        ana, ben, cy = (staff.hire() for _ in range(3))
        north, south = staff.branch(ana, ben, cy), staff.branch(ana, cy)
        boss = staff.hire("clients:assign all", "clients:read all", "users:manage all")
        opened = Office(staff, north, south, ana, ben, cy, boss)
        opened.clients(north, 7)
        opened.clients(south, 3)
        yield opened


def test_A3_a_hand_over_does_what_its_preview_showed(office: Office) -> None:
    boss, request = office.caller(office.boss), office.request()
    seen = office.staff.app.clients.hand_overs.preview(boss, request)
    assert office.having(office.ana) == 10
    done = office.staff.app.clients.hand_overs.apply(boss, request, seen.plan.hash)
    assert done.plan == seen.plan
    assert [office.having(each) for each in (office.ana, office.ben, office.cy)] == [0, 5, 5]
    ends = (
        "select count(*) from client_assignments where end_reason = 'reassigned' and ended_by = %s"
    )
    assert office.staff.one(ends, office.boss) == 10
    logged = (
        "select count(*) from activity_logs"
        " where action = 'client.assign' and details ->> 'hand_over' = %s"
    )
    assert office.staff.one(logged, str(done.id)) == 10


def test_a_hand_over_is_refused_once_it_would_do_something_else(office: Office) -> None:
    boss, request = office.caller(office.boss), office.request()
    seen = office.staff.app.clients.hand_overs.preview(boss, request)
    office.clients(office.north, 1)
    with pytest.raises(PlanChanged):
        office.staff.app.clients.hand_overs.apply(boss, request, seen.plan.hash)
    assert office.having(office.ana) == 11


def test_one_branch_is_handed_over_and_clients_that_no_one_may_have_stay(office: Office) -> None:
    office.hand_over(office.request(office.south))
    assert [office.having(each) for each in (office.ana, office.ben, office.cy)] == [7, 0, 3]
    request = HandOverRequest(officer=office.cy, to=[office.ben])
    seen = office.staff.app.clients.hand_overs.preview(office.caller(office.boss), request)
    assert (len(seen.plan.moves), seen.plan.left_counts) == (0, {office.south: 3})


def test_a_hand_over_is_undone_but_for_what_was_assigned_anew(office: Office) -> None:
    id_ = office.hand_over(office.request())
    one, two = (
        office.staff.one(
            "select client_code from clients order by client_code limit 1 offset %s", n
        )
        for n in (0, 1)
    )
    office.staff.clock.forward(minutes=1)
    boss = office.caller(office.boss)
    office.staff.app.clients.assignments.assign(boss, one, office.cy)
    office.staff.app.clients.assignments.assign(boss, two, None)
    undone = office.staff.app.clients.hand_overs.undo(boss, id_)
    assert {client.code for client, _ in undone.kept} == {one, two}
    assert (len(undone.returned), office.having(office.ana)) == (8, 8)
    again = office.staff.app.clients.hand_overs.undo(boss, id_)
    assert (len(again.returned), office.having(office.ana)) == (0, 8)
    assert office.staff.one("select undone_by from hand_overs") == office.boss


def test_A3_nothing_goes_back_to_an_officer_who_may_not_have_it(office: Office) -> None:
    id_ = office.hand_over(office.request())
    office.staff.run("delete from user_branches where user_id = %s and branch_id = %s",
                     office.ana, office.south)  # fmt: skip
    boss = office.caller(office.boss)
    undone = office.staff.app.clients.hand_overs.undo(boss, id_)
    assert len(undone.returned) == 7
    assert {reason for _, reason in undone.kept} == {
        "The client's branch is not in this person's territory."
    }
    id_ = office.hand_over(office.request())
    office.staff.app.people.users.change(boss, office.ana, UserChanges(is_active=False), None)
    assert office.staff.app.clients.hand_overs.undo(boss, id_).returned == []


def test_A4_a_hand_over_moves_only_what_the_caller_may_assign(office: Office) -> None:
    head = office.staff.hire("clients:assign branch", "clients:read all")
    office.staff.run("insert into user_branches values (%s, %s)", head, office.south)
    request = office.request()
    seen = office.staff.app.clients.hand_overs.preview(office.caller(head), request)
    assert seen.plan.counts == {(office.cy, office.south): 3}
    id_ = office.hand_over(request)
    undone = office.staff.app.clients.hand_overs.undo(office.caller(head), id_)
    assert len(undone.returned) == 3
    stranger = office.staff.hire("clients:read all")
    with pytest.raises(Forbidden):
        office.staff.app.clients.hand_overs.preview(office.caller(stranger), request)
    elsewhere = office.staff.hire("clients:assign branch")
    with pytest.raises(NotFound):
        office.staff.app.clients.hand_overs.undo(office.caller(elsewhere), id_)


def test_more_clients_than_one_act_takes_are_refused(office: Office) -> None:
    office.clients(office.north, 2000)
    with pytest.raises(InvalidInput, match="too many"):
        office.staff.app.clients.hand_overs.preview(office.caller(office.boss), office.request())
