"""How many messages to the database the commonest requests take."""

from __future__ import annotations

from tempfile import TemporaryFile
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from attrs import frozen
from psycopg_pool import ConnectionPool

from clientupdater.adapters.postgres.core.unit_of_work import PostgresUnitsOfWork
from clientupdater.composition import build_app
from clientupdater.domain.access_scope import access_scope_of
from clientupdater.domain.callers import Origin
from clientupdater.domain.errors import Unauthenticated
from clientupdater.domain.permissions import Permission
from clientupdater.ports.lists import ClientFilter, ClientQuery, StatusFilter, WorklistQuery
from clientupdater.usecases.requests.idempotency import KeyedRequest, Reply
from tests.support.builders import MANILA, NOVEMBER
from tests.support.round_trips import RoundTrips
from tests.support.stores import PostgresStore
from tests.support.tracking_fixture import CALLED, CLERK, TrackingFixture, who

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from clientupdater.app import App
    from tests.support.servers import Database


@frozen
class Traced:
    app: App
    tracking: TrackingFixture
    trips: RoundTrips

    def taken_by(self, act: Callable[[], object]) -> int:
        """Do it often enough that its statements are prepared, then count one more time."""
        for _ in range(8):
            act()
        with self.trips.counted() as counts:
            act()
        return counts[0]


def _pool(database: Database, trips: RoundTrips) -> ConnectionPool:
    return ConnectionPool(
        database.app_url,
        min_size=1,
        max_size=1,
        open=True,
        configure=trips.watch,
        kwargs={"autocommit": True},
    )


@pytest.fixture
def traced(database: Database) -> Iterator[Traced]:
    with TemporaryFile() as trace, _pool(database, trips := RoundTrips(trace)) as pool:
        work = PostgresUnitsOfWork(pool)
        store = PostgresStore.populated(work, database.superuser_url)
        store.employ(CLERK.actor)
        tracking = TrackingFixture.on(store)
        yield Traced(build_app(work, tracking.clock, MANILA), tracking, trips)


def test_a_page_takes_begin_the_page_and_commit(traced: Traced) -> None:
    traced.tracking.client(NOVEMBER)
    assert traced.taken_by(lambda: traced.app.worklist.read(CLERK, WorklistQuery())) == 3


@pytest.mark.parametrize(
    ("asked", "messages"),
    [
        (ClientFilter(), 3),
        (ClientFilter(row=StatusFilter(status="PENDING")), 3),
        (ClientFilter(active=True), 4),
    ],
    ids=["all clients", "by status", "planned for its values"],
)
def test_a_list_takes_as_many_as_a_page_and_one_more_where_values_change_the_plan(
    traced: Traced, asked: ClientFilter, messages: int
) -> None:
    traced.tracking.client(NOVEMBER)
    reader, query = who(Permission.CLIENTS_READ, Permission.STATUS_READ), ClientQuery(filter=asked)
    assert traced.taken_by(lambda: traced.app.clients.list(reader, query)) == messages


def test_an_unknown_token_takes_one_statement(traced: Traced) -> None:
    def authenticate() -> None:
        with pytest.raises(Unauthenticated):
            traced.app.authenticate("a token", Origin(interface="http"))

    assert traced.taken_by(authenticate) == 1


def test_an_update_takes_claim_read_write_answer_and_commit(traced: Traced) -> None:
    client = traced.tracking.client(NOVEMBER)
    versions = iter(range(100))

    def update() -> None:
        request = KeyedRequest(
            caller=CLERK,
            route="POST /updates",
            key=str(uuid4()),
            rls_scope=access_scope_of(CLERK.actor, Permission.STATUS_UPDATE),
            content=b"",
        )

        def act() -> Reply:
            record = traced.app.tracking.record
            record(CLERK, client.id, NOVEMBER, CALLED, next(versions))
            return Reply(status=201, body=b"done")

        traced.app.idempotency.run_once(request, act, lambda _: None)

    assert traced.taken_by(update) == 5
