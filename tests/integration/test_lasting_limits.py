"""Counting in PostgreSQL: the same arithmetic, bounded growth, and nothing let through unseen."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from attrs import evolve

from clientupdater.adapters.local.limits import MemoryRateLimits
from clientupdater.adapters.postgres.core.rate_limits import PostgresRateLimits
from clientupdater.adapters.resilience.fallback import DurableRateLimits
from clientupdater.adapters.security.keyed_hash import KeyedHash
from clientupdater.composition import open_app
from clientupdater.domain.errors import Unavailable
from clientupdater.domain.rate_limits import (
    SECOND,
    Activity,
    Allowance,
    Requester,
    Tally,
    counted_at,
)
from clientupdater.ports.rate_limits import Counting
from clientupdater.settings import Settings
from tests.support.pools import pool_on

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clientupdater.app import App
    from tests.support.servers import Database

HASH = KeyedHash()
SPAN = 1_000_000 * SECOND
ALLOWANCE = Allowance("any", 10, timedelta(seconds=1_000_000), outlives_us=True)
ANA = Requester("203.0.113.7", email="ana@example.com")


class Table:
    """The counts, and what is in them."""

    def __init__(self, pool: Any, connection: psycopg.Connection[tuple[Any, ...]]) -> None:
        self.limits = PostgresRateLimits(pool, HASH)
        self.pool = pool
        self.connection = connection

    def now(self) -> int:
        """Ask the clock that counts."""
        ((result,),) = self.run("select (extract(epoch from clock_timestamp()) * 1e6)::bigint")
        return int(result)

    def write(self, key: bytes, counted_at: int, running: int, before: int) -> None:
        """Put a count there as if it had been counted then."""
        self.run(
            "insert into rate_limit_counts values (%s, %s, %s, %s, %s)",
            *(key, counted_at, running, before, counted_at + 2 * SPAN),
        )

    def run(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """Run a statement by itself."""
        done = self.connection.execute(statement.encode(), values)
        return done.fetchall() if done.description else []


@contextmanager
def opened(database: Database) -> Iterator[Table]:
    with (
        pool_on(database.worker_url, 1, 2) as pool,
        psycopg.connect(database.superuser_url, autocommit=True) as connection,
    ):
        yield Table(pool, connection)


@pytest.fixture
def table(database: Database) -> Iterator[Table]:
    with opened(database) as result:
        yield result


def test_sql_counts_as_the_domain_counts(table: Table) -> None:
    now, differing = table.now(), []
    cases = [
        (ago * SPAN // 10, running, before)
        for ago in range(25)
        for running in (0, 4, 9, 10, 12)
        for before in (0, 1, 10, 15)
    ]
    for number, (ago, running, before) in enumerate(cases):
        tally = Tally(ALLOWANCE, (str(number),))
        key = HASH.of((ALLOWANCE.name, *tally.of))
        table.write(key, now - ago, running, before)
        verdict = table.limits.hit(tally)
        count = counted_at(now, SPAN, (now - ago) // SPAN, running, before)
        room = count.has_room(ALLOWANCE)
        expected = (count.after_one_more() if room else count).verdict(ALLOWANCE, now, allowed=room)
        # The hit came some milliseconds after `now`: far less than a share of this span.
        alike = (verdict.allowed, verdict.remaining) == (expected.allowed, expected.remaining)
        near = abs(verdict.reset_at - expected.reset_at) < 60
        if not (alike and near and abs(verdict.retry_after - expected.retry_after) < 60):
            differing.append((cases[number], verdict, expected))
    assert differing == []


def test_a_hit_that_waited_for_a_later_one_does_not_set_the_time_back(table: Table) -> None:
    tally = Tally(ALLOWANCE, ("ana",))
    later = table.now() + SPAN
    table.write(HASH.of((ALLOWANCE.name, "ana")), later, 3, 4)
    assert table.limits.hit(tally).allowed
    assert table.run("select counted_at, running, before from rate_limit_counts") == [(later, 4, 4)]


def test_expired_counts_are_removed_in_passing_and_the_rest_stays(table: Table) -> None:
    for number in range(1500):
        table.write(number.to_bytes(32), number, 1, 0)
    table.write(b"f" * 32, table.now(), 1, 0)
    table.limits.hit(Tally(ALLOWANCE, ("ana",)))
    assert table.run("select count(*) from rate_limit_counts") == [(502,)]
    table.limits.hit(Tally(ALLOWANCE, ("ana",)))
    assert table.run("select count(*) from rate_limit_counts") == [(2,)]
    table.limits.hit(Tally(ALLOWANCE, ("ben",)))
    assert table.run("select count(*) from rate_limit_counts") == [(3,)]


def test_expired_counts_are_not_removed_again_for_a_while(table: Table) -> None:
    table.limits.hit(Tally(ALLOWANCE, ("ana",)))
    table.write(b"o" * 32, 1, 1, 0)
    table.limits.hit(Tally(ALLOWANCE, ("ana",)))
    assert table.run("select count(*) from rate_limit_counts") == [(2,)]
    assert table.limits.sweep() == 1
    assert table.limits.counting() is Counting.LASTING


def test_one_that_is_counted_stays_counted_whatever_becomes_of_the_request(table: Table) -> None:
    def fail() -> None:
        with table.pool.connection():
            table.limits.hit(Tally(ALLOWANCE, ("ana",)))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert table.limits.hit(Tally(ALLOWANCE, ("ana",))).remaining == 8


def test_U3_while_the_database_is_lost_no_request_passes_uncounted(
    database: Database,
) -> None:
    with opened(database) as table:
        limits = DurableRateLimits(MemoryRateLimits(), PostgresRateLimits(table.pool, HASH))
        assert limits.hit(Tally(ALLOWANCE, ("ana",))).allowed
    with pytest.raises(Unavailable, match="database"):
        limits.hit(Tally(ALLOWANCE, ("ana",)))
    passing = evolve(ALLOWANCE, outlives_us=False)
    assert limits.hit(Tally(passing, ("ana",))).allowed


def attempts(app: App) -> bool:
    """Try to sign in, and fail where one is let try."""
    is_let = app.requests.admit(Activity.SIGN_IN, ANA).allowed
    if is_let:
        app.requests.admit.failed(Activity.SIGN_IN, ANA)
    return is_let


@pytest.mark.parametrize("shared", [True, False], ids=["with Redis", "without"])
def test_U3_two_processes_let_through_no_more_attempts_than_one(
    request: pytest.FixtureRequest, database: Database, *, shared: bool
) -> None:
    settings = Settings.from_mapping(
        {"DATABASE_URL": database.app_url, "RATE_LIMIT_LOGIN_ATTEMPTS": "3"}
    )
    settings = evolve(settings, blind_index_key=b"b" * 32)
    if shared:
        settings = evolve(settings, redis_url=request.getfixturevalue("redis_url"))
    with ExitStack() as stack:
        apps = [stack.enter_context(open_app(settings)) for _ in range(2)]
        items = [attempts(app) for app in apps * 4]
        assert items == [True] * 3 + [False] * 5
        counting = {app.requests.admit.limits.counting() for app in apps}
        assert counting == {Counting.SHARED if shared else Counting.IN_PROCESS}
    # Opened anew, as after a restart; and Redis may have been emptied.
    with open_app(evolve(settings, redis_url=None)) as app:
        assert not app.requests.admit(Activity.SIGN_IN, ANA).allowed
        assert app.requests.admit(Activity.READ, ANA).allowed


def test_each_amount_comes_from_its_setting(database: Database) -> None:
    amounts = {
        "RATE_LIMIT_READ_REQUESTS": "11",
        "RATE_LIMIT_WRITE_REQUESTS": "12",
        "RATE_LIMIT_EXPORT_REQUESTS": "13",
        "RATE_LIMIT_LOGIN_ATTEMPTS": "14",
        "RATE_LIMIT_WEBHOOK_REQUESTS": "15",
    }
    settings = Settings.from_mapping({"DATABASE_URL": database.app_url, **amounts})
    with open_app(settings) as app:
        limits = {str(each): app.requests.admit(each, ANA).limit for each in Activity}
    expected = {"read": 11, "write": 12, "export": 13, "sign_in": 14, "sign_in_request": 280}
    assert limits == {**expected, "webhook": 15, "probe": 1200}
