"""``db check`` names each fault."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import psycopg
import pytest

from clientupdater.adapters.postgres.admin.maintenance import PostgresMaintenance
from clientupdater.adapters.postgres.admin.sql_files import SqlFiles, bundled
from tests.support.plain_sql import APPEND_ONLY

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from clientupdater.ports.maintenance import Finding
    from tests.support.servers import Database


@pytest.fixture
def own_files(tmp_path: Path) -> SqlFiles:
    """Give a copy of the SQL that a test may change."""
    shutil.copytree(bundled().root, tmp_path / "sql")
    return SqlFiles(tmp_path / "sql")


def check(database: Database, files: SqlFiles | None = None) -> Sequence[Finding]:
    return PostgresMaintenance(database.owner_url, files or bundled()).check()


def as_pairs(items: Sequence[Finding]) -> list[tuple[str, str]]:
    return [(finding.what, finding.where) for finding in items]


def alter(database: Database, sql: str) -> None:
    with psycopg.connect(database.owner_url, autocommit=True) as connection:
        connection.execute(sql.encode())


def test_a_migrated_database_has_no_findings(database: Database) -> None:
    assert check(database) == []


def test_a_pending_migration_is_named_once(empty_database: Database) -> None:
    assert as_pairs(check(empty_database)) == [
        ("migration not applied", file.label) for file in bundled().migrations()
    ]


def test_an_edited_migration_is_named(database: Database, own_files: SqlFiles) -> None:
    path = own_files.migrations()[3].path
    path.write_text(path.read_text() + "-- more")
    (finding,) = check(database, own_files)
    assert finding.where == "0004_organisation"
    assert "edited" in finding.what
    assert "restore the file" in finding.remedy


def test_a_missing_migration_is_named(database: Database, own_files: SqlFiles) -> None:
    own_files.migrations()[3].path.unlink()
    (finding,) = check(database, own_files)
    assert finding.where == "0004_organisation"
    assert "missing" in finding.what


def test_an_invalid_index_is_named_once(database: Database) -> None:
    alter(database, "insert into users (email, last_name) values ('a', 'x'), ('b', 'x')")
    with pytest.raises(psycopg.errors.UniqueViolation):
        alter(database, "create unique index concurrently twins on users (last_name)")
    assert as_pairs(check(database)) == [("index is invalid", "twins")]


@pytest.mark.parametrize(
    ("change", "what", "where"),
    [
        ("drop index clients_list_idx", "missing from the database", "index clients_list_idx"),
        ("create table extra (id int)", "not known to the migrations", "table extra"),
        ("alter table users add nickname text", "differs from the migrations", "table users"),
        (
            "alter table status_events drop constraint status_events_promise",
            "missing from the database",
            "check status_events.status_events_promise",
        ),
        (
            "drop trigger append_only on client_changes",
            "missing from the database",
            "trigger client_changes.append_only",
        ),
        (
            "grant delete on clients to clientupdater_app",
            "differs from the migrations",
            "table grant clients",
        ),
        (
            "grant update (assigned_to) on clients to clientupdater_app",
            "differs from the migrations",
            "column grant clients (update)",
        ),
        (
            "grant execute on function blank_remarks(uuid, text) to clientupdater_app",
            "differs from the migrations",
            "function grant blank_remarks(uuid,text)",
        ),
        (
            "create policy everything on clients using (true)",
            "not known to the migrations",
            "policy clients.everything",
        ),
        (
            "alter table users disable trigger touch",
            "differs from the migrations",
            "trigger users.touch",
        ),
        (
            "alter type export_format add value 'pdf'",
            "differs from the migrations",
            "type export_format",
        ),
    ],
)
def test_every_change_made_past_the_migrations_is_named(
    database: Database, change: str, what: str, where: str
) -> None:
    alter(database, change)
    assert (what, where) in as_pairs(check(database))


@pytest.mark.rule("L2")
@pytest.mark.parametrize("table", APPEND_ONLY)
def test_L2_an_append_only_table_without_its_trigger_is_named(
    database: Database, table: str
) -> None:
    where = f"trigger {table}.append_only"
    alter(database, f"alter table {table} disable trigger append_only")
    assert ("differs from the migrations", where) in as_pairs(check(database))
    alter(database, f"drop trigger append_only on {table}")
    assert ("missing from the database", where) in as_pairs(check(database))


@pytest.mark.parametrize("table", ["clients", "status_events", "sync_rejects", "idempotency_keys"])
@pytest.mark.parametrize("change", ["disable row level security", "no force row level security"])
def test_a_table_with_clients_data_without_forced_row_security_is_named(
    database: Database, table: str, change: str
) -> None:
    alter(database, f"alter table {table} {change}")
    assert ("table with clients' data without forced row security", table) in as_pairs(
        check(database)
    )


def test_a_new_table_that_leads_to_a_client_needs_row_security_too(database: Database) -> None:
    alter(database, "create table notes (row_id uuid references client_period_status, note text)")
    assert ("table with clients' data without forced row security", "notes") in as_pairs(
        check(database)
    )
