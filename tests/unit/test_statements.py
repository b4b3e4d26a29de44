"""The statements of lists, each compared with a file of tests/unit/statements.

After a change that is meant, write the files anew: python -m tests.unit.test_statements
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from attrs import evolve

from clientupdater.adapters.postgres.core.named_queries import UnfilledHoleError
from clientupdater.adapters.postgres.core.named_queries import render as render_block
from clientupdater.adapters.postgres.read_models.client_page import (
    client_page_statement,
    rare_words_statement,
)
from clientupdater.adapters.postgres.read_models.client_walk import (
    MANY_WHOLE_WORDS,
    Arm,
    ClientWalk,
    ResolvedQuery,
    choose_client_walk,
    common_from,
)
from clientupdater.adapters.postgres.read_models.pieces import render
from clientupdater.adapters.postgres.read_models.shape import FEW
from clientupdater.adapters.postgres.read_models.worklist_page import worklist_page_statement
from clientupdater.adapters.postgres.read_models.worklist_walk import (
    DUE,
    LATER,
    UNDATED,
    WorklistWalk,
    choose_worklist_walk,
)
from clientupdater.domain.access_scope import AccessScope
from clientupdater.domain.ids import BranchId, ClientId, CompanyId, PersonId
from clientupdater.domain.periods import Period
from clientupdater.domain.permissions import Scope
from clientupdater.ports.client_filter import ClientFilter, StatusFilter
from clientupdater.ports.lists import (
    ClientKey,
    ClientQuery,
    ClientSort,
    WorklistKey,
    WorklistOrder,
    WorklistQuery,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

FILES = Path(__file__).with_name("statements")
TODAY = date(2026, 11, 28)
OFFICER, COMPANY, OTHER = PersonId(UUID(int=1)), CompanyId(UUID(int=2)), CompanyId(UUID(int=3))
STATUS = UUID(int=4)


def scope(branches: int = 0, **scopes: Scope) -> AccessScope:
    """Give the scope of an officer by company, with so many branches."""
    companies = {"company": COMPANY, "other": OTHER}
    return AccessScope(
        OFFICER,
        None,
        {companies[name]: each for name, each in scopes.items()},
        frozenset(BranchId(UUID(int=100 + n)) for n in range(branches)),
        frozenset(),
    )


BRANCHES = scope(3, company=Scope.BRANCH)
MANY_BRANCHES = scope(FEW + 1, company=Scope.BRANCH)
COMPANIES = scope(company=Scope.ALL, other=Scope.ALL)
OWN = scope(company=Scope.SELF)
CALLED = ClientFilter(row=StatusFilter(status="CALLED"))


def asked(
    query: ClientQuery,
    access_scope: AccessScope,
    *,
    ids: Mapping[str, UUID] | None = None,
    words: tuple[str, ...] = (),
    rare: frozenset[int] = frozenset(),
    whole: tuple[str, ...] = (),
    is_undated: bool = False,
) -> ResolvedQuery:
    return ResolvedQuery(
        query=query,
        client_scope=access_scope,
        status_scope=access_scope,
        now=datetime(2026, 11, 28, tzinfo=UTC),
        today=TODAY,
        ids=ids or {},
        words=words,
        rare_words=rare,
        whole_words=whole,
        is_undated=is_undated,
    )


PLAIN = asked(ClientQuery(limit=20), BRANCHES)
BY_STATUS = asked(ClientQuery(filter=CALLED, limit=20), BRANCHES, ids={"row_status": STATUS})
BY_STATUS_IN_COMPANIES = asked(
    ClientQuery(filter=CALLED, limit=20), COMPANIES, ids={"row_status": STATUS}
)
OF_OFFICER = asked(
    ClientQuery(filter=ClientFilter(assigned_to=OFFICER, active=True), limit=20), COMPANIES
)
SEARCH = asked(ClientQuery(q="santos m", limit=20), BRANCHES, words=("santos", "m"))
RARE = asked(
    ClientQuery(q="santos m", limit=20), BRANCHES, words=("santos", "m"), rare=frozenset({0})
)
COMMON = asked(
    ClientQuery(q="santos m", limit=20), MANY_BRANCHES, words=("santos", "m"), whole=("santos",)
)
CLIENTS: Mapping[str, ResolvedQuery] = {
    "clients of branches": PLAIN,
    "clients of many branches": asked(ClientQuery(limit=20), MANY_BRANCHES),
    "clients of companies by amount, a later page": asked(
        ClientQuery(
            sort=ClientSort.PAST_DUE_AMOUNT, limit=20, after=ClientKey(500, ClientId(UUID(int=9)))
        ),
        COMPANIES,
    ),
    "clients of an officer": OF_OFFICER,
    "clients by status": BY_STATUS,
    "clients by status in companies": BY_STATUS_IN_COMPANIES,
    "clients by status within two scopes": evolve(BY_STATUS, status_scope=OWN),
    "clients by follow-up": asked(ClientQuery(sort=ClientSort.FOLLOW_UP, limit=20), OWN),
    "clients without a day": asked(ClientQuery(limit=20), BRANCHES, is_undated=True),
    "clients by a common word": SEARCH,
    "clients by a common word of many branches": COMMON,
    "clients by a rare word": RARE,
}


def later_page(order: WorklistOrder, phase: int) -> WorklistKey:
    return WorklistKey(
        order=order,
        day=date(2026, 11, 1),
        phase=phase,
        due_on=date(2026, 11, 1),
        rank=7,
        name="santos",
        client=ClientId(UUID(int=9)),
        period=Period.parse("2026-11"),
    )


WORKLISTS: Mapping[str, tuple[WorklistQuery, AccessScope]] = {
    "worklist of branches": (WorklistQuery(limit=20), BRANCHES),
    "worklist of branches, a page without a day": (
        WorklistQuery(limit=20, after=later_page(WorklistOrder.WORK, UNDATED)),
        BRANCHES,
    ),
    "worklist of companies by name": (
        WorklistQuery(limit=20, order=WorklistOrder.NAME),
        COMPANIES,
    ),
    "worklist of own clients": (WorklistQuery(limit=20), OWN),
}


def worklist_walk(name: str) -> WorklistWalk:
    query, access_scope = WORKLISTS[name]
    return choose_worklist_walk(query, access_scope, TODAY)


def client_statement(name: str) -> str:
    resolved = CLIENTS[name]
    statement = client_page_statement(resolved, choose_client_walk(resolved))
    return _without(statement, "client_shown", "current")


def worklist_statement(name: str) -> str:
    return _without(worklist_page_statement(worklist_walk(name)), "work_shown")


def rare_words(search: ResolvedQuery) -> str:
    many = common_from(search)
    assert many is not None
    return rare_words_statement(search, many)


def _without(statement: str, *blocks: str) -> str:
    """Leave out what is the same on every page; it has files of its own."""
    for block in blocks:
        statement = statement.replace(render(block), f"{{{block}}}")
    return statement


STATEMENTS: Mapping[str, Callable[[], str]] = {
    **{name: lambda name=name: client_statement(name) for name in CLIENTS},  # type: ignore[misc]
    **{name: lambda name=name: worklist_statement(name) for name in WORKLISTS},  # type: ignore[misc]
    "which words are rare": lambda: rare_words(SEARCH),
    "which words are rare in many branches": lambda: rare_words(COMMON),
    "client_shown": lambda: render("client_shown"),
    "work_shown": lambda: render("work_shown"),
    "current": lambda: render("current"),
}


def file_of(name: str) -> Path:
    return FILES / f"{name.replace(',', '').replace(' ', '_')}.sql"


@pytest.mark.parametrize("name", STATEMENTS)
def test_a_statement_is_the_one_in_its_file(name: str) -> None:
    assert STATEMENTS[name]() + "\n" == file_of(name).read_text(encoding="utf-8")


def test_every_file_belongs_to_a_statement() -> None:
    assert set(FILES.iterdir()) == {file_of(name) for name in STATEMENTS}


# --- choosing the walk


def walk(resolved: ResolvedQuery) -> ClientWalk:
    return choose_client_walk(resolved)


@pytest.mark.parametrize(
    ("name", "arms"),
    [
        ("clients of branches", {Arm.EACH_BRANCH, Arm.OWN_IN_ORDER}),
        ("clients of many branches", {Arm.EVERYTHING}),
        ("clients of companies by amount, a later page", {Arm.EACH_COMPANY}),
        ("clients of an officer", {Arm.OFFICER}),
        ("clients by status", {Arm.ROWS_OF_EACH_BRANCH, Arm.ROWS_OF_OWN}),
        ("clients by status within two scopes", {Arm.ROWS_OF_EACH_BRANCH, Arm.ROWS_OF_OWN}),
        ("clients by status in companies", {Arm.ROWS_OF_COMPANIES}),
        ("clients by follow-up", {Arm.ROWS_OF_OWN}),
        ("clients without a day", {Arm.EACH_BRANCH, Arm.OWN}),
        ("clients by a common word", {Arm.EACH_BRANCH, Arm.OWN}),
        ("clients by a rare word", {Arm.FOUND}),
    ],
)
def test_A4_a_list_is_walked_by_its_scope_and_its_filters(name: str, arms: set[Arm]) -> None:
    assert set(walk(CLIENTS[name]).arms) == arms


def test_an_officers_clients_by_name_are_in_the_order_of_their_index() -> None:
    query = ClientQuery(filter=ClientFilter(assigned_to=OFFICER))
    assert walk(asked(query, COMPANIES)).arms == (Arm.EVERYTHING,)
    assert walk(asked(ClientQuery(), OWN)).arms == (Arm.OWN_IN_ORDER,)


def test_companies_are_walked_together_where_a_filter_may_suit_one_alone() -> None:
    query = ClientQuery(filter=ClientFilter(active=True))
    assert walk(asked(query, COMPANIES)).arms == (Arm.COMPANIES,)


def test_without_a_scope_nothing_is_walked() -> None:
    assert walk(asked(ClientQuery(), scope())).arms == ()


def test_P4_no_row_is_older_than_the_evening_before_its_period() -> None:
    """On 28 November a month's row is at most 28 days old, a quarter's 59."""

    def untouched(days: int) -> ResolvedQuery:
        return asked(ClientQuery(filter=ClientFilter(row=StatusFilter(untouched_days=days))), OWN)

    assert untouched(28).periods == ["2026-11", "2026-Q4"]
    assert untouched(29).periods == ["2026-Q4"]
    assert walk(untouched(59)).arms == (Arm.ROWS_OF_OWN,)
    assert walk(untouched(60)).arms == ()


def test_the_words_that_are_read_are_the_rare_ones_else_several_long_ones() -> None:
    assert walk(RARE).read_words == (0,)
    assert walk(RARE).checked_words == (1,)
    assert walk(SEARCH).read_words == ()
    two_long = asked(ClientQuery(q="santos reyes"), BRANCHES, words=("santos", "reyes"))
    assert walk(two_long).read_words == (0, 1)


def test_the_first_common_word_leads_where_branches_are_many_and_whole_words_few() -> None:
    assert walk(COMMON).arms == (Arm.OF_WORD,)
    assert walk(COMMON).checked_words == (1,)
    many = tuple(f"santos{n}" for n in range(MANY_WHOLE_WORDS))
    assert walk(evolve(COMMON, whole_words=many)).arms == (Arm.EVERYTHING,)
    assert walk(evolve(COMMON, rare_words=frozenset({1}))).arms == (Arm.FOUND,)
    by_code = evolve(COMMON.query, sort=ClientSort.CODE)
    assert walk(evolve(COMMON, query=by_code)).arms == (Arm.EVERYTHING,)
    done = evolve(COMMON.query, filter=ClientFilter(row=StatusFilter(has_payment=True)))
    assert Arm.ROWS_OF_EVERYTHING in walk(evolve(COMMON, query=done)).arms
    assert "recursive" in rare_words(COMMON)
    assert "recursive" not in rare_words(evolve(COMMON, words=("sa", "m")))


def test_a_plan_is_kept_where_no_value_changes_the_walk() -> None:
    assert walk(PLAIN).is_steady
    assert walk(CLIENTS["clients of many branches"]).is_steady
    assert walk(BY_STATUS).is_steady
    assert not walk(CLIENTS["clients by follow-up"]).is_steady
    assert walk(SEARCH).is_steady
    assert walk(COMMON).is_steady
    of_product = evolve(SEARCH.query, filter=ClientFilter(product="PCNI_PNP"))
    assert not walk(evolve(SEARCH, query=of_product)).is_steady


def test_a_later_page_of_the_worklist_walks_no_phase_before_its_own() -> None:
    first = worklist_walk("worklist of branches")
    assert [each.phase for each in first.stretches] == [DUE, UNDATED, LATER]
    later = worklist_walk("worklist of branches, a page without a day")
    assert [each.phase for each in later.stretches] == [UNDATED, LATER]
    assert [each.rank for each in later.stretches] == [7, -(2**63)]
    assert later.day == date(2026, 11, 1)


# --- the holes of a statement


def test_a_hole_is_filled_by_a_value_else_by_the_block_of_that_name() -> None:
    blocks = {"page": "select {shown} from {table}", "shown": "{alias}.id"}
    assert (
        render_block(blocks, "page", table="clients c", alias="c") == "select c.id from clients c"
    )


def test_a_hole_that_nothing_fills_raises() -> None:
    with pytest.raises(UnfilledHoleError, match=r"the hole {table} of the block page"):
        render_block({"page": "select from {table}"}, "page")
    with pytest.raises(UnfilledHoleError):
        render("walk_clients", where="true")


if __name__ == "__main__":
    for each, statement in STATEMENTS.items():
        file_of(each).write_text(statement() + "\n", encoding="utf-8")
