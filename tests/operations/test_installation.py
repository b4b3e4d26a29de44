"""docs/operations.md leads from an empty machine to a serving installation, by its commands alone."""

from __future__ import annotations

import re
import stat
from contextlib import ExitStack
from typing import TYPE_CHECKING
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
INITIAL = re.compile(r"^\w{4}(?:-\w{4}){3}$", re.MULTILINE)


@frozen
class Serving:
    """An installation that serves, with what its commands printed."""

    machine: Installation
    printed: dict[str, str]

    @property
    def http(self) -> httpx.Client:
        return httpx.Client(base_url=f"http://127.0.0.1:{self.machine.ports['8000']}", timeout=60)


@pytest.fixture(scope="module")
def serving() -> Iterator[Serving]:
    with bare_machine() as machine, ExitStack() as stack:
        printed = {title: machine.follow(title) for title in INSTALL}
        stack.enter_context(machine.unit("clientupdater-server.service"))
        stack.enter_context(machine.unit("clientupdater-worker@.service", "9465"))
        installed = Serving(machine, printed)
        wait_until(lambda: answers(installed))
        yield installed


def answers(serving: Serving) -> bool:
    try:
        with serving.http as http:
            return http.get("/readyz").status_code == 200
    except httpx.TransportError:
        return False


def signed_in(serving: Serving, http: httpx.Client) -> None:
    """Sign in as Ana for the first time, and choose a password."""
    (initial,) = INITIAL.findall(serving.printed["The first worklist"])
    body = {"email": "ana@example.com", "password": initial}
    token = http.post("/api/v1/sessions", json=body).raise_for_status().json()["token"]
    http.headers["Authorization"] = f"Bearer {token}"
    chosen = {"current_password": initial, "new_password": "comes on Friday at nine"}
    http.put("/api/v1/me/password", json=chosen, headers=once()).raise_for_status()


def once() -> dict[str, str]:
    return {"Idempotency-Key": str(uuid4())}


def test_the_commands_of_the_page_lead_to_a_first_worklist(serving: Serving) -> None:
    assert INITIAL.fullmatch(serving.printed["The first administrator"].strip())
    with serving.http as http:
        signed_in(serving, http)
        (item,) = http.get("/api/v1/worklist").raise_for_status().json()["items"]
        assert (item["client"]["full_name"], item["cause"]) == ("Juan dela Cruz", "not_touched")
        assert http.get("/console/sign-in").status_code == 200


def test_the_checks_of_the_page_say_that_all_is_well(serving: Serving) -> None:
    lines = serving.machine.follow("Check it").splitlines()
    assert [line for line in lines if line.startswith("NOT OK")] == []
    assert '"status":"healthy"' in lines[-1]
    worker = f"http://127.0.0.1:{serving.machine.ports['9465']}/metrics"
    assert "clientupdater_worker_heard_queue_timestamp_seconds" in httpx.get(worker).text


def test_what_the_units_start_is_given_no_login_that_changes_tables(serving: Serving) -> None:
    settings = (serving.machine.home / "settings.env").read_text("utf-8")
    assert "clientupdater_owner" not in settings
    for name in ("settings.env", "owner.env"):
        assert stat.S_IMODE((serving.machine.home / name).stat().st_mode) == 0o600
