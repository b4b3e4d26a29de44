"""A PostgreSQL server with the software's roles: its logins and its databases."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from attrs import Factory, field, frozen
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from clientupdater.adapters.postgres.admin.sql_files import SqlFiles, bundled
from clientupdater.adapters.postgres.core.connect import connected, translated

if TYPE_CHECKING:
    from clientupdater.adapters.postgres.core.connection import Connection

OWNER = "clientupdater_owner"
LOGIN = "clientupdater"
WORKER_LOGIN = "clientupdater_worker"
DATABASE = "clientupdater"


@frozen
class Cluster:
    """Prepares a server as its superuser: roles, passwords, databases."""

    superuser_url: str = field(repr=False)
    owner_password: str = field(repr=False)
    login_password: str = field(repr=False)
    worker_password: str = field(repr=False)
    files: SqlFiles = field(default=Factory(bundled), repr=False)

    def owner_url(self, database: str = DATABASE) -> str:
        return self._url(OWNER, self.owner_password, database)

    def app_url(self, database: str = DATABASE) -> str:
        return self._url(LOGIN, self.login_password, database)

    def worker_url(self, database: str = DATABASE) -> str:
        return self._url(WORKER_LOGIN, self.worker_password, database)

    def admin_url(self, database: str) -> str:
        """Log in to a database as the superuser, past row-level security: for tests and repairs."""
        parts = conninfo_to_dict(self.superuser_url)
        return self._url(str(parts["user"]), str(parts.get("password", "")), database)

    def provision(self) -> None:
        """Make the roles and give the three logins their passwords; repeating it does no harm."""
        script = self.files.roles_path.read_text(encoding="utf-8")
        with connected(self.superuser_url) as connection, translated():
            connection.execute(script.encode())
            _set_password(connection, OWNER, self.owner_password)
            _set_password(connection, LOGIN, self.login_password)
            _set_password(connection, WORKER_LOGIN, self.worker_password)

    def has_database(self, name: str = DATABASE) -> bool:
        with connected(self.superuser_url) as connection, translated():
            query = "select 1 from pg_catalog.pg_database where datname = %s"
            return connection.execute(query, [name]).fetchone() is not None

    def create_database(self, name: str = DATABASE, *, template: str | None = None) -> None:
        """Create a database of the owner's, empty or as a copy of another.

        The copy goes through the write-ahead log: for a small database that is a hundred times
        quicker than two checkpoints around a copy of its files.
        """
        source = sql.SQL(" template {} strategy wal_log").format(
            sql.Identifier(template or "template1")
        )
        statement = sql.SQL("create database {} owner {}").format(
            sql.Identifier(name), sql.Identifier(OWNER)
        )
        self._run(statement + source if template else statement)

    def drop_database(self, name: str) -> None:
        """Drop it, even while others are connected."""
        self._run(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))

    def _run(self, statement: sql.Composed) -> None:
        with connected(self.superuser_url) as connection, translated():
            connection.execute(statement)

    def _url(self, user: str, password: str, database: str) -> str:
        parts = conninfo_to_dict(self.superuser_url)
        host, port = parts.get("host", "127.0.0.1"), parts.get("port", 5432)
        return f"postgresql://{quote(user)}:{quote(password)}@{host}:{port}/{quote(database)}"


def _set_password(connection: Connection, role: str, password: str) -> None:
    """Send only the verifier, so that no statement, and no log of it, holds the password."""
    verifier = connection.pgconn.encrypt_password(
        password.encode(), role.encode(), b"scram-sha-256"
    )
    statement = sql.SQL("alter role {} password {}")
    connection.execute(statement.format(sql.Identifier(role), sql.Literal(verifier.decode())))
