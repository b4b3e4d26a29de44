"""The fixtures themselves: every test is to get what it was promised."""

from __future__ import annotations

import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import psycopg
import redis

from tests.support.commands import heeding_signals

if TYPE_CHECKING:
    from tests.support.servers import Database


def test_an_empty_database_belongs_to_the_owner_and_holds_no_table(
    empty_database: Database,
) -> None:
    with psycopg.connect(empty_database.owner_url) as connection:
        owner = connection.execute(
            "select pg_get_userbyid(datdba) from pg_database where datname = current_database()"
        ).fetchone()
        tables = connection.execute(
            "select count(*) from pg_tables where schemaname = 'public'"
        ).fetchone()
    assert owner == ("clientupdater_owner",)
    assert tables == (0,)


def test_a_login_to_serve_acts_as_the_role_that_owns_nothing(database: Database) -> None:
    with psycopg.connect(database.app_url) as connection:
        row = connection.execute("select session_user, current_user").fetchone()
    assert row == ("clientupdater", "clientupdater_app")


def test_two_databases_are_two(database: Database, empty_database: Database) -> None:
    assert database.name != empty_database.name


def test_the_redis_answers_and_is_empty(redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as client:
        assert client.dbsize() == 0


def test_a_process_that_tests_run_heeds_signals_that_its_parent_ignores() -> None:
    shown = "import signal; print(*(signal.getsignal(s) == signal.SIG_IGN for s in (2, 15)))"
    before = {sign: signal.signal(sign, signal.SIG_IGN) for sign in (signal.SIGINT, signal.SIGTERM)}
    try:
        plain = [sys.executable, "-c", shown]
        assert subprocess.check_output(plain, text=True).split() == ["True", "True"]
        heeding = subprocess.check_output(heeding_signals(plain), text=True)
        assert heeding.split() == ["False", "False"]
    finally:
        for sign, handler in before.items():
            signal.signal(sign, handler)
