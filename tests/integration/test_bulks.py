"""Concurrent bulk updates: their statements, and that they never deadlock."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import psycopg
import pytest

from clientupdater.adapters.postgres.core.connection import Connection
from clientupdater.adapters.postgres.core.unit_of_work import PostgresUnitsOfWork
from clientupdater.domain.access import Actor, Territory
from clientupdater.domain.errors import NotFound, Unavailable, VersionConflict
from clientupdater.domain.ids import ClientId
from clientupdater.domain.periods import Period
from clientupdater.domain.permissions import Permission
from clientupdater.ports.unit_of_work import SYSTEM
from clientupdater.runtime.deadlines import ending_at
from clientupdater.usecases.tracking.bulk import BulkItem
from tests.integration.test_tracking_at_once import at_once, sequences
from tests.support.builders import BEN, CALOOCAN, NOVEMBER
from tests.support.pools import pool_on
from tests.support.stores import PostgresStore
from tests.support.tracking_fixture import CALLED, CLERK, DECEASED, PAID, TrackingFixture, who

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from clientupdater.adapters.postgres.core.connection import Sent
    from clientupdater.domain.clients import Client
    from clientupdater.usecases.clients.client_access import Outcome
    from tests.support.servers import Database

OCTOBER, QUARTER = Period.month(2026, 10), Period.quarter(2026, 4)
HEAD = who(Permission.CLIENTS_ASSIGN)
ROUNDS, CLIENTS = 8, 100


SENT: list[str] = []


class CountingCursor(psycopg.Cursor[tuple[Any, ...]]):
    """A cursor that counts what is sent."""

    def execute(self, query: Any, *args: Any, **kwargs: Any) -> Any:
        SENT.append(str(query))
        return super().execute(query, *args, **kwargs)


class CountingConnection(Connection):
    """A connection that counts what it sends without a cursor."""

    def send(self, commands: Sequence[Sent]) -> Any:
        SENT.append(str(commands))
        return super().send(commands)


@pytest.fixture
def tracker(database: Database) -> Iterator[TrackingFixture]:
    """Give the test data on the fifth of November, with every statement counted."""
    counted = {"cursor_factory": CountingCursor}
    with pool_on(database.worker_url, 2, 8, kwargs=counted, made=CountingConnection) as pool:
        store = PostgresStore.populated(PostgresUnitsOfWork(pool), database.superuser_url)
        store.employ(HEAD.actor)
        store.employ(Actor(BEN, territory=Territory(branches=frozenset({CALOOCAN}))))
        with store.work.begin(SYSTEM) as tx:
            tx.settings.statuses()  # read once by each process, and not counted
        yield TrackingFixture.on(store)


@contextmanager
def counted() -> Iterator[list[str]]:
    SENT.clear()
    yield SENT


def in_one_transaction(tracker: TrackingFixture, act: Callable[[], Any]) -> Any:
    """Do it as under an Idempotency-Key: its units of work are parts of one transaction."""
    with tracker.store.work.outer_transaction():
        return act()


def errors_of(outcomes: Sequence[Outcome[Any]]) -> set[type | None]:
    return {type(each.error) if each.error else None for each in outcomes}


def someone(tracker: TrackingFixture, *periods: Period) -> Client:
    """Put a client into the book whose code says nothing of the order of ids."""
    return tracker.client(*periods, code=f"FC-{uuid4()}")


def refs(clients: Sequence[Client]) -> tuple[list[ClientId | str], list[ClientId | str]]:
    """Name them by ids, and by codes, which are in another order."""
    by_id: list[ClientId | str] = [client.id for client in clients]
    by_code: list[ClientId | str] = [client.code for client in clients]
    return by_id, by_code


# --- nobody waits in a circle


@pytest.mark.parametrize("atomic", [False, True], ids=["each by itself", "all or none"])
@pytest.mark.rule("S9", "S10")
def test_two_bulks_over_the_same_clients_by_ids_and_by_codes_never_deadlock(
    tracker: TrackingFixture, atomic: bool
) -> None:
    clients = [someone(tracker, NOVEMBER) for _ in range(CLIENTS)]
    for version in range(ROUNDS):
        bulks = [
            partial(
                in_one_transaction,
                tracker,
                partial(
                    tracker.tracking.record_many,
                    CLERK,
                    [BulkItem(ref, NOVEMBER, CALLED, version) for ref in named],
                    atomic=atomic,
                ),
            )
            for named in refs(clients)
        ]
        results = at_once(bulks)
        assert not any(isinstance(each, Unavailable) for each in results)
        done = [each for each in results if isinstance(each, tuple)]
        if atomic:
            assert [errors_of(each) for each in done] == [{None}]
        else:
            assert sorted(map(str, map(errors_of, done))) == sorted(
                map(str, ({None}, {VersionConflict}))
            )
    assert all(sequences(tracker, client) == list(range(ROUNDS + 1)) for client in clients)


def test_two_assignments_of_the_same_clients_by_ids_and_by_codes_never_deadlock(
    tracker: TrackingFixture,
) -> None:
    clients = [someone(tracker) for _ in range(40)]
    for officer in (BEN, None) * 4:
        results = at_once(
            [
                partial(
                    in_one_transaction,
                    tracker,
                    partial(tracker.assignments.assign_many, HEAD, named, officer),
                )
                for named in refs(clients)
            ]
        )
        assert [errors_of(each) for each in results if isinstance(each, tuple)] == [{None}] * 2, (
            results
        )


@pytest.mark.rule("T1")
def test_a_bulk_that_writes_a_client_before_it_ends_it_waits_for_others_who_end_it(
    tracker: TrackingFixture,
) -> None:
    for _ in range(20):
        clients = [someone(tracker, OCTOBER, NOVEMBER, QUARTER) for _ in range(5)]
        items = [
            item
            for client in clients
            for item in (
                BulkItem(client.code, OCTOBER, CALLED, 0),
                BulkItem(client.id, NOVEMBER, DECEASED, 0),
            )
        ]
        bulk = partial(tracker.tracking.record_many, CLERK, items)
        ends = [
            partial(tracker.tracking.record, CLERK, client.id, OCTOBER, PAID, 0)
            for client in clients
        ]
        results = at_once([partial(in_one_transaction, tracker, bulk), *ends])
        assert not any(isinstance(each, Unavailable) for each in results)
        rows = [tracker.row(client, period) for client in clients for period in (OCTOBER, NOVEMBER)]
        assert sum(row.snapshot.is_terminal for row in rows) == len(clients)


# --- what fails


def test_a_bulk_that_the_store_cannot_do_fails_as_a_whole_and_keeps_nothing(
    tracker: TrackingFixture,
) -> None:
    free, taken = tracker.client(NOVEMBER), tracker.client(NOVEMBER)
    items = [BulkItem(client.id, NOVEMBER, CALLED, 0) for client in (free, taken)]
    with tracker.store.work.begin(SYSTEM) as tx:
        tx.rows.find_many([(taken.id, NOVEMBER)], locked=True)
        with ThreadPoolExecutor(1) as threads:
            failed = threads.submit(in_time, partial(tracker.tracking.record_many, CLERK, items))
            with pytest.raises(Unavailable):
                failed.result(30)
    assert sequences(tracker, free) == sequences(tracker, taken) == [0]
    done = tracker.tracking.record_many(CLERK, items)
    assert errors_of(done) == {None}


def in_time(act: Callable[[], object]) -> object:
    with ending_at(time.monotonic() + 0.3):
        return act()


# --- what it asks of the database


@pytest.mark.parametrize("named", ["by id", "by code"])
def test_five_hundred_take_as_many_statements_as_one(tracker: TrackingFixture, named: str) -> None:
    clients = [tracker.client(*((NOVEMBER,) if n % 3 else (OCTOBER,))) for n in range(515)]
    asked = {}
    for first, count in ((0, 1), (1, 10), (15, 500)):
        some = clients[first : first + count]
        items = [BulkItem(c.id if named == "by id" else c.code, NOVEMBER, CALLED, 0) for c in some]
        with counted() as sent:
            assert errors_of(tracker.tracking.record_many(CLERK, items)) == {None}
            asked[count] = len(sent)
    assert max(asked.values()) <= 16, asked


@pytest.mark.rule("T1")
def test_a_terminal_bulk_takes_as_many_statements_for_many_as_for_one(
    tracker: TrackingFixture,
) -> None:
    clients = [tracker.client(OCTOBER, NOVEMBER, QUARTER) for _ in range(60)]
    asked = []
    for some in (clients[:1], clients[1:]):
        items = [BulkItem(client.id, NOVEMBER, DECEASED, 0) for client in some]
        with counted() as sent:
            assert errors_of(tracker.tracking.record_many(CLERK, items)) == {None}
            asked.append(len(sent))
    assert asked[0] == asked[1] <= 16
    assert not any(tracker.row(client, OCTOBER).snapshot.is_open for client in clients)


def test_clients_outside_the_scope_are_looked_up_once_for_all(tracker: TrackingFixture) -> None:
    tracker.client(NOVEMBER)
    asked = []
    for count in (1, 200):
        items = [BulkItem(f"FC-NOBODY-{n}", NOVEMBER, CALLED, 0) for n in range(count)]
        with counted() as sent:
            assert errors_of(tracker.tracking.record_many(CLERK, items)) == {NotFound}
            asked.append(len(sent))
    assert asked[0] == asked[1] <= 14


def test_assigning_many_takes_as_many_statements_as_assigning_one(tracker: TrackingFixture) -> None:
    clients = [tracker.client() for _ in range(100)]
    asked = []
    for some in (clients[:1], clients[1:]):
        with counted() as sent:
            tracker.assignments.assign_many(HEAD, [client.id for client in some], BEN)
            asked.append(len(sent))
    assert asked[0] == asked[1] <= 10
