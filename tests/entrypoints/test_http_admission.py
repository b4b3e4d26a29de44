"""Too many requests and long waits are refused at once, and liveness still answers."""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING

import httpx
import psycopg

from clientupdater.entrypoints.http.application import build
from clientupdater.entrypoints.http.middleware.metrics import Metrics
from clientupdater.entrypoints.http.server_settings import ServerSettings
from tests.support.http_actors import BASE, HttpActors, code_of
from tests.support.http_server import served
from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.servers import Database


@contextmanager
def serving(
    actors: HttpActors, server: ServerSettings, measures: Metrics | None = None
) -> Iterator[httpx.Client]:
    with served(
        build(lambda: nullcontext(actors.staff.serving), server, measures=measures)
    ) as http:
        http.headers["Authorization"] = actors.http.headers["Authorization"]
        yield http


@contextmanager
def rows_held(database: Database) -> Iterator[None]:
    """Keep every row locked, as a writer of it would."""
    with psycopg.connect(database.superuser_url) as connection:
        connection.execute("select 1 from client_period_status for update")
        yield


def change(http: httpx.Client, actors: HttpActors, client: str, version: int) -> httpx.Response:
    json = {"status": "CALLED", "version": version}
    return http.post(f"{actors.url(client)}/events", json=json, timeout=20)


def test_a_request_beyond_the_admission_limit_is_refused_at_once(
    actors: HttpActors, database: Database
) -> None:
    client, answers, measures = actors.client(), [], Metrics()
    full = ServerSettings(threads=1, max_requests=2, deadline_s=10)
    with serving(actors, full, measures) as http:
        assert change(http, actors, client, 0).status_code == 201
        with rows_held(database):
            inside = [
                threading.Thread(target=lambda: answers.append(until_let_in(http, actors, client)))
                for _ in range(2)
            ]
            for thread in inside:
                thread.start()
            wait_until(lambda: in_flight(measures) == 2)
            refused = http.get(f"{BASE}/periods/current")
            assert code_of(refused) == (503, "unavailable")
            assert int(refused.headers["retry-after"]) >= 1
            assert http.get("/livez").status_code == 200
            assert http.get("/readyz").status_code == 200
        for thread in inside:
            thread.join()
    assert sorted(each.status_code for each in answers) == [201, 409]


def until_let_in(http: httpx.Client, actors: HttpActors, client: str) -> httpx.Response:
    """Ask again after a conflict, as the answer says."""
    while (answer := change(http, actors, client, 1)).status_code == 503:
        time.sleep(0.05)
    return answer


def in_flight(measures: Metrics) -> float:
    return measures.registry.get_sample_value("clientupdater_http_in_flight") or 0


def test_a_request_beyond_its_deadline_is_rolled_back(
    actors: HttpActors, database: Database
) -> None:
    client = actors.client()
    assert change(actors.http, actors, client, 0).status_code == 201
    with serving(actors, ServerSettings(deadline_s=1.5)) as http, rows_held(database):
        late = change(http, actors, client, 1)
    assert code_of(late) == (503, "unavailable")
    assert late.headers["retry-after"]
    assert change(actors.http, actors, client, 1).status_code == 201
    assert actors.staff.one("select count(*) from status_events where kind = 'recorded'") == 2


def test_a_request_that_waited_its_time_away_is_not_begun(
    actors: HttpActors, database: Database
) -> None:
    client, answers = actors.client(), []
    assert change(actors.http, actors, client, 0).status_code == 201
    hasty = ServerSettings(threads=1, max_requests=9, deadline_s=1.5)
    with serving(actors, hasty) as http, rows_held(database):
        waiting = [
            threading.Thread(target=lambda: answers.append(change(http, actors, client, 1)))
            for _ in range(3)
        ]
        for thread in waiting:
            thread.start()
        for thread in waiting:
            thread.join()
    assert [each.status_code for each in answers] == [503, 503, 503]
    assert actors.staff.one("select count(*) from status_events where kind = 'recorded'") == 1


def test_a_missing_body_does_not_delay_other_requests(actors: HttpActors) -> None:
    begun = threading.Event()

    def drips() -> Iterator[bytes]:
        yield b'{"status": '
        begun.set()
        time.sleep(3)
        yield b'"CALLED"}'

    with serving(actors, ServerSettings(deadline_s=1.5, max_requests=1)) as http:
        slow: list[httpx.Response] = []
        heads = {"Content-Type": "application/json"}
        url = f"{actors.url(actors.client())}/events"
        sender = threading.Thread(
            target=lambda: slow.append(http.post(url, content=drips(), headers=heads))
        )
        sender.start()
        begun.wait(60)
        # While it is found out who sends it, and no longer.
        wait_until(lambda: http.get(f"{BASE}/me").status_code == 200)
        assert not slow, "who sends slowly is not inside"
        sender.join()
    assert code_of(slow[0]) == (400, "invalid_request")


def test_a_body_may_be_as_long_as_the_setting_says(actors: HttpActors) -> None:
    json = {"status": "CALLED", "version": 0, "remarks": "x" * 3000}
    url = f"{actors.url(actors.client())}/events"
    with serving(actors, ServerSettings(max_body_bytes=2048)) as http:
        assert code_of(http.post(url, json=json)) == (413, "payload_too_large")
        many = {"items": [], "remarks": "x" * 3000}
        assert http.post(f"{BASE}/status-updates", json=many).status_code == 422
