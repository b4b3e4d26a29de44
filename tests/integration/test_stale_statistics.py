"""What a new period costs while the statistics know nothing of it: by the blocks read.

The statistics are of before the period was opened, as on the evening on which it is; a statement
whose plan trusts them walks all rows of the period for each client.
"""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, cast
from zoneinfo import ZoneInfo

import psycopg
import pytest
from attrs import evolve

from clientupdater.adapters.postgres.core.unit_of_work import PostgresUnitsOfWork
from clientupdater.adapters.postgres.tracking.rows import BEFORE_ALL, PostgresRows
from clientupdater.domain.ids import ClientId
from clientupdater.domain.periods import Period
from clientupdater.domain.permissions import Scope
from clientupdater.domain.write_context import WriteContext
from clientupdater.ports.client_filter import ClientFilter, StatusFilter
from clientupdater.ports.lists import ClientQuery
from clientupdater.ports.unit_of_work import SYSTEM
from tests.support.bulk_data import BulkData
from tests.support.pools import pool_on
from tests.support.query_plans import Explaining, models_of
from tests.support.reading_fixture import read_context, reader
from tests.support.servers import Database

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from clientupdater.adapters.postgres.admin.cluster import Cluster
    from clientupdater.adapters.postgres.core.connection import Connection
    from clientupdater.ports.lists import ReadContext

MANILA = ZoneInfo("Asia/Manila")
EVENING = datetime(2026, 11, 30, 20, tzinfo=MANILA)
DECEMBER = Period.month(2026, 12)
OCCASION = WriteContext(now=EVENING, zone=MANILA)
CLIENTS, BATCH = 20_000, 500


@pytest.fixture(scope="module")
def evening(cluster: Cluster, template_database: str) -> Iterator[Database]:
    """Give a database on the evening before December, most of which is open, unknown to ANALYZE."""
    name = f"{template_database}_evening"
    cluster.create_database(name, template=template_database)
    database = Database.on(cluster, name)
    BulkData(CLIENTS, branches=200, periods=3, today=EVENING.date()).fill(database.superuser_url)
    with psycopg.connect(database.superuser_url, autocommit=True) as connection:
        for table in ("clients", "client_period_status", "status_events"):
            connection.execute(f"alter table {table} set (autovacuum_enabled = off)".encode())
    yield database
    cluster.drop_database(name)


@pytest.fixture(scope="module")
def work(evening: Database) -> Iterator[PostgresUnitsOfWork]:
    with pool_on(evening.worker_url) as pool:
        yield PostgresUnitsOfWork(pool)


def looked_at(
    work: PostgresUnitsOfWork, batches: int, after: ClientId | None = None
) -> ClientId | None:
    """Open so many batches; tell the last client that was looked at."""
    for _ in range(batches):
        with work.begin(SYSTEM) as tx:
            after = tx.rows.open_batch(DECEMBER, OCCASION, after=after, at_most=BATCH).last
    return after


class Counting:
    """A connection that counts the blocks that its statements touch."""

    def __init__(self, connection: Connection) -> None:
        self.connection, self.blocks = connection, 0

    def execute(
        self,
        statement: bytes | str,
        values: Mapping[str, object] | None = None,
        *,
        prepare: bool = False,
    ) -> psycopg.Cursor[tuple[Any, ...]]:
        """Explain it as it runs, take that back, and run it; by its values, unless it is kept."""
        statement = statement.encode() if isinstance(statement, str) else statement
        explaining = Explaining(self.connection)
        with self.connection.transaction(force_rollback=not statement.startswith(b"set ")):
            explaining.execute(statement, values, prepare=prepare)
        if explaining.plans:  # not where it sets something
            self.blocks += explaining.blocks
        return self.connection.execute(statement, values)


def blocks(work: PostgresUnitsOfWork, ask: Callable[[PostgresRows], object]) -> int:
    """Count what the statements of one call touch."""
    with work.begin(SYSTEM) as tx:
        counting = Counting(tx.connection)
        ask(PostgresRows(cast("Connection", counting), MANILA, tx.settings))
        return counting.blocks


def of_a_batch(work: PostgresUnitsOfWork, after: ClientId | None) -> int:
    """Count what opening the next batch touches."""
    return blocks(
        work, lambda rows: rows.open_batch(DECEMBER, OCCASION, after=after, at_most=BATCH)
    )


def test_P4_a_batch_costs_the_same_however_many_were_opened_before(
    work: PostgresUnitsOfWork,
) -> None:
    first = of_a_batch(work, ClientId(BEFORE_ALL))
    after = looked_at(work, CLIENTS // BATCH - 2)
    assert of_a_batch(work, after) < 1.5 * first
    assert of_a_batch(work, ClientId(BEFORE_ALL)) < first, "what is open already costs more"


def test_P4_counting_who_is_missing_costs_the_same_for_each_client(
    work: PostgresUnitsOfWork,
) -> None:
    looked_at(work, CLIENTS // BATCH - 1)
    result = blocks(work, lambda rows: rows.missing(DECEMBER, OCCASION))
    assert result < 20 * CLIENTS


def test_a_row_and_its_history_are_found_by_their_client(work: PostgresUnitsOfWork) -> None:
    looked_at(work, CLIENTS // BATCH - 1)
    with work.begin(SYSTEM) as tx:
        ((client,),) = tx.connection.execute(
            "select client_id from client_period_status where period = '2026-12'"
            " order by sort_name desc limit 1"
        ).fetchall()
    assert blocks(work, lambda rows: rows.history(client, DECEMBER)) < 40
    assert blocks(work, lambda rows: rows.find(client, DECEMBER)) < 40
    assert blocks(work, lambda rows: rows.of_client(client)) < 40


def looking_in_december(scope: Scope) -> ReadContext:
    now = datetime(2026, 12, 1, 10, tzinfo=MANILA)
    return evolve(read_context(reader(scope, 50)), now=now, today=now.date())


TOUCHED = ClientFilter(row=StatusFilter(touched=True, period=DECEMBER))


@pytest.mark.parametrize(
    ("scope", "query", "named"),
    [
        (Scope.SELF, ClientQuery(filter=TOUCHED), ""),
        (Scope.ALL, ClientQuery(q="santos", filter=TOUCHED), "santos"),
        (Scope.BRANCH, ClientQuery(q="santos", filter=TOUCHED), "santos"),
    ],
    ids=["one's own clients", "a search", "a search in some branches"],
)
def test_a_list_looks_up_the_rows_of_those_it_found(
    work: PostgresUnitsOfWork, scope: Scope, query: ClientQuery, named: str
) -> None:
    looked_at(work, CLIENTS // BATCH - 1)
    looks = looking_in_december(scope)
    with work.read(looks.clients) as tx:
        cursor = tx.connection.execute(
            "select count(*) from clients where full_name ~* %s", (named,)
        )
        ((some,),) = cursor.fetchall()
        explaining = Explaining(tx.connection)
        models_of(tx, explaining).clients(query, looks)
    assert explaining.blocks < 20 * some + 500


def test_opening_a_period_is_reason_enough_to_analyse(evening: Database) -> None:
    with psycopg.connect(evening.superuser_url) as connection:
        ((options,),) = connection.execute(
            "select reloptions from pg_class where oid = 'client_period_status'::regclass"
        ).fetchall()
    assert "autovacuum_analyze_scale_factor=0.01" in options
