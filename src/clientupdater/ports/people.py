"""Storing people, what they sign in with, and what they may do.

In memory there are only the rights of people: the database's own locks keep the last administrator,
and let a reset count once.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Protocol, TypeAlias

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from clientupdater.domain.access import Actor, Grant
    from clientupdater.domain.accounts import (
        Credential,
        GivenGrant,
        Issue,
        OneTime,
        OpenSession,
        Person,
    )
    from clientupdater.domain.administration import PeopleScope
    from clientupdater.domain.callers import Origin
    from clientupdater.domain.ids import CompanyId, PersonId
    from clientupdater.domain.people import SignInRecord
    from clientupdater.domain.permissions import Permission
    from clientupdater.domain.sessions import Session


VerifyToken: TypeAlias = "Callable[[str], str]"
"""Returns the subject of a token that the trusted issuer signed (U1).

Raises Unauthenticated for any other token, and Unavailable without the issuer's keys.
"""


class PlaceKind(StrEnum):
    """What a territory is made of (A2)."""

    BRANCH = "branch"
    AREA = "area"


@frozen
class KnownSession:
    """A session with its person, and their rights at this moment (A6, A7)."""

    open: OpenSession
    person: Person
    actor: Actor
    generation: int
    """The generation of the configuration at the same moment: caches use it as their key (A7)."""
    issuer: Actor | None
    """The issuer of the session with their rights of this moment; None: the person signed in."""


@frozen
class KnownPerson:
    """A person without a session, and their rights at this moment (A7)."""

    person: Person
    actor: Actor
    generation: int


class Credentials(Protocol):
    """What people sign in with: passwords, resets, and sessions by fingerprints of tokens (U2)."""

    def find(self, email: str) -> Credential | None:
        """Find a credential by email, in any case of letters."""
        ...

    def lock(self, person: PersonId | None) -> Credential | None:
        """Lock and read a credential; for None, do the same work (U3)."""
        ...

    def set(
        self,
        person: PersonId,
        password: str,
        now: datetime,
        expires_at: datetime | None,
        issue: Issue | None = None,
    ) -> None:
        """Store the hash of a new password; one that expires must be changed (U4, U6).

        `issue` names the issuer of the reset that sets it (A6).
        """
        ...

    def renew(self, person: PersonId, before: str, after: str) -> None:
        """Replace the hash of the same password, unless it has changed since."""
        ...

    def record_refusal(
        self, person: PersonId | None, record: SignInRecord, because: str, origin: Origin
    ) -> None:
        """Store the count of failures, and log the refusal (L1)."""
        ...

    def record_sign_in(self, person: PersonId, now: datetime) -> None:
        """Store the sign-in, and set the count of failures to zero (U3)."""
        ...

    def issue_one_time(self, person: PersonId, issued: OneTime, token: str | None) -> None:
        """Store a reset, or without a token an initial password, in place of the last one."""
        ...

    def lock_one_time(self, token: str) -> tuple[PersonId, OneTime] | None:
        """Find a reset, and lock it until the transaction ends."""
        ...

    def use_one_time(self, person: PersonId, now: datetime) -> None:
        """Mark the initial password as used."""
        ...

    def void_one_time(self, person: PersonId) -> None:
        """Delete the person's reset and initial password."""
        ...

    def session(self, token: str, now: datetime) -> KnownSession | None:
        """Find a session, live or not, with the person's flags, grants and live territory.

        The rights are those at `now`: they name whom the person stands in for.
        """
        ...

    def touch_session(self, session: UUID, now: datetime) -> None:
        """Store the last use, unless another transaction is storing it."""
        ...

    def open_session(
        self,
        person: PersonId,
        token: str,
        session: Session,
        origin: Origin,
        issue: Issue | None,
    ) -> UUID:
        """Store a new session; return its id."""
        ...

    def sessions_of(self, person: PersonId, now: datetime) -> Sequence[OpenSession]:
        """List sessions that are neither revoked nor expired, the newest first."""
        ...

    def revoke_sessions(self, sessions: Collection[UUID], now: datetime, reason: str) -> int:
        """Revoke sessions; return how many were not revoked before."""
        ...


class People(Protocol):
    """People who are not deleted, with their grants and their territory."""

    def find(self, person: PersonId) -> Person | None:
        """Find a person by id."""
        ...

    def by_email(self, email: str) -> Person | None:
        """Find a person by email, in any case of letters."""
        ...

    def taken(self, emails: Collection[str]) -> frozenset[str]:
        """Return which emails belong to people, deleted ones included, in small letters."""
        ...

    def within(
        self, access_scope: PeopleScope, *, after: str, at_most: int, active: bool | None
    ) -> Sequence[Person]:
        """List people within a scope in the order of emails, beginning behind `after` (A6a)."""
        ...

    def add(self, person: Person) -> None:
        """Store a new person. Raises AlreadyExists if the email is taken."""
        ...

    def save(self, person: Person, *, deleted_at: datetime | None = None) -> Person:
        """Store a changed person; return it with the next version.

        Raises VersionConflict if the stored version is another one, and AlreadyExists if the
        email or clerk_id is taken.
        """
        ...

    def by_subject(self, subject: str, now: datetime) -> KnownPerson | None:
        """Find a person, active or not, with their flags, grants and live territory."""
        ...

    def actor(self, person: PersonId, at: datetime | None = None) -> Actor | None:
        """Read a person's state, grants and live territory; None if there is no such person.

        Only a decision over clients asks whom they stand in for, at that moment.
        """
        ...

    def actors(self, people: Collection[PersonId]) -> Mapping[PersonId, Actor]:
        """Read the same of many; people who do not exist are left out."""
        ...

    def lock_rights_shared(self) -> None:
        """Lock rights against changes until this transaction ends; others may do so too (A3).

        Needed where a decision rests on another person's rights and must end when they lose them.
        Take it before locking a client, so that no transaction that waits for a client holds up
        changes of rights.
        """
        ...

    def lock_rights(self) -> None:
        """Make every other change of rights wait until this transaction ends (A6)."""
        ...

    def count_administrators(self) -> int:
        """Count the active administrators who are not locked for good."""
        ...

    def grants(self, person: PersonId) -> Sequence[GivenGrant]:
        """List a person's grants by permission and company."""
        ...

    def give_grant(self, person: PersonId, grant: Grant, by: PersonId, now: datetime) -> None:
        """Store a grant, in place of one for the same permission and company."""
        ...

    def take_grant(
        self, person: PersonId, permission: Permission, company: CompanyId | None
    ) -> None:
        """Delete a grant, if there is one."""
        ...

    def give_place(
        self, kind: PlaceKind, place: UUID, person: PersonId, by: PersonId, now: datetime
    ) -> None:
        """Give a branch or an area to a person; giving what they have changes nothing (A2)."""
        ...

    def take_place(self, kind: PlaceKind, place: UUID, person: PersonId) -> None:
        """Take a branch or an area from a person, if they have it."""
        ...
