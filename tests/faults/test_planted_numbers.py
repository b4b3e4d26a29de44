"""A pension number typed anywhere shows up only where it is revealed (C3)."""

from __future__ import annotations

import base64
import signal
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import httpx
import psycopg
import pytest

from clientupdater.adapters.security.key_ring import KeyRing
from clientupdater.adapters.security.vault import Vault
from clientupdater.demo_data import fill
from clientupdater.domain.ids import ClientId
from tests.entrypoints.test_cli_long_running import KEYS, logged, running
from tests.support.builders import MANILA
from tests.support.http_server import keyed

if TYPE_CHECKING:
    from tests.support.servers import Database

PLANTED = "0399887766"
FORMS = (PLANTED, "03-9988776-6", base64.b64encode(PLANTED.encode()).decode())

MISUSES: list[tuple[str, str, dict[str, Any]]] = [
    ("POST", "/clients/search", {"json": {"q": PLANTED}}),
    ("POST", "/clients/search", {"json": {"q": "03-9988776-6"}}),
    ("POST", "/clients/search", {"json": {"q": [PLANTED]}}),
    ("POST", "/clients/search", {"json": {"pension_number": PLANTED}}),
    ("POST", "/clients/search", {"json": {PLANTED: 1}}),
    ("POST", "/clients/search", {"content": f'{{"q": "{PLANTED}"'}),
    ("POST", "/clients/search", {"content": f'{{"q": "{PLANTED}", "q": "{PLANTED}"}}'}),
    ("POST", "/clients/search", {"content": f'{{"{PLANTED}": 1, "{PLANTED}": 1}}'}),
    ("PATCH", "/clients/code:FC-000001", {"json": {PLANTED: 1, "version": 1}}),
    ("PATCH", "/clients/code:FC-000001", {"json": {"full_name": PLANTED, "version": 1}}),
    ("GET", f"/clients?{PLANTED}=1", {}),
    ("GET", f"/clients?q={PLANTED}", {}),
    ("GET", f"/clients?loan_status={PLANTED}", {}),
    ("GET", f"/clients?cursor={PLANTED}", {}),
    ("GET", f"/clients/{PLANTED}", {}),
    ("GET", f"/clients/code:{PLANTED}", {}),
    ("GET", f"/clients/code:FC-000001/periods/{PLANTED}", {}),
    ("POST", "/clients/code:FC-000001/reopen", {"json": {"remarks": PLANTED}}),
    ("POST", "/sessions", {"json": {"email": PLANTED, "password": PLANTED}}),
    ("PUT", "/me/password", {"json": {"current_password": PLANTED, "new_password": "short"}}),
    ("GET", "/me", {"headers": {"Authorization": f"Bearer {PLANTED}"}}),
    ("PUT", "/me/password", {"json": {}, "headers": {"Idempotency-Key": PLANTED}}),
    ("PUT", "/me/password", {"json": {}, "headers": {"Idempotency-Key": f"{PLANTED} 1"}}),
    ("GET", "/me", {"headers": {"X-Request-ID": f"{PLANTED} {PLANTED}"}}),
]


def plant(database: Database) -> None:
    """Let the first client have the number that everybody types."""
    keys = {"first": base64.b64decode(KEYS["ENCRYPTION_KEYS"].partition(":")[2])}
    vault = Vault(KeyRing(keys), base64.b64decode(KEYS["BLIND_INDEX_KEY"]))
    with psycopg.connect(database.superuser_url) as connection:
        cursor = connection.execute("select id from clients where client_code = 'FC-000001'")
        ((client,),) = cursor.fetchall()
        sealed = vault.sealed(PLANTED, ClientId(client))
        connection.execute(
            "update clients set pension_number = %s, pension_blind_index = %s,"
            " pension_last4 = %s where id = %s",
            (sealed.ciphertext, sealed.blind_index, sealed.last_four, client),
        )


@pytest.mark.rule("C3")
def test_no_error_no_list_and_no_log_line_holds_a_number_in_the_clear(database: Database) -> None:
    accounts = fill(database.worker_url, clients=10, now=datetime.now(UTC), zone=MANILA)
    plant(database)
    proof = {"email": accounts[0].email, "password": accounts[0].password}
    settings = {"DATABASE_URL": database.app_url, "LOG_LEVEL": "debug"}
    with running("serve", "--port", "0", **settings) as server:
        port = logged(server.stderr, "serving")["port"]
        base = f"http://127.0.0.1:{port}/api/v1"
        with httpx.Client(base_url=base, event_hooks={"request": [keyed]}, timeout=30) as http:
            token = http.post("/sessions", json=proof).json()["token"]
            http.headers["Authorization"] = f"Bearer {token}"
            for method, path, result in MISUSES:
                answer = http.request(method, path, **result)
                assert answer.status_code < 500, answer.text
                if PLANTED not in path.partition("?")[0]:
                    # An error about an address names that address.
                    _nothing_in(answer.text, f"{method} {path}")
            revealed = http.get("/clients/code:FC-000001/pension-number")
            assert revealed.json() == {"pension_number": PLANTED}
        server.send_signal(signal.SIGTERM)
        _, log = server.communicate(timeout=20)
    assert log.count("/api/v1/clients") > 10, "the log tells of the requests"
    _nothing_in(log, "the log")


def test_C3_no_table_holds_a_number_that_was_typed(database: Database) -> None:
    test_no_error_no_list_and_no_log_line_holds_a_number_in_the_clear(database)
    with psycopg.connect(database.superuser_url) as connection:
        tables = connection.execute(
            "select table_name from information_schema.tables"
            " where table_schema = 'public' and table_type = 'BASE TABLE'"
        ).fetchall()
        for (table,) in tables:
            rows = connection.execute(f'select t::text from "{table}" t'.encode()).fetchall()
            _nothing_in("\n".join(row for (row,) in rows), f"the table {table}")


def _nothing_in(text: str, where: str) -> None:
    for form in FORMS:
        assert form not in text, f"{where} shows the number: {text[:500]}"
