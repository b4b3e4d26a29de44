"""A right that is taken is gone from the next request on, in every process (A7, A8)."""

from __future__ import annotations

from contextlib import ExitStack
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import httpx
import psycopg
import pytest

from clientupdater.demo_data import fill
from tests.support.builders import MANILA
from tests.support.forked_servers import forked_server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.servers import Database

WHO = "head.office@demo.example"
REVOKE = "delete from user_permissions where user_id = (select id from users where email = %s)"
DEACTIVATE = "update users set is_active = false where email = %s"
END_SESSIONS = """
    update user_sessions set revoked_at = now()
     where user_id = (select id from users where email = %s)
"""


class Servers:
    """Two server processes on one database, and one person who is signed in to the first."""

    def __init__(self, database: Database, bases: list[str], password: str) -> None:
        self.database = database
        self.apis = [f"{base}/api/v1" for base in bases]
        proof = {"email": WHO, "password": password}
        signed = httpx.post(f"{self.apis[0]}/sessions", json=proof, timeout=30)
        self.heads = {"Authorization": f"Bearer {signed.json()['token']}"}

    def answers(self, path: str = "/clients?limit=1") -> list[int]:
        """Ask both the same."""
        return [
            httpx.get(api + path, headers=self.heads, timeout=30).status_code for api in self.apis
        ]

    def run(self, statement: str) -> None:
        """Change something in the database behind both."""
        with psycopg.connect(self.database.superuser_url) as connection:
            connection.execute(statement.encode(), (WHO,))


@pytest.fixture
def servers(database: Database) -> Iterator[Servers]:
    accounts = fill(database.worker_url, clients=50, now=datetime.now(UTC), zone=MANILA)
    password = next(each.password for each in accounts if each.email == WHO)
    with ExitStack() as stack:
        both = [stack.enter_context(forked_server(DATABASE_URL=database.app_url)) for _ in range(2)]
        yield Servers(database, [each.base for each in both], password)


def test_A7_a_revoked_grant_is_gone_in_both_at_once(servers: Servers) -> None:
    assert servers.answers() == [200, 200]
    servers.run(REVOKE)
    assert servers.answers() == [403, 403]


def test_A8_a_deactivated_person_is_refused_by_both_servers_at_once(servers: Servers) -> None:
    assert servers.answers("/me") == [200, 200]
    servers.run(DEACTIVATE)
    assert servers.answers("/me") == [401, 401]


def test_U2_a_revoked_session_is_refused_by_both_at_once(servers: Servers) -> None:
    servers.run(END_SESSIONS)
    assert servers.answers("/me") == [401, 401]


@pytest.mark.rule("A7")
def test_a_changed_lookup_shows_at_once_in_both(servers: Servers) -> None:
    def named() -> list[str]:
        items = [
            httpx.get(f"{api}/lookups", headers=servers.heads, timeout=30).json()
            for api in servers.apis
        ]
        return [word["name"] for tables in items for word in tables["account_types"][:1]]

    before = named()
    assert before[0] == before[1] != WHO
    servers.run("update account_types set name = %s")
    assert named() == [WHO, WHO]
