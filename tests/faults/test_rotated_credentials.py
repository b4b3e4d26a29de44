"""NextBank's secret or key is replaced while workers read it, also where no two of them are valid.

Snowflake's keys and tokens are in test_snowflake_credentials.py.
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import orjson
import psycopg
import pytest
from attrs import frozen

from clientupdater.adapters.nextbank.simulator import API_KEY, CLIENT_ID, CLIENT_SECRET, Bank
from clientupdater.adapters.nextbank.simulator import running as running_bank
from tests.entrypoints.test_cli_long_running import KEYS
from tests.faults.test_sync_killed import BOSS, PEOPLE
from tests.support.commands import call
from tests.support.waiting import wait_until
from tests.support.worker_processes import command

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from multiprocessing.context import ForkServerProcess

    from tests.support.servers import Database

CLIENTS = 5
NEW = "another-secret"
WORKER = ("worker", "--queues", "sync", "--lease-seconds", "5")


@frozen
class Reading:
    """A bank, and workers that read it with one secret or another."""

    database: Database
    bank: Bank
    way: str

    def settings(self, secret: str) -> dict[str, str]:
        values = {
            **KEYS,
            "DATABASE_URL": self.database.worker_url,
            "NEXTBANK_BASE_URL": self.bank.url,
            "CLIENTUPDATER_ACTOR": BOSS,
            "LOG_LEVEL": "error",
        }
        if self.way == "key":
            return {**values, "NEXTBANK_API_KEY": secret}
        token_url = f"{self.bank.url}/oauth/token"
        names = ("NEXTBANK_CLIENT_ID", "NEXTBANK_CLIENT_SECRET", "NEXTBANK_TOKEN_URL")
        return {**values, **dict(zip(names, (CLIENT_ID, secret, token_url), strict=True))}

    @property
    def old(self) -> str:
        return API_KEY if self.way == "key" else CLIENT_SECRET

    @property
    def accepted(self) -> set[str]:
        return self.bank.api_keys if self.way == "key" else self.bank.client_secrets

    def worker(self, secret: str) -> AbstractContextManager[ForkServerProcess]:
        return command(*WORKER, **self.settings(secret))

    def withdraw_old(self) -> None:
        self.accepted.discard(self.old)
        self.bank.void_tokens()

    def state_of_run(self) -> tuple[str, str]:
        """Let a worker read all of it; give how that ended, and the error."""
        words = ("sync", "run", "nextbank", "--full", "--enqueue", "--json")
        asked = call(*words, **self.settings(self.old))
        job = orjson.loads(asked.stdout)["id"]
        states: list[tuple[str, str]] = []

        def ended() -> bool:
            query = "select status::text, coalesce(error, '') from sync_jobs where id = %s"
            states[:] = self.rows(query, job)
            return states[0][0] in {"completed", "failed"}

        wait_until(ended)
        return states[0]

    def rows(self, query: str, *params: object) -> list[Any]:
        with psycopg.connect(self.database.superuser_url) as connection:
            return connection.execute(query.encode(), params).fetchall()


@pytest.fixture(params=["secret", "key"])
def reading(request: pytest.FixtureRequest, database: Database) -> Iterator[Reading]:
    items = [
        {**dict.fromkeys(_members(database)), **_client(f"FC-{number}")}
        for number in range(CLIENTS)
    ]
    with psycopg.connect(database.superuser_url) as connection:
        connection.execute(PEOPLE.encode())
    with running_bank(Bank(items)) as bank:
        yield Reading(database, bank, request.param)


def _members(database: Database) -> list[str]:
    with psycopg.connect(database.superuser_url) as connection:
        query = "select source_column from field_mappings where source = 'nextbank'"
        return [member for (member,) in connection.execute(query)]


def _client(code: str) -> dict[str, Any]:
    named = {"code": code, "name": "Juan dela Cruz", "company": "FCASH", "product": "FCASH_SSS"}
    return {**named, "branch": "CAL", "version": 1, "updated_at": "2026-11-01T00:00:00Z"}


def test_NextBank_accepts_two_secrets_and_no_run_fails(reading: Reading) -> None:
    reading.accepted.add(NEW)
    with ExitStack() as stack:
        before = stack.enter_context(reading.worker(reading.old))
        assert reading.state_of_run() == ("completed", "")
        stack.enter_context(reading.worker(NEW))
        assert reading.state_of_run() == ("completed", "")
        before.terminate()
        before.join(30)
        assert before.exitcode == 0
        reading.withdraw_old()
        assert reading.state_of_run() == ("completed", "")
        reading.bank.void_tokens()
        assert reading.state_of_run() == ("completed", "")
    assert reading.rows("select count(*) from clients where is_active") == [(CLIENTS,)]


def test_NextBank_replaces_its_secret_at_once_and_a_run_in_between_changes_nothing(
    reading: Reading,
) -> None:
    with reading.worker(reading.old) as before:
        assert reading.state_of_run() == ("completed", "")
        reading.accepted.add(NEW)
        reading.withdraw_old()
        reading.bank.items.pop()
        state, error = reading.state_of_run()
        assert state == "failed"
        assert "NEXTBANK_" in error
        assert reading.old not in error
        before.terminate()
        before.join(30)
    known = "select count(*), max(missing_count) from client_sources"
    assert reading.rows(known) == [(CLIENTS, 0)]
    with reading.worker(NEW):
        assert reading.state_of_run() == ("completed", "")
    assert reading.rows(known) == [(CLIENTS, 1)]
