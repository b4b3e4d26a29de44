"""Secrets are replaced while people work: no request fails, and what the old one opened stays open.

Webhook secrets are in test_http_refresh.py, keys of the issuer in test_oidc.py, passwords and
tokens of people in test_sign_in.py, passwords of logins in test_rotated_passwords.py, credentials
of sources in test_rotated_credentials.py and test_snowflake_credentials.py.
"""

from __future__ import annotations

import base64
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import httpx
import pytest
import redis
from attrs import define, field

from clientupdater.adapters.redis.client import RedisClient
from clientupdater.adapters.redis.connect import Patience
from clientupdater.adapters.security.key_ring import KeyRing
from clientupdater.domain.errors import Unavailable
from clientupdater.entrypoints.failures import Exit
from tests.entrypoints.test_cli_long_running import KEYS
from tests.faults.test_several_servers import UNLIMITED
from tests.support.cli_actors import CliActors, cli_actors, running
from tests.support.commands import call, run
from tests.support.forked_servers import forked_server
from tests.support.servers import free_port, redis_process
from tests.support.waiting import PATIENCE_S

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.servers import Database

OLD, NEW = ("old", b"o" * 32), ("new", b"n" * 32)


@define
class Office:
    """A person at work, and the servers that run with one generation of secrets after another."""

    actors: CliActors
    database: Database
    code: str
    token: str
    stack: ExitStack = field(factory=ExitStack)

    def server(self, **settings: str) -> httpx.Client:
        server = self.stack.enter_context(forked_server(**{**UNLIMITED, **settings}))
        heads = {"Authorization": f"Bearer {self.token}"}
        client = httpx.Client(base_url=server.base, headers=heads, timeout=PATIENCE_S)
        return self.stack.enter_context(client)

    def record(self, server: httpx.Client, version: int, key: str) -> httpx.Response:
        return server.post(
            f"/api/v1/clients/code:{self.code}/periods/{running()}/events",
            json={"status": "CALLED", "version": version},
            headers={"Idempotency-Key": key},
        )


@pytest.fixture
def office(database: Database) -> Iterator[Office]:
    with office_of(database) as office:
        yield office


@contextmanager
def office_of(database: Database) -> Iterator[Office]:
    with cli_actors(database) as actors, ExitStack() as stack:
        actors.staff.clock.moment = datetime.now(UTC)
        code = actors.client()
        for _ in range(2):
            actors.client()
        yield Office(actors, database, code, actors.staff.session(actors.ana), stack)


def keys(*ring: tuple[str, bytes]) -> str:
    return KeyRing(dict(ring)).written()


def test_C3_encryption_keys_are_replaced_in_three_steps_and_nothing_becomes_unreadable(
    office: Office,
) -> None:
    url = office.database.app_url
    known = office.server(DATABASE_URL=url, ENCRYPTION_KEYS=keys(OLD, NEW))
    first = office.server(DATABASE_URL=url, ENCRYPTION_KEYS=keys(NEW, OLD))
    for n, (server, other) in enumerate(((known, first), (first, known))):
        answer = office.record(server, n, f"key-{n}")
        assert answer.status_code == 201, answer.text
        assert office.record(other, n, f"key-{n}").content == answer.content
        page = server.get("/api/v1/clients?limit=1").json()
        following = other.get("/api/v1/clients", params={"limit": 1, "cursor": page["next_cursor"]})
        assert following.status_code == 200, following.text
    rotated = call(
        *("keys", "rotate"),
        DATABASE_URL=office.database.worker_url,
        ENCRYPTION_KEYS=keys(NEW, OLD),
        BLIND_INDEX_KEY=KEYS["BLIND_INDEX_KEY"],
    )
    assert rotated.returncode == 0, rotated.stderr
    alone = office.server(DATABASE_URL=url, ENCRYPTION_KEYS=keys(NEW))
    assert office.record(alone, 1, "key-1").status_code == 201  # sealed with the new key
    assert office.record(alone, 2, "key-2").status_code == 201


def test_a_redis_password_is_replaced_while_both_are_valid() -> None:
    port = free_port()
    with redis_process(port, "--requirepass", "old-password"):
        old, new = (
            f"redis://default:{word}-password@127.0.0.1:{port}/0" for word in ("old", "new")
        )
        with redis.Redis.from_url(old) as admin:
            admin.execute_command("ACL", "SETUSER", "default", ">new-password")
            for url in (old, new):
                assert answers(url)
            admin.execute_command("ACL", "SETUSER", "default", "<old-password")
        assert answers(new)
        assert not answers(old)


def answers(url: str) -> bool:
    with closing(RedisClient.to(url, looking_every=3600, patience=Patience(1, 1))) as client:
        try:
            client.ask(lambda opened: opened.set("any", b""))
        except Unavailable:
            return False
    return True


def test_the_token_of_operations_is_replaced_by_a_restart(office: Office) -> None:
    url = office.database.app_url
    for token, other in (("a" * 32, "b" * 32), ("b" * 32, "a" * 32)):
        server = office.server(DATABASE_URL=url, OPS_TOKEN=token)
        for each, status in ((token, 200), (other, 401)):
            heads = {"Authorization": f"Bearer {each}"}
            for path in ("/api/v1/health/system", "/metrics"):
                assert server.get(path, headers=heads).status_code == status, path


def test_the_blind_index_key_is_not_replaced_and_another_one_does_not_start(
    office: Office,
) -> None:
    seeded = call("db", "seed", DATABASE_URL=office.database.owner_url, **KEYS)
    assert seeded.returncode == 0, seeded.stderr
    other = {**KEYS, "BLIND_INDEX_KEY": base64.b64encode(b"j" * 32).decode()}
    urls = {
        "DATABASE_URL": office.database.app_url,
        "DATABASE_WORKER_URL": office.database.worker_url,
    }
    for command in (("serve", "--port", "0"), ("worker",)):
        refused = run(*command, **urls, **other)
        assert refused.returncode == Exit.CONFIGURATION
        assert "BLIND_INDEX_KEY" in refused.stderr
    done = call("doctor", **urls, **other)
    assert "BLIND_INDEX_KEY: is not the key that the database verifies scopes with" in (
        done.stdout + done.stderr
    )
