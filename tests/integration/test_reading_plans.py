"""What a page costs: by the rows it reads, not by the clock.

A row that row-level security looks up to judge one that was read is that row once more, and is
not counted; everything else that is read of a growing table is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

import pytest
from psycopg_pool import ConnectionPool

from clientupdater.adapters.postgres.reading import PostgresReading
from clientupdater.adapters.postgres.reading.filter_options import PostgresClientFilters
from clientupdater.adapters.postgres.work import PostgresWork
from clientupdater.domain.ids import PersonId
from clientupdater.domain.permissions import Scope
from clientupdater.ports.reading import (
    ClientFilter,
    ClientQuery,
    ClientSort,
    StatusFilter,
    WorklistOrder,
    WorklistQuery,
)
from tests.integration.crowd import Crowd
from tests.integration.plans import Explaining
from tests.integration.readers import NOW, looking, made_up, reader
from tests.servers import Database

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from clientupdater.adapters.postgres.cluster import Cluster
    from clientupdater.domain.access import Actor
    from clientupdater.ports.reading import ClientPage, WorklistPage

CLIENTS = 50_000
Ask: TypeAlias = "Callable[[PostgresReading], ClientPage | WorklistPage]"

MANAGER = PersonId(made_up("officer", 100_000))
READERS = {
    "10 branches": reader(Scope.BRANCH, 10, MANAGER),
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
SEARCHES = ("santos", "juan san", "pen", "m", "zz santos", "santos reyes j", "C0000100")


@pytest.fixture(scope="module")
def crowd(cluster: Cluster, template_database: str) -> Iterator[PostgresWork]:
    """Give 50,000 clients in 2,000 branches, as the application sees them."""
    name = f"{template_database}_crowd"
    cluster.create_database(name, template=template_database)
    database = Database.on(cluster, name)
    Crowd(CLIENTS, branches=2_000, periods=1, today=NOW.date()).fill(database.superuser_url)
    with ConnectionPool(database.app_url, min_size=1, max_size=1, open=True) as pool:
        yield PostgresWork(pool)
    cluster.drop_database(name)


def explained(crowd: PostgresWork, actor: Actor, ask: Ask) -> tuple[Explaining, int]:
    """Ask within the actor's sight; tell what was read, and how many items came."""
    with crowd.begin(looking(actor).clients) as tx:
        explaining = Explaining(tx.connection)
        page = ask(PostgresReading(explaining))  # type: ignore[arg-type] # it stands in for one
    return explaining, len(page.items)


def assert_cheap(crowd: PostgresWork, actor: Actor, ask: Ask) -> None:
    """Hold a page to ten rows read for each returned, and a thousand."""
    found, items = explained(crowd, actor, ask)
    assert found.rows_read <= 10 * items + 1000
    assert not found.tables_scanned


def hundredth(crowd: PostgresWork, actor: Actor, query: WorklistQuery) -> WorklistQuery:
    """Page on; where there are fewer pages, to the last."""
    with crowd.begin(looking(actor).statuses) as tx:
        for _ in range(99):
            page = tx.reading.worklist(query, looking(actor))
            if page.after is None:
                break
            query = WorklistQuery(order=query.order, after=page.after)
    return query


@pytest.mark.parametrize("who", READERS)
@pytest.mark.parametrize("order", WorklistOrder)
def test_the_first_page_of_the_worklist_and_the_hundredth_cost_the_same(
    crowd: PostgresWork, who: str, order: WorklistOrder
) -> None:
    actor, first = READERS[who], WorklistQuery(order=order)
    assert_cheap(crowd, actor, lambda reading: reading.worklist(first, looking(actor)))
    deep = hundredth(crowd, actor, first)
    assert_cheap(crowd, actor, lambda reading: reading.worklist(deep, looking(actor)))


@pytest.mark.parametrize("who", READERS)
@pytest.mark.parametrize("asked", FILTERS)
def test_a_list_of_clients_reads_little_more_than_it_shows(
    crowd: PostgresWork, who: str, asked: str
) -> None:
    actor, query = READERS[who], ClientQuery(filter=FILTERS[asked])
    assert_cheap(crowd, actor, lambda reading: reading.clients(query, looking(actor)))


@pytest.mark.parametrize("sort", ClientSort)
def test_however_all_clients_are_sorted_no_page_sorts_them_all(
    crowd: PostgresWork, sort: ClientSort
) -> None:
    actor = READERS["all"]
    query = ClientQuery(sort=sort)
    assert_cheap(crowd, actor, lambda reading: reading.clients(query, looking(actor)))


@pytest.mark.parametrize("who", READERS)
def test_what_one_can_filter_by_is_found_without_reading_all_clients(
    crowd: PostgresWork, who: str
) -> None:
    actor = READERS[who]
    with crowd.begin(looking(actor).clients) as tx:
        explaining = Explaining(tx.connection)
        found = PostgresClientFilters(explaining).options(looking(actor))  # type: ignore[arg-type]
    assert len(found.loan_statuses) == 4
    assert not explaining.tables_scanned
    places = len(found.branches) * len(found.companies)
    held = len(found.loan_statuses) + len(found.officers) / len(found.branches)
    assert explaining.rows_read <= places * (held + 2) + 1000


@pytest.mark.parametrize("who", READERS)
def test_no_search_scans_a_whole_table(crowd: PostgresWork, who: str) -> None:
    actor = READERS[who]
    for q in SEARCHES:
        query = ClientQuery(q=q)
        found, _ = explained(crowd, actor, lambda r, query=query: r.clients(query, looking(actor)))  # type: ignore[misc]
        assert not found.tables_scanned, q
        assert found.rows_read < CLIENTS / 3, q
