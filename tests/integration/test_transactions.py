"""Where transactions begin and end, and that a part of one is taken back alone."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import psycopg
import pytest

from clientupdater.adapters.postgres.core.pool import PoolSize, open_pool
from clientupdater.adapters.postgres.core.transactions import Line
from tests.support.waiting import PATIENCE_S

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.servers import Database


class Taken(Exception):
    """What is taken back."""


@pytest.fixture
def line(database: Database) -> Iterator[Line]:
    with psycopg.connect(database.superuser_url) as connection:
        connection.execute("create table noted (word text)")
        connection.commit()
        yield Line.over(connection)


def note(line: Line, word: str) -> None:
    line.connection.execute("insert into noted values (%s)", (word,))


def noted(line: Line) -> list[str]:
    return [word for (word,) in line.connection.execute("select word from noted order by word")]


def test_what_is_done_in_a_whole_stands_once_it_is_left(line: Line) -> None:
    with line.whole(line.send):
        note(line, "a")
    line.connection.execute("rollback")
    assert noted(line) == ["a"]


def test_a_whole_that_fails_leaves_nothing_and_the_next_is_not_in_it(line: Line) -> None:
    with suppress(Taken), line.whole(line.send):
        note(line, "a")
        raise Taken
    with line.whole(line.send):
        note(line, "b")
    assert noted(line) == ["b"]


def test_a_part_that_fails_is_taken_back_alone(line: Line) -> None:
    with line.whole(line.send):
        with line.part(line.send):
            note(line, "a")
        with suppress(Taken), line.part(line.send):
            note(line, "b")
            raise Taken
        with line.part(line.send):
            note(line, "c")
    assert noted(line) == ["a", "c"]


def test_a_part_takes_the_parts_inside_with_it(line: Line) -> None:
    with line.whole(line.send):
        note(line, "a")
        with suppress(Taken), line.part(line.send):
            note(line, "b")
            with line.part(line.send):
                note(line, "c")
            raise Taken
        note(line, "d")
    assert noted(line) == ["a", "d"]


def test_an_inner_part_that_fails_leaves_what_is_around_it(line: Line) -> None:
    with line.whole(line.send):
        with line.part(line.send):
            note(line, "a")
            with pytest.raises(psycopg.errors.DivisionByZero), line.part(line.send):
                line.connection.execute("select 1 / 0")
            note(line, "b")
        with line.part(line.send):
            note(line, "c")
    assert noted(line) == ["a", "b", "c"]


def test_a_part_that_cannot_begin_is_no_part(line: Line) -> None:
    def fail(first: str) -> None:
        line.send(first, "select 1 / 0")

    with line.whole(line.send):
        note(line, "a")
        with pytest.raises(psycopg.errors.DivisionByZero), line.part(fail):
            note(line, "b")
        note(line, "c")
    assert noted(line) == ["a", "c"]


def test_a_connection_that_the_server_closed_is_replaced_before_it_is_used(
    database: Database,
) -> None:
    with open_pool(database.app_url, PoolSize(1, 1, PATIENCE_S)) as pool:
        with pool.connection() as connection:
            was = connection.info.backend_pid
        with psycopg.connect(database.superuser_url, autocommit=True) as other:
            other.execute(
                "select pg_terminate_backend(%s::int, %s::bigint)", (was, int(PATIENCE_S * 1000))
            )
        with pool.connection() as connection:
            assert connection.info.backend_pid != was
            assert connection.execute("select 1").fetchone() == (1,)
