"""A page of the change feed reads no more than its batch, for readers of every scope."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg
import pytest

from clientupdater.adapters.postgres.core.unit_of_work import PostgresUnitsOfWork
from clientupdater.adapters.postgres.tracking.changes import NEAR, WINDOW, PostgresChangeFeed
from clientupdater.domain.permissions import Scope
from tests.support.bulk_data import BulkData
from tests.support.pools import pool_on
from tests.support.query_plans import Explaining
from tests.support.reading_fixture import NOW, read_context, reader
from tests.support.servers import Database

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clientupdater.adapters.postgres.admin.cluster import Cluster
    from clientupdater.domain.access import Actor
    from clientupdater.domain.changes import FeedCursor
    from clientupdater.ports.changes import ChangePage

READERS = {
    "all": reader(Scope.ALL),
    "200 branches": reader(Scope.BRANCH, 200),
    "one branch": reader(Scope.BRANCH, 1),
    "own clients": reader(Scope.SELF),
}
EVENTS = """
with moved as (
    update client_period_status
    set version = version + 1
    where id in (select id from client_period_status order by md5(id::text) limit %s)
    returning *
)
insert into status_events (
    client_period_status_id, event_sequence, kind, status_type_id, company_id, branch_id,
    has_payment
)
select id, version, 'payment', status_type_id, company_id, branch_id, true
from moved
"""


@pytest.fixture(scope="module")
def bulk(cluster: Cluster, template_database: str) -> Iterator[Database]:
    """Give 60,000 rows in 200 branches with an event each."""
    name = f"{template_database}_feed"
    cluster.create_database(name, template=template_database)
    database = Database.on(cluster, name)
    BulkData(20_000, branches=200, periods=3, today=NOW.date()).fill(database.superuser_url)
    record(database, 10**6)
    yield database
    cluster.drop_database(name)


@pytest.fixture
def work(bulk: Database) -> Iterator[PostgresUnitsOfWork]:
    with pool_on(bulk.worker_url) as pool:
        yield PostgresUnitsOfWork(pool)


def record(database: Database, events: int) -> None:
    with psycopg.connect(database.superuser_url, autocommit=True) as connection:
        connection.execute("set session_replication_role = replica")
        connection.execute(EVENTS, (events,))
        connection.execute("vacuum analyze status_events, client_period_status")


def explained(
    work: PostgresUnitsOfWork, actor: Actor, after: FeedCursor | int
) -> tuple[ChangePage, Explaining]:
    scope = read_context(actor).statuses
    with work.read(scope) as tx:
        explaining = Explaining(tx.connection)
        feed = PostgresChangeFeed(explaining, tx.settings)  # type: ignore[arg-type] # it stands in for one
        return feed.read(after, 200, scope, scope), explaining


def rows_of(explaining: Explaining, table: str) -> int:
    """Count the rows of a table that were read, whether they matched or not."""
    return sum(map(_rows, (n for n in explaining.nodes if n.get("Relation Name") == table)))


def _rows(node: dict[str, Any]) -> int:
    return int((node["Actual Rows"] + node.get("Rows Removed by Filter", 0)) * node["Actual Loops"])


@pytest.mark.parametrize("who", READERS)
def test_a_page_reads_no_more_events_than_its_windows_hold(
    work: PostgresUnitsOfWork, who: str
) -> None:
    after: FeedCursor | int = 0
    for _ in range(3):
        page, explaining = explained(work, READERS[who], after)
        assert rows_of(explaining, "status_events") <= 4 * WINDOW
        assert rows_of(explaining, "clients") <= 4 * 4 * WINDOW
        assert not explaining.tables_scanned
        if who == "all":
            assert len(page.items) == 200
            assert rows_of(explaining, "status_events") <= 600
        after = page.next


@pytest.mark.parametrize("who", READERS)
def test_a_reader_at_the_end_reads_what_is_new(
    bulk: Database, work: PostgresUnitsOfWork, who: str
) -> None:
    after: FeedCursor | int = 59_000
    is_at_end = False
    while not is_at_end:
        page, _ = explained(work, READERS[who], after)
        after, is_at_end = page.next, page.caught_up
    record(bulk, 50)
    page, explaining = explained(work, READERS[who], after)
    assert rows_of(explaining, "status_events") <= 1_000 + 50 + NEAR
    assert not explaining.tables_scanned
