"""A whole database in a file, and back, by the real pg_dump and pg_restore."""

from __future__ import annotations

import base64
import stat
import subprocess
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import orjson
import psycopg
import pytest
from psycopg import sql

from clientupdater.adapters.postgres.admin.binaries import find_program, version_of
from clientupdater.adapters.security.key_ring import KeyRing
from clientupdater.adapters.security.vault import Vault
from clientupdater.demo_data import fill
from tests.entrypoints.test_cli_long_running import KEYS
from tests.support.builders import MANILA
from tests.support.commands import call

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.servers import Database


@pytest.fixture(autouse=True)
def _programs_of_the_servers_own_version(cluster_version: int) -> None:
    restore = find_program("pg_restore", major=cluster_version)
    if version_of(restore) != cluster_version:
        pytest.skip(f"{restore} is newer than the server, which does not understand it")


@pytest.fixture
def cluster_version(database: Database) -> int:
    with psycopg.connect(database.superuser_url) as connection:
        return connection.info.server_version // 10000


@pytest.fixture
def filled(database: Database) -> Database:
    fill(database.worker_url, clients=40, now=datetime.now(UTC), zone=MANILA)
    return database


def counted(database: Database) -> dict[str, int]:
    """Count the rows of every table, past row-level security."""
    with psycopg.connect(database.superuser_url) as connection:
        tables = connection.execute(
            "select relname from pg_class where relkind = 'r'"
            " and relnamespace = 'public'::regnamespace"
        ).fetchall()
        counts = {}
        for (table,) in tables:
            query = sql.SQL("select count(*) from {}").format(sql.Identifier(table))
            ((counts[table],),) = connection.execute(query).fetchall()
    return counts


def dumped(database: Database, file: Path) -> None:
    done = call("db", "dump", str(file), DATABASE_MIGRATION_URL=database.owner_url)
    assert done.returncode == 0, done.stderr


def test_a_dump_is_restored_whole_and_checked(
    filled: Database, empty_database: Database, tmp_path: Path
) -> None:
    file = tmp_path / "night.dump"
    dumped(filled, file)
    done = call(
        "db", "restore", str(file), "--json", DATABASE_MIGRATION_URL=empty_database.owner_url
    )
    assert done.returncode == 0, done.stderr
    assert orjson.loads(done.stdout) == {"ok": True, "findings": []}
    assert counted(empty_database) == counted(filled)
    assert counted(filled)["clients"] == 40
    assert call("db", "check", DATABASE_URL=empty_database.owner_url).returncode == 0
    with psycopg.connect(empty_database.app_url) as connection:  # bound as before
        assert connection.execute("select count(*) from clients").fetchone() == (0,)


def test_a_dump_is_read_by_its_owner_alone_and_says_how_large_it_is(
    database: Database, tmp_path: Path
) -> None:
    file = tmp_path / "night.dump"
    done = call("db", "dump", str(file), "--json", DATABASE_MIGRATION_URL=database.owner_url)
    assert orjson.loads(done.stdout) == {"file": str(file), "bytes": file.stat().st_size}
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_a_dump_that_fails_leaves_nothing_and_keeps_the_one_before(
    database: Database, tmp_path: Path
) -> None:
    file = tmp_path / "night.dump"
    dumped(database, file)
    before = file.read_bytes()
    with psycopg.connect(database.owner_url) as connection:
        connection.execute("revoke select on clients from clientupdater_backup")
    done = call("db", "dump", str(file), DATABASE_MIGRATION_URL=database.owner_url)
    assert done.returncode == 75
    assert "permission denied for table clients" in done.stderr
    assert [each.name for each in tmp_path.iterdir()] == ["night.dump"]
    assert file.read_bytes() == before


def test_a_folder_that_cannot_be_written_is_named(database: Database, tmp_path: Path) -> None:
    file = tmp_path / "nowhere" / "night.dump"
    done = call("db", "dump", str(file), DATABASE_MIGRATION_URL=database.owner_url)
    assert done.returncode == 2
    assert f"{file} cannot be written: No such file or directory" in done.stderr


def test_a_dump_is_not_restored_over_existing_tables(database: Database, tmp_path: Path) -> None:
    file = tmp_path / "night.dump"
    dumped(database, file)
    done = call("db", "restore", str(file), DATABASE_MIGRATION_URL=database.owner_url)
    assert done.returncode == 5
    assert "is not empty; restore into an empty database" in done.stderr


def test_a_file_that_is_no_dump_is_bad_input(empty_database: Database, tmp_path: Path) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("no dump")
    done = call("db", "restore", str(file), DATABASE_MIGRATION_URL=empty_database.owner_url)
    assert done.returncode == 2
    assert "notes.txt is not a dump that pg_restore can read" in done.stderr


def test_a_dump_that_was_cut_short_restores_nothing(
    filled: Database, empty_database: Database, tmp_path: Path
) -> None:
    file = tmp_path / "night.dump"
    dumped(filled, file)
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) * 9 // 10])
    done = call("db", "restore", str(file), DATABASE_MIGRATION_URL=empty_database.owner_url)
    assert done.returncode == 75
    assert "pg_restore failed, and left nothing" in done.stderr
    assert counted(empty_database) == {}


def test_no_password_is_among_the_arguments_that_others_see(
    database: Database, cluster_version: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = tmp_path / "seen"
    program = tmp_path / "pg_dump"
    asked = f'if [ "$1" = --version ]; then echo "pg_dump (PostgreSQL) {cluster_version}"'
    program.write_text(f'#!/bin/sh\n{asked}; else echo "$@" > {seen}; fi\n')
    program.chmod(0o755)
    with psycopg.connect(database.owner_url) as connection:
        password = connection.info.password
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    dumped(database, tmp_path / "night.dump")
    assert "--role=clientupdater_backup" in seen.read_text()
    assert password not in seen.read_text()


def test_a_dump_holds_no_key_that_opens_what_is_sealed_in_it(
    database: Database, cluster_version: int, tmp_path: Path
) -> None:
    ring, index = KeyRing({"first": b"k" * 32}), b"i" * 32
    vault = Vault(ring, index)
    fill(database.worker_url, clients=5, now=datetime.now(UTC), zone=MANILA, vault=vault)
    seeded = call("db", "seed", DATABASE_MIGRATION_URL=database.owner_url, **KEYS)
    assert seeded.returncode == 0, seeded.stderr
    dumped(database, tmp_path / "night.dump")
    program, file = find_program("pg_restore", major=cluster_version), tmp_path / "night.dump"
    text = subprocess.run([program, "-f-", file], check=True, capture_output=True).stdout
    assert b"scope_keys" in text
    for key in (ring.keys["first"], index):
        for form in (key, key.hex().encode(), base64.b64encode(key)):
            assert form not in text


def test_the_application_login_cannot_take_on_the_role_of_backups(database: Database) -> None:
    with (
        psycopg.connect(database.app_url) as connection,
        pytest.raises(psycopg.errors.InsufficientPrivilege),
    ):
        connection.execute("set role clientupdater_backup")


def test_the_role_of_backups_changes_nothing(database: Database) -> None:
    with psycopg.connect(database.owner_url) as connection:
        connection.execute("set role clientupdater_backup")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("delete from clients")
