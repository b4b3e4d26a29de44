"""Filter options have the values that the reader may see, and no others (A10)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

import pytest
from attrs import frozen

from clientupdater.domain.callers import Caller
from clientupdater.domain.errors import Forbidden
from clientupdater.ports.unit_of_work import SYSTEM
from clientupdater.usecases.clients.lists import read_context
from tests.support.builders import MANILA
from tests.support.staff_fixture import Staff, staffed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clientupdater.domain.ids import BranchId, PersonId
    from clientupdater.ports.filter_options import FilterOptions
    from tests.support.servers import Database

READING = ("clients:read", "status:read")


@frozen
class TwoCompanies:
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
        """Ask as a person; the statement has the scope itself, without row-level security."""
        reader = self.staff.app.clients.filter_options
        with reader.work.begin(SYSTEM) as tx:
            actor = tx.people.actor(person)
            assert actor is not None
            unguarded = tx.read_models.filter_options(
                read_context(Caller(actor), reader.clock, reader.zone)
            )
        result = reader.show(Caller(actor))
        assert result == unguarded
        return result


def codes(options: Any) -> list[str]:
    return [each.code for each in options]


@pytest.fixture
def companies(database: Database) -> Iterator[TwoCompanies]:
    with staffed(database, MANILA) as staff:
        yield TwoCompanies(staff)


def reading(companies: TwoCompanies, scope: str, company: str = "", **columns: object) -> PersonId:
    return companies.staff.hire(*(f"{each} {scope} {company}" for each in READING), **columns)


@pytest.mark.rule("A10")
def test_A10_a_reader_of_one_company_gets_no_options_of_the_other(companies: TwoCompanies) -> None:
    here = companies.staff.branch()
    theirs, ours = (
        companies.staff.hire(first_name="Theirs"),
        companies.staff.hire(first_name="Ours"),
    )
    companies.client(here, "PCNI", loan_status="CANARY", officer=theirs)
    companies.client(here, "FCASH", loan_status="CURRENT", officer=ours)
    result = companies.options(reading(companies, "all", "FCASH"))
    assert result.loan_statuses == ("CURRENT",)
    assert [each.name for each in result.officers] == ["Ours"]
    assert codes(result.companies) == ["FCASH"]
    assert codes(result.products) == ["FCASH_SSS", "FCASH_GSIS", "FCASH_PVAO"]
    assert codes(result.pension_types) == ["SSS", "GSIS", "PVAO"]
    every = companies.options(reading(companies, "all"))
    assert every.loan_statuses == ("CANARY", "CURRENT")
    assert codes(every.companies) == ["FCASH", "PCNI"]


@pytest.mark.rule("A10")
@pytest.mark.parametrize("scope", ["branch", "area"])
def test_A10_a_reader_of_some_branches_gets_no_options_of_others(
    companies: TwoCompanies, scope: str
) -> None:
    person = reading(companies, scope)
    mine = companies.staff.branch(*([person] if scope == "branch" else []))
    other = companies.staff.branch()
    if scope == "area":
        companies.staff.area(mine, given_to=person)
    companies.staff.area(mine, other)
    companies.staff.area(other)
    for branch, status in ((mine, "CURRENT"), (mine, "PAST_DUE"), (other, "CANARY")):
        officer = companies.staff.hire(first_name=status)
        companies.client(branch, loan_status=status, officer=officer)
    result = companies.options(person)
    assert result.loan_statuses == ("CURRENT", "PAST_DUE")
    assert [each.name for each in result.officers] == ["CURRENT", "PAST_DUE"]
    assert codes(result.branches) == [
        companies.staff.one("select code from branches where id = %s", mine)
    ]
    assert len(result.areas) == (2 if scope == "area" else 1)


@pytest.mark.rule("A10")
def test_A10_an_officer_gets_the_options_of_their_own_clients(companies: TwoCompanies) -> None:
    here, there = companies.staff.branch(), companies.staff.branch()
    me = reading(companies, "self", first_name="Me")
    assert companies.options(me).officers == ()
    companies.client(here, loan_status="CURRENT", officer=me)
    companies.client(here, loan_status="CANARY")
    companies.client(there, loan_status="CANARY", officer=companies.staff.hire())
    result = companies.options(me)
    assert result.loan_statuses == ("CURRENT",)
    assert [each.id for each in result.officers] == [me]
    assert len(result.branches) == 1


@pytest.mark.rule("A10", "C4")
def test_A10_a_value_of_deleted_clients_alone_is_no_option(companies: TwoCompanies) -> None:
    here = companies.staff.branch()
    client = companies.client(here, loan_status="CANARY", officer=companies.staff.hire())
    companies.staff.run("update clients set deleted_at = now() where id = %s", client)
    result = companies.options(reading(companies, "all"))
    assert (result.loan_statuses, result.officers) == ((), ())


def test_statuses_come_with_their_reasons_in_their_order(companies: TwoCompanies) -> None:
    statuses = companies.options(reading(companies, "all", "PCNI")).statuses
    assert codes(statuses) == ["PENDING", "TO_FOLLOW", "CALLED", "UPDATED", "DONE"]
    assert set(codes(statuses[-1].reasons)) == {
        "DECEASED",
        "FULLY_PAID",
        "CONFIRMED",
        "NOT_REACHABLE",
    }
    assert statuses[0].reasons == ()
    fcash = companies.options(reading(companies, "all", "FCASH")).statuses
    assert "VISITED" in codes(fcash)


def test_a_reader_without_status_read_gets_no_status_options(companies: TwoCompanies) -> None:
    result = companies.options(companies.staff.hire("clients:read all"))
    assert result.statuses == ()
    assert codes(result.par_statuses) == ["do_not_show", "tele_130", "tele_hardcore"]


@pytest.mark.rule("A5")
def test_A5_a_reader_of_no_client_is_refused(companies: TwoCompanies) -> None:
    with pytest.raises(Forbidden):
        companies.options(companies.staff.hire("status:read all"))
