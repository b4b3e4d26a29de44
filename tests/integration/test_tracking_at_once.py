"""Concurrent writes to a real database: none is lost, and none waits for another row's."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor, wait
from functools import partial
from threading import Barrier, Event
from typing import TYPE_CHECKING

import pytest

from clientupdater.adapters.postgres.core.unit_of_work import PostgresUnitsOfWork
from clientupdater.domain.errors import Error, Unavailable, VersionConflict
from clientupdater.domain.events import ExemptCause
from clientupdater.domain.periods import Period
from clientupdater.domain.permissions import Permission
from clientupdater.domain.sync.fields import Field
from clientupdater.domain.updates import StatusUpdate
from clientupdater.ports.unit_of_work import SYSTEM
from clientupdater.usecases.tracking.bulk import BulkItem
from clientupdater.usecases.tracking.periods import Periods
from clientupdater.usecases.tracking.recording import record_update
from tests.support.builders import MANILA, NOVEMBER
from tests.support.pools import pool_on
from tests.support.stores import PostgresStore
from tests.support.tracking_fixture import (
    CALLED,
    CLERK,
    CORRECTOR,
    DECEASED,
    PAID,
    TrackingFixture,
    who,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from clientupdater.domain.clients import Client
    from tests.support.servers import Database

OCTOBER, QUARTER = Period.month(2026, 10), Period.quarter(2026, 4)
PATIENCE = 30.0


@pytest.fixture
def tracker(database: Database) -> Iterator[TrackingFixture]:
    """Give the test data on the fifth of November, with room for many at once."""
    with pool_on(database.worker_url, 4, 16) as pool:
        yield TrackingFixture.on(
            PostgresStore.populated(PostgresUnitsOfWork(pool), database.superuser_url)
        )


def at_once(acts: Sequence[Callable[[], object]]) -> list[object]:
    """Do everything at the same moment; an error stands where it was raised."""
    outer_transaction = Barrier(len(acts))

    def act(one: Callable[[], object]) -> object:
        outer_transaction.wait(PATIENCE)
        try:
            return one()
        except Error as error:
            return error

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(act, acts))


def sequences(tracker: TrackingFixture, client: Client, period: Period = NOVEMBER) -> list[int]:
    with tracker.store.work.begin(SYSTEM) as tx:
        return [event.sequence for event in tx.rows.history(client.id, period)]


def test_S10_of_fifty_who_saw_the_same_version_one_writes(tracker: TrackingFixture) -> None:
    client = tracker.client()

    def write() -> object:
        return tracker.tracking.record(CLERK, client.id, NOVEMBER, CALLED, 0)

    results = at_once([write] * 50)
    conflicts = [each for each in results if isinstance(each, VersionConflict)]
    assert len(conflicts) == 49
    assert {conflict.fields for conflict in conflicts} == {("status", "update_count")}
    assert sequences(tracker, client) == [0, 1]


@pytest.mark.rule("P4", "S10")
def test_of_fifty_who_begin_a_row_one_does(tracker: TrackingFixture) -> None:
    client = tracker.client(OCTOBER)

    def write() -> object:
        return tracker.tracking.record(CLERK, client.id, NOVEMBER, CALLED, 0)

    results = at_once([write] * 50)
    assert sum(isinstance(each, VersionConflict) for each in results) == 49
    assert sequences(tracker, client) == [0, 1]


def test_S9_sequences_stay_gapless_however_many_write(tracker: TrackingFixture) -> None:
    client = tracker.client()

    def write() -> object:
        for _ in range(5):
            version = tracker.row(client).snapshot.version
            try:
                tracker.tracking.record(CLERK, client.id, NOVEMBER, CALLED, version)
            except VersionConflict:
                continue
        return None

    at_once([write] * 8)
    result = sequences(tracker, client)
    assert result == list(range(len(result)))
    assert tracker.row(client).snapshot.version == result[-1]


def test_C1_of_ten_who_saw_the_same_client_one_corrects_it(tracker: TrackingFixture) -> None:
    client, editor = tracker.client(), who(Permission.CLIENTS_UPDATE)
    correct = tracker.contacts.correct
    result = [{Field.CONTACT_NUMBER: f"8123 450{number}"} for number in range(10)]
    results = at_once([partial(correct, editor, client.id, each, 1) for each in result])
    assert sum(isinstance(each, VersionConflict) for each in results) == 9
    assert len(tracker.store.changes(client.id)) == 1


def test_an_update_waits_for_no_other_row(tracker: TrackingFixture) -> None:
    held, *others = [tracker.client() for _ in range(50)]
    with tracker.store.work.begin(SYSTEM) as tx:
        held_tx = tracker.tracking.clients.within(tx, CLERK, held)
        record_update(held_tx, held_tx.find_row(NOVEMBER), NOVEMBER, DECEASED, 0)
        with ThreadPoolExecutor(8) as threads:
            writes = [
                threads.submit(tracker.tracking.record, CLERK, client.id, NOVEMBER, CALLED, 0)
                for client in others
            ]
            done, waiting = wait(writes, PATIENCE)
            assert (len(done), len(waiting)) == (49, 0)
            assert all(each.exception() is None for each in done)
    assert tracker.row(held).snapshot.version == 1


def test_T1_two_terminal_outcomes_at_once_leave_one_and_no_open_row(
    tracker: TrackingFixture,
) -> None:
    for _ in range(10):
        client = tracker.client(OCTOBER, NOVEMBER, QUARTER)
        results = at_once(
            [
                partial(tracker.tracking.record, CLERK, client.id, OCTOBER, PAID, 0),
                partial(tracker.tracking.record, CLERK, client.id, NOVEMBER, DECEASED, 0),
            ]
        )
        assert sum(isinstance(each, VersionConflict) for each in results) == 1
        rows = [tracker.row(client, period) for period in (OCTOBER, NOVEMBER, QUARTER)]
        assert not any(row.snapshot.is_open for row in rows)
        assert sum(row.snapshot.is_terminal for row in rows) == 1


def test_T1_a_record_on_another_row_at_the_same_moment_leaves_no_open_row(
    tracker: TrackingFixture,
) -> None:
    for _ in range(10):
        client = tracker.client(OCTOBER, NOVEMBER)
        at_once(
            [
                partial(tracker.tracking.record, CLERK, client.id, OCTOBER, CALLED, 0),
                partial(tracker.tracking.record, CLERK, client.id, NOVEMBER, DECEASED, 0),
            ]
        )
        assert tracker.row(client, NOVEMBER).snapshot.is_terminal
        assert tracker.row(client, OCTOBER).snapshot.exempt is ExemptCause.TERMINAL
        result = sequences(tracker, client, OCTOBER)
        assert result == list(range(len(result)))


def test_T1_a_period_opened_while_a_client_ends_leaves_no_open_row(
    tracker: TrackingFixture,
) -> None:
    """Hold the end back until the worker has begun to open: it waits, and then passes over."""
    client = tracker.client(OCTOBER)
    opening = Periods(tracker.store.work, tracker.clock, MANILA).open_due
    started = Event()

    def open_all() -> object:
        started.set()
        return opening()

    with ThreadPoolExecutor(1) as threads:
        with tracker.store.work.begin(SYSTEM) as tx:
            client_tx = tracker.tracking.clients.within(tx, CLERK, client)
            record_update(client_tx, client_tx.find_row(OCTOBER), OCTOBER, DECEASED, 0)
            running = threads.submit(open_all)
            started.wait(PATIENCE)
            _, waiting = wait([running], 0.3)
            assert waiting, "the opening did not wait for the client that is about to end"
        running.result(PATIENCE)
    with tracker.store.work.begin(SYSTEM) as tx:
        assert tx.rows.find(client.id, NOVEMBER) is None


def test_T1_a_row_begun_by_a_write_while_the_client_ends_is_not_left_open(
    tracker: TrackingFixture,
) -> None:
    for _ in range(10):
        client = tracker.client(OCTOBER)
        at_once(
            [
                partial(tracker.tracking.record, CLERK, client.id, NOVEMBER, CALLED, 0),
                partial(tracker.tracking.record, CLERK, client.id, OCTOBER, DECEASED, 0),
            ]
        )
        with tracker.store.work.begin(SYSTEM) as tx:
            rows = tx.rows.of_client(client.id)
        assert [row.period for row in rows if row.snapshot.is_open] == []


def test_bulks_over_the_same_clients_in_any_order_never_block_each_other(
    tracker: TrackingFixture,
) -> None:
    clients = [tracker.client(OCTOBER, NOVEMBER) for _ in range(6)]
    update = StatusUpdate(status="CALLED")
    forward = [
        BulkItem(client.id, period, update, 0)
        for client in clients
        for period in (OCTOBER, NOVEMBER)
    ]
    results = at_once(
        [
            lambda: tracker.tracking.record_many(CLERK, forward, atomic=True),
            lambda: tracker.tracking.record_many(CLERK, forward[::-1], atomic=True),
        ]
    )
    assert sum(isinstance(each, tuple) for each in results) == 1
    for client in clients:
        assert sequences(tracker, client) == sequences(tracker, client, OCTOBER) == [0, 1]


def test_a_bulk_that_ends_a_client_never_blocks_another_who_ends_it(
    tracker: TrackingFixture,
) -> None:
    for _ in range(20):
        client = tracker.client(OCTOBER, NOVEMBER, QUARTER)
        items = [
            BulkItem(client.id, OCTOBER, CALLED, 0),
            BulkItem(client.id, NOVEMBER, DECEASED, 0),
        ]
        results = at_once(
            [
                partial(tracker.tracking.record_many, CLERK, items, atomic=True),
                partial(tracker.tracking.record, CLERK, client.id, OCTOBER, PAID, 0),
            ]
        )
        assert not any(isinstance(each, Unavailable) for each in results)


@pytest.mark.rule("T1", "T3")
def test_deceased_and_voided_again_ends_as_it_began(tracker: TrackingFixture) -> None:
    client = tracker.client(OCTOBER, NOVEMBER, QUARTER)
    tracker.tracking.record(CLERK, client.id, NOVEMBER, DECEASED, 0)
    for period in (OCTOBER, QUARTER):
        assert tracker.row(client, period).snapshot.exempt is ExemptCause.TERMINAL
    tracker.tracking.void(CORRECTOR, client.id, NOVEMBER, 1, "Somebody else", 1)
    for period in (OCTOBER, NOVEMBER, QUARTER):
        assert tracker.row(client, period).snapshot.is_open


def test_a_terminal_outcome_and_its_voiding_at_once_leave_rows_that_agree(
    tracker: TrackingFixture,
) -> None:
    for _ in range(5):
        client = tracker.client(OCTOBER, NOVEMBER)
        tracker.tracking.record(CLERK, client.id, OCTOBER, DECEASED, 0)
        at_once(
            [
                partial(tracker.tracking.void, CORRECTOR, client.id, OCTOBER, 1, "No", 1),
                partial(tracker.tracking.record, CLERK, client.id, NOVEMBER, CALLED, 1),
            ]
        )
        assert tracker.row(client, OCTOBER).snapshot.is_open
        assert tracker.row(client, NOVEMBER).snapshot.is_open
