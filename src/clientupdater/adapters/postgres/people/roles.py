"""Roles in PostgreSQL."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import psycopg
from attrs import evolve, frozen

from clientupdater.adapters.postgres.core.named_queries import named_queries
from clientupdater.domain.access import Grant
from clientupdater.domain.errors import AlreadyExists
from clientupdater.domain.ids import CompanyId, PersonId
from clientupdater.domain.permissions import Permission, Scope
from clientupdater.domain.roles import HeldGrant, Holding, Role, RoleOfPerson
from clientupdater.ports.roles import GivenRole

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime
    from uuid import UUID

    from clientupdater.adapters.postgres.core.connection import Connection
    from clientupdater.domain.roles import GrantChange

QUERIES = named_queries("people/roles.sql")
_KNOWN = frozenset(Permission)


@frozen
class PostgresRoles:
    """Roles, who has them, and what came from them."""

    _connection: Connection

    def all(self) -> dict[str, Role]:
        cursor = self._connection.execute(QUERIES["all"])
        return {
            code: Role(
                code=code,
                name=name,
                description=description,
                is_system=is_system,
                scopes=_scopes(scopes),
                version=version,
            )
            for code, name, description, is_system, version, scopes in cursor
        }

    def count_holders(self) -> dict[str, int]:
        return dict(self._connection.execute(QUERIES["count_holders"]).fetchall())

    def add(self, role: Role, by: PersonId) -> None:
        values = {**_columns(role), "by": by}
        try:
            with self._connection.transaction():
                self._connection.execute(QUERIES["add"], values)
        except psycopg.errors.UniqueViolation as error:
            raise AlreadyExists("There is a role with this code already.") from error
        self._connection.execute(QUERIES["add_grants"], values)

    def save(self, role: Role) -> Role:
        for query in ("save", "clear_grants", "add_grants"):
            self._connection.execute(QUERIES[query], _columns(role))
        return evolve(role, version=role.version + 1)

    def delete(self, code: str) -> None:
        for query in ("delete_traces", "delete"):
            self._connection.execute(QUERIES[query], {"code": code})

    def holders(self, code: str) -> list[PersonId]:
        cursor = self._connection.execute(QUERIES["holders"], {"code": code})
        return [PersonId(person) for (person,) in cursor]

    def holdings(self, people: Collection[PersonId]) -> dict[PersonId, Holding]:
        values = {"people": list(people)}
        grants: dict[UUID, dict[tuple[Permission, CompanyId | None], HeldGrant]] = defaultdict(dict)
        for person, code, company, scope, by_role, beneath in self._connection.execute(
            QUERIES["grants_of"], values
        ):
            if code in _KNOWN:
                grant = Grant(Permission(code), company and CompanyId(company), Scope(scope))
                held = HeldGrant(grant, by_role, beneath and Scope(beneath))
                grants[person][grant.permission, grant.company] = held
        roles: dict[UUID, set[RoleOfPerson]] = defaultdict(set)
        for person, code, company, *_ in self._connection.execute(QUERIES["roles_of"], values):
            roles[person].add(RoleOfPerson(code, company and CompanyId(company)))
        return {each: Holding(each, grants[each], frozenset(roles[each])) for each in people}

    def of_person(self, person: PersonId) -> list[GivenRole]:
        cursor = self._connection.execute(QUERIES["roles_of"], {"people": [person]})
        return [
            GivenRole(RoleOfPerson(code, company and CompanyId(company)), name, granted_at)
            for _, code, company, name, granted_at in cursor
        ]

    def give(
        self, person: PersonId, role: str, company: CompanyId | None, by: PersonId, now: datetime
    ) -> None:
        values = {"person": person, "code": role, "company": company, "by": by, "now": now}
        self._connection.execute(QUERIES["give"], values)

    def take(self, person: PersonId, role: str, company: CompanyId | None) -> None:
        values = {"person": person, "code": role, "company": company}
        self._connection.execute(QUERIES["take"], values)

    def write(
        self, changes: Mapping[PersonId, Collection[GrantChange]], by: PersonId, now: datetime
    ) -> None:
        every = [(person, each) for person, several in changes.items() for each in several]
        taken = [(person, each) for person, each in every if each.after is None]
        stored = [(person, each, each.after) for person, each in every if each.after]
        self._connection.execute(
            QUERIES["take_grants"],
            {
                "people": [person for person, _ in taken],
                "permissions": [str(each.permission) for _, each in taken],
                "companies": [each.company for _, each in taken],
            },
        )
        values = {
            "people": [person for person, *_ in stored],
            "permissions": [str(each.permission) for _, each, _ in stored],
            "companies": [each.company for _, each, _ in stored],
            "scopes": [str(held.grant.scope) for *_, held in stored],
            "by_role": [held.by_role for *_, held in stored],
            "direct_scopes": [held.beneath and str(held.beneath) for *_, held in stored],
            "by": by,
            "now": now,
        }
        self._connection.execute(QUERIES["give_grants"], values)


def _scopes(scopes: Mapping[str, str]) -> dict[Permission, Scope]:
    """Skip a permission that only newer code knows: during a release, both versions run."""
    return {Permission(code): Scope(scope) for code, scope in scopes.items() if code in _KNOWN}


def _columns(role: Role) -> dict[str, object]:
    return {
        "code": role.code,
        "name": role.name,
        "description": role.description,
        "known": sorted(_KNOWN),
        "permissions": [str(permission) for permission in role.scopes],
        "scopes": [str(scope) for scope in role.scopes.values()],
    }
