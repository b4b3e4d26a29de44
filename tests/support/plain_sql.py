"""Rows made with plain SQL, for tests of what the database itself enforces."""

from __future__ import annotations

import itertools
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeAlias
from uuid import UUID

import psycopg
from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.servers import Database

Connection: TypeAlias = psycopg.Connection[tuple[Any, ...]]

APPEND_ONLY = (
    "status_events",
    "client_changes",
    "data_access_log",
    "config_audit_log",
    "authorization_audit",
)
"""Tables that nothing is ever changed in or removed from (L2)."""
_numbers = itertools.count(1)


@contextmanager
def session(url: str, **settings: object) -> Iterator[Connection]:
    """Open one transaction with the given clientupdater.* settings; it is rolled back."""
    with psycopg.connect(url) as connection:
        access_scope(connection, **settings)
        yield connection
        connection.rollback()


def access_scope(connection: Connection, **settings: object) -> None:
    """Say, for this transaction, what the actor may reach; what is not named is not set.

    Only the workers' login may be the `system`.
    """
    is_system = settings.get("system") == "on"
    connection.execute(
        "set local role clientupdater_system" if is_system else "set local role to default"
    )
    for name in (
        "actor",
        "all_companies",
        "branch_companies",
        "direct_branches",
        "area_companies",
        "area_branches",
        "self_companies",
        "stand_ins",
        "stand_in_branches",
    ):
        connection.execute(
            "select set_config(%s, %s, true)",
            (f"clientupdater.{name}", literal(settings.get(name, ""))),
        )


def literal(value: object) -> str:
    """Write ids as PostgreSQL reads an array."""
    if isinstance(value, list | tuple | set):
        return "{" + ",".join(str(one) for one in value) + "}"
    return str(value)


@frozen
class SqlRows:
    """Makes rows over a connection, by the shortest SQL that is accepted."""

    connection: Connection

    def one(self, sql: str, *values: object) -> Any:
        """Run a statement that answers one value."""
        row = self.connection.execute(sql.encode(), values).fetchone()
        assert row is not None, "no row"
        return row[0]

    def id_of(self, table: str, code: str) -> UUID:
        """Look up a row by its code."""
        result = self.one(f"select id from {table} where code = %s", code)
        assert isinstance(result, UUID)
        return result

    def user(self) -> UUID:
        """Make a person."""
        result = self.one(
            "insert into users (email) values (%s) returning id", f"u{next(_numbers)}@example.com"
        )
        assert isinstance(result, UUID)
        return result

    def branch(self) -> UUID:
        """Make a branch."""
        result = self.one(
            "insert into branches (code, name) values (%s, 'Somewhere') returning id",
            f"B{next(_numbers)}",
        )
        assert isinstance(result, UUID)
        return result

    def client(
        self, branch: UUID | None = None, company: str = "FCASH", name: str = "Juan dela Cruz"
    ) -> UUID:
        """Make a client."""
        result = self.one(
            """
            insert into clients (client_code, company_id, full_name, branch_id)
            values (%s, %s, %s, %s) returning id
            """,
            f"C{next(_numbers):06d}",
            self.id_of("companies", company),
            name,
            branch or self.branch(),
        )
        assert isinstance(result, UUID)
        return result

    def row(self, client: UUID, month: int = 11, status: str = "PENDING") -> UUID:
        """Make a period row without its opened event."""
        result = self.one(
            """
            insert into client_period_status (
                client_id, company_id, branch_id, period_type, period_year, period_month,
                status_type_id, version
            )
            select c.id, c.company_id, c.branch_id, 'monthly', 2026, %s,
                   (select id from status_types where code = %s), 9
              from clients c where c.id = %s returning id
            """,
            month,
            status,
            client,
        )
        assert isinstance(result, UUID)
        return result

    def event(self, row: UUID, sequence: int = 0, kind: str = "opened", **columns: object) -> UUID:
        """Add an event to a row."""
        columns = {"status_type_id": self.id_of("status_types", "PENDING"), **columns}
        names = "".join(f", {name}" for name in columns)
        result = self.one(
            f"""
            insert into status_events (
                client_period_status_id, company_id, branch_id, event_sequence, kind{names}
            )
            select s.id, s.company_id, s.branch_id, %s, %s{", %s" * len(columns)}
              from client_period_status s where s.id = %s returning id
            """,
            sequence,
            kind,
            *columns.values(),
            row,
        )
        assert isinstance(result, UUID)
        return result


@contextmanager
def sql_rows(database: Database, **settings: object) -> Iterator[SqlRows]:
    """Open a transaction of the application as the system by default."""
    with session(database.worker_url, **(settings or {"system": "on"})) as connection:
        yield SqlRows(connection)
