"""sql/schema.sql equals the schema that the migrations make."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg

from clientupdater.adapters.postgres.admin.maintenance import PostgresMaintenance
from clientupdater.adapters.postgres.admin.migrations import Runner
from clientupdater.adapters.postgres.admin.schema_snapshot import parsed, rendered, taken
from clientupdater.adapters.postgres.admin.sql_files import bundled
from clientupdater.adapters.postgres.admin.write_schema import main
from clientupdater.adapters.postgres.core.connect import connected

if TYPE_CHECKING:
    import pytest

    from clientupdater.adapters.postgres.core.connection import Connection
    from tests.support.servers import Database


def schema_of(database: Database) -> str:
    with connected(database.owner_url) as connection:
        return rendered(taken(connection))


def constrained(connection: Connection) -> dict[str, str]:
    """Read the schema, but not whether a constraint was checked: rolling back may check less."""
    return {name: text.replace(" NOT VALID;", ";") for name, text in taken(connection).items()}


def test_the_snapshot_equals_the_migrated_schema(database: Database) -> None:
    assert schema_of(database) == bundled().snapshot_path.read_text(encoding="utf-8")


def test_the_snapshot_loads_into_an_empty_database_and_makes_the_same(
    empty_database: Database,
) -> None:
    text = bundled().snapshot_path.read_text(encoding="utf-8")
    with psycopg.connect(empty_database.owner_url) as connection:
        connection.execute(text.encode())
    assert schema_of(empty_database) == text


def test_undoing_every_migration_leaves_an_empty_schema(empty_database: Database) -> None:
    maintenance = PostgresMaintenance(empty_database.owner_url)
    maintenance.migrate()
    maintenance.rollback(steps=1000)
    with connected(empty_database.owner_url) as connection:
        assert taken(connection) == {}


def test_each_rollback_restores_the_schema_before_its_migration(empty_database: Database) -> None:
    files = bundled().migrations()
    with connected(empty_database.owner_url) as connection:
        for number, file in enumerate(files, 1):
            before, runner = constrained(connection), Runner(connection, files[:number])
            assert runner.forward() == [file]
            assert runner.back(steps=1) == [file]
            assert constrained(connection) == before, file.label
            runner.forward()
    assert schema_of(empty_database) == bundled().snapshot_path.read_text(encoding="utf-8")


def test_a_rendered_snapshot_is_parsed_back(database: Database) -> None:
    with connected(database.owner_url) as connection:
        snapshot = taken(connection)
    assert parsed(rendered(snapshot)) == snapshot


def test_the_snapshot_is_written_anew_by_its_own_command(
    empty_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[str] = []
    monkeypatch.setattr("pathlib.Path.write_text", lambda _, text, **__: written.append(text))
    assert main([empty_database.owner_url]) == 0
    assert written == [bundled().snapshot_path.read_text(encoding="utf-8")]
