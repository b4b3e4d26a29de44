"""How many messages to the database the commonest requests take."""

from __future__ import annotations

from tempfile import TemporaryFile
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
from attrs import evolve, frozen

from clientupdater.adapters.postgres.core.unit_of_work import PostgresUnitsOfWork
from clientupdater.composition import build_app
from clientupdater.domain.access_scope import access_scope_of
from clientupdater.domain.callers import Origin
from clientupdater.domain.errors import Unauthenticated
from clientupdater.domain.permissions import Permission
from clientupdater.ports.client_filter import ClientFilter, StatusFilter
from clientupdater.ports.lists import ClientQuery, ClientSort, WorklistQuery
from clientupdater.ports.unit_of_work import NO_CLIENTS
from clientupdater.usecases.requests.idempotency import KeyedRequest, Reply
from clientupdater.usecases.tracking.judging import PlannedUpdate
from tests.support.builders import MANILA, NOVEMBER
from tests.support.pools import Pool, pool_on
from tests.support.round_trips import RoundTrips
from tests.support.signed_scopes import verify_scopes
from tests.support.stores import PostgresStore
from tests.support.tracking_fixture import CALLED, CLERK, TrackingFixture, who

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from clientupdater.app import App
    from clientupdater.domain.callers import Caller
    from tests.support.servers import Database


@frozen
class Traced:
    app: App
    work: PostgresUnitsOfWork
    tracking: TrackingFixture
    trips: RoundTrips

    def with_generation(self, caller: Caller) -> Caller:
        """Give a caller who knows the configuration, as one who was just authenticated does."""
        with self.work.read(NO_CLIENTS) as tx:
            return evolve(caller, generation=tx.settings.generation)

    def taken_by(self, act: Callable[[], object]) -> int:
        """Do it often enough that its statements are prepared, then count one more time."""
        for _ in range(8):
            act()
        with self.trips.counted() as counts:
            act()
        return counts[0]


def _pool(database: Database, trips: RoundTrips) -> Pool:
    return pool_on(database.app_url, configure=trips.watch, kwargs={"autocommit": True})


@pytest.fixture
def traced(database: Database) -> Iterator[Traced]:
    with (
        TemporaryFile() as trace,
        _pool(database, trips := RoundTrips(trace)) as pool,
        pool_on(database.worker_url) as of_worker,
    ):
        work = PostgresUnitsOfWork(pool, signer=verify_scopes(database))
        store = PostgresStore.populated(PostgresUnitsOfWork(of_worker), database.superuser_url)
        store.employ(CLERK.actor)
        tracking = TrackingFixture.on(store)
        yield Traced(build_app(work, tracking.clock, MANILA), work, tracking, trips)


def test_a_page_takes_one_message_where_the_configuration_is_known(traced: Traced) -> None:
    traced.tracking.client(NOVEMBER)
    clerk = traced.with_generation(CLERK)
    assert traced.taken_by(lambda: traced.app.worklist.read(clerk, WorklistQuery())) == 1


def test_a_page_takes_begin_the_page_and_commit_where_it_is_not(traced: Traced) -> None:
    traced.tracking.client(NOVEMBER)
    assert traced.taken_by(lambda: traced.app.worklist.read(CLERK, WorklistQuery())) == 3


@pytest.mark.parametrize(
    ("wanted", "sort", "messages"),
    [
        (ClientFilter(), ClientSort.NAME, 1),
        (ClientFilter(row=StatusFilter(status="PENDING")), ClientSort.NAME, 1),
        (ClientFilter(active=True), ClientSort.NAME, 1),
        (ClientFilter(), ClientSort.FOLLOW_UP, 2),
    ],
    ids=["all clients", "by status", "planned for its values", "in two parts"],
)
def test_a_list_takes_one_message_for_each_statement_and_none_to_begin_or_end_a_single_one(
    traced: Traced, wanted: ClientFilter, sort: ClientSort, messages: int
) -> None:
    traced.tracking.client(NOVEMBER)
    reader = traced.with_generation(who(Permission.CLIENTS_READ, Permission.STATUS_READ))
    query = ClientQuery(filter=wanted, sort=sort)
    assert traced.taken_by(lambda: traced.app.clients.directory.list(reader, query)) == messages


def test_P7_which_ended_periods_are_open_takes_no_message_where_the_configuration_is_known(
    traced: Traced,
) -> None:
    client, clerk = traced.tracking.client(NOVEMBER), traced.with_generation(CLERK)
    periods = traced.app.periods

    def ask() -> None:
        periods.in_backdating(clerk, client.company, clerk.generation)

    assert traced.taken_by(ask) == 0


def test_an_unknown_token_takes_one_statement(traced: Traced) -> None:
    def authenticate() -> None:
        with pytest.raises(Unauthenticated):
            traced.app.people.authenticate("a token", Origin(interface="http"))

    assert traced.taken_by(authenticate) == 1


def test_an_update_takes_claim_and_read_then_write_then_its_response_with_the_commit(
    traced: Traced,
) -> None:
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

        traced.app.requests.idempotency.run_once(request, act, lambda _: None)

    assert traced.taken_by(update) == 3


def test_a_preview_of_many_updates_takes_as_many_messages_as_one_of_two(traced: Traced) -> None:
    clients = [traced.tracking.client(NOVEMBER) for _ in range(20)]
    clerk = traced.with_generation(CLERK)

    def preview(some: int) -> int:
        asked = [PlannedUpdate(client=each.id, update=CALLED) for each in clients[:some]]
        return traced.taken_by(lambda: traced.app.tracking.judge(clerk, asked))

    assert preview(20) == preview(2)
