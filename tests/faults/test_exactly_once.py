"""A server that dies at any moment of a change: its asker asks again, and it was made once."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import httpx
import pytest

from tests.support.cli_actors import CliActors, cli_actors, running
from tests.support.forked_servers import forked_server
from tests.support.http_server import WITHOUT_TLS
from tests.support.thoroughness import some_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.forked_servers import ForkedServer
    from tests.support.servers import Database

KILLS = len(some_of(range(100), few=30))


@pytest.fixture
def actors(database: Database) -> Iterator[CliActors]:
    with cli_actors(database) as opened:
        yield opened


def test_kills_leave_every_change_made_once(actors: CliActors, database: Database) -> None:
    chance = random.Random(20261124)  # noqa: S311 - moments, not secrets
    actors.staff.clock.moment = datetime.now(UTC)  # the servers go by the machine's clock
    asker = Asker(actors.client(), actors.staff.session(actors.ana))
    with forked_server(DATABASE_URL=database.app_url) as server:
        usual = asker.usual_time(server)
    for _ in range(KILLS):
        with forked_server(DATABASE_URL=database.app_url) as server:
            asker.insist(server)
            doomed = threading.Thread(target=asker.ask, args=(server,))
            doomed.start()
            time.sleep(chance.uniform(0, 1.5 * usual))
            server.process.kill()
            doomed.join()
    with forked_server(DATABASE_URL=database.app_url) as server:
        asker.insist(server)
    made = actors.events()
    distinct = actors.staff.one("select count(distinct remarks) from status_events")
    assert made == distinct == asker.made == KILLS + 2
    assert min(asker.found["made anew"], asker.found["made before the kill"]) > 0, asker.found


class Asker:
    """Somebody who records what came of calls, and repeats what was not answered."""

    def __init__(self, client: str, token: str) -> None:
        self.url = f"/api/v1/clients/code:{client}/periods/{running()}/events"
        self.heads = {"Authorization": f"Bearer {token}"}
        self.made = 0
        self.found: Counter[str] = Counter()

    def usual_time(self, server: ForkedServer) -> float:
        """Learn how long one takes that is not a server's first."""
        self.insist(server)
        begun = time.perf_counter()
        assert self.send(server).status_code == 201
        return time.perf_counter() - begun

    def ask(self, server: ForkedServer) -> None:
        """Ask once; there may be no answer."""
        with suppress(httpx.TransportError):
            self.send(server)

    def insist(self, server: ForkedServer) -> None:
        """Ask until it is answered; what comes next is another change."""
        answer = self.send(server)
        while answer.status_code != 201:
            # The database may not know yet that the one who began it is dead.
            assert answer.json()["error"]["code"] == "idempotency_in_progress", answer.text
            time.sleep(0.01)
            answer = self.send(server)
        self.made += 1
        assert answer.json()["event"]["sequence"] == self.made
        was_made = "idempotent-replayed" in answer.headers
        self.found["made before the kill" if was_made else "made anew"] += 1

    def send(self, server: ForkedServer) -> httpx.Response:
        """Record one."""
        version = self.made
        json = {"status": "CALLED", "version": version, "remarks": f"Call {version}"}
        heads = {**self.heads, "Idempotency-Key": f"call-{version}"}
        return httpx.post(
            server.base + self.url, json=json, headers=heads, timeout=20, verify=WITHOUT_TLS
        )
