"""Where the SQL is found, and what a superuser runs once per server."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from clientupdater.adapters.postgres.admin.maintenance import PostgresMaintenance
from clientupdater.adapters.postgres.admin.sql_files import SqlFiles, bundled
from clientupdater.domain.errors import Misconfigured
from tests.support.waiting import WAITING_FOR_A_LOCK, wait_until

if TYPE_CHECKING:
    from concurrent.futures import Future
    from pathlib import Path

    from tests.support.servers import Database


def test_every_migration_has_a_rollback_and_numbers_have_no_gap() -> None:
    files = bundled().migrations()
    assert [file.version for file in files] == list(range(1, len(files) + 1))
    assert all(file.down_path.is_file() for file in files)


@pytest.mark.parametrize("inside", ["clientupdater/sql", "sql"])
def test_the_files_are_found_in_the_package_or_beside_the_sources(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, inside: str
) -> None:
    package = tmp_path / ("src/clientupdater" if inside == "sql" else "clientupdater")
    (tmp_path / inside / "migrations").mkdir(parents=True)
    monkeypatch.setattr("importlib.resources.files", lambda _: package)
    assert bundled() == SqlFiles(tmp_path / inside)


def test_an_installation_without_its_files_raises(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.resources.files", lambda _: tmp_path / "src" / "clientupdater")
    with pytest.raises(Misconfigured, match="install the package again"):
        bundled()


def test_the_roles_can_be_made_again_and_by_several_at_once(database: Database) -> None:
    script = bundled().roles_path.read_bytes()

    def run() -> None:
        with psycopg.connect(database.superuser_url, autocommit=True) as connection:
            for _ in range(20):
                connection.execute(script)

    with ThreadPoolExecutor(2) as pool:
        for task in [pool.submit(run), pool.submit(run)]:
            task.result()
    with psycopg.connect(database.app_url) as connection:
        assert connection.execute("select current_user").fetchone() == ("clientupdater_app",)


def test_a_database_that_is_not_in_unicode_is_refused(empty_database: Database) -> None:
    name = f"{empty_database.name}_latin"
    with psycopg.connect(empty_database.superuser_url, autocommit=True) as connection:
        connection.execute(
            f"create database {name} encoding 'LATIN1' locale 'C' template template0".encode()
        )
        try:
            url = make_conninfo(empty_database.owner_url, dbname=name)
            with pytest.raises(Misconfigured, match="leads to a database in LATIN1"):
                PostgresMaintenance(url).migrate()
        finally:
            connection.execute(f"drop database {name}".encode())


@pytest.mark.rule("S6")
def test_a_company_and_a_status_added_at_the_same_moment_do_not_miss_each_other(
    database: Database,
) -> None:
    def add_status() -> None:
        with psycopg.connect(database.app_url) as other:
            other.execute(
                "insert into status_types (code, name, sequence) values ('MAILED', 'Mailed', 7)"
            )

    with ThreadPoolExecutor(1) as pool, psycopg.connect(database.app_url) as connection:
        connection.execute("insert into companies (code, name) values ('THIRD', 'Third')")
        adding = pool.submit(add_status)
        wait_for_a_lock(database, adding)
        connection.commit()
        adding.result()
        pair = """
            select count(*) from status_type_companies sc
              join status_types s on s.id = sc.status_type_id
              join companies c on c.id = sc.company_id
             where s.code = 'MAILED' and c.code = 'THIRD'
        """
        assert connection.execute(pair).fetchone() == (1,)


def wait_for_a_lock(database: Database, waiter: Future[None]) -> None:
    with psycopg.connect(database.superuser_url, autocommit=True) as observer:
        wait_until(lambda: waiter.done() or observer.execute(WAITING_FOR_A_LOCK).fetchone() != (0,))
