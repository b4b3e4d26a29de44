"""One installation for the tests here, made by the commands of docs/operations.md."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import httpx
import pytest
from attrs import frozen

from tests.support.installation import Installation, bare_machine
from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

INSTALL = (
    "The program",
    "The settings",
    "The database",
    "The first administrator",
    "The first worklist",
)
CHOSEN = "comes on Friday at nine"
INITIAL = re.compile(r"^\w{4}(?:-\w{4}){3}$", re.MULTILINE)


@frozen
class Serving:
    """An installation that serves, with what its commands printed."""

    machine: Installation
    printed: dict[str, str]
    first_worklist: list[Any]
    """What Ana saw when she signed in for the first time."""

    @property
    def http(self) -> httpx.Client:
        return over_http(self.machine)


@pytest.fixture(scope="session")
def serving() -> Iterator[Serving]:
    with bare_machine() as machine:
        printed = {title: machine.follow(title) for title in INSTALL}
        machine.start("clientupdater-server")
        machine.start("clientupdater-worker@9465")
        wait_until(lambda: is_ready(machine))
        (initial,) = INITIAL.findall(printed["The first worklist"])
        yield Serving(machine, printed, first_worklist(machine, initial))


def over_http(machine: Installation) -> httpx.Client:
    return httpx.Client(base_url=f"http://127.0.0.1:{machine.ports['8000']}", timeout=60)


def is_ready(machine: Installation) -> bool:
    try:
        with over_http(machine) as http:
            return http.get("/readyz").status_code == 200
    except httpx.TransportError:
        return False


def first_worklist(machine: Installation, initial: str) -> list[Any]:
    """Sign in as Ana with the initial password, choose another, and read the worklist."""
    with over_http(machine) as http:
        body = {"email": "ana@example.com", "password": initial}
        token = http.post("/api/v1/sessions", json=body).raise_for_status().json()["token"]
        http.headers["Authorization"] = f"Bearer {token}"
        chosen = {"current_password": initial, "new_password": CHOSEN}
        key = {"Idempotency-Key": str(uuid4())}
        http.put("/api/v1/me/password", json=chosen, headers=key).raise_for_status()
        items: list[Any] = http.get("/api/v1/worklist").raise_for_status().json()["items"]
    return items
