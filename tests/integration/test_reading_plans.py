"""The cost of a page, in rows read.

Every row read of a growing table counts, with those that row-level security reads.
"""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING, TypeAlias
from uuid import UUID

import pytest
from attrs import evolve

from clientupdater.adapters.postgres.core.unit_of_work import PostgresUnitsOfWork
from clientupdater.adapters.postgres.read_models import client_walk
from clientupdater.domain.ids import ClientId, PersonId
from clientupdater.domain.periods import Period
from clientupdater.domain.permissions import Scope
from clientupdater.domain.worklist import Cause
from clientupdater.ports.client_filter import ClientFilter, Recorded, StatusFilter
from clientupdater.ports.lists import (
    MOST,
    ClientKey,
    ClientQuery,
    ClientSort,
    WorklistFilter,
    WorklistOrder,
    WorklistQuery,
)
from clientupdater.ports.unit_of_work import SYSTEM
from tests.support.bulk_data import BulkData
from tests.support.pools import pool_on
from tests.support.query_plans import Explaining, models_of
from tests.support.reading_fixture import NOW, made_up, read_context, reader
from tests.support.servers import Database

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from clientupdater.adapters.postgres.admin.cluster import Cluster
    from clientupdater.adapters.postgres.read_models import PostgresReadModels
    from clientupdater.domain.access import Actor
    from clientupdater.ports.lists import ClientPage, WorklistPage

CLIENTS = 50_000
PERIODS = 4
"""More than one, or it would not show where all of a client's rows are read."""
Ask: TypeAlias = "Callable[[PostgresReadModels], ClientPage | WorklistPage]"

MANAGER = PersonId(made_up("officer", 100_000))
READERS = {
    "10 branches": reader(Scope.BRANCH, 10, MANAGER),
    "10 branches and own clients": reader(Scope.BRANCH, 10),
    "200 branches": reader(Scope.BRANCH, 200, MANAGER),
    "2000 branches": reader(Scope.BRANCH, 2000, MANAGER),
    "all": reader(Scope.ALL, 0, MANAGER),
    "own clients": reader(Scope.SELF),
}
FILTERS = {
    "plain": ClientFilter(),
    "status": ClientFilter(row=StatusFilter(status="CALLED")),
    "done": ClientFilter(row=StatusFilter(status="DONE")),
    "PAR status": ClientFilter(par_status="tele_130"),
    "assigned officer": ClientFilter(assigned_to=PersonId(made_up("officer", 1))),
    "untouched": ClientFilter(row=StatusFilter(touched=False)),
}
OFFICER = PersonId(made_up("officer", 1))
TELE = ClientFilter(par_status="tele_130")
COMBINED = {
    "status and PAR": evolve(TELE, row=StatusFilter(status="CALLED")),
    "done and PAR": evolve(TELE, row=StatusFilter(status="DONE")),
    "untouched and PAR": evolve(TELE, row=StatusFilter(touched=False)),
    "officer and PAR": evolve(TELE, assigned_to=OFFICER),
    "officer and status": ClientFilter(assigned_to=OFFICER, row=StatusFilter(status="CALLED")),
    "PAR, officer and untouched": evolve(
        TELE, assigned_to=OFFICER, row=StatusFilter(touched=False)
    ),
    "status, PAR and product": evolve(TELE, product="PCNI_PNP", row=StatusFilter(status="CALLED")),
    "PAR and product": evolve(TELE, product="PCNI_PNP"),
    "nobody's and status": ClientFilter(assigned_to="none", row=StatusFilter(status="CALLED")),
    "exempt and status": ClientFilter(row=StatusFilter(status="CALLED", exempt=True)),
    "amount and status": ClientFilter(
        past_due_from=Decimal(500), row=StatusFilter(status="UPDATED")
    ),
}
"""Two and three filters at once, which some clients match."""
RARE = {
    "loan status": ClientFilter(loan_status="SOLD"),
    "loan status and status": ClientFilter(loan_status="SOLD", row=StatusFilter(status="CALLED")),
    "inactive": ClientFilter(active=False),
    "payment": ClientFilter(row=StatusFilter(has_payment=True)),
    "terminal": ClientFilter(row=StatusFilter(terminal=True)),
    "reason": ClientFilter(row=StatusFilter(reason="DECEASED")),
    "updated by": ClientFilter(row=StatusFilter(updated_by=OFFICER)),
    "records of a person": ClientFilter(recorded_by=OFFICER, recorded=Recorded.PROMISE_KEPT),
    "moved into a branch": ClientFilter(row=StatusFilter(moved_in="B1")),
    "moved out of a branch": ClientFilter(row=StatusFilter(moved_out="B1")),
    "opened in a branch": ClientFilter(row=StatusFilter(opened_in="B1")),
    "promised": ClientFilter(row=StatusFilter(promised_before=NOW.date())),
    "untouched for a year": ClientFilter(row=StatusFilter(untouched_days=365)),
    "touched in a month that nobody worked in": ClientFilter(
        row=StatusFilter(touched=True, period=Period.parse("2026-12"))
    ),
}
"""Filters without matches: the worst case for a walk, which ends when it has found enough."""
WORKLIST_FILTERS = {
    "PAR status": WorklistFilter(par_status="tele_130"),
    "product": WorklistFilter(product="PCNI_PNP"),
    "amount": WorklistFilter(past_due_from=Decimal(10**9)),
    "cause and PAR status": WorklistFilter(cause=Cause.IN_HAND, par_status="tele_130"),
}
FIRST_NAMES = ("rosa", "ysabel", "ysabel s", "juan rosa")
"""Names that begin with them stand together; nobody has both of the last."""
SEARCHES = (
    *("santos", "juan san", "pen", "m", "zz santos", "santos reyes j", "C0000100"),
    *FIRST_NAMES,
)
SEARCHED = {
    "a common word and a status": ("santos", ClientFilter(row=StatusFilter(status="CALLED"))),
    "two words and PAR": ("juan san", TELE),
    "a word, PAR and untouched": ("pen", evolve(TELE, row=StatusFilter(touched=False))),
    "a letter and PAR": ("m", TELE),
    "what nobody is called and a status": (
        "zz",
        ClientFilter(row=StatusFilter(status="CALLED")),
    ),
    "a word of an officer's clients": ("santos", ClientFilter(assigned_to=OFFICER)),
}


@pytest.fixture(scope="module")
def bulk(cluster: Cluster, template_database: str) -> Iterator[PostgresUnitsOfWork]:
    """Give 50,000 clients in 2,000 branches, as the application sees them."""
    name = f"{template_database}_bulk"
    cluster.create_database(name, template=template_database)
    database = Database.on(cluster, name)
    BulkData(CLIENTS, branches=2_000, periods=PERIODS, today=NOW.date()).fill(
        database.superuser_url
    )
    with pool_on(database.worker_url) as pool:
        yield PostgresUnitsOfWork(pool)
    cluster.drop_database(name)


def explained(bulk: PostgresUnitsOfWork, actor: Actor, ask: Ask) -> tuple[Explaining, int]:
    """Read a page within the actor's scope; give the plans and the number of items."""
    with bulk.read(read_context(actor).clients) as tx:
        explaining = Explaining(tx.connection)
        page = ask(models_of(tx, explaining))
    return explaining, len(page.items)


def assert_cheap(bulk: PostgresUnitsOfWork, actor: Actor, ask: Ask, *, spare: int = 1000) -> None:
    """Allow a page ten rows read for each returned, and some to spare."""
    result, items = explained(bulk, actor, ask)
    assert result.rows_read <= 10 * items + spare
    assert not result.tables_scanned


def hundredth(bulk: PostgresUnitsOfWork, actor: Actor, query: WorklistQuery) -> WorklistQuery:
    """Page on, by large pages; where there are fewer, to the last."""
    with bulk.begin(read_context(actor).statuses) as tx:
        for _ in range(99 * query.limit // MOST):
            large = evolve(query, limit=MOST)
            page = tx.read_models.worklist(large, read_context(actor))
            if page.after is None:
                break
            query = evolve(query, after=page.after)
    return query


def hundredth_of_clients(
    bulk: PostgresUnitsOfWork, actor: Actor, query: ClientQuery
) -> ClientQuery:
    """Page on, by large pages; where there are fewer, to the last."""
    with bulk.read(read_context(actor).clients) as tx:
        for _ in range(99 * query.limit // MOST):
            page = tx.read_models.clients(evolve(query, limit=MOST), read_context(actor))
            if page.after is None:
                break
            query = evolve(query, after=page.after)
    return query


@pytest.mark.parametrize("who", READERS)
@pytest.mark.parametrize("order", WorklistOrder)
def test_the_first_page_of_the_worklist_and_the_hundredth_cost_the_same(
    bulk: PostgresUnitsOfWork, who: str, order: WorklistOrder
) -> None:
    actor, first = READERS[who], WorklistQuery(order=order)
    assert_cheap(bulk, actor, lambda reading: reading.worklist(first, read_context(actor)))
    deep = hundredth(bulk, actor, first)
    assert_cheap(bulk, actor, lambda reading: reading.worklist(deep, read_context(actor)))


def test_a_page_of_the_worklist_reads_one_row_of_each_client_and_not_all_periods(
    bulk: PostgresUnitsOfWork,
) -> None:
    actor = READERS["10 branches"]
    ask = lambda reading: reading.worklist(WorklistQuery(), read_context(actor))  # noqa: E731
    result, items = explained(bulk, actor, ask)
    looked_up = [
        node["Actual Rows"] * node["Actual Loops"]
        for node in result.nodes
        if node.get("Index Name") == "client_period_status_one_per_period"
    ]
    assert items <= max(looked_up) <= items + 1


def test_row_security_looks_own_clients_up_by_their_officer(bulk: PostgresUnitsOfWork) -> None:
    explain = b"explain (analyze, buffers, format json) select cardinality(own_clients())"
    with bulk.read(read_context(READERS["own clients"]).clients) as tx:
        ((own,),) = tx.connection.execute(b"select cardinality(own_clients())").fetchall()
        ((plan,),) = tx.connection.execute(explain).fetchall()
    blocks = plan[0]["Plan"]["Shared Hit Blocks"] + plan[0]["Plan"]["Shared Read Blocks"]
    assert own > 0
    assert blocks <= own + 100


@pytest.mark.parametrize("who", READERS)
@pytest.mark.parametrize("order", WorklistOrder)
@pytest.mark.parametrize("asked", WORKLIST_FILTERS)
def test_a_filtered_worklist_reads_no_more_than_the_open_rows_and_their_clients(
    bulk: PostgresUnitsOfWork, who: str, order: WorklistOrder, asked: str
) -> None:
    actor = READERS[who]
    query = WorklistQuery(filter=WORKLIST_FILTERS[asked], order=order)
    assert_cheap(bulk, actor, lambda r: r.worklist(query, read_context(actor)), spare=2 * CLIENTS)


@pytest.mark.parametrize("who", READERS)
@pytest.mark.parametrize("cause", Cause)
def test_the_worklist_of_one_cause_reads_little_more_than_it_shows(
    bulk: PostgresUnitsOfWork, who: str, cause: Cause
) -> None:
    actor, query = READERS[who], WorklistQuery(filter=WorklistFilter(cause=cause))
    assert_cheap(bulk, actor, lambda reading: reading.worklist(query, read_context(actor)))
    deep = hundredth(bulk, actor, query)
    assert_cheap(bulk, actor, lambda reading: reading.worklist(deep, read_context(actor)))


@pytest.mark.parametrize("who", READERS)
def test_the_counts_of_the_worklist_read_each_open_row_once_and_no_client(
    bulk: PostgresUnitsOfWork, who: str
) -> None:
    actor = READERS[who]
    with bulk.read(read_context(actor).statuses) as tx:
        explaining = Explaining(tx.connection)
        counts = models_of(tx, explaining).worklist_counts(WorklistFilter(), read_context(actor))
    assert explaining.rows_read <= CLIENTS + 2000
    assert not explaining.tables_scanned
    if who in ("10 branches", "all"):
        total = counts.totals.figures["total"].value
        assert explaining.rows_read <= total + 2000


@pytest.mark.parametrize("who", READERS)
@pytest.mark.parametrize("asked", FILTERS)
def test_a_list_of_clients_reads_little_more_than_it_shows(
    bulk: PostgresUnitsOfWork, who: str, asked: str
) -> None:
    actor, query = READERS[who], ClientQuery(filter=FILTERS[asked])
    assert_cheap(bulk, actor, lambda reading: reading.clients(query, read_context(actor)))


@pytest.mark.parametrize("who", READERS)
@pytest.mark.parametrize("sort", ClientSort)
def test_however_clients_are_sorted_the_hundredth_page_costs_as_the_first(
    bulk: PostgresUnitsOfWork, who: str, sort: ClientSort
) -> None:
    actor, query = READERS[who], ClientQuery(sort=sort)
    assert_cheap(bulk, actor, lambda reading: reading.clients(query, read_context(actor)))
    deep = hundredth_of_clients(bulk, actor, query)
    assert_cheap(bulk, actor, lambda reading: reading.clients(deep, read_context(actor)))


@pytest.mark.parametrize("who", READERS)
def test_clients_without_a_day_cost_no_more_than_those_with_one(
    bulk: PostgresUnitsOfWork, who: str
) -> None:
    begin = ClientKey("", ClientId(UUID(int=0)), is_undated=True)
    actor, query = READERS[who], ClientQuery(sort=ClientSort.FOLLOW_UP, after=begin)
    assert_cheap(bulk, actor, lambda reading: reading.clients(query, read_context(actor)))
    deep = hundredth_of_clients(bulk, actor, query)
    assert_cheap(bulk, actor, lambda reading: reading.clients(deep, read_context(actor)))


@pytest.mark.parametrize("who", READERS)
@pytest.mark.parametrize("asked", COMBINED)
def test_filters_together_read_no_more_than_the_walk_of_one(
    bulk: PostgresUnitsOfWork, who: str, asked: str
) -> None:
    """Three fifths of the clients at the most: what one filter admits, each with its client."""
    actor, query = READERS[who], ClientQuery(filter=COMBINED[asked])
    spare = CLIENTS * 3 // 5
    assert_cheap(bulk, actor, lambda r: r.clients(query, read_context(actor)), spare=spare)


@pytest.mark.parametrize("who", READERS)
@pytest.mark.parametrize("asked", RARE)
def test_a_filter_without_matches_reads_hardly_any_rows(
    bulk: PostgresUnitsOfWork, who: str, asked: str
) -> None:
    actor, query = READERS[who], ClientQuery(filter=RARE[asked])
    assert_cheap(bulk, actor, lambda reading: reading.clients(query, read_context(actor)))


@pytest.mark.parametrize("who", READERS)
def test_filter_options_are_read_without_reading_all_clients(
    bulk: PostgresUnitsOfWork, who: str
) -> None:
    actor = READERS[who]
    with bulk.read(read_context(actor).clients) as tx:
        explaining = Explaining(tx.connection)
        result = models_of(tx, explaining).filter_options(read_context(actor))
    assert len(result.loan_statuses) == 4
    assert not explaining.tables_scanned
    places = len(result.branches) * len(result.companies)
    held = len(result.loan_statuses) + len(result.officers) / len(result.branches)
    assert explaining.rows_read <= places * (held + 2) + 1000


def searched(query: ClientQuery, actor: Actor, models: PostgresReadModels) -> ClientPage:
    return models.clients(query, read_context(actor))


@pytest.mark.parametrize("who", READERS)
def test_no_search_scans_a_whole_table(bulk: PostgresUnitsOfWork, who: str) -> None:
    actor = READERS[who]
    for q in SEARCHES:
        query = ClientQuery(q=q)
        result, _ = explained(bulk, actor, partial(searched, query, actor))
        assert not result.tables_scanned, q
        assert result.rows_read < CLIENTS * 3 / 5, q


@pytest.mark.parametrize("who", READERS)
def test_a_search_passes_over_nobody_before_the_first_of_a_name(
    bulk: PostgresUnitsOfWork, who: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(client_walk, "COMMON", 100)
    actor = READERS[who]
    for q in FIRST_NAMES:
        query = ClientQuery(q=q)
        assert_cheap(bulk, actor, partial(searched, query, actor), spare=CLIENTS // 4)


@pytest.fixture(scope="module")
def everyone(bulk: PostgresUnitsOfWork) -> list[tuple[str, UUID, UUID | None, list[str]]]:
    """Give all clients in the order of their names: code, branch, officer and words."""
    with bulk.begin(SYSTEM) as tx:
        return tx.connection.execute(
            "select client_code, branch_id, assigned_to, words_of(sort_name) from clients"
            " where deleted_at is null order by sort_name, id"
        ).fetchall()


@pytest.mark.parametrize("common", [100, client_walk.COMMON])
@pytest.mark.parametrize("who", READERS)
def test_whichever_way_a_search_goes_it_gives_the_first_clients_with_all_its_words(
    bulk: PostgresUnitsOfWork,
    everyone: list[tuple[str, UUID, UUID | None, list[str]]],
    who: str,
    common: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(client_walk, "COMMON", common)
    actor = READERS[who]
    of_all = who == "all"
    branches = set() if who == "own clients" else actor.territory.branches
    of_actor = [
        (code, words)
        for code, branch, officer, words in everyone
        if of_all or branch in branches or officer == actor.id
    ]
    for q in {*SEARCHES} - {"C0000100"}:
        wanted = q.split()
        matches = (
            code
            for code, words in of_actor
            if all(any(word.startswith(each) for word in words) for each in wanted)
        )
        assert first_two_pages(bulk, actor, ClientQuery(q=q)) == list(islice(matches, 100)), q


def first_two_pages(bulk: PostgresUnitsOfWork, actor: Actor, query: ClientQuery) -> list[str]:
    with bulk.read(read_context(actor).clients) as tx:
        page = tx.read_models.clients(query, read_context(actor))
    items = [*page.items]
    if page.after:
        with bulk.read(read_context(actor).clients) as tx:
            later = evolve(query, after=page.after)
            items += tx.read_models.clients(later, read_context(actor)).items
    return [item.client_code for item in items]


@pytest.mark.parametrize("who", READERS)
@pytest.mark.parametrize("asked", SEARCHED)
def test_no_search_with_filters_scans_a_whole_table(
    bulk: PostgresUnitsOfWork, who: str, asked: str
) -> None:
    actor, (q, filters) = READERS[who], SEARCHED[asked]
    query = ClientQuery(q=q, filter=filters)
    spare = CLIENTS * 3 // 5
    assert_cheap(bulk, actor, lambda r: r.clients(query, read_context(actor)), spare=spare)


def test_a_change_of_ten_thousand_clients_is_not_compared_each_with_each(
    bulk: PostgresUnitsOfWork,
) -> None:
    """Comparing each with each takes minutes; client by client it takes seconds."""
    change = b"update clients set contact_number = client_code where client_code <= %s"
    with suppress(InterruptedError), bulk.begin(SYSTEM) as tx:
        tx.connection.execute("set local statement_timeout = '60s'")
        codes = "select client_code from clients order by client_code limit 10000"
        first, *_, last = (code for (code,) in tx.connection.execute(codes))
        for until in (first, last):  # the first call must not decide how all others are planned
            assert tx.connection.execute(change, (until,)).rowcount
        raise InterruptedError
