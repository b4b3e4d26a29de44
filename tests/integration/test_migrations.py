"""Migrating forward and back, by several at once, and the files that are refused."""

from __future__ import annotations

import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import psycopg
import pytest

from clientupdater.adapters.postgres.admin.maintenance import PostgresMaintenance
from clientupdater.adapters.postgres.admin.migrations import Pace
from clientupdater.adapters.postgres.admin.sql_files import NO_TRANSACTION, SqlFiles, bundled
from clientupdater.domain.errors import Conflict, Misconfigured, Unavailable
from tests.support.waiting import WAITING_FOR_A_LOCK, wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.servers import Database

HASTY = Pace(lock_patience=0.3, poll=0.01, lock_timeout_ms=50, attempts=2, longest_pause=0.01)


@pytest.fixture
def own_files(tmp_path: Path) -> SqlFiles:
    """Give a folder of SQL that a test may change: the first two migrations only."""
    shutil.copytree(bundled().root, tmp_path / "sql")
    files = SqlFiles(tmp_path / "sql")
    for file in files.migrations()[2:]:
        file.path.unlink()
    return files


def add(files: SqlFiles, name: str, sql: str, down: str = "") -> None:
    folder = files.root / "migrations"
    (folder / f"{name}.sql").write_text(sql)
    (folder / f"{name}.down.sql").write_text(down)


def tables(database: Database) -> set[str]:
    with psycopg.connect(database.owner_url) as connection:
        rows = connection.execute("select tablename from pg_tables where schemaname = 'public'")
        return {row[0] for row in rows}


def test_migrating_applies_every_file_in_order_and_records_when(empty_database: Database) -> None:
    maintenance = PostgresMaintenance(empty_database.owner_url)
    assert all(step.applied_at is None for step in maintenance.status())
    applied = maintenance.migrate()
    assert [step.version for step in applied] == [f.version for f in bundled().migrations()]
    assert all(step.applied_at for step in maintenance.status())


def test_migrating_twice_applies_nothing_the_second_time(database: Database) -> None:
    assert PostgresMaintenance(database.owner_url).migrate() == []


def test_two_runners_at_once_both_succeed_and_one_applies(empty_database: Database) -> None:
    start = threading.Barrier(3)

    def run() -> int:
        start.wait()
        return len(PostgresMaintenance(empty_database.owner_url).migrate())

    with ThreadPoolExecutor(3) as pool:
        counts = [task.result() for task in [pool.submit(run) for _ in range(3)]]
    assert sorted(counts) == [0, 0, len(bundled().migrations())]


def test_a_runner_that_never_gets_the_lock_raises(empty_database: Database) -> None:
    maintenance = PostgresMaintenance(empty_database.owner_url, pace=HASTY)
    with psycopg.connect(empty_database.owner_url, autocommit=True) as other:
        other.execute("select pg_advisory_lock(7240115309884531)")
        with pytest.raises(Unavailable, match="Another migration is still running"):
            maintenance.migrate()


def test_everything_can_be_undone_and_done_again(empty_database: Database) -> None:
    maintenance = PostgresMaintenance(empty_database.owner_url)
    maintenance.migrate()
    undone = maintenance.rollback(steps=1000)
    assert [step.version for step in undone] == [
        file.version for file in reversed(bundled().migrations())
    ]
    assert tables(empty_database) == {"schema_migrations"}
    maintenance.migrate()
    assert maintenance.check() == []


def test_undoing_one_step_undoes_the_newest(empty_database: Database, own_files: SqlFiles) -> None:
    maintenance = PostgresMaintenance(empty_database.owner_url, own_files)
    maintenance.migrate()
    assert [step.name for step in maintenance.rollback()] == ["people"]
    assert [bool(step.applied_at) for step in maintenance.status()] == [True, False]


def test_a_migration_without_a_rollback_is_named(
    empty_database: Database, own_files: SqlFiles
) -> None:
    maintenance = PostgresMaintenance(empty_database.owner_url, own_files)
    maintenance.migrate()
    own_files.migrations()[-1].down_path.unlink()
    with pytest.raises(Misconfigured, match=r"0002_people\.down\.sql"):
        maintenance.rollback()


def test_an_edited_migration_is_refused_by_name(
    empty_database: Database, own_files: SqlFiles
) -> None:
    maintenance = PostgresMaintenance(empty_database.owner_url, own_files)
    maintenance.migrate()
    edited = own_files.migrations()[1].path
    edited.write_text(edited.read_text() + "\n-- a harmless remark")
    add(own_files, "0003_more", "create table more (id int)")
    with pytest.raises(Conflict, match="0002_people was edited"):
        maintenance.migrate()
    assert "more" not in tables(empty_database)


def test_other_line_endings_are_not_an_edit(empty_database: Database, own_files: SqlFiles) -> None:
    maintenance = PostgresMaintenance(empty_database.owner_url, own_files)
    maintenance.migrate()
    path = own_files.migrations()[1].path
    path.write_bytes(path.read_bytes().replace(b"\n", b"\r\n"))
    assert maintenance.migrate() == []


def test_a_missing_migration_is_refused_by_name(
    empty_database: Database, own_files: SqlFiles
) -> None:
    maintenance = PostgresMaintenance(empty_database.owner_url, own_files)
    maintenance.migrate()
    own_files.migrations()[1].path.unlink()
    with pytest.raises(Conflict, match=r"0002_people was applied .* but its file is missing"):
        maintenance.migrate()
    with pytest.raises(Conflict, match="0002_people"):
        maintenance.rollback()


def test_a_file_that_fails_is_named_and_leaves_nothing(
    empty_database: Database, own_files: SqlFiles
) -> None:
    add(own_files, "0003_broken", "create table half (id int); select 1/0;")
    with pytest.raises(Misconfigured, match="0003_broken: division by zero"):
        PostgresMaintenance(empty_database.owner_url, own_files).migrate()
    assert "half" not in tables(empty_database)
    assert "users" in tables(empty_database)


@pytest.mark.parametrize("name", ["3_short", "0003-dashes", "0003_Upper"])
def test_a_file_name_that_does_not_fit_is_refused(own_files: SqlFiles, name: str) -> None:
    add(own_files, name, "select 1")
    with pytest.raises(Misconfigured, match="NNNN_what_it_does"):
        own_files.migrations()


def test_two_files_with_one_number_are_refused(own_files: SqlFiles) -> None:
    add(own_files, "0002_other", "select 1")
    with pytest.raises(Misconfigured, match="same number"):
        own_files.migrations()


def test_a_marked_file_runs_outside_a_transaction(
    empty_database: Database, own_files: SqlFiles
) -> None:
    build = f"{NO_TRANSACTION}\ncreate index concurrently people_names on users (last_name);"
    undo = f"{NO_TRANSACTION}\ndrop index concurrently people_names;"
    add(own_files, "0003_index", build, undo)
    maintenance = PostgresMaintenance(empty_database.owner_url, own_files)
    assert maintenance.migrate()[-1].name == "index"
    assert maintenance.rollback()[-1].name == "index"


def test_a_marked_file_holds_a_single_statement(
    empty_database: Database, own_files: SqlFiles
) -> None:
    add(own_files, "0003_two", f"{NO_TRANSACTION}\nselect 1; select 2;")
    with pytest.raises(Misconfigured, match="0003_two: cannot insert multiple commands"):
        PostgresMaintenance(empty_database.owner_url, own_files).migrate()


def test_an_index_that_failed_half_way_stops_the_next_attempt(
    empty_database: Database, own_files: SqlFiles
) -> None:
    add(
        own_files,
        "0003_twins",
        "insert into users (email, last_name) values ('a', 'x'), ('b', 'x')",
    )
    build = "create unique index concurrently if not exists one_name on users (last_name)"
    add(own_files, "0004_index", f"{NO_TRANSACTION}\n{build}")
    maintenance = PostgresMaintenance(empty_database.owner_url, own_files)
    with pytest.raises(Misconfigured, match="0004_index"):
        maintenance.migrate()
    with pytest.raises(Conflict, match="one_name is invalid"):
        maintenance.migrate()


def test_a_locked_table_is_tried_again_a_limited_number_of_times(
    empty_database: Database, own_files: SqlFiles
) -> None:
    PostgresMaintenance(empty_database.owner_url, own_files).migrate()
    add(own_files, "0003_column", "alter table users add column nickname text")
    maintenance = PostgresMaintenance(empty_database.owner_url, own_files, HASTY)
    with psycopg.connect(empty_database.owner_url) as reader:
        reader.execute("select count(*) from users")
        with pytest.raises(Unavailable, match="0003_column: a table that it needs stayed locked"):
            maintenance.migrate()
    assert [step.name for step in maintenance.migrate()] == ["column"]


def test_a_lock_released_in_time_is_taken_by_a_later_attempt(
    empty_database: Database, own_files: SqlFiles
) -> None:
    PostgresMaintenance(empty_database.owner_url, own_files).migrate()
    add(own_files, "0003_column", "alter table users add column nickname text")
    patient = Pace(lock_timeout_ms=20, attempts=1000, longest_pause=0.01)
    maintenance = PostgresMaintenance(empty_database.owner_url, own_files, patient)
    with (
        ThreadPoolExecutor(1) as pool,
        psycopg.connect(empty_database.owner_url) as reader,
        psycopg.connect(empty_database.superuser_url, autocommit=True) as observer,
    ):
        reader.execute("select count(*) from users")
        migrating = pool.submit(maintenance.migrate)
        wait_until(
            lambda: migrating.done() or observer.execute(WAITING_FOR_A_LOCK).fetchone() != (0,)
        )
        reader.rollback()
        assert [step.name for step in migrating.result()] == ["column"]


def test_a_migrating_superuser_gets_the_same_schema(empty_database: Database) -> None:
    maintenance = PostgresMaintenance(empty_database.superuser_url)
    maintenance.migrate()
    assert maintenance.check() == []
