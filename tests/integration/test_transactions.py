"""Transactions begin and end where they should, and a savepoint is rolled back alone."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import psycopg
import pytest

from clientupdater.adapters.postgres.core.connection import Connection
from clientupdater.adapters.postgres.core.pool import PoolSize, open_pool
from clientupdater.adapters.postgres.core.transactions import TransactionControl
from clientupdater.adapters.postgres.core.unit_of_work import PostgresUnitsOfWork
from clientupdater.domain.errors import Unavailable
from clientupdater.ports.unit_of_work import SYSTEM
from clientupdater.runtime.deadlines import ending_at, within
from tests.support.waiting import PATIENCE_S

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.servers import Database


class Failure(Exception):
    """Fails a transaction or a savepoint."""


@pytest.fixture
def control(database: Database) -> Iterator[TransactionControl]:
    with Connection.connect(database.superuser_url) as connection:
        connection.execute("create table noted (word text)")
        connection.commit()
        yield TransactionControl.of(connection)


def note(control: TransactionControl, word: str) -> None:
    control.connection.execute("insert into noted values (%s)", (word,))


def noted(control: TransactionControl) -> list[str]:
    return [word for (word,) in control.connection.execute("select word from noted order by word")]


def test_a_transaction_is_committed_when_it_is_left(control: TransactionControl) -> None:
    with control.transaction(control.send):
        note(control, "a")
    control.connection.execute("rollback")
    assert noted(control) == ["a"]


def test_a_transaction_that_fails_leaves_nothing_and_the_next_is_not_in_it(
    control: TransactionControl,
) -> None:
    with suppress(Failure), control.transaction(control.send):
        note(control, "a")
        raise Failure
    with control.transaction(control.send):
        note(control, "b")
    assert noted(control) == ["b"]


def test_a_savepoint_that_fails_is_rolled_back_alone(control: TransactionControl) -> None:
    with control.transaction(control.send):
        with control.savepoint(control.send):
            note(control, "a")
        with suppress(Failure), control.savepoint(control.send):
            note(control, "b")
            raise Failure
        with control.savepoint(control.send):
            note(control, "c")
    assert noted(control) == ["a", "c"]


def test_a_savepoint_rolls_back_those_inside_it(control: TransactionControl) -> None:
    with control.transaction(control.send):
        note(control, "a")
        with suppress(Failure), control.savepoint(control.send):
            note(control, "b")
            with control.savepoint(control.send):
                note(control, "c")
            raise Failure
        note(control, "d")
    assert noted(control) == ["a", "d"]


def test_an_inner_savepoint_that_fails_leaves_what_is_around_it(
    control: TransactionControl,
) -> None:
    with control.transaction(control.send):
        with control.savepoint(control.send):
            note(control, "a")
            with pytest.raises(psycopg.errors.DivisionByZero), control.savepoint(control.send):
                control.connection.execute("select 1 / 0")
            note(control, "b")
        with control.savepoint(control.send):
            note(control, "c")
    assert noted(control) == ["a", "b", "c"]


def test_a_savepoint_whose_start_fails_is_rolled_back(control: TransactionControl) -> None:
    def fail(first: str) -> None:
        control.send(first, "select 1 / 0")

    with control.transaction(control.send):
        note(control, "a")
        with pytest.raises(psycopg.errors.DivisionByZero), control.savepoint(fail):
            note(control, "b")
        note(control, "c")
    assert noted(control) == ["a", "c"]


def test_a_connection_that_the_server_closed_is_replaced_before_it_is_used(
    database: Database,
) -> None:
    with open_pool(database.worker_url, PoolSize(1, 1, PATIENCE_S)) as pool:
        with pool.connection() as connection:
            was = connection.info.backend_pid
        with psycopg.connect(database.superuser_url, autocommit=True) as other:
            other.execute(
                "select pg_terminate_backend(%s::int, %s::bigint)", (was, int(PATIENCE_S * 1000))
            )
        with pool.connection() as connection:
            assert connection.info.backend_pid != was
            assert connection.execute("select 1").fetchone() == (1,)


def test_a_statement_that_outlasts_its_request_says_what_to_ask_for_instead(
    database: Database,
) -> None:
    with open_pool(database.worker_url, PoolSize(1, 1, 5.0)) as pool:
        work = PostgresUnitsOfWork(pool)
        with (
            ending_at(within(0.2)),
            pytest.raises(Unavailable, match="one branch or fewer days, or export it"),
            work.begin(SYSTEM) as tx,
        ):
            tx.control.begun.execute("select pg_sleep(60)")
