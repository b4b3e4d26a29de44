"""Circuits: every process stops calling a failing service, and one tries it again."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import httpx
import pytest
from attrs import define

from clientupdater.adapters.redis.circuits import RedisCircuits
from clientupdater.adapters.redis.client import RedisClient
from clientupdater.adapters.redis.connect import Patience
from clientupdater.adapters.resilience.circuits import Circuit, Threshold
from clientupdater.adapters.resilience.source import ResilientSource
from clientupdater.domain.errors import CircuitOpen, SourceMalformed, Unavailable
from clientupdater.ports.circuits import CircuitState
from clientupdater.ports.sources import Abilities, Fetch, SourcePage
from clientupdater.runtime.deadlines import ending_at, within
from tests.support.servers import free_port
from tests.support.waiting import PATIENCE_S

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from clientupdater.ports.sources import RawRecord

SHORT = timedelta(milliseconds=80)
LONG = timedelta(minutes=5)


def circuit(cooldown: timedelta = LONG, shared: RedisCircuits | None = None) -> Circuit:
    return Circuit("nextbank", Threshold(3, cooldown, successes=2), shared)


def fails() -> None:
    raise Unavailable("NextBank")


def trip(tripped: Circuit) -> None:
    for _ in range(3):
        with pytest.raises(Unavailable):
            tripped.run(fails)
    assert tripped.read().state is CircuitState.OPEN


@pytest.mark.rule("Y12")
def test_Y12_failures_in_a_row_open_the_circuit_and_the_error_says_until_when() -> None:
    tripped = circuit()
    for act in (fails, fails):
        with pytest.raises(Unavailable):
            tripped.run(act)
    assert tripped.run(lambda: "well") == "well", "a success in between begins the count anew"
    trip(tripped)
    with pytest.raises(CircuitOpen, match="asked again from") as refused:
        tripped.run(lambda: pytest.fail("it was asked"))
    until = tripped.read().open_until
    assert until == refused.value.until
    assert until
    assert LONG - timedelta(seconds=9) < until - datetime.now(UTC) <= LONG


def test_other_errors_than_unavailable_open_no_circuit() -> None:
    kept = circuit()

    def malformed() -> None:
        raise SourceMalformed

    for _ in range(9):
        with pytest.raises(SourceMalformed):
            kept.run(malformed)
    assert kept.read().state is CircuitState.CLOSED


@pytest.mark.rule("Y12")
def test_Y12_after_the_cooldown_successes_close_it_and_one_failure_opens_it_again() -> None:
    tripped = circuit(SHORT)
    trip(tripped)
    wait_out(tripped)
    assert tripped.run(lambda: 1) == 1
    assert tripped.read().state is CircuitState.HALF_OPEN
    with pytest.raises(Unavailable):
        tripped.run(fails)
    assert tripped.read().state is CircuitState.OPEN
    wait_out(tripped)
    assert [tripped.run(lambda: 1) for _ in range(2)] == [1, 1]
    assert tripped.read().state is CircuitState.CLOSED


def wait_out(tripped: Circuit) -> None:
    until = tripped.read().open_until
    assert until
    time.sleep(max(0.0, (until - datetime.now(UTC)).total_seconds()) + 0.01)


@pytest.mark.rule("Y12")
def test_Y12_one_caller_at_a_time_tries_and_the_others_fail_at_once() -> None:
    tripped = circuit(SHORT)
    trip(tripped)
    wait_out(tripped)
    trying, result = threading.Event(), threading.Event()

    def slow_trial() -> str:
        trying.set()
        assert result.wait(PATIENCE_S)
        return "well"

    items: list[str] = []
    trial = threading.Thread(target=lambda: items.append(tripped.run(slow_trial)))
    trial.start()
    assert trying.wait(PATIENCE_S)
    for _ in range(5):
        with pytest.raises(CircuitOpen):
            tripped.run(lambda: pytest.fail("a second one tried"))
    result.set()
    trial.join()
    assert items == ["well"]


# --- several processes


@pytest.fixture
def gates(redis_url: str) -> Iterator[tuple[RedisClient, RedisClient]]:
    both = [RedisClient.to(redis_url, patience=Patience(5, 5)) for _ in range(2)]
    yield both[0], both[1]
    for redis_client in both:
        redis_client.close()


@pytest.mark.rule("Y12")
def test_Y12_an_open_circuit_of_one_process_stops_the_others(
    gates: tuple[RedisClient, RedisClient],
) -> None:
    cooldown = timedelta(seconds=2)
    mine, theirs = (circuit(cooldown, RedisCircuits(redis_client)) for redis_client in gates)
    trip(mine)
    with pytest.raises(CircuitOpen) as refused:
        theirs.run(lambda: pytest.fail("it was asked"))
    assert refused.value.until == mine.read().open_until
    assert theirs.read().state is CircuitState.OPEN
    wait_out(mine)
    assert [mine.run(lambda: 1) for _ in range(2)] == [1, 1]
    assert theirs.run(lambda: 2) == 2
    assert theirs.read().state is CircuitState.CLOSED


def test_without_redis_each_process_has_its_own_circuit() -> None:
    redis_client = RedisClient.to(f"redis://127.0.0.1:{free_port()}/0")
    try:
        lonely = circuit(LONG, RedisCircuits(redis_client))
        trip(lonely)
        assert circuit(LONG, RedisCircuits(redis_client)).run(lambda: 1) == 1
    finally:
        redis_client.close()


# --- a source over the network


class Outside(ThreadingHTTPServer):
    """A service that answers as the test wants, and counts its calls."""

    daemon_threads = True

    def __init__(self, *moods: str) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.moods, self.asked = list(moods), 0


class _Answer(BaseHTTPRequestHandler):
    server: Outside

    def do_GET(self) -> None:
        self.server.asked += 1
        mood = self.server.moods.pop(0) if self.server.moods else "well"
        if mood == "cut":
            self.connection.close()
            return
        if mood == "slow":
            self.connection.recv(1)  # until whoever asked has had enough of it
            return
        self.send_response(500 if mood == "broken" else 200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Log nothing."""


@contextmanager
def outside(*moods: str) -> Iterator[Outside]:
    server = Outside(*moods)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@define
class HttpSource:
    """The smallest source that goes over the network."""

    server: Outside

    def abilities(self) -> Abilities:
        return Abilities(incremental=False, counts=False, single=True)

    def begin(self, since: datetime | None = None, columns: Sequence[str] = ()) -> Fetch:
        raise NotImplementedError

    def page(self, fetch: Fetch, position: str | None = None) -> SourcePage:
        raise NotImplementedError

    def one(self, code: str) -> RawRecord | None:
        port = self.server.server_address[1]
        try:
            answer = httpx.get(f"http://127.0.0.1:{port}/clients/{code}", timeout=1.5)
            answer.raise_for_status()
        except httpx.HTTPError as error:
            raise Unavailable("NextBank") from error
        return {"code": code}


def guarded(server: Outside, cooldown: timedelta = LONG) -> ResilientSource:
    return ResilientSource(HttpSource(server), circuit(cooldown), first_wait_s=0.01)


@pytest.mark.parametrize("mood", ["broken", "cut", "slow"])
def test_a_call_that_fails_is_tried_again(mood: str) -> None:
    with outside(mood, mood) as server:
        assert guarded(server).one("FC-1") == {"code": "FC-1"}
        assert server.asked == 3


def test_a_call_to_an_open_circuit_is_not_tried_again() -> None:
    with outside(*["broken"] * 9) as server:
        source = guarded(server)
        with pytest.raises(Unavailable):
            source.one("FC-1")
        assert server.asked == 3
        with pytest.raises(CircuitOpen):
            source.one("FC-1")
        assert server.asked == 3


def test_nothing_is_tried_again_after_the_callers_deadline() -> None:
    with outside(*["broken"] * 9) as server:
        patient = ResilientSource(HttpSource(server), circuit(), first_wait_s=30)
        with ending_at(within(5.0)), pytest.raises(Unavailable):
            patient.one("FC-1")
        assert server.asked == 1
