"""Stand-ins over the database: lists, worklist and writes while they run, and no longer."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from attrs import define

from clientupdater.domain.callers import Caller, Origin
from clientupdater.domain.errors import (
    AlreadyExists,
    Forbidden,
    InvalidInput,
    NotFound,
    OfficerNotAllowed,
)
from clientupdater.domain.ids import BranchId, PersonId
from clientupdater.domain.periods import Period
from clientupdater.domain.permissions import Permission
from clientupdater.domain.updates import StatusUpdate
from clientupdater.ports.client_filter import ClientFilter
from clientupdater.ports.lists import ClientQuery, ClientSort, WorklistQuery
from clientupdater.usecases.clients.stand_ins import NewStandIn
from clientupdater.usecases.people.users import UserChanges
from tests.support.staff_fixture import Staff, staffed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.servers import Database

HERE = Origin(interface="test")
NOVEMBER = Period.parse("2026-11")
_OWN = ("clients:read", "status:read", "status:update")
FIRST, LAST = date(2026, 11, 21), date(2026, 11, 22)


@define
class Office:
    """Ana is absent, with clients in two branches; Ben, at scope self, holds the first one."""

    staff: Staff
    north: BranchId
    south: BranchId
    ana: PersonId
    ben: PersonId
    boss: PersonId

    def caller(self, person: PersonId) -> Caller:
        return self.staff.app.people.authenticate(self.staff.session(person), HERE).caller

    def client(self, code: str, branch: BranchId, officer: PersonId) -> None:
        self.staff.run(
            "insert into clients (client_code, company_id, full_name, branch_id, product_id)"
            " values (%s, %s, 'Juana ' || %s, %s,"
            " (select id from products where code = 'FCASH_SSS'))",
            code,
            self.staff.company(),
            code,
            branch,
        )
        self.staff.run(
            "insert into client_assignments (client_id, officer_id)"
            " select id, %s from clients where client_code = %s",
            officer,
            code,
        )

    def arrange(self, stand_in: PersonId, by: PersonId | None = None) -> object:
        new = NewStandIn(officer=self.ana, stand_in=stand_in, first=FIRST, last=LAST)
        return self.staff.app.clients.stand_ins.arrange(self.caller(by or self.boss), new)

    def on(self, day: int, hour: int, minute: int = 0) -> None:
        """Let it be this moment in November, in UTC; in Manila it is eight hours later."""
        self.staff.clock.moment = datetime(2026, 11, day, hour, minute, tzinfo=UTC)

    def listed(self, person: PersonId, **filters: object) -> list[str]:
        caller = self.caller(person)
        if filters.get("assigned_to") == "me":
            filters["assigned_to"] = person
        query = ClientQuery(filter=ClientFilter(**filters), sort=ClientSort.NAME, limit=50)  # type: ignore[arg-type]
        page = self.staff.app.clients.directory.list(caller, query)
        return [client.client_code for client in page.items]

    def searched(self, person: PersonId) -> list[str]:
        query = ClientQuery(sort=ClientSort.CODE, limit=50, q="juana")
        page = self.staff.app.clients.directory.search(self.caller(person), query)
        return sorted(client.client_code for client in page.items)

    def worklist(self, person: PersonId) -> list[str]:
        page = self.staff.app.worklist.read(self.caller(person), WorklistQuery())
        return sorted(item.client.client_code for item in page.items)


@pytest.fixture
def office(database: Database) -> Iterator[Office]:
    with staffed(database, ZoneInfo("Asia/Manila")) as staff:
        ana = staff.hire(*(f"{each} self" for each in _OWN), first_name="Ana")
        ben = staff.hire(*(f"{each} self" for each in _OWN))
        boss = staff.hire(
            "clients:assign all", "users:manage all", *(f"{each} all" for each in _OWN)
        )
        opened = Office(staff, staff.branch(ana, ben), staff.branch(ana), ana, ben, boss)
        opened.client("A1", opened.north, ana)
        opened.client("A2", opened.north, ana)
        opened.client("A3", opened.south, ana)
        opened.client("B1", opened.north, ben)
        opener = staff.hire("config:manage all")
        staff.app.periods.open(opened.caller(opener), NOVEMBER)
        yield opened


def test_A2_a_stand_in_begins_and_ends_by_itself_in_the_business_time_zone(office: Office) -> None:
    arranged = office.arrange(office.ben)
    assert (arranged.covered, arranged.not_covered) == (2, 1)  # type: ignore[attr-defined]
    for moment, codes in (
        ((20, 15, 59), ["B1"]),
        ((20, 16, 0), ["A1", "A2", "B1"]),
        ((22, 15, 59), ["A1", "A2", "B1"]),
        ((22, 16, 0), ["B1"]),
    ):
        office.on(*moment)
        assert office.listed(office.ben) == codes
        assert office.listed(office.ben, assigned_to="me") == codes
        assert office.searched(office.ben) == codes
        assert office.worklist(office.ben) == codes


def test_A4_a_stand_in_without_clients_of_their_own_sees_the_rows_as_well(office: Office) -> None:
    cy = office.staff.hire(*(f"{each} self" for each in _OWN))
    office.staff.run("insert into user_branches values (%s, %s)", cy, office.north)
    office.arrange(cy)
    office.on(21, 4)
    assert office.worklist(cy) == ["A1", "A2"]
    update = StatusUpdate(status="CALLED")
    office.staff.app.tracking.record(office.caller(cy), "A1", NOVEMBER, update, version=0)


def test_A2_a_stand_in_records_as_themselves_and_not_beyond_their_branches(office: Office) -> None:
    office.arrange(office.ben)
    office.on(21, 4)
    ben, update = office.caller(office.ben), StatusUpdate(status="CALLED")
    office.staff.app.tracking.record(ben, "A1", NOVEMBER, update, version=0)
    assert office.staff.one("select updated_by from client_period_status where version = 1") == (
        office.ben
    )
    with pytest.raises(NotFound):
        office.staff.app.tracking.record(ben, "A3", NOVEMBER, update, version=0)
    with pytest.raises(Forbidden):
        office.staff.app.clients.assignments.assign(ben, "A1", office.ben)


def test_A2_a_wider_scope_lists_the_absent_officers_clients_as_its_own(office: Office) -> None:
    cy = office.staff.hire("clients:read branch", "status:read branch")
    office.staff.run("insert into user_branches values (%s, %s)", cy, office.north)
    office.client("C1", office.north, cy)
    office.arrange(cy)
    office.on(21, 4)
    assert office.listed(cy) == ["A1", "A2", "B1", "C1"]
    assert office.listed(cy, assigned_to="me") == ["A1", "A2", "C1"]
    assert office.worklist(cy) == ["A1", "A2", "B1"]
    assert explained(office, cy, "A1")
    assert explained(office, office.ben, "A1") is False


def explained(office: Office, person: PersonId, code: str) -> bool:
    """Ask an auditor whether a person may read a client."""
    auditor = office.caller(office.staff.hire("clients:read all", "audit:read all"))
    explain = office.staff.app.access.explanations.explain
    return explain(auditor, person, code, Permission.CLIENTS_READ).allowed


def test_A3_a_stand_in_ends_with_the_account_or_the_branch(office: Office) -> None:
    office.arrange(office.ben)
    office.on(21, 4)
    office.staff.run("delete from user_branches where user_id = %s", office.ben)
    assert office.listed(office.ben) == ["B1"]


def test_A6_a_stand_in_needs_clients_assign_over_all_that_it_covers(office: Office) -> None:
    head = office.staff.hire("clients:assign branch FCASH")
    office.staff.run("insert into user_branches values (%s, %s)", head, office.north)
    office.staff.run(
        "update clients set company_id = %s, product_id = null where client_code = 'A2'",
        office.staff.company("PCNI"),
    )
    with pytest.raises(Forbidden):
        office.arrange(office.ben, by=head)
    audit = "select count(*) from authorization_audit where decision = 'refused'"
    assert office.staff.one(audit) == 1
    with pytest.raises(Forbidden):
        office.arrange(office.ben, by=office.ana)
    office.staff.grant(head, "clients:assign", "branch", "PCNI")
    office.arrange(office.ben, by=head)
    with pytest.raises(AlreadyExists):
        office.arrange(office.ben)
    granted = "select count(*) from authorization_audit where resource = 'stand_in'"
    assert office.staff.one(granted) == 1


def test_A6_a_stand_in_needs_clients_assign_over_clients_that_the_officer_gets_later(
    office: Office,
) -> None:
    """Ben, who may read clients of every company, would see Ana's next clients of the other one."""
    head = office.staff.hire("clients:assign all FCASH")
    with pytest.raises(Forbidden):
        office.arrange(office.ben, by=head)
    office.arrange(office.ben)
    (seen,) = office.staff.app.clients.stand_ins.list(office.caller(office.boss))
    for person in (office.ben, office.boss):
        with pytest.raises(NotFound):
            office.staff.app.clients.stand_ins.end(office.caller(head), seen.id)
        office.staff.run("delete from user_branches where user_id = %s", person)
    office.staff.app.clients.stand_ins.end(office.caller(office.boss), seen.id)


def test_a_stand_in_that_makes_no_sense_is_refused(office: Office) -> None:
    far = office.staff.hire()
    with pytest.raises(OfficerNotAllowed):
        office.arrange(far)
    with pytest.raises(InvalidInput):
        office.arrange(office.ana)
    office.on(23, 4)
    with pytest.raises(InvalidInput, match="past"):
        office.arrange(office.ben)
    assert office.staff.one("select count(*) from stand_ins") == 0


def test_a_stand_in_is_listed_for_those_concerned_and_ended_by_those_who_could_arrange_it(
    office: Office,
) -> None:
    office.arrange(office.ben)
    stand_ins = office.staff.app.clients.stand_ins
    head, other = (office.staff.hire("clients:assign branch") for _ in range(2))
    office.staff.run("insert into user_branches values (%s, %s)", head, office.north)
    office.staff.grant(office.ben, "clients:assign", "self")
    (seen,) = stand_ins.list(office.caller(office.boss))
    assert (seen.officer, seen.stand_in) == (office.ana, office.ben)
    for person in (head, office.ben):
        assert stand_ins.list(office.caller(person)) == [seen]
    assert stand_ins.list(office.caller(other)) == []
    for person in (other, office.ben):
        with pytest.raises(NotFound):
            stand_ins.end(office.caller(person), seen.id)
    office.on(21, 4)
    assert office.listed(office.ben) == ["A1", "A2", "B1"]
    stand_ins.end(office.caller(head), seen.id)
    assert office.listed(office.ben) == ["B1"]
    assert stand_ins.list(office.caller(office.boss)) == []
    with pytest.raises(NotFound):
        stand_ins.end(office.caller(head), seen.id)


def test_a_deactivated_officer_has_no_clients_to_cover(office: Office) -> None:
    office.arrange(office.ben)
    office.on(21, 4)
    office.staff.app.people.users.change(
        office.caller(office.boss), office.ana, UserChanges(is_active=False), None
    )
    assert office.listed(office.ben) == ["B1"]
