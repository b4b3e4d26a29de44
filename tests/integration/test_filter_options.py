"""Filter options have the values that the reader may see, and no others (A10)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from attrs import frozen

from clientupdater.domain.callers import Caller
from clientupdater.domain.errors import Forbidden
from clientupdater.ports.unit_of_work import SYSTEM
from clientupdater.usecases.clients.lists import looking
from tests.support.builders import MANILA
from tests.support.staff_fixture import Staff, staffed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clientupdater.domain.ids import BranchId, PersonId
    from clientupdater.ports.filter_options import FilterOptions
    from tests.support.servers import Database

READING = ("clients:read", "status:read")


@frozen
class Desk:
    """A staff, and clients of both companies."""

    staff: Staff

    def client(self, branch: BranchId, company: str = "FCASH", **columns: object) -> UUID:
        """Put a client into the book."""
        officer = columns.pop("officer", None)
        values = {"branch_id": branch, "company_id": self.staff.company(company), **columns}
        names, marks = ", ".join(values), ", ".join(["%s"] * len(values))
        client: UUID = self.staff.one(
            f"insert into clients (client_code, full_name, {names})"
            f" values (gen_random_uuid()::text, 'Juan', {marks}) returning id",
            *values.values(),
        )
        if officer:
            self.staff.run(
                "insert into client_assignments (client_id, officer_id) values (%s, %s)",
                client,
                officer,
            )
        return client

    def options(self, person: PersonId) -> FilterOptions:
        """Ask as somebody; the statement says the scope itself, without row-level security."""
        reader = self.staff.app.filter_options
        with reader.work.begin(SYSTEM) as tx:
            actor = tx.rights.actor(person)
            assert actor is not None
            unguarded = tx.read_models.filter_options(
                looking(Caller(actor), reader.clock, reader.zone)
            )
        result = reader.show(Caller(actor))
        assert result == unguarded
        return result


def codes(options: Any) -> list[str]:
    return [each.code for each in options]


@pytest.fixture
def desk(database: Database) -> Iterator[Desk]:
    with staffed(database, MANILA) as staff:
        yield Desk(staff)


def reading(desk: Desk, scope: str, company: str = "", **columns: object) -> PersonId:
    return desk.staff.hire(*(f"{each} {scope} {company}" for each in READING), **columns)


@pytest.mark.rule("A10")
def test_A10_a_reader_of_one_company_gets_no_options_of_the_other(desk: Desk) -> None:
    here = desk.staff.branch()
    theirs, ours = desk.staff.hire(first_name="Theirs"), desk.staff.hire(first_name="Ours")
    desk.client(here, "PCNI", loan_status="CANARY", officer=theirs)
    desk.client(here, "FCASH", loan_status="CURRENT", officer=ours)
    result = desk.options(reading(desk, "all", "FCASH"))
    assert result.loan_statuses == ("CURRENT",)
    assert [each.name for each in result.officers] == ["Ours"]
    assert codes(result.companies) == ["FCASH"]
    assert codes(result.products) == ["FCASH_SSS", "FCASH_GSIS", "FCASH_PVAO"]
    assert codes(result.pension_types) == ["SSS", "GSIS", "PVAO"]
    every = desk.options(reading(desk, "all"))
    assert every.loan_statuses == ("CANARY", "CURRENT")
    assert codes(every.companies) == ["FCASH", "PCNI"]


@pytest.mark.rule("A10")
@pytest.mark.parametrize("scope", ["branch", "area"])
def test_A10_a_reader_of_some_branches_gets_no_options_of_others(desk: Desk, scope: str) -> None:
    person = reading(desk, scope)
    mine = desk.staff.branch(*([person] if scope == "branch" else []))
    other = desk.staff.branch()
    if scope == "area":
        desk.staff.area(mine, given_to=person)
    desk.staff.area(mine, other)
    desk.staff.area(other)
    for branch, status in ((mine, "CURRENT"), (mine, "PAST_DUE"), (other, "CANARY")):
        officer = desk.staff.hire(first_name=status)
        desk.client(branch, loan_status=status, officer=officer)
    result = desk.options(person)
    assert result.loan_statuses == ("CURRENT", "PAST_DUE")
    assert [each.name for each in result.officers] == ["CURRENT", "PAST_DUE"]
    assert codes(result.branches) == [
        desk.staff.one("select code from branches where id = %s", mine)
    ]
    assert len(result.areas) == (2 if scope == "area" else 1)


@pytest.mark.rule("A10")
def test_A10_an_officer_gets_the_options_of_their_own_clients(desk: Desk) -> None:
    here, there = desk.staff.branch(), desk.staff.branch()
    me = reading(desk, "self", first_name="Me")
    assert desk.options(me).officers == ()
    desk.client(here, loan_status="CURRENT", officer=me)
    desk.client(here, loan_status="CANARY")
    desk.client(there, loan_status="CANARY", officer=desk.staff.hire())
    result = desk.options(me)
    assert result.loan_statuses == ("CURRENT",)
    assert [each.id for each in result.officers] == [me]
    assert len(result.branches) == 1


@pytest.mark.rule("A10", "C4")
def test_A10_a_value_of_deleted_clients_alone_is_no_option(desk: Desk) -> None:
    here = desk.staff.branch()
    client = desk.client(here, loan_status="CANARY", officer=desk.staff.hire())
    desk.staff.run("update clients set deleted_at = now() where id = %s", client)
    result = desk.options(reading(desk, "all"))
    assert (result.loan_statuses, result.officers) == ((), ())


def test_statuses_come_with_their_reasons_in_their_order(desk: Desk) -> None:
    statuses = desk.options(reading(desk, "all", "PCNI")).statuses
    assert codes(statuses) == ["PENDING", "TO_FOLLOW", "CALLED", "UPDATED", "DONE"]
    assert set(codes(statuses[-1].reasons)) == {
        "DECEASED",
        "FULLY_PAID",
        "CONFIRMED",
        "NOT_REACHABLE",
    }
    assert statuses[0].reasons == ()
    fcash = desk.options(reading(desk, "all", "FCASH")).statuses
    assert "VISITED" in codes(fcash)


def test_a_reader_without_status_read_gets_no_status_options(desk: Desk) -> None:
    result = desk.options(desk.staff.hire("clients:read all"))
    assert result.statuses == ()
    assert codes(result.par_statuses) == ["do_not_show", "tele_130", "tele_hardcore"]


@pytest.mark.rule("A5")
def test_A5_a_reader_of_no_client_is_refused(desk: Desk) -> None:
    with pytest.raises(Forbidden):
        desk.options(desk.staff.hire("status:read all"))
