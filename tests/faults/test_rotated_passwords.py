"""The passwords of the three logins are replaced one by one, while servers and workers go on.

The database's server is this module's own: a password belongs to all databases of a server.
"""

from __future__ import annotations

import re
from contextlib import ExitStack
from typing import TYPE_CHECKING

import psycopg
import pytest
from attrs import frozen

from clientupdater.adapters.postgres.admin.embedded import EmbeddedPostgres
from clientupdater.adapters.postgres.admin.maintenance import PostgresMaintenance
from clientupdater.entrypoints.failures import Exit
from tests.entrypoints.test_cli_long_running import KEYS
from tests.faults.test_rotated_secrets import Office, office_of
from tests.support.commands import call
from tests.support.documented_commands import ROOT, section_of
from tests.support.servers import Database, folder_of_data
from tests.support.waiting import wait_until
from tests.support.worker_processes import effects, put, stands, worker

if TYPE_CHECKING:
    from collections.abc import Iterator
    from subprocess import CompletedProcess

NEW = "another-password"


@frozen
class Login:
    """A login's address with the old password, and with the new one."""

    database: Database
    old: str

    @property
    def _parts(self) -> dict[str, str]:
        return {k: str(v) for k, v in psycopg.conninfo.conninfo_to_dict(self.old).items()}

    @property
    def new(self) -> str:
        return self.old.replace(self._parts["password"], NEW)

    def replace_password(self) -> None:
        with psycopg.connect(self.database.superuser_url) as connection:
            statement = psycopg.sql.SQL("alter role {} password {}").format(
                psycopg.sql.Identifier(self._parts["user"]), psycopg.sql.Literal(NEW)
            )
            connection.execute(statement)

    def require_replaced(self) -> None:
        with psycopg.connect(self.new):
            pass
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(self.old)


@pytest.fixture
def database() -> Iterator[Database]:
    with ExitStack() as stack:
        folder = stack.enter_context(folder_of_data())
        postgres = stack.enter_context(EmbeddedPostgres(folder, fsync=False))
        database = Database.on(postgres.cluster, "clientupdater")
        PostgresMaintenance(database.owner_url).migrate()
        PostgresMaintenance(database.owner_url).seed()
        yield database


@pytest.fixture
def office(database: Database) -> Iterator[Office]:
    with office_of(database) as office:
        yield office


def test_a_database_password_is_replaced_while_servers_run(office: Office) -> None:
    login = Login(office.database, office.database.app_url)
    running_server = office.server(DATABASE_URL=login.old)
    assert office.record(running_server, 0, "before").status_code == 201
    login.replace_password()
    assert office.record(running_server, 1, "meanwhile").status_code == 201
    assert running_server.get("/readyz").status_code == 503, "security.md says so"
    restarted = office.server(DATABASE_URL=login.new)
    assert office.record(restarted, 2, "after").status_code == 201
    login.require_replaced()


def test_servers_move_to_a_second_login_and_no_request_is_refused(office: Office) -> None:
    make_second_login, void_the_old_password = sql_blocks(
        "Replace the password of the serving login"
    )
    login = Login(office.database, office.database.app_url)
    first = office.server(DATABASE_URL=login.old)
    as_superuser(office.database, make_second_login.replace("PASSWORD", NEW))
    second_url = login.new.replace("clientupdater:", "clientupdater_2:", 1)
    second = office.server(DATABASE_URL=second_url)
    for number, server in enumerate([first, second] * 2):
        assert office.record(server, number, f"key-{number}").status_code == 201
        assert server.get("/readyz").status_code == 200
    as_superuser(office.database, void_the_old_password)
    assert office.record(second, 4, "key-4").status_code == 201
    assert second.get("/readyz").status_code == 200
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        psycopg.connect(login.old)
    assert settings_of(office.database, "clientupdater_2") == settings_of(
        office.database, "clientupdater"
    )


def test_the_workers_password_is_replaced_while_they_work(database: Database) -> None:
    login = Login(database, database.worker_url)
    with ExitStack() as stack:
        before = stack.enter_context(worker(database))
        (first,) = put(database, "doze", arguments={"seconds": 1})
        wait_until(lambda: effects(database, "begun") == [first])
        login.replace_password()
        wait_until(lambda: stands(database, first) == "completed")
        (second,) = put(database, "effect")
        wait_until(lambda: stands(database, second) == "completed")
        stack.enter_context(worker(database, DATABASE_URL=login.new))
        before.terminate()
        before.join(30)
        assert before.exitcode == 0
        third = put(database, "effect", 5)
        wait_until(lambda: effects(database) == sorted([first, second, *third]))
    assert effects(database, "begun") == [first]
    login.require_replaced()


def test_the_owners_password_is_replaced_and_servers_do_not_notice(office: Office) -> None:
    login = Login(office.database, office.database.owner_url)
    server = office.server(DATABASE_URL=office.database.app_url)
    assert migrated(office, login.old).returncode == 0
    login.replace_password()
    refused = migrated(office, login.old)
    assert refused.returncode == Exit.CONFIGURATION
    assert "password authentication failed" in refused.stderr
    assert login.old not in refused.stderr
    assert migrated(office, login.new).returncode == 0
    assert office.record(server, 0, "after").status_code == 201
    login.require_replaced()


def sql_blocks(title: str) -> list[str]:
    """Give the SQL that the page shows under a heading."""
    text = section_of(ROOT / "docs" / "security.md", title)
    return re.findall(r"^```sql\n(.*?)^```", text, re.MULTILINE | re.DOTALL)


def as_superuser(database: Database, script: str) -> None:
    with psycopg.connect(database.superuser_url) as connection:
        connection.execute(script.encode())


def settings_of(database: Database, role: str) -> list[str]:
    with psycopg.connect(database.superuser_url) as connection:
        query = """select s.setconfig from pg_db_role_setting s join pg_roles r on r.oid = s.setrole
                   where r.rolname = %s and s.setdatabase = 0"""
        return sorted(connection.execute(query, (role,)).fetchall()[0][0])


def migrated(office: Office, owner_url: str) -> CompletedProcess[str]:
    urls = {"DATABASE_URL": office.database.app_url, "DATABASE_MIGRATION_URL": owner_url}
    return call("db", "migrate", **urls, **KEYS)
