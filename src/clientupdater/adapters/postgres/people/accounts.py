"""People and what they may do, in PostgreSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

import psycopg
from attrs import evolve, frozen

from clientupdater.adapters.postgres.core.named_queries import Statement
from clientupdater.adapters.postgres.people.rows import (
    PERSON_WIDTH,
    QUERIES,
    actor_of,
    given_grants,
    known_actor,
    person_of,
)
from clientupdater.domain.accounts import LOCKED_FOR_GOOD
from clientupdater.domain.errors import AlreadyExists, NotFound, VersionConflict
from clientupdater.ports.people import KnownPerson

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime
    from uuid import UUID

    from clientupdater.adapters.postgres.core.connection import Connection
    from clientupdater.domain.access import Actor, Grant
    from clientupdater.domain.accounts import GivenGrant, Person
    from clientupdater.domain.administration import PeopleScope
    from clientupdater.domain.ids import CompanyId, PersonId
    from clientupdater.domain.permissions import Permission
    from clientupdater.ports.people import PlaceKind


_GRANTS = Statement.of(QUERIES["grants_of_person"])
_TAKEN = {
    "users_email_key": "Another user has this email already.",
    "users_clerk_id_key": "Another user has this clerk_id already.",
}


@frozen
class PostgresPeople:
    _connection: Connection

    def find(self, person: PersonId) -> Person | None:
        return self._one("person_by_id", {"person": person})

    def by_email(self, email: str) -> Person | None:
        return self._one("person_by_email", {"email": email})

    def taken(self, emails: Collection[str]) -> frozenset[str]:
        values = {"emails": [each.lower() for each in emails]}
        return frozenset(each for (each,) in self._connection.execute(QUERIES["taken"], values))

    def within(
        self, access_scope: PeopleScope, *, after: str, at_most: int, active: bool | None
    ) -> list[Person]:
        values = {
            "everyone": access_scope.everyone,
            "myself": access_scope.myself,
            "actor": access_scope.actor,
            "branches": list(access_scope.branches),
            "after": after,
            "at_most": at_most,
            "active": active,
        }
        cursor = self._connection.execute(QUERIES["people_within"], values)
        return [person_of(each) for each in cursor]

    def add(self, person: Person) -> None:
        self._keep("add_person", _columns(person))

    def save(self, person: Person, *, deleted_at: datetime | None = None) -> Person:
        values = {**_columns(person), "deleted_at": deleted_at}
        if not self._keep("save_person", values):
            raise self._moved_on(person)
        return evolve(person, version=person.version + 1)

    def _one(self, query: str, values: Mapping[str, object]) -> Person | None:
        row = self._connection.execute(QUERIES[query], values).fetchone()
        return person_of(row) if row else None

    def _keep(self, query: str, values: Mapping[str, object]) -> int:
        try:
            with self._connection.transaction():
                return self._connection.execute(QUERIES[query], values).rowcount
        except psycopg.errors.UniqueViolation as error:
            taken = _TAKEN.get(error.diag.constraint_name or "")
            if taken is None:
                raise
            raise AlreadyExists(taken) from error

    def _moved_on(self, seen: Person) -> NotFound | VersionConflict:
        row = self._connection.execute(QUERIES["version_of_person"], {"id": seen.id}).fetchone()
        if row is None:
            return NotFound()
        return VersionConflict(provided=seen.version, current=row[0])

    def by_subject(self, subject: str, now: datetime) -> KnownPerson | None:
        """Find the person and their rights in one statement."""
        values = {"subject": subject, "now": now}
        cursor = self._connection.execute(QUERIES["person_by_subject"], values)
        row = cursor.fetchone()
        if row is None:
            return None
        person = person_of(row[:PERSON_WIDTH])
        *rights, generation = row[PERSON_WIDTH:]
        return KnownPerson(person, actor_of(person, rights), generation)

    def actor(self, person: PersonId, at: datetime | None = None) -> Actor | None:
        """Read all of it in one statement."""
        values = {"person": person, "now": at}
        row = self._connection.execute(QUERIES["actor_by_id"], values).fetchone()
        return known_actor(row) if row else None

    def actors(self, people: Collection[PersonId]) -> dict[PersonId, Actor]:
        values = {"people": list(people), "now": None}
        cursor = self._connection.execute(QUERIES["actors_by_id"], values)
        actors = (known_actor(row) for row in cursor)
        return {actor.id: actor for actor in actors if actor}

    def lock_rights_shared(self) -> None:
        """Wait for a change of rights, and make the next one wait; readers share the lock."""
        self._connection.execute(QUERIES["lock_rights_shared"])

    def lock_rights(self) -> None:
        """Wait for the change of rights under way; others wait for this transaction."""
        self._connection.execute(QUERIES["lock_rights"])

    def count_administrators(self) -> int:
        values = {"for_good": LOCKED_FOR_GOOD}
        (result,) = self._connection.execute(QUERIES["count_administrators"], values).fetchall()
        return int(result[0])

    def grants(self, person: PersonId) -> list[GivenGrant]:
        return list(given_grants(self._connection.read(_GRANTS, {"person": person})))

    def give_grant(self, person: PersonId, grant: Grant, by: PersonId, now: datetime) -> None:
        values = {
            "person": person,
            "permission": str(grant.permission),
            "company": grant.company,
            "scope": str(grant.scope),
            "by": by,
            "now": now,
        }
        self._connection.execute(QUERIES["give_grant"], values)

    def take_grant(
        self, person: PersonId, permission: Permission, company: CompanyId | None
    ) -> None:
        values = {"person": person, "permission": str(permission), "company": company}
        self._connection.execute(QUERIES["take_grant"], values)

    def give_place(
        self, kind: PlaceKind, place: UUID, person: PersonId, by: PersonId, now: datetime
    ) -> None:
        values = {"person": person, "place": place, "by": by, "now": now}
        self._connection.execute(QUERIES[f"give_{kind}"], values)

    def take_place(self, kind: PlaceKind, place: UUID, person: PersonId) -> None:
        values = {"person": person, "place": place}
        self._connection.execute(QUERIES[f"take_{kind}"], values)


def _columns(person: Person) -> dict[str, object]:
    return {
        "id": person.id,
        "email": person.email,
        "first_name": person.first_name,
        "last_name": person.last_name,
        "clerk_id": person.clerk_id,
        "is_active": person.is_active,
        "locked_until": person.locked_until,
        "version": person.version,
    }
