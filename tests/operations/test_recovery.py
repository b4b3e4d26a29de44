"""What docs/operations.md says for bad days: a lost machine, lost keys, a moment to go back to."""

from __future__ import annotations

import os
import shutil
import time
from base64 import b64encode
from datetime import date
from secrets import token_bytes
from typing import TYPE_CHECKING, Any

import orjson
import psycopg
import pytest

from clientupdater.adapters.postgres.admin.binaries import find
from clientupdater.domain.periods import Period
from tests.support.installation import Installation, bare_machine
from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.operations.conftest import Serving

ADMIN, ANA = "admin@example.com", "ana@example.com"
NUMBER = "0312345678"
DOSSIER = ("clients", "dossier", "FC-000001", "--as", ADMIN)
_TODAY = date.today()  # noqa: DTZ011 — the day of this machine, as the commands see it
LAST_YEAR = Period.month(_TODAY.year - 1, _TODAY.month)
_CLOSED_ROW = """
with row as (
    insert into client_period_status (
        client_id, company_id, branch_id, period_type, period_year, period_month, status_type_id,
        version
    )
    select c.id, c.company_id, c.branch_id, 'monthly', %s, %s, t.id, 1
    from clients c cross join status_types t where t.code = 'PENDING'
    returning id, status_type_id, company_id, branch_id
)
insert into status_events (
    client_period_status_id, event_sequence, kind, status_type_id, company_id, branch_id
)
select id, 0, 'opened', status_type_id, company_id, branch_id from row
"""


@pytest.fixture(scope="module")
def origin(serving: Serving) -> Installation:
    """Give an installation with a recorded call, a pension number and a sealed period."""
    machine = serving.machine
    wait_until(lambda: revealed(machine) == NUMBER)  # the sync goes on while the server answers
    record(machine, "CALLED")
    with as_superuser(machine) as connection:
        connection.execute(_CLOSED_ROW, [LAST_YEAR.year, LAST_YEAR.number])
    machine.command("periods", "seal", str(LAST_YEAR), "--as", ADMIN)
    return machine


def as_superuser(machine: Installation) -> psycopg.Connection[tuple[Any, ...]]:
    return psycopg.connect(
        host=str(machine.cluster.folder),
        port=machine.cluster.port,
        user="postgres",
        dbname="clientupdater",
    )


def record(machine: Installation, status: str) -> None:
    machine.command("status", "set", "FC-000001", status, "--as", ANA)


def statuses(machine: Installation) -> list[str]:
    return [each["status"] for each in json(machine, "status", "history", "FC-000001")["items"]]


def json(machine: Installation, *arguments: str, actor: str = ADMIN) -> Any:
    return orjson.loads(machine.command(*arguments, "--as", actor, "--json"))


def revealed(machine: Installation) -> str | None:
    """Show the pension number in full."""
    shown = json(machine, "clients", "dossier", "FC-000001", "--reveal")
    number: str | None = shown["pension_number"]
    return number


def answers(machine: Installation) -> dict[str, Any]:
    """Ask what people ask."""
    return {
        "worklist": json(machine, "worklist", actor=ANA),
        "events": json(machine, "status", "history", "FC-000001"),
        "search by number": json(machine, "clients", "find", NUMBER),
        "pension number": revealed(machine),
        "seal": json(machine, "periods", "verify", str(LAST_YEAR)),
    }


def test_the_unit_of_the_nightly_backup_writes_a_whole_dump_and_keeps_a_fortnight_of_them(
    origin: Installation,
) -> None:
    backups = origin.home / "backups"
    dump = backups / f"{_TODAY}.dump"
    dump.unlink(missing_ok=True)
    for name, days in (("last-week", 13), ("last-month", 16)):
        at = time.time() - days * 86_400
        (backups / f"{name}.dump").touch()
        os.utime(backups / f"{name}.dump", (at, at))
    origin.finish("clientupdater-backup")
    assert dump.stat().st_mode & 0o777 == 0o600
    assert {each.stem for each in backups.glob("*.dump")} >= {str(_TODAY), "last-week"}
    assert not (backups / "last-month.dump").exists()
    script = f"pg_restore --file=- --data-only --table=status_events backups/{_TODAY}.dump"
    with as_superuser(origin) as connection:
        events = connection.execute("select id::text from status_events").fetchall()
    assert events
    written = origin.bash(script)
    assert all(event in written for (event,) in events)


@pytest.fixture(scope="module")
def dumped(origin: Installation) -> set[str]:
    """Make a dump by the page; name the tables that had rows before and after it.

    A worker that runs meanwhile empties some, such as the changes of counts that it adds up.
    """
    before = filled_tables(origin)
    origin.follow("Back up")
    return before & filled_tables(origin)


def filled_tables(machine: Installation) -> set[str]:
    query = "select relname from pg_stat_user_tables where schemaname = 'public'"
    with as_superuser(machine) as connection:
        names = [name for (name,) in connection.execute(query)]
        counted = "select exists (select from {})"
        statements = {n: psycopg.sql.SQL(counted).format(psycopg.sql.Identifier(n)) for n in names}
        return {
            n for n, each in statements.items() if connection.execute(each).fetchone() == (True,)
        }


@pytest.fixture(scope="module")
def restored(origin: Installation, dumped: set[str]) -> Iterator[Installation]:
    """Give another machine on which the dump of the first was restored, by the page."""
    assert dumped
    with bare_machine() as machine:
        machine.use_this_program()
        for name in ("settings.env", "owner.env"):
            text = (origin.home / name).read_text("utf-8")
            moved = text.replace(f":{origin.cluster.port}/", f":{machine.cluster.port}/")
            moved = moved.replace(str(origin.home), str(machine.home))
            (machine.home / name).write_text(moved, "utf-8")
        for name in ("backups", "drop"):
            shutil.copytree(origin.home / name, machine.home / name, dirs_exist_ok=True)
        machine.follow("The database", until="db migrate")
        machine.follow("Restore", replacing={"2026-11-28": str(_TODAY)})
        yield machine


def test_a_restored_installation_gives_the_same_answers(
    origin: Installation, restored: Installation, dumped: set[str]
) -> None:
    assert dumped - filled_tables(restored) == set()
    expected = answers(origin)
    assert expected["pension number"] == NUMBER
    assert expected["seal"]["items"][0]["holds"]
    record(origin, "VISITED")
    assert answers(origin) != expected, "from here on, the two are not one database"
    assert answers(restored) == expected


def replace_key(machine: Installation, setting: str, key: str) -> None:
    """Write another key into the settings, as one does who has lost it."""
    file = machine.home / "settings.env"
    lines = file.read_text("utf-8").splitlines()
    kept = [line for line in lines if not line.startswith(f"{setting}=")]
    file.write_text("\n".join([*kept, f"{setting}={key}", ""]), "utf-8")


def any_key() -> str:
    return b64encode(token_bytes(32)).decode()


@pytest.mark.parametrize(
    ("name", "state"), [("key2", "is not configured"), ("key1", "is another one now")]
)
def test_a_lost_key_is_named_with_what_can_and_what_cannot_be_recovered(
    restored: Installation, name: str, state: str
) -> None:
    kept = (restored.home / "settings.env").read_text("utf-8")
    replace_key(restored, "ENCRYPTION_KEYS", f"{name}:{any_key()}")
    report = restored.command("doctor", code=1)
    assert f"the key 'key1' {state}; it encrypted 1 of the pension numbers" in report
    assert "numbers cannot be read again, and everything else can" in report
    refused = restored.command(*DOSSIER, "--reveal", code=78)
    assert "'key1'" in refused
    assert "FC-000001" in restored.command(*DOSSIER)
    (restored.home / "settings.env").write_text(kept, "utf-8")
    assert revealed(restored) == NUMBER


def test_the_sources_deliver_again_what_only_a_lost_key_could_read(restored: Installation) -> None:
    replace_key(restored, "ENCRYPTION_KEYS", f"key2:{any_key()}")
    assert restored.command("keys", "forget", "key1", "--yes").startswith("1 pension numbers")
    assert revealed(restored) is None
    restored.command("sync", "run", "csv", "--full", "--as", ADMIN)
    assert revealed(restored) == NUMBER
    assert "NOT OK  keys" not in restored.command("doctor")


def test_without_the_index_key_nothing_starts_and_a_new_one_loses_nothing(
    restored: Installation,
) -> None:
    replace_key(restored, "BLIND_INDEX_KEY", any_key())
    for refused in (("serve", "--port", "0"), DOSSIER):
        assert "BLIND_INDEX_KEY" in restored.command(*refused, code=78)
    assert "NOT OK" not in restored.follow("Lost keys")
    assert revealed(restored) == NUMBER
    (client,) = json(restored, "clients", "find", NUMBER)["items"]
    assert client["client_code"] == "FC-000001"


@pytest.mark.skipif(not (find().folder / "pg_basebackup").exists(), reason="no pg_basebackup here")
def test_the_database_goes_back_to_the_moment_before_a_mistake(origin: Installation) -> None:
    origin.follow("Recover to a point in time", until="systemctl stop")
    record(origin, "TO_FOLLOW")
    with as_superuser(origin) as connection:
        row = connection.execute("select clock_timestamp()::text").fetchone()
    assert row
    before = statuses(origin)
    record(origin, "VISITED")
    shown = {"2026-11-29 14:59:00+08": row[0]}
    origin.follow("Recover to a point in time", since="systemctl stop", replacing=shown)
    wait_until(lambda: not is_recovering(origin))
    assert statuses(origin) == before
    record(origin, "CALLED")
    assert statuses(origin) == [*before, "CALLED"]


def is_recovering(machine: Installation) -> bool:
    with as_superuser(machine) as connection:
        return connection.execute("select pg_is_in_recovery()").fetchone() == (True,)
