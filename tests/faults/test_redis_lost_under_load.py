"""People work on while Redis is stopped, paused, emptied and back again."""

from __future__ import annotations

import threading
import time
from collections import Counter, defaultdict
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.faults.test_several_servers import serving, signed_in
from tests.support.cli_actors import CliActors, cli_actors
from tests.support.lost_redis import running, stopped, url_at
from tests.support.servers import free_port
from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.servers import Database

STRETCH_S = 1.0
"""How long people work through each mishap, at the least."""
FETCHES = ("/lookups", "/clients/filter-options", "/worklist", "/me")


@pytest.fixture
def actors(database: Database) -> Iterator[CliActors]:
    with cli_actors(database) as opened:
        yield opened


def test_no_request_fails_and_no_right_returns_whatever_happens_to_redis(
    database: Database, actors: CliActors
) -> None:
    port = free_port()
    actors.client()
    heads = signed_in(actors)
    with (
        serving(database, "--workers", "2", REDIS_URL=url_at(port)) as (_, base),
        Load(base, heads) as load,
    ):
        with running(port) as redis:
            wait_until(lambda: is_counting(redis))
            with stopped(redis):
                load.work("while it stands still")
            redis.flushall()
            load.work("when it was emptied")
        load.work("while it is down")
        load.moment = "meanwhile"
        actors.staff.run("delete from user_permissions where user_id = %s", actors.ana)
        load.moment = "after"
        with running(port) as redis:
            wait_until(lambda: is_counting(redis))
            load.work("when it is back")
        load.work("while it is down again")
    assert load.found["before"].keys() == {200}
    assert sum(load.found["before"].values()) > 50
    # One's own page and the words need no right; the lists do, from the very next request on.
    assert load.found["after"].keys() == {200, 403}
    assert load.widened == 0


def is_counting(redis: object) -> bool:
    """Whether Redis counts requests: it has keys."""
    return redis.dbsize() > 0  # type: ignore[attr-defined, no-any-return]


class Load:
    """Four people who send one request after another, and their answers."""

    def __init__(self, base: str, heads: dict[str, str]) -> None:
        self.base, self.heads = base, heads
        self.moment = "before"
        self.widened = 0
        self.found: defaultdict[str, Counter[int]] = defaultdict(Counter)
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._ask, args=(n,)) for n in range(4)]

    def __enter__(self) -> Load:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def work(self, through: str) -> None:
        """Let them work through a fault of Redis."""
        had = self._answers()
        time.sleep(STRETCH_S)
        wait_until(lambda: self._answers() >= had + 20)
        assert all(thread.is_alive() for thread in self._threads), through

    def _answers(self) -> int:
        return sum(sum(each.values()) for each in list(self.found.values()))

    def _ask(self, number: int) -> None:
        with httpx.Client(base_url=f"{self.base}/api/v1", headers=self.heads, timeout=20) as http:
            turn = number
            while not self._stop.is_set():
                path, turn = FETCHES[turn % len(FETCHES)], turn + 1
                begun = self.moment
                status = http.get(path).status_code
                moment = begun if begun == self.moment else "meanwhile"
                self.found[moment][status] += 1
                if begun == "after" and path in FETCHES[1:3] and status != 403:
                    self.widened += 1
