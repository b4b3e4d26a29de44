"""People by what an issuer of tokens calls them, over one PostgreSQL transaction."""

from __future__ import annotations

from typing import Any, TypeAlias

import psycopg
from attrs import frozen

from clientupdater.adapters.postgres.people.rows import PERSON_WIDTH, QUERIES, actor_of, person_of
from clientupdater.ports.people import KnownPerson

Connection: TypeAlias = psycopg.Connection[tuple[Any, ...]]


@frozen
class PostgresIdentities:
    """Who is meant by a token."""

    _connection: Connection

    def find(self, subject: str) -> KnownPerson | None:
        """Find somebody with their rights of this moment, in one look."""
        cursor = self._connection.execute(QUERIES["person_by_subject"], {"subject": subject})
        row = cursor.fetchone()
        if row is None:
            return None
        person = person_of(row[:PERSON_WIDTH])
        *rights, generation = row[PERSON_WIDTH:]
        return KnownPerson(person, actor_of(person, rights), generation)
