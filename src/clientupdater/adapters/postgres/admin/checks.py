"""Comparing a live database with what this code expects of it: every difference by its name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clientupdater.adapters.postgres.admin import catalog_queries as queries
from clientupdater.adapters.postgres.admin import schema_snapshot
from clientupdater.adapters.postgres.admin.migrations import discrepancies, read_applied
from clientupdater.adapters.postgres.admin.scope_keys import unsigned_scopes
from clientupdater.adapters.postgres.admin.sources import unknown_sources, without_added_sources
from clientupdater.ports.maintenance import Finding

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from clientupdater.adapters.postgres.admin.sql_files import SqlFiles
    from clientupdater.adapters.postgres.core.connection import Connection
    from clientupdater.adapters.postgres.core.scope_signer import ScopeSigner
    from clientupdater.domain.sync.fields import Source

_CLIENT_DATA_WITHOUT_A_KEY = (
    "idempotency_keys",
    "sync_plans",
    "sync_rejects",
    "sync_snapshots",
    "webhook_events",
)
"""Tables with clients' data that no foreign key links to a client."""


def findings(
    connection: Connection,
    files: SqlFiles,
    sources: Collection[Source] = (),
    signer: ScopeSigner | None = None,
) -> list[Finding]:
    """List every difference, with what to do about it."""
    pending = list(_pending(connection, files))
    return [
        *_history(connection, files),
        *pending,
        *_invalid_indexes(connection),
        *_open_tables(connection),
        *_unbound_roles(connection),
        # A pending migration would show as drift once more, object by object.
        *(() if pending else _drift(connection, files)),
        *(() if pending else unknown_sources(connection, sources)),
        *(() if pending else unsigned_scopes(connection, signer)),
    ]


def _history(connection: Connection, files: SqlFiles) -> Iterator[Finding]:
    result = discrepancies(files.migrations(), read_applied(connection))
    for label, sentence in result.items():
        what, _, remedy = sentence.removeprefix(f"{label} ").partition("; ")
        yield Finding(f"migration {what}", label, remedy)


def _pending(connection: Connection, files: SqlFiles) -> Iterator[Finding]:
    applied = read_applied(connection)
    for file in files.migrations():
        if file.version not in applied:
            yield Finding("migration not applied", file.label, "clientupdater db migrate")


def _invalid_indexes(connection: Connection) -> Iterator[Finding]:
    for name in _names_of_invalid_indexes(connection):
        yield Finding("index is invalid", name, f"REINDEX INDEX CONCURRENTLY {name}, or drop it")


def _names_of_invalid_indexes(connection: Connection) -> list[str]:
    return [row[0] for row in connection.execute(queries.INVALID_INDEXES)]


def _open_tables(connection: Connection) -> Iterator[Finding]:
    if connection.execute("select to_regclass('public.clients')").fetchone() == (None,):
        return
    rows: dict[str, bool] = dict(connection.execute(queries.TABLES_OF_CLIENTS).fetchall())
    others = connection.execute(queries.ROW_SECURITY_OF, (list(_CLIENT_DATA_WITHOUT_A_KEY),))
    rows.update(others.fetchall())
    for table, secured in sorted(rows.items()):
        if not secured:
            remedy = f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY"
            yield Finding("table with clients' data without forced row security", table, remedy)


def _unbound_roles(connection: Connection) -> Iterator[Finding]:
    for (role,) in connection.execute(queries.ROLES_ABOVE_POLICIES):
        yield Finding("role stands above row-level security", role, "run sql/roles.sql again")


def _drift(connection: Connection, files: SqlFiles) -> Iterator[Finding]:
    live = without_added_sources(schema_snapshot.taken(connection))
    for name in _names_of_invalid_indexes(connection):
        live.pop(f"index {name}", None)
    expected = schema_snapshot.parsed(files.snapshot_path.read_text(encoding="utf-8"))
    for what in sorted(live.keys() | expected.keys()):
        if what not in live:
            yield Finding("missing from the database", what, "make it as in sql/schema.sql")
        elif what not in expected:
            yield Finding("not known to the migrations", what, "drop it, or write a migration")
        elif live[what] != expected[what]:
            yield Finding("differs from the migrations", what, "make it as in sql/schema.sql")
