"""`keys rotate` and `keys forget`: numbers under the newest key, and those of a lost one."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import psycopg

from clientupdater.adapters.security.key_ring import KeyRing
from clientupdater.adapters.security.vault import Vault
from clientupdater.demo_data import fill
from clientupdater.entrypoints.cli.acting import ORIGIN
from tests.support.builders import MANILA, manila
from tests.support.commands import call

if TYPE_CHECKING:
    from tests.support.servers import Database

OLD, NEW, INDEX = b"o" * 32, b"n" * 32, b"i" * 32
CLIENTS = 20
AUDITOR = "auditor@example.com"


def rotate(database: Database, *keys: tuple[str, bytes], json_wanted: bool = True) -> str:
    return of_keys(database, "rotate", *(["--json"] if json_wanted else []), keys=keys)


def of_keys(database: Database, *arguments: str, keys: tuple[tuple[str, bytes], ...]) -> str:
    ring = KeyRing(dict(keys))
    done = call(
        "keys",
        *arguments,
        DATABASE_URL=database.worker_url,
        ENCRYPTION_KEYS=ring.written(),
        BLIND_INDEX_KEY=base64.b64encode(INDEX).decode(),
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def stored(database: Database) -> list[tuple[bytes, bytes]]:
    with psycopg.connect(database.superuser_url) as connection:
        query = "select pension_number, id::text::bytea from clients order by client_code"
        return connection.execute(query).fetchall()


def filled(database: Database) -> None:
    vault = Vault(KeyRing({"old": OLD}), INDEX)
    fill(database.worker_url, clients=CLIENTS, now=manila(18), zone=MANILA, vault=vault)


def test_C3_rotating_seals_every_number_anew_and_once(database: Database) -> None:
    filled(database)
    before = stored(database)
    assert json.loads(rotate(database, ("new", NEW), ("old", OLD))) == {"renewed": CLIENTS}
    assert all(sealed[1:4] == b"new" for sealed, _ in stored(database))
    assert stored(database) != before
    assert json.loads(rotate(database, ("new", NEW))) == {"renewed": 0}
    result = rotate(database, ("new", NEW), json_wanted=False)
    assert result == "0 pension numbers were encrypted with the newest key\n"


def test_C3_forgetting_deletes_what_a_lost_key_sealed_and_nothing_else(database: Database) -> None:
    filled(database)
    keys = (("new", NEW),)
    mistyped = of_keys(database, "forget", "odl", "--yes", keys=keys)
    assert mistyped == "nothing was deleted: no pension number needs a lost key 'odl'\n"
    there = of_keys(database, "forget", "old", "--yes", keys=(("old", OLD),))
    assert there.startswith("nothing was deleted")
    assert all(sealed for sealed, _ in stored(database))
    assert of_keys(database, "forget", "old", "--yes", keys=keys).startswith(f"{CLIENTS} pension")
    assert not any(sealed for sealed, _ in stored(database))


def test_L1_the_audit_says_who_used_the_keys_and_on_how_many_numbers(
    database: Database,
) -> None:
    filled(database)
    rotate(database, ("new", NEW), ("old", OLD))
    rotate(database, ("new", NEW), ("old", OLD))
    of_keys(database, "forget", "mistyped", "--yes", keys=(("newest", OLD),))
    of_keys(database, "forget", "new", "--yes", keys=(("newest", OLD),))
    entries = [
        (each["action"], each["resource_id"], each["details"])
        for each in activity(database)
        if each["action"].startswith("keys.")
    ]
    by = {"os_user": ORIGIN.os_user, "host": ORIGIN.host, "numbers": CLIENTS}
    assert [(action, key) for action, key, _ in entries] == [
        ("keys.forget", "new"),
        ("keys.rotate", ""),
    ]
    assert [{name: details.get(name) for name in by} for _, _, details in entries] == [by] * 2


def activity(database: Database) -> list[dict[str, Any]]:
    """Read the newest of the log, as an auditor does."""
    with psycopg.connect(database.superuser_url) as connection:
        connection.execute(
            "with auditor as (insert into users (email) values (%s) returning id)"
            " insert into user_permissions (user_id, permission_id, scope)"
            " select a.id, p.id, 'all' from auditor a, permissions p where code = 'audit:read'",
            (AUDITOR,),
        )
    listed = call("audit", "activity", "--json", "--as", AUDITOR, DATABASE_URL=database.worker_url)
    assert listed.returncode == 0, listed.stderr
    items: list[dict[str, Any]] = json.loads(listed.stdout)["items"]
    return items


def test_C3_no_number_is_stored_unencrypted(database: Database) -> None:
    filled(database)
    with psycopg.connect(database.superuser_url) as connection:
        rows = connection.execute("select c::text from clients c").fetchall()
    codes = [f"00{number:08}" for number in range(1, CLIENTS + 1)]
    assert len(rows) == CLIENTS
    assert not any(code in row for (row,) in rows for code in codes)


def test_without_keys_rotating_says_which_settings_are_missing(database: Database) -> None:
    done = call("keys", "rotate", DATABASE_URL=database.worker_url)
    assert done.returncode == 78
    assert [line.split(":")[1].strip() for line in done.stderr.splitlines()] == [
        "ENCRYPTION_KEYS",
        "BLIND_INDEX_KEY",
    ]
