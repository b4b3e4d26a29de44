"""From rows of people, sessions and rights to values."""

from __future__ import annotations

import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any
from uuid import UUID

from clientupdater.adapters.postgres.core.named_queries import named_queries
from clientupdater.domain.access import Actor, Grant, Territory
from clientupdater.domain.accounts import GivenGrant, Issue, OpenSession, Person
from clientupdater.domain.ids import AreaId, BranchId, CompanyId, PersonId
from clientupdater.domain.permissions import Permission, Scope
from clientupdater.domain.sessions import Session, SessionKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from clientupdater.adapters.postgres.configuration.configuration import Configuration

QUERIES = named_queries("people/rows.sql")

SESSION_WIDTH = 10
ACCOUNT_WIDTH = 10
PERSON_WIDTH = 13
RIGHTS_WIDTH = 5
_KNOWN = frozenset(Permission)
_REMEMBERED = 1024
"""People whose rights and places a process keeps as they were made from the text last read."""


def session_of(columns: Sequence[Any]) -> OpenSession:
    """Read the columns of block `session`."""
    id_, kind, created_at, last_seen_at, expires_at, revoked_at, address, agent, *issue = columns
    return OpenSession(
        id=id_,
        session=Session(SessionKind(kind), created_at, last_seen_at, expires_at, revoked_at),
        ip_address=address,
        user_agent=agent,
        issue=issue_of(*issue),
    )


def issue_of(by: UUID | None, rights: bytes | None) -> Issue | None:
    """Read the issuer of a session or password from two columns."""
    return Issue(PersonId(by), rights) if by else None


def person_of(columns: Sequence[Any]) -> Person:
    """Read the columns of block `person`."""
    return account_of(columns[:ACCOUNT_WIDTH], _territory(*columns[ACCOUNT_WIDTH:]))


def account_of(columns: Sequence[Any], territory: Territory) -> Person:
    """Read the columns of block `account`."""
    id_, email, first, last, active, must_change, locked, login, version, clerk_id = columns
    return Person(
        id=PersonId(id_),
        email=email,
        first_name=first,
        last_name=last,
        clerk_id=clerk_id,
        is_active=active,
        must_change_password=must_change,
        locked_until=locked,
        last_login_at=login,
        territory=territory,
        version=version,
    )


def actor_of(person: Person, columns: Sequence[Any]) -> Actor:
    """Read the columns of block `actor`."""
    is_active, grants, absent = columns
    return _actor(person.id, is_active, grants, person.territory, absent)


@lru_cache(_REMEMBERED)
def _actor(
    person: PersonId,
    is_active: bool,  # noqa: FBT001 — a column
    grants: str,
    territory: Territory,
    absent: str,
) -> Actor:
    return Actor(
        id=person,
        is_active=is_active,
        grants=frozenset(_grants(json.loads(grants))),
        territory=territory,
        stands_in_for=frozenset(map(PersonId, _uuids(absent))),
    )


def actor_by_ids(person: UUID, columns: Sequence[Any], configuration: Configuration) -> Actor:
    """Read permissions and places of block `session_by_token`, in force by the configuration."""
    is_active, grants, branches, areas, absent = columns
    return Actor(
        id=PersonId(person),
        is_active=is_active,
        grants=frozenset(_grants(_granted(grants, configuration.codes))),
        territory=configuration.territory(_uuids(branches), _uuids(areas)),
        stands_in_for=frozenset(map(PersonId, _uuids(absent))),
    )


def known_actor(columns: Sequence[Any]) -> Actor | None:
    """Read the columns of blocks `person` and `actor` of a left join."""
    if columns[0] is None:
        return None
    return actor_of(person_of(columns[:PERSON_WIDTH]), columns[PERSON_WIDTH:])


@lru_cache(_REMEMBERED)
def _territory(branches: str, areas: str, within: str) -> Territory:
    return Territory(
        branches=frozenset(map(BranchId, _uuids(branches))),
        areas=frozenset(map(AreaId, _uuids(areas))),
        area_branches=frozenset(map(BranchId, _uuids(within))),
    )


def _uuids(array: str) -> Iterable[UUID]:
    """Read an array as PostgreSQL writes it."""
    return map(UUID, filter(None, array[1:-1].split(",")))


def _granted(rows: str, codes: Mapping[str | None, Any]) -> Iterable[tuple[str, str | None, str]]:
    """Read permission, company and scope from an array of arrays, as PostgreSQL writes it."""
    for row in filter(None, rows[2:-2].split("},{")):
        permission, company, scope = row.split(",")
        yield codes.get(permission, ""), None if company == "NULL" else company, scope


def given_grants(rows: Iterable[tuple[Any, ...]]) -> Iterable[GivenGrant]:
    """Read rows of permission, company, scope and time."""
    for code, company, scope, granted_at in rows:
        for grant in _grants([(code, company and str(company), scope)]):
            yield GivenGrant(grant, granted_at)


def _grants(rows: Iterable[tuple[str, str | None, str]]) -> Iterable[Grant]:
    """Skip a permission that only newer code knows: during a release, both versions run."""
    for code, company, scope in rows:
        if code in _KNOWN:
            over = CompanyId(UUID(company)) if company else None
            yield Grant(Permission(code), over, Scope(scope))
