"""The change feed is read whole while its server, and the database, are killed."""

from __future__ import annotations

import os
import random
import signal
from collections import defaultdict
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from threading import Event
from typing import TYPE_CHECKING

import httpx
import psycopg
import pytest
from attrs import define, field

from clientupdater.adapters.postgres.admin.embedded import EmbeddedPostgres
from clientupdater.adapters.postgres.admin.maintenance import PostgresMaintenance
from tests.integration.test_changes import APPEND, MANILA
from tests.support.forked_servers import forked_server
from tests.support.http_server import WITHOUT_TLS
from tests.support.seal_fixture import seal_world
from tests.support.servers import Database, folder_of_data
from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from tests.support.forked_servers import ForkedServer
    from tests.support.seal_fixture import SealWorld

ROUNDS, PAUSE_S = 6, 0.2
CODES = ["S1", "S2", "S3", "S4", "S5", "S6", "S7"]


@pytest.fixture
def database() -> Iterator[Database]:
    """Give a database on a server of its own, which may crash."""
    with folder_of_data() as folder, EmbeddedPostgres(folder, fsync=False) as server:
        server.cluster.create_database("feed")
        result = Database.on(server.cluster, "feed")
        PostgresMaintenance(result.owner_url).migrate()
        PostgresMaintenance(result.owner_url).seed()
        yield result


@define
class FeedReader:
    """A service that keeps its place, whatever becomes of the server."""

    token: str
    limit: int
    after: str = "0"
    caught_up: bool = False
    read: list[tuple[str, str, int]] = field(factory=list)

    def ask(self, base: str) -> None:
        """Read one page; where there is no answer, nothing is taken."""
        with suppress(httpx.TransportError):
            response = httpx.get(
                f"{base}/api/v1/changes",
                params={"after": self.after, "limit": self.limit, "wait": 1},
                headers={"Authorization": f"Bearer {self.token}"},
                timeout=20,
                verify=WITHOUT_TLS,
            )
            if response.status_code == 200:
                page = response.json()
                for each in page["items"]:
                    place = each["client"]["client_code"], each["period"]
                    self.read.append((*place, each["version"]))
                self.after, self.caught_up = page["next"], page["caught_up"] and not page["items"]
            else:
                assert response.status_code >= 500, response.text

    def follow(self, base: str, over: Event) -> None:
        while not over.is_set():
            self.ask(base)


def write(url: str, number: int, over: Event) -> None:
    """Commit, roll back, or commit late, again and again; pause, or all would wait for these."""
    chance = random.Random(number)  # noqa: S311 — no secret
    while not over.is_set():
        with suppress(psycopg.OperationalError), psycopg.connect(url) as connection:
            while not over.is_set():
                for code in sorted(chance.sample(CODES, 2)):
                    connection.execute(APPEND, (code,))
                    if number % 4 == 0:
                        connection.execute("select pg_sleep(0.02)")
                if chance.random() < 0.2:
                    connection.rollback()
                else:
                    connection.commit()
                over.wait(PAUSE_S)


def crash(url: str) -> None:
    """Kill a backend, so that PostgreSQL gives up its memory and recovers from its log."""
    with psycopg.connect(url) as connection:
        os.kill(connection.info.backend_pid, signal.SIGKILL)
        with suppress(psycopg.OperationalError):
            connection.execute("select pg_sleep(10)")


def count(url: str) -> int:
    try:
        with psycopg.connect(url) as connection:
            row = connection.execute("select count(*) from status_events").fetchone()
    except psycopg.OperationalError:
        return 0  # it recovers
    assert row
    return int(row[0])


def has_grown(url: str, goal: int) -> bool:
    return count(url) >= goal


def require_whole(world: SealWorld, reader: FeedReader) -> None:
    assert len(reader.read) == len(set(reader.read)) == count(world.database.superuser_url)
    rows: dict[object, list[int]] = defaultdict(list)
    for code, period, sequence in reader.read:
        rows[code, period].append(sequence)
    assert all(each == list(range(len(each))) for each in rows.values())


@contextmanager
def followed(
    readers: Iterable[FeedReader], threads: ThreadPoolExecutor, **settings: str
) -> Iterator[ForkedServer]:
    """Run a server that the readers ask until it is done with."""
    is_over = Event()
    with forked_server(**settings) as server:
        asked = [threads.submit(each.follow, server.base, is_over) for each in readers]
        try:
            yield server
        finally:
            is_over.set()
            for each in asked:
                each.result()


def test_two_readers_miss_nothing_while_servers_are_killed(database: Database) -> None:
    url = database.superuser_url
    over = Event()
    settings = {"DATABASE_URL": database.app_url, "RATE_LIMIT_READ_REQUESTS": "100000"}
    with seal_world(database, MANILA) as world, ThreadPoolExecutor(20) as threads:
        world.staff.clock.moment = datetime.now(UTC)  # the servers go by the machine's clock
        readers = [FeedReader(world.staff.session(world.boss), limit) for limit in (7, 200)]
        writers = [threads.submit(write, url, number, over) for number in range(16)]
        try:
            for number in range(ROUNDS):
                with followed(readers, threads, **settings) as server:
                    wait_until(partial(has_grown, url, count(url) + 200))
                    if number % 2:
                        crash(url)
                    server.process.kill()
                wait_until(partial(has_grown, url, 1))  # it has recovered
        finally:
            over.set()
        for each in writers:
            each.result()
        with forked_server(**settings) as server:
            for reader in readers:
                reader.caught_up = False
                while not reader.caught_up:
                    reader.ask(server.base)
        for reader in readers:
            require_whole(world, reader)
