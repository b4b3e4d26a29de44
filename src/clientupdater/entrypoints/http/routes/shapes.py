"""Answers about users, grants and sessions."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

from attrs import field, frozen

from clientupdater.domain.permissions import Permission, Scope
from clientupdater.entrypoints.http.descriptions.about import About

if TYPE_CHECKING:
    from collections.abc import Iterable

    from clientupdater.domain.accounts import GivenGrant, OpenSession, Person
    from clientupdater.ports.codes import Names
    from clientupdater.usecases.people.deactivation import Deactivated


@frozen
class User:
    """A member of the staff with an account."""

    id: UUID
    email: str = field(repr=False)
    first_name: str | None = field(repr=False)
    last_name: str | None = field(repr=False)
    is_active: bool
    must_change_password: bool
    locked_until: datetime | None
    last_login_at: datetime | None
    branches: tuple[str, ...]
    areas: tuple[str, ...]
    version: int

    @classmethod
    def of(cls, person: Person, names: Names) -> User:
        territory = person.territory
        return cls(
            id=person.id,
            email=person.email,
            first_name=person.first_name,
            last_name=person.last_name,
            is_active=person.is_active,
            must_change_password=person.must_change_password,
            locked_until=person.locked_until,
            last_login_at=person.last_login_at,
            branches=tuple(sorted(names.branches[each] for each in territory.branches)),
            areas=tuple(sorted(names.areas[each] for each in territory.areas)),
            version=person.version,
        )


@frozen
class ReleasedClients:
    """Clients of a branch that have no officer by a deactivation."""

    branch: Annotated[str, About("The branch's code.", "QC01")]
    clients: Annotated[int, About("How many clients.", 41)]
    open_rows: Annotated[int, About("How many of their period rows still ask for work.", 38)]


@frozen
class Deactivation:
    """A user, and the clients that have no officer if the user is deactivated."""

    user: Annotated[User, About("The user.")]
    released: Annotated[
        tuple[ReleasedClients, ...], About("The clients that fall back to the queue, by branch.")
    ]

    @classmethod
    def of(cls, done: Deactivated, names: Names) -> Deactivation:
        released = (
            ReleasedClients(names.branches[each.branch], each.clients, each.open_rows)
            for each in done.released
        )
        return cls(User.of(done.person, names), tuple(released))


@frozen
class Grant:
    """A permission that a user holds; a null `company` means every company."""

    permission: Permission
    company: Annotated[str | None, About("The company's code; null: every company.", "FCASH")]
    scope: Scope
    granted_at: datetime

    @classmethod
    def of(cls, given_grant: GivenGrant, names: Names) -> Grant:
        grant = given_grant.grant
        company = names.companies[grant.company] if grant.company else None
        return cls(grant.permission, company, grant.scope, given_grant.granted_at)


def grants_of(grants: Iterable[GivenGrant], names: Names) -> tuple[Grant, ...]:
    """Show grants in one order: by permission, then company."""
    shown = (Grant.of(each, names) for each in grants)
    return tuple(sorted(shown, key=lambda each: (each.permission, each.company or "")))


@frozen
class Session:
    """An open session."""

    id: UUID
    created_at: datetime
    last_seen_at: datetime
    expires_at: datetime
    ip_address: str | None = field(repr=False)
    user_agent: str | None
    is_current: bool

    @classmethod
    def of(cls, opened: OpenSession, current: UUID | None) -> Session:
        session = opened.session
        return cls(
            opened.id,
            session.created_at,
            session.last_seen_at,
            session.expires_at,
            opened.ip_address,
            opened.user_agent,
            is_current=opened.id == current,
        )
