"""The sources that the database knows: the labels of two enum types, which its owner may add to."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from psycopg import sql

from clientupdater.domain.sync.fields import BUILT_IN_SOURCES
from clientupdater.ports.maintenance import Finding

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from clientupdater.adapters.postgres.admin.schema_snapshot import Snapshot
    from clientupdater.adapters.postgres.core.connection import Connection
    from clientupdater.domain.sync.fields import Source

TYPES = ("sync_source", "sync_job_type")
_LABELS = """
select e.enumlabel
  from pg_enum e
  join pg_type t on t.oid = e.enumtypid
 where t.typnamespace = 'public'::regnamespace and t.typname = %s
"""
_ADDED = re.compile(rf", '(?!({'|'.join(BUILT_IN_SOURCES)})')[a-z][a-z0-9_]{{1,29}}'")
_SCHEDULE = """
insert into scheduled_jobs (name, cron_expression, function_name, payload)
values (%s, '0 3 * * *', 'sync', jsonb_build_object('source', %s::text))
on conflict (name) do nothing
"""


def add_source(connection: Connection, source: Source) -> bool:
    """Add the labels, and a nightly schedule, in one transaction; return whether it was new."""
    is_new = not _is_known(connection, source)
    with connection.transaction():
        for name in TYPES:
            statement = sql.SQL("alter type {} add value if not exists {}")
            connection.execute(statement.format(sql.Identifier(name), sql.Literal(str(source))))
        connection.execute(_SCHEDULE, (f"sync-{source}", str(source)))
    return is_new


def unknown_sources(connection: Connection, sources: Iterable[Source]) -> Iterator[Finding]:
    """Report configured sources that the database lacks, and any that only one type has."""
    labels = {label for name in TYPES for label in _labels(connection, name)}
    for source in sorted(labels.union(sources)):
        if not _is_known(connection, source):
            remedy = f"clientupdater sync add-source {source}"
            yield Finding("source that the database does not know", source, remedy)


def without_added_sources(snapshot: Snapshot) -> Snapshot:
    """Leave out of the types what `add_source` adds, to compare them with the migrations."""
    types = {f"type {name}" for name in TYPES}
    return {
        what: _ADDED.sub("", definition) if what in types else definition
        for what, definition in snapshot.items()
    }


def _is_known(connection: Connection, source: str) -> bool:
    return all(source in _labels(connection, name) for name in TYPES)


def _labels(connection: Connection, name: str) -> list[str]:
    return [label for (label,) in connection.execute(_LABELS, (name,))]
