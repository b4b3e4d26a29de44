"""Wrong URL, wrong password, unknown or old database: one clear line, and no password in it."""

from __future__ import annotations

import shutil
import traceback
from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from clientupdater.adapters.postgres.admin.maintenance import PostgresMaintenance
from clientupdater.adapters.postgres.admin.sql_files import SqlFiles, bundled
from clientupdater.adapters.postgres.core import connect
from clientupdater.domain.errors import Error, Misconfigured, Unavailable

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.servers import Database

SECRET = "hunter2-not-to-be-seen"  # noqa: S105 — invented


def refusal_of(url: str, kind: type[Error]) -> str:
    with pytest.raises(kind) as caught:
        PostgresMaintenance(url).migrate()
    assert "\n" not in str(caught.value)
    text = "".join(traceback.format_exception(caught.value))
    assert SECRET not in text
    return str(caught.value)


def test_a_wrong_password_is_named_as_the_cause(empty_database: Database) -> None:
    url = make_conninfo(empty_database.owner_url, password=SECRET)
    assert "password authentication failed" in refusal_of(url, Misconfigured)


def test_an_unknown_database_is_named(empty_database: Database) -> None:
    url = make_conninfo(empty_database.owner_url, dbname="nowhere")
    assert '"nowhere" does not exist' in refusal_of(url, Misconfigured)


def test_a_server_that_is_not_there_is_named_by_host_and_port() -> None:
    url = f"postgresql://someone:{SECRET}@127.0.0.1:1/there"
    assert "127.0.0.1:1/there does not answer" in refusal_of(url, Unavailable)


def test_an_unknown_host_does_not_answer() -> None:
    url = f"postgresql://someone:{SECRET}@no-such-host.invalid/there"
    assert "no-such-host.invalid:5432/there does not answer" in refusal_of(url, Unavailable)


@pytest.mark.parametrize(
    "url",
    [
        f"postgres//someone:{SECRET}@host/there",
        f"postgresql://someone:{SECRET}@host:port/there",
        f"mysql://someone:{SECRET}@host/there",
        "",
    ],
)
def test_an_invalid_url_is_refused_without_quoting_it(url: str) -> None:
    refusal_of(url, Misconfigured)


def test_an_old_server_is_refused_with_the_version_needed(
    empty_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connect, "OLDEST_SERVER", 990000)
    assert "version 99 or newer is needed" in refusal_of(empty_database.owner_url, Misconfigured)


def test_a_login_that_may_not_migrate_is_refused(empty_database: Database) -> None:
    assert "permission denied for schema public" in refusal_of(
        empty_database.app_url, Misconfigured
    )


def test_a_missing_application_role_names_the_script_that_makes_it(
    empty_database: Database, tmp_path: Path
) -> None:
    shutil.copytree(bundled().root, tmp_path / "sql")
    files = SqlFiles(tmp_path / "sql")
    first = files.migrations()[0].path
    first.write_text(first.read_text().replace("clientupdater_app", "a_role_nobody_made"))
    with pytest.raises(Misconfigured, match=r"run sql/roles\.sql as a superuser"):
        PostgresMaintenance(empty_database.owner_url, files).migrate()


def test_a_connection_that_breaks_raises_unavailable(
    empty_database: Database,
) -> None:
    def break_it() -> None:
        with (
            connect.connected(empty_database.owner_url) as connection,
            psycopg.connect(empty_database.superuser_url, autocommit=True) as other,
        ):
            other.execute("select pg_terminate_backend(%s)", (connection.info.backend_pid,))
            connection.execute("select 1")

    with pytest.raises(Unavailable, match="does not answer"):
        break_it()
