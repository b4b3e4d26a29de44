"""Statements with their values written in: any value comes back as it is."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

import psycopg
import pytest
from psycopg.pq import TransactionStatus
from psycopg.types.json import Jsonb

from clientupdater.adapters.postgres.core import connection as connections
from clientupdater.adapters.postgres.core.connection import Connection
from clientupdater.adapters.postgres.core.named_queries import Statement
from clientupdater.adapters.postgres.core.prepared import executed, written_out
from clientupdater.adapters.postgres.core.transactions import TransactionControl

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from tests.support.servers import Database

VALUES = [
    ("text", "O'Brien \\ $1 $2 %s ; drop table clients; -- \n ñ"),
    ("text", ""),
    ("text", None),
    ("uuid", UUID(int=7)),
    ("date", date(2026, 11, 29)),
    ("timestamptz", datetime(2026, 11, 29, 1, 2, 3, 4, UTC)),
    ("bigint", -(2**62)),
    ("boolean", True),
    ("numeric", Decimal("12400.50")),
    ("bytea", b"\x00'\\\xff"),
    ("text[]", ["2026-11", "it's {1,2}", None]),
    ("jsonb", Jsonb({"a": "it's"})),
]


@pytest.fixture
def connection(database: Database) -> Iterator[Connection]:
    with Connection.connect(database.app_url, autocommit=True) as connection:
        yield connection


@pytest.mark.parametrize("write", [executed, written_out])
@pytest.mark.parametrize(("kind", "value"), VALUES, ids=[kind for kind, _ in VALUES])
def test_a_value_comes_back_as_it_is(
    connection: Connection,
    write: Callable[[Connection, Statement, list[object]], str],
    kind: str,
    value: object,
) -> None:
    statement = Statement.of(f"select %(value)s::{kind}, 'between', %(other)s::text")
    text = write(connection, statement, [value, "other"])
    expected = value.obj if isinstance(value, Jsonb) else value
    assert connection.execute(text.encode()).fetchall() == [(expected, "between", "other")]


def test_a_statement_is_prepared_once_and_the_oldest_of_too_many_makes_room(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "_MOST", 2)
    for number in (1, 2, 1, 2, 3):
        text = executed(connection, Statement.of(f"select {number}, %(n)s::int"), [number])
        assert connection.execute(text.encode()).fetchall() == [(number, number)]
    (count,) = connection.execute(
        "select count(*) from pg_prepared_statements where name like 'ours_%'"
    ).fetchall()
    assert count == (2,)


def test_a_connection_that_keeps_no_statements_gets_the_statement_itself(
    connection: Connection,
) -> None:
    connection.prepare_threshold = None
    assert executed(connection, Statement.of("select %(n)s::int"), [7]) == "select 7::int"


def read_number(connection: Connection) -> list[tuple[object, ...]]:
    control, statement = TransactionControl.of(connection), Statement.of("select %(n)s::int")
    with control.reading("begin read only"):
        return control.read_last(lambda known: executed(known, statement, [7]))


def test_a_page_is_read_again_where_what_it_had_prepared_is_gone(connection: Connection) -> None:
    assert read_number(connection) == [(7,)]
    connection.execute("deallocate all")
    assert read_number(connection) == [(7,)]


def test_after_psycopg_dropped_every_prepared_statement_a_statement_is_prepared_anew(
    connection: Connection,
) -> None:
    """It does so when it rolls back after one of its own."""
    statement = Statement.of("select %(n)s::int")
    for _ in range(2):
        connection.execute("select 1", prepare=True)
        assert connection.read(statement, {"n": 7}) == [(7,)]
        with pytest.raises(ZeroDivisionError), connection.transaction():
            raise ZeroDivisionError
        assert connection.read(statement, {"n": 7}) == [(7,)]


def test_a_rollback_of_ours_leaves_prepared_what_is_prepared(connection: Connection) -> None:
    control, statement = TransactionControl.of(connection), Statement.of("select %(n)s::int")
    connection.execute("select 1", prepare=True)
    before = connection.name_of(statement)
    with pytest.raises(ZeroDivisionError), control.transaction(control.send):
        raise ZeroDivisionError
    assert connection.name_of(statement) == before
    assert connection.read(statement, {"n": 7}) == [(7,)]


@pytest.mark.parametrize(("kind", "value"), VALUES, ids=[kind for kind, _ in VALUES])
def test_a_value_of_a_statement_of_its_own_comes_back_as_it_is(
    connection: Connection, kind: str, value: object
) -> None:
    statement = Statement.of(f"select %(value)s::{kind}, 'between', %(other)s::text")
    params = {"value": value, "other": "other"}
    if isinstance(value, Jsonb):
        with pytest.raises(TypeError, match="no text is known for a Jsonb"):
            connection.read(statement, params)
    else:
        assert connection.read(statement, params) == [(value, "between", "other")]


def test_the_second_statement_of_a_transaction_is_never_sent_outside_of_it(
    connection: Connection,
) -> None:
    control, statement = TransactionControl.of(connection), Statement.of("select %(n)s::int")
    with control.reading("begin read only"):
        control.begun.execute("select 1")
        with pytest.raises(psycopg.errors.InvalidSqlStatementName):
            control.read_last(lambda _: "execute gone(1)")
    assert connection.info.transaction_status == TransactionStatus.IDLE
    assert executed(connection, statement, [7])
