"""An upgrade and its way back, by docs/operations.md, while a person records updates."""

from __future__ import annotations

import re
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import httpx
from attrs import Factory, define

from tests.operations.conftest import CHOSEN, is_ready, over_http
from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.operations.conftest import Serving
    from tests.support.installation import Installation

NEXT_MIGRATION = """
-- What the next release adds: it locks the rows for a moment, and leaves the schema as it is.
lock table client_period_status in access exclusive mode;
select pg_sleep(0.2);
"""
NEXT_INSTALL = """#!/bin/sh
# Makes the next release of the present one, with one migration more.
set -eu
cp -a releases/0.1.0 "$1"
sed -i "1s|releases/0.1.0|$1|" "$1/bin/clientupdater"
cp "$(dirname "$0")"/*.sql "$1"/lib/python*/site-packages/clientupdater/sql/migrations/
"""


@define
class Caller:
    """Records an update now and then, and repeats it until the response says what happened."""

    machine: Installation
    token: str
    before: int = 0
    """Events before the first update."""
    acknowledged: int = 0
    outcomes: set[int] = Factory(set)
    is_over: threading.Event = Factory(threading.Event)

    def work(self) -> None:
        while not self.is_over.wait(0.5):
            self.record_one()

    def record_one(self) -> None:
        row = self.row()
        body = {"status": "CALLED", "version": row["version"]}
        key = {"Idempotency-Key": str(uuid4())}
        while self.request("POST", f"{PERIODS}/{row['period']}/events", body, key) is None:
            self.is_over.wait(0.5)
        self.acknowledged += 1

    def count_events(self) -> int:
        return len(self.request("GET", f"{PERIODS}/{self.row()['period']}/events")["items"])

    def row(self) -> Any:
        while (result := self.request("GET", "/api/v1/clients/code:FC-000001")) is None:
            self.is_over.wait(0.5)
        return result["current"]

    def request(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> Any:
        """Send a request; give what came back, or None where it may be sent again."""
        named = {"Authorization": f"Bearer {self.token}", **(headers or {})}
        try:
            with over_http(self.machine) as http:
                answer = http.request(method, path, json=body, headers=named)
        except httpx.TransportError:
            return None
        self.outcomes.add(answer.status_code)
        return answer.json() if answer.is_success else None


PERIODS = "/api/v1/clients/code:FC-000001/periods"


@contextmanager
def recording(machine: Installation) -> Iterator[Caller]:
    with over_http(machine) as http:
        body = {"email": "ana@example.com", "password": CHOSEN}
        token = http.post("/api/v1/sessions", json=body).raise_for_status().json()["token"]
    caller = Caller(machine, token)
    caller.before = caller.count_events()
    thread = threading.Thread(target=caller.work)
    thread.start()
    try:
        yield caller
    finally:
        caller.is_over.set()
        thread.join()


def release_of(machine: Installation) -> str:
    """Name the release whose program the server was started from."""
    started_from = (machine.home / "current" / "bin" / "clientupdater").read_text("utf-8")
    (release,) = set(re.findall(r"releases/([\d.]+)/", started_from))
    return str(release)


def recorded_more(caller: Caller) -> None:
    """Wait until two more updates are acknowledged: the service works."""
    before = caller.acknowledged
    wait_until(lambda: caller.acknowledged >= before + 2)


def test_an_upgrade_and_its_way_back_lose_no_update(serving: Serving) -> None:
    machine = serving.machine
    release = machine.home / "clientupdater-0.2.0" / "deploy"
    release.mkdir(parents=True)
    (release / "install.sh").write_text(NEXT_INSTALL)
    (release / "install.sh").chmod(0o755)
    for name, text in (("0999_next", NEXT_MIGRATION), ("0999_next.down", "select 1;\n")):
        (release / f"{name}.sql").write_text(text)
    with recording(machine) as caller:
        recorded_more(caller)
        upgraded = machine.follow("Upgrade")
        assert "applied 0999_next" in upgraded
        assert "NOT OK" not in upgraded
        assert release_of(machine) == "0.2.0"
        wait_until(lambda: is_ready(machine))
        recorded_more(caller)
        assert "undone 0999_next" in machine.follow("Go back")
        assert release_of(machine) == "0.1.0"
        wait_until(lambda: is_ready(machine))
        recorded_more(caller)
    assert caller.count_events() == caller.before + caller.acknowledged
    assert caller.outcomes <= {200, 201, 409, 429, 503}
