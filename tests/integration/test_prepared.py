"""Commands of one message: their values, what is kept prepared, and what fails."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import TYPE_CHECKING
from uuid import UUID

import psycopg
import pytest
from psycopg.pq import TransactionStatus
from psycopg.types.json import Jsonb

from clientupdater.adapters.postgres.core import connection as connections
from clientupdater.adapters.postgres.core.connection import Command, Connection
from clientupdater.adapters.postgres.core.literals import written_out
from clientupdater.adapters.postgres.core.named_queries import Statement
from clientupdater.adapters.postgres.core.transactions import Opening, TransactionControl
from clientupdater.runtime.deadlines import ending_at, within

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import NoReturn

    from clientupdater.adapters.postgres.core.connection import Sent
    from tests.support.servers import Database

VALUES = [
    ("text", "O'Brien \\ $1 $2 %s ; drop table clients; -- \n ñ"),
    ("text", ""),
    ("text", None),
    ("uuid", UUID(int=7)),
    ("date", date(2026, 11, 29)),
    ("time", time(13, 5)),
    ("timestamptz", datetime(2026, 11, 29, 1, 2, 3, 4, UTC)),
    ("bigint", -(2**62)),
    ("boolean", True),
    ("numeric", Decimal("12400.50")),
    ("bytea", b"\x00'\\\xff"),
    ("text[]", ["2026-11", "it's {1,2}", None]),
    ("jsonb", Jsonb({"a": "it's"})),
]


@pytest.fixture(params=[None, 60.0], ids=["in a command", "in a request"])
def connection(database: Database, request: pytest.FixtureRequest) -> Iterator[Connection]:
    seconds: float | None = request.param
    with (
        ending_at(seconds and within(seconds)),
        Connection.connect(database.app_url, autocommit=True) as connection,
    ):
        yield connection


@pytest.mark.parametrize(("kind", "value"), VALUES, ids=[kind for kind, _ in VALUES])
def test_a_value_that_is_written_out_comes_back_as_it_is(
    connection: Connection, kind: str, value: object
) -> None:
    statement = Statement.of(f"select %(value)s::{kind}, 'between', %(other)s::text")
    text = written_out(connection, statement, {"value": value, "other": "other"})
    expected = value.obj if isinstance(value, Jsonb) else value
    assert connection.execute(text.encode()).fetchall() == [(expected, "between", "other")]


@pytest.fixture(params=["prepared", "behind a pooler"])
def sending(request: pytest.FixtureRequest, connection: Connection) -> Connection:
    if request.param == "behind a pooler":
        connection.prepare_threshold = None
    return connection


def number(statement: Statement, number: int) -> Command:
    return Command.of(statement, {"n": number})


def prepared(connection: Connection) -> dict[bytes, str]:
    """Give the names that statements are prepared under, by their text."""
    kept = connection.execute("select statement, name from pg_prepared_statements", prepare=False)
    return {text.encode(): name for text, name in kept if name.startswith("ours_")}


SEVEN = Statement.of("select %(n)s::int")


def test_several_commands_give_a_result_each_in_one_message(sending: Connection) -> None:
    commands: list[Sent] = [
        "begin",
        number(SEVEN, 7),
        "select 'a', 'b'",
        number(SEVEN, 8),
        "commit",
    ]
    results = sending.send(commands)
    assert [sending.rows(each) for each in results if each.nfields] == [
        [(7,)],
        [("a", "b")],
        [(8,)],
    ]
    assert len(results) == len(commands)
    assert sending.info.transaction_status == TransactionStatus.IDLE


def test_commands_after_one_that_fails_do_nothing_and_the_connection_goes_on(
    sending: Connection,
) -> None:
    sending.send(["create temporary table kept (n int)"])
    with pytest.raises(psycopg.errors.DivisionByZero):
        sending.send(["begin", "select 1 / 0", "insert into kept values (1)", "commit"])
    assert sending.info.transaction_status == TransactionStatus.INERROR
    sending.send(["rollback", "begin", number(SEVEN, 7), "commit"])
    assert sending.execute("select count(*) from kept").fetchall() == [(0,)]


def test_a_message_longer_than_the_buffers_of_both_ends_is_sent_and_read(
    sending: Connection,
) -> None:
    """Neither side may wait for the other to read while it writes."""
    long = Statement.of("select %(text)s::text")
    text = "x" * 3_000_000
    results = sending.send([Command.of(long, {"text": text}) for _ in range(4)])
    assert [sending.rows(each) == [(text,)] for each in results] == [True] * 4


def test_a_statement_is_prepared_once_and_the_one_used_least_lately_makes_room(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "_MOST", 2)
    first, second, third = (Statement.of(f"select {n}, %(n)s::int") for n in range(3))
    for each in (first, second, first):
        connection.send([number(each, 7)])
    name = prepared(connection)[first.text]
    for each in (third, first):
        connection.send([number(each, 7)])
    kept = prepared(connection)
    assert set(kept) == {first.text, third.text}
    assert kept[first.text] == name


def test_commands_of_one_message_make_no_room_for_each_other(
    connection: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "_MOST", 2)
    old, other, new = (Statement.of(f"select {n}, %(n)s::int") for n in range(3))
    connection.send([number(old, 1), number(other, 1)])
    results = connection.send([number(old, 1), number(new, 2)])
    assert [connection.rows(each) for each in results] == [[(0, 1)], [(2, 2)]]


def test_behind_a_pooler_nothing_is_prepared(connection: Connection) -> None:
    connection.prepare_threshold = None
    assert connection.read(SEVEN, {"n": 7}) == [(7,)]
    kept = connection.execute("select name from pg_prepared_statements", prepare=False)
    assert kept.fetchall() == []


def read_number(connection: Connection) -> list[tuple[object, ...]]:
    control = TransactionControl.of(connection)
    with control.reading():
        return control.read_last(number(SEVEN, 7))


def test_a_page_is_read_again_where_what_it_had_prepared_is_gone(connection: Connection) -> None:
    assert read_number(connection) == [(7,)]
    connection.execute("deallocate all")
    assert read_number(connection) == [(7,)]
    assert connection.info.transaction_status is TransactionStatus.IDLE


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
    control = TransactionControl.of(connection)
    connection.execute("select 1", prepare=True)
    connection.send([number(SEVEN, 7)])
    before = prepared(connection)
    with pytest.raises(ZeroDivisionError), control.transaction(control.send):
        raise ZeroDivisionError
    assert connection.read(SEVEN, {"n": 7}) == [(7,)]
    assert prepared(connection) == before


@pytest.mark.parametrize(("kind", "value"), VALUES[:-1], ids=[kind for kind, _ in VALUES[:-1]])
def test_a_value_of_a_statement_among_others_comes_back_as_it_is(
    sending: Connection, kind: str, value: object
) -> None:
    statement = Statement.of(f"select %(value)s::{kind}, 'between', %(other)s::text")
    command = Command.of(statement, {"value": value, "other": "$1"})
    _, result, _ = sending.send(["begin", command, "commit"])
    assert sending.rows(result) == [(value, "between", "$1")]


@pytest.mark.parametrize("text", ["ends with \\", "it's \\"])
def test_a_backslash_is_one_also_where_it_would_escape(sending: Connection, text: str) -> None:
    sending.send(["set standard_conforming_strings = off"])
    statement = Statement.of("select %(text)s::text")
    _, result = sending.send(["begin", Command.of(statement, {"text": text})])
    assert sending.rows(result) == [(text,)]


def test_a_transaction_that_is_refused_as_it_ends_is_rolled_back(connection: Connection) -> None:
    def refuse(_: object) -> NoReturn:
        raise ZeroDivisionError

    control = TransactionControl.of(connection)
    with pytest.raises(ZeroDivisionError), control.transaction(lambda _: None):
        control.opening = Opening(("begin", "select 1"), refuse)
    assert connection.info.transaction_status == TransactionStatus.IDLE


def test_a_zero_byte_ends_its_value_and_not_the_message(sending: Connection) -> None:
    statement = Statement.of("select %(text)s::text")
    results = sending.send([Command.of(statement, {"text": "a\0b"}), "select 7"])
    assert [sending.rows(each) for each in results] == [[("a",)], [(7,)]]


def test_a_statement_that_is_not_prepared_yet_goes_in_a_message_that_ends_a_failed_transaction(
    sending: Connection,
) -> None:
    with pytest.raises(psycopg.errors.DivisionByZero):
        sending.send(["begin", "select 1 / 0"])
    *_, result, _ = sending.send(["rollback", "begin", number(SEVEN, 7), "commit"])
    assert sending.rows(result) == [(7,)]


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
    control = TransactionControl.of(connection)
    with control.reading("begin read only"):
        control.begun.execute("select 1")
        with pytest.raises(psycopg.errors.InvalidSqlStatementName):
            control.read_last("execute gone(1)")
    assert connection.info.transaction_status == TransactionStatus.IDLE
    assert connection.read(SEVEN, {"n": 7}) == [(7,)]
