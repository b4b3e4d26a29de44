"""The schema as text, read from the catalogs.

It is sorted by kind and name, so that it reads the same whichever way the schema came about, and it
can be run. ``sql/schema.sql`` is the text of a freshly migrated database: a test compares the two,
and ``db check`` compares a live database with it, object by object. `write_schema` writes it anew.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias

from clientupdater.adapters.postgres.admin import catalog_queries as queries

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from clientupdater.adapters.postgres.core.connection import Connection

Snapshot: TypeAlias = "dict[str, str]"
"""Definitions by kind and name, such as "table clients", in an order in which they can be run."""

_HEADER = """\
-- The schema that sql/migrations add up to: generated, never edited. To write it anew:
--
--     python -m clientupdater.adapters.postgres.admin.write_schema postgresql://…/an_empty_database
--
-- It can be loaded into an empty database (after sql/roles.sql). A test holds it to the migrations;
-- `clientupdater db check` holds a live database to it.

set check_function_bodies = off;
"""

# Functions come before tables, because generated columns call them: so one that reads tables keeps
# its body as text, which is looked at only when it runs. Those that take or give rows come after.
_KINDS: Sequence[tuple[str, str]] = (
    ("type", queries.TYPES),
    ("function", queries.FUNCTIONS),
    ("table", queries.TABLES),
    ("function", queries.FUNCTIONS_OF_ROWS),
    ("key", queries.KEYS),
    ("check", queries.CHECKS),
    ("reference", queries.REFERENCES),
    ("index", queries.INDEXES),
    ("trigger", queries.TRIGGERS),
    ("row security", queries.ROW_SECURITY),
    ("policy", queries.POLICIES),
    ("table grant", queries.TABLE_GRANTS),
    ("column grant", queries.COLUMN_GRANTS),
    ("function grant", queries.FUNCTION_GRANTS),
)

_MARK = re.compile(r"^-- :: (.+)$", re.MULTILINE)


def taken(connection: Connection) -> Snapshot:
    """Read the schema from the catalogs."""
    with connection.transaction():
        # Names are written without their schema, as the migrations wrote them.
        connection.execute("set local search_path = public, pg_catalog")
        snapshot: Snapshot = {}
        for kind, query in _KINDS:
            rows = connection.execute(query.encode()).fetchall()
            for name, definition in sorted(rows):
                snapshot[f"{kind} {name}"] = _tidied(definition)
        return snapshot


def rendered(snapshot: Mapping[str, str]) -> str:
    """Write it as SQL that can be run."""
    parts = [f"-- :: {what}\n{definition}\n" for what, definition in snapshot.items()]
    return "\n".join([_HEADER, *parts])


def parsed(text: str) -> Snapshot:
    """Read the text that ``rendered`` wrote."""
    _, *pieces = _MARK.split(text)
    return {
        what: definition.strip() for what, definition in zip(pieces[::2], pieces[1::2], strict=True)
    }


def _tidied(definition: str) -> str:
    return "\n".join(line.rstrip() for line in definition.strip().splitlines())
