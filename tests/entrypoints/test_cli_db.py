"""The commands for the database's shape, and what doctor says of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import orjson
import psycopg
import pytest

from clientupdater.adapters.postgres.admin.health import PostgresHealth
from clientupdater.adapters.security.key_ring import KeyRing
from clientupdater.adapters.security.vault import Vault
from clientupdater.demo_data import fill
from tests.entrypoints.test_cli_long_running import KEYS
from tests.support.builders import MANILA, manila
from tests.support.commands import call

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.servers import Database


def test_migrate_applies_everything_once_and_says_so(empty_database: Database) -> None:
    first = call("db", "migrate", DATABASE_MIGRATION_URL=empty_database.owner_url)
    again = call("db", "migrate", DATABASE_MIGRATION_URL=empty_database.owner_url)
    assert first.returncode == again.returncode == 0
    assert first.stdout.startswith("applied 0001_")
    assert again.stdout == ""
    assert "the schema is current" in again.stderr


def test_status_lists_what_is_pending(empty_database: Database) -> None:
    done = call("db", "status", "--json", DATABASE_URL=empty_database.owner_url)
    value = orjson.loads(done.stdout)
    assert value["pending"] == len(value["migrations"]) > 0
    assert {m["applied_at"] for m in value["migrations"]} == {None}


def test_status_for_people_is_a_table_without_colour(database: Database) -> None:
    done = call("db", "status", DATABASE_URL=database.owner_url)
    head, first, *_ = done.stdout.splitlines()
    assert head.split() == ["version", "name", "applied"]
    assert first.startswith("0001")
    assert "\x1b" not in done.stdout


def test_rollback_asks_and_does_nothing_when_the_answer_is_no(database: Database) -> None:
    done = call("db", "rollback", stdin="n\n", DATABASE_URL=database.owner_url)
    assert done.returncode == 1
    assert "deletes its data" in done.stderr
    assert done.stdout == ""
    left = orjson.loads(call("db", "status", "--json", DATABASE_URL=database.owner_url).stdout)
    assert left["pending"] == 0


def test_rollback_with_yes_undoes_the_last_one(database: Database) -> None:
    done = call("db", "rollback", "--yes", "--json", DATABASE_URL=database.owner_url)
    assert done.returncode == 0
    assert len(orjson.loads(done.stdout)["undone"]) == 1
    left = orjson.loads(call("db", "status", "--json", DATABASE_URL=database.owner_url).stdout)
    assert left["pending"] == 1


def test_check_finds_nothing_after_the_migrations(database: Database) -> None:
    done = call("db", "check", "--json", DATABASE_URL=database.owner_url)
    assert orjson.loads(done.stdout) == {"ok": True, "findings": []}
    assert done.returncode == 0


def test_check_exits_1_for_a_changed_schema(database: Database) -> None:
    with psycopg.connect(database.owner_url, autocommit=True) as connection:
        connection.execute("alter table clients add column shoe_size int")
    done = call("db", "check", DATABASE_URL=database.owner_url)
    assert done.returncode == 1
    assert "NOT OK" in done.stdout


def test_seeding_again_adds_nothing(database: Database) -> None:
    done = call("db", "seed", "--json", DATABASE_URL=database.owner_url)
    assert orjson.loads(done.stdout) == {"new_rows": 0}


@pytest.mark.parametrize("command", ["db seed", "sync add-source branch_sheets"])
def test_a_database_without_tables_is_refused_with_the_command_that_makes_them(
    empty_database: Database, command: str
) -> None:
    done = call(*command.split(), DATABASE_URL=empty_database.owner_url)
    assert done.returncode == 78
    assert "leads to a database without our tables" in done.stderr
    assert "clientupdater db migrate" in done.stderr


def logins(database: Database) -> dict[str, str]:
    """Give the settings of the two logins that serve and work."""
    return {"DATABASE_URL": database.app_url, "DATABASE_WORKER_URL": database.worker_url}


def verify_scopes_of(database: Database) -> None:
    """Have the database verify scopes by the key of these settings."""
    assert call("db", "seed", DATABASE_URL=database.owner_url, **KEYS).returncode == 0


def test_doctor_says_when_scopes_are_not_verified_or_by_another_key(database: Database) -> None:
    done = call("doctor", **logins(database), **KEYS)
    assert "NOT OK  scopes: the database takes the scope of a transaction unverified" in done.stdout
    verify_scopes_of(database)
    right = call("doctor", **logins(database), **KEYS)
    assert "scopes: the database verifies them" in right.stdout
    others = {**KEYS, "BLIND_INDEX_KEY": KEYS["ENCRYPTION_KEYS"].partition(":")[2]}
    wrong = call("doctor", **logins(database), **others)
    assert "BLIND_INDEX_KEY: is not the key that the database verifies" in wrong.stdout


def test_doctor_says_when_the_serving_login_may_act_as_the_system(database: Database) -> None:
    done = call("doctor", DATABASE_URL=database.worker_url, **KEYS)
    assert done.returncode == 1
    assert "NOT OK  serving role: the serving login may act as the system" in done.stdout


def test_doctor_says_when_the_workers_login_may_not_act_as_the_system(database: Database) -> None:
    done = call("doctor", DATABASE_URL=database.app_url, **KEYS)
    assert done.returncode == 1
    assert "NOT OK  worker role: DATABASE_WORKER_URL: logs in as a role that may not" in done.stdout


def test_a_command_without_the_workers_login_names_the_setting(database: Database) -> None:
    done = call("keys", "rotate", DATABASE_URL=database.app_url, **KEYS)
    assert done.returncode == 78
    assert "set DATABASE_WORKER_URL to the login clientupdater_worker" in done.stderr


def test_doctor_finds_everything_well(database: Database, redis_url: str) -> None:
    verify_scopes_of(database)
    done = call("doctor", "--json", REDIS_URL=redis_url, **logins(database), **KEYS)
    value = orjson.loads(done.stdout)
    assert done.returncode == 0, done.stdout
    assert value["ok"]
    assert {"database", "role", "schema", "redis"} <= {check["of"] for check in value["checks"]}


def test_doctor_says_that_keys_are_needed_to_serve(database: Database) -> None:
    done = call("doctor", **logins(database))
    assert done.returncode == 1
    assert "NOT OK  keys: ENCRYPTION_KEYS is not set; BLIND_INDEX_KEY is not set" in done.stdout


def test_doctor_names_the_keys_of_pension_numbers_that_are_not_configured(
    database: Database,
) -> None:
    vault = Vault(KeyRing({"old": b"o" * 32}), b"i" * 32)
    fill(database.worker_url, clients=3, now=manila(18), zone=MANILA, vault=vault)
    verify_scopes_of(database)
    done = call("doctor", **logins(database), **KEYS)
    assert done.returncode == 1
    assert (
        "NOT OK  keys: the key 'old' is not configured; it encrypted 3 of the pension numbers"
        in done.stdout
    )


def test_doctor_names_wrong_counts_and_recount_corrects_them(database: Database) -> None:
    fill(database.worker_url, clients=20, now=datetime.now(MANILA), zone=MANILA, vault=None)
    with psycopg.connect(database.superuser_url) as connection:
        connection.execute("update row_count_changes set change = change + 1")
        connection.execute("update row_counts set total = total + 1")
    wrong = call("doctor", **logins(database), **KEYS)
    assert "NOT OK  counts: branches whose counts differ from their rows: " in wrong.stdout
    assert "run: clientupdater db recount" in wrong.stdout
    corrected = call("db", "recount", DATABASE_URL=database.owner_url)
    assert (corrected.returncode, "counts corrected" in corrected.stdout) == (0, True)
    again = call("db", "recount", "--json", DATABASE_URL=database.owner_url)
    assert orjson.loads(again.stdout) == {"corrected": {}}
    assert (
        "ok  counts: the counts of every branch"
        in call("doctor", **logins(database), **KEYS).stdout
    )


def test_doctor_names_each_problem_and_its_remedy(empty_database: Database) -> None:
    done = call(
        "doctor", DATABASE_URL=empty_database.superuser_url, REDIS_URL="redis://127.0.0.1:1/0"
    )
    assert done.returncode == 1
    assert done.stdout.count("NOT OK") == 5
    for item in ("a superuser", "clientupdater db migrate", "start Redis"):
        assert item in done.stdout


def test_serving_as_a_superuser_or_an_owner_is_refused(database: Database) -> None:
    for url, result in (
        (database.superuser_url, "a superuser"),
        (database.owner_url, "an owner of tables"),
    ):
        done = call("serve", "--port", "0", DATABASE_URL=url)
        assert done.returncode == 78
        assert result in done.stderr
        assert "sql/roles.sql" in done.stderr


def test_a_worker_names_the_setting_whose_login_bypasses_row_security(
    database: Database,
) -> None:
    url = {"DATABASE_URL": database.worker_url, "DATABASE_WORKER_URL": database.owner_url}
    done = call("worker", "--once", **url)
    assert done.returncode == 78
    assert "DATABASE_WORKER_URL: logs in as clientupdater_owner" in done.stderr


def test_serving_with_a_login_that_bypasses_row_security_is_refused(database: Database) -> None:
    with psycopg.connect(database.superuser_url, autocommit=True) as connection:
        connection.execute("create role test_bypasser login bypassrls password 'x'")
    try:
        url = database.superuser_url.partition("@")[2]
        done = call("worker", DATABASE_URL=f"postgresql://test_bypasser:x@{url}")
    finally:
        with psycopg.connect(database.superuser_url, autocommit=True) as connection:
            connection.execute("drop role test_bypasser")
    assert done.returncode == 78
    assert "bypasses row security" in done.stderr


def test_doctor_says_how_to_make_the_first_user(database: Database) -> None:
    done = call("doctor", **logins(database), **KEYS)
    assert (
        "ok  users: none yet; make the first: clientupdater users create YOUR-EMAIL" in done.stdout
    )


def test_doctor_finds_a_folder_of_exports_that_cannot_be_written_to(
    database: Database, tmp_path: Path
) -> None:
    (tmp_path / "exports").write_text("a file stands in the way")
    missing = tmp_path / "exports" / "deeper"
    done = call("doctor", **logins(database), **KEYS, EXPORT_DIR=str(missing))
    assert f"NOT OK  exports: {tmp_path / 'exports'} cannot be written to" in done.stdout
    assert not (tmp_path / "exports").is_dir()


def test_doctor_tries_whether_the_login_of_the_owner_could_dump(database: Database) -> None:
    for login, expected in (
        (database.owner_url, "ok  backups: "),
        (database.app_url, "NOT OK  backups: its login cannot take on the role"),
    ):
        settings = {**logins(database), **KEYS, "DATABASE_MIGRATION_URL": login}
        assert expected in call("doctor", **settings).stdout


def test_a_machine_whose_clock_differs_from_the_database_is_named(database: Database) -> None:
    health, now = PostgresHealth(database.app_url), datetime.now(UTC)
    assert health.clock(now).ok
    clock = health.clock(now + timedelta(minutes=10))
    assert not clock.ok
    assert clock.found.startswith("this machine and the database are ")
    assert "chrony" in clock.remedy
