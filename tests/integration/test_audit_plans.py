"""The cost of a page of an audit, in entries read: no filters make it read a whole log."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, TypeAlias
from uuid import UUID, uuid4

import psycopg
import pytest
from attrs import evolve

from clientupdater.adapters.postgres.audit.audits import WINDOW, PostgresAudits
from clientupdater.adapters.postgres.core.unit_of_work import PostgresUnitsOfWork
from clientupdater.domain.clients import Client
from clientupdater.domain.ids import BranchId, ClientId, CompanyId, PersonId
from clientupdater.ports.audits import (
    ActivityQuery,
    AuditKey,
    AuditResult,
    AuthorizationQuery,
    ConfigurationAction,
    ConfigurationQuery,
)
from clientupdater.ports.unit_of_work import SYSTEM
from tests.support.audit_bulk import RARE_ACTION, RARE_TABLE, fill_audits
from tests.support.pools import pool_on
from tests.support.query_plans import Explaining
from tests.support.reading_fixture import made_up
from tests.support.servers import Database

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clientupdater.adapters.postgres.admin.cluster import Cluster

ENTRIES = 100_000
Query: TypeAlias = ActivityQuery | ConfigurationQuery | AuthorizationQuery

SOMEONE = PersonId(made_up("person", 1))
NOBODY = PersonId(uuid4())
CLIENT = ClientId(made_up("client", 7))
AT = datetime.fromisoformat("2026-10-01T00:00:00+08:00")
WALKED: dict[str, Query] = {
    "activity": ActivityQuery(),
    "activity of someone": ActivityQuery(actor=SOMEONE),
    "activity of nobody": ActivityQuery(actor=NOBODY),
    "activity upon a client": ActivityQuery(client=CLIENT),
    "updates": ActivityQuery(action="status.record"),
    "assignments": ActivityQuery(action="client.assign"),
    "a rare action": ActivityQuery(action=RARE_ACTION),
    "an action that nobody did": ActivityQuery(action="nothing.done"),
    "activity of an hour without any": ActivityQuery(
        since=AT.replace(year=2020), until=AT.replace(year=2021)
    ),
    "configuration": ConfigurationQuery(),
    "configuration by someone": ConfigurationQuery(actor=SOMEONE),
    "configuration by nobody": ConfigurationQuery(actor=NOBODY),
    "a table": ConfigurationQuery(table="branches"),
    "a rare table": ConfigurationQuery(table=RARE_TABLE),
    "a record": ConfigurationQuery(table="branches", record="B7"),
    "deletions": ConfigurationQuery(action=ConfigurationAction.DELETE),
    "authorization": AuthorizationQuery(),
    "refused to someone": AuthorizationQuery(actor=SOMEONE),
    "refused to nobody": AuthorizationQuery(actor=NOBODY),
    "rights of nobody": AuthorizationQuery(subject=NOBODY),
    "refused of a client": AuthorizationQuery(client=CLIENT),
    "a frequent permission": AuthorizationQuery(permission="clients:reveal"),
    "a rare permission": AuthorizationQuery(permission="jobs:manage"),
    "revoked": AuthorizationQuery(result=AuditResult.REVOKED),
    "granted, which nothing was": AuthorizationQuery(result=AuditResult.GRANTED),
}
"""Each walks an index of its own, and reads next to nothing beside what it shows."""
WINDOWED: dict[str, Query] = {
    "activity of someone in a year without any": ActivityQuery(
        actor=SOMEONE, since=AT.replace(year=2030)
    ),
    "someone's rare action": ActivityQuery(actor=SOMEONE, action=RARE_ACTION),
    "updates of a time": ActivityQuery(action="status.record", actor=SOMEONE, until=AT),
    "someone's deletions": ConfigurationQuery(actor=SOMEONE, action=ConfigurationAction.DELETE),
    "a record of any table": ConfigurationQuery(record="B9999"),
    "revoked by someone": AuthorizationQuery(actor=SOMEONE, result=AuditResult.REVOKED),
    "a rare permission, refused": AuthorizationQuery(
        permission="clients:reveal", result=AuditResult.CHANGED
    ),
}
"""Filters beside the one that is walked: asked of a bounded number of entries."""


@pytest.fixture(scope="module")
def bulk(cluster: Cluster, template_database: str) -> Iterator[PostgresUnitsOfWork]:
    name = f"{template_database}_audits"
    cluster.create_database(name, template=template_database)
    database = Database.on(cluster, name)
    fill_audits(database.superuser_url, ENTRIES)
    with psycopg.connect(database.superuser_url) as connection:
        connection.execute("insert into branches (code, name) values ('B1', 'A branch')")
        connection.execute(
            "insert into clients (id, client_code, company_id, full_name, branch_id, created_at)"
            " select %s, 'FC-1', c.id, 'Juan Reyes', b.id, '2026-01-01'"
            " from companies c, branches b where c.code = 'FCASH'",
            (CLIENT,),
        )
    with pool_on(database.worker_url) as pool:
        yield PostgresUnitsOfWork(pool)
    cluster.drop_database(name)


def read(audits: PostgresAudits, query: Query) -> tuple[int, AuditKey | None]:
    if isinstance(query, ActivityQuery):
        activity = audits.activity(query)
        return len(activity.items), activity.after
    if isinstance(query, ConfigurationQuery):
        configuration = audits.configuration(query)
        return len(configuration.items), configuration.after
    authorization = audits.authorization(query)
    return len(authorization.items), authorization.after


def explained(bulk: PostgresUnitsOfWork, query: Query) -> tuple[Explaining, int, AuditKey | None]:
    with bulk.read(SYSTEM) as tx:
        explaining = Explaining(tx.connection)
        audits = PostgresAudits(explaining, lambda: tx.settings)  # type: ignore[arg-type] # it stands in
        items, after = read(audits, query)
    return explaining, items, after


def deep(query: Query) -> Query:
    """Go on in the middle of the log."""
    return evolve(query, after=AuditKey(AT, UUID(int=0)))


@pytest.mark.parametrize("what", WALKED)
def test_a_page_reads_little_more_than_it_shows_at_the_beginning_and_deep_within(
    bulk: PostgresUnitsOfWork, what: str
) -> None:
    for query in (WALKED[what], deep(WALKED[what])):
        explaining, items, _ = explained(bulk, query)
        assert not explaining.tables_scanned
        assert explaining.rows_read <= items + 60
        assert explaining.blocks <= 4 * items + 120


@pytest.mark.parametrize("what", WINDOWED)
def test_filters_together_examine_a_bounded_number_of_entries(
    bulk: PostgresUnitsOfWork, what: str
) -> None:
    for query in (WINDOWED[what], deep(WINDOWED[what])):
        explaining, _, after = explained(bulk, query)
        assert not explaining.tables_scanned
        assert explaining.rows_read <= 2 * WINDOW + 60
        assert explaining.blocks <= 3 * WINDOW
        assert after is None or after.at < datetime.now(tz=AT.tzinfo)


def test_a_page_of_one_company_walks_that_company(bulk: PostgresUnitsOfWork) -> None:
    with bulk.read(SYSTEM) as tx:
        codes = {code: CompanyId(key) for key, code in tx.settings.companies.items()}
    for company, shown in (("FCASH", 50), ("PCNI", 1)):
        query = AuthorizationQuery(companies=frozenset({codes[company]}))
        explaining, items, _ = explained(bulk, query)
        assert (items, explaining.tables_scanned) == (shown, set())
        assert explaining.rows_read <= shown + 60


def test_who_accessed_a_client_reads_that_clients_entries(bulk: PostgresUnitsOfWork) -> None:
    with bulk.read(SYSTEM) as tx:
        codes = {code: CompanyId(key) for key, code in tx.settings.companies.items()}
        explaining = Explaining(tx.connection)
        client = Client(id=CLIENT, code="FC-1", company=codes["FCASH"], branch=BranchId(uuid4()))
        page = PostgresAudits(explaining, lambda: tx.settings).accesses(client, 50, None)  # type: ignore[arg-type] # it stands in
    assert len(page.items) == 50
    assert explaining.tables_scanned <= {"clients", "client_period_status"}  # of one client
    assert explaining.rows_read <= 6 * 51 + 100


@pytest.mark.parametrize("since", [None, AT])
def test_a_short_page_says_where_to_go_on_until_the_log_ends(
    bulk: PostgresUnitsOfWork, since: datetime | None
) -> None:
    query, items, pages = ActivityQuery(actor=SOMEONE, action="client.assign", since=since), 0, 0
    with bulk.read(SYSTEM) as tx:
        audits = PostgresAudits(tx.connection, lambda: tx.settings, 1_000)
        while True:
            page = audits.activity(query)
            items, pages = items + len(page.items), pages + 1
            if page.after is None:
                break
            query = evolve(query, after=page.after)
        expected = tx.connection.execute(
            "select count(*) from activity_logs where user_id = %s and action = 'client.assign'"
            " and created_at >= %s",
            (SOMEONE, since or "-infinity"),
        ).fetchone()
    assert (items,) == expected
    assert pages > 1
