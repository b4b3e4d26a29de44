"""Migrations run while people work: nobody gets an error, and nothing is lost.

The code of today plays the old version, and the migrations are made up: one of each kind that
docs/migrations.md allows, on the tables that every update writes. Real earlier code serves in
test_upgrade_from_earlier_code.py.
"""

from __future__ import annotations

import itertools
import shutil
import threading
from contextlib import ExitStack
from typing import TYPE_CHECKING

import psycopg

from clientupdater.adapters.postgres.admin.maintenance import PostgresMaintenance
from clientupdater.adapters.postgres.admin.migrations import Pace
from clientupdater.adapters.postgres.admin.sql_files import NO_TRANSACTION, SqlFiles, bundled
from tests.faults.test_several_servers import UNLIMITED
from tests.faults.test_updates_through_faults import places_of_callers
from tests.support.forked_servers import forked_server
from tests.support.recorded_calls import READS, Load, MixedCaller, require_all_kept_once
from tests.support.waiting import WAITING_FOR_A_LOCK, wait_until

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.servers import Database

CALLS = 12
PACE = Pace(lock_timeout_ms=200, attempts=200, longest_pause=0.2)
MIGRATIONS = {
    "add_columns": """
        alter table client_period_status add column mood text not null default 'unknown';
        alter table clients add column mood text;
        alter table status_events add column mood text;
    """,
    "add_table": """
        create table moods (
            client_id uuid primary key references clients (id), mood text not null
        );
        alter table moods enable row level security;
        grant select, insert on moods to clientupdater_app;
    """,
    "add_index": f"{NO_TRANSACTION}\n"
    "create index concurrently events_by_mood on status_events (mood);",
    "add_function": "create function mood_of(id uuid) returns text language sql as $$ select '' $$",
    "fill_column": "update clients set mood = 'unknown' where mood is null",
    "add_constraint": "alter table clients add constraint has_mood check (mood <> '') not valid",
    "validate_constraint": "alter table clients validate constraint has_mood",
}


def with_migrations(folder: Path) -> SqlFiles:
    """Copy the files of today, and add those of tomorrow."""
    shutil.copytree(bundled().root, folder)
    files = SqlFiles(folder)
    number = itertools.count(files.migrations()[-1].version + 1)
    for name, sql in MIGRATIONS.items():
        path = folder / "migrations" / f"{next(number):04}_{name}.sql"
        path.write_text(sql, encoding="utf-8")
    return files


def waiting(database: Database) -> int:
    with psycopg.connect(database.superuser_url) as connection:
        ((count,),) = connection.execute(WAITING_FOR_A_LOCK).fetchall()
    return int(count)


def test_people_go_on_while_migrations_run_and_while_one_waits_for_a_long_read(
    database: Database, tmp_path: Path
) -> None:
    maintenance = PostgresMaintenance(
        database.owner_url, files=with_migrations(tmp_path / "sql"), pace=PACE
    )
    done: list[str] = []
    migrating = threading.Thread(
        target=lambda: done.extend(each.name for each in maintenance.migrate())
    )
    callers = [MixedCaller(*each) for each in places_of_callers(database)]
    load = Load([*callers])
    with ExitStack() as stack:
        servers = [stack.enter_context(forked_server(DATABASE_URL=database.app_url, **UNLIMITED))]
        for each in load.callers:
            each.base = lambda: servers[-1].base
        with load.running():
            load.pass_calls(CALLS)
            with psycopg.connect(database.superuser_url) as reader:
                reader.execute("select count(*) from client_period_status")
                migrating.start()
                wait_until(lambda: waiting(database) > 0)
                load.pass_calls(CALLS)
                assert migrating.is_alive(), "it was to wait for the reader"
            migrating.join()
            load.pass_calls(CALLS)
            servers.append(
                stack.enter_context(forked_server(DATABASE_URL=database.app_url, **UNLIMITED))
            )
            load.pass_calls(CALLS)
        assert len(done) == len(MIGRATIONS)
        assert load.felt.errors == {}
        assert all(each.reads > len(READS) for each in callers)
        require_all_kept_once(database.superuser_url, load.callers)
