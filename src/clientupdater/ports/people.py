"""Keeping people, how they sign in, and what they may do.

Nothing here has a twin in memory: that the last administrator stays, and that a reset counts
once, is held by the database's own locks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence, Set
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
    from clientupdater.domain.ids import AreaId, BranchId, CompanyId, PersonId
    from clientupdater.domain.people import SignInRecord
    from clientupdater.domain.permissions import Permission
    from clientupdater.domain.sessions import Session
    from clientupdater.ports.codes import Names


@frozen
class KnownSession:
    """A session with whose it is, and what they may do at this moment (A6, A7)."""

    open: OpenSession
    person: Person
    actor: Actor
    generation: int
    """The configuration's, at the same moment: what is cached is known by it (A7)."""
    issuer: Actor | None
    """Who made it out, with their rights of this moment; None where nobody else did."""


@frozen
class KnownPerson:
    """Somebody who is known without a session, and what they may do at this moment (A7)."""

    person: Person
    actor: Actor
    generation: int


class Sessions(Protocol):
    """Open ways in; tokens come here as their fingerprints alone (U2)."""

    def find(self, token: str) -> KnownSession | None:
        """Find one, live or not, with the person's flags, grants and live territory."""
        ...

    def touch(self, session: UUID, now: datetime) -> None:
        """Note that it was used just now; nobody waits for another who notes the same."""
        ...

    def open(
        self,
        person: PersonId,
        token: str,
        session: Session,
        origin: Origin,
        issue: Issue | None,
    ) -> UUID:
        """Open one; answer with its identity."""
        ...

    def of_person(self, person: PersonId, now: datetime) -> Sequence[OpenSession]:
        """List those that are neither revoked nor expired, the last opened first."""
        ...

    def revoke(self, sessions: Collection[UUID], now: datetime, reason: str) -> int:
        """End them; count those that were not ended already."""
        ...


class Credentials(Protocol):
    """What people sign in with."""

    def find(self, email: str) -> Credential | None:
        """Find somebody's by their email, however it is capitalised."""
        ...

    def lock(self, person: PersonId | None) -> Credential | None:
        """Find somebody's again and keep others from changing it; nobody's is None."""
        ...

    def set(
        self,
        person: PersonId,
        password: str,
        now: datetime,
        expires_at: datetime | None,
        issue: Issue | None = None,
    ) -> None:
        """Keep a new password; one that expires must be changed (U4, U6).

        `issue` is who made out the reset that sets it (A6).
        """
        ...

    def renew(self, person: PersonId, before: str, after: str) -> None:
        """Keep the same password at another cost, unless it was changed meanwhile."""
        ...

    def record_refusal(
        self, person: PersonId | None, record: SignInRecord, because: str, origin: Origin
    ) -> None:
        """Keep the count of failures, and log that someone was refused (L1)."""
        ...

    def record_sign_in(self, person: PersonId, now: datetime) -> None:
        """Count from nothing again, and note the sign-in (U3)."""
        ...

    def issue_one_time(self, person: PersonId, issued: OneTime, token: str | None) -> None:
        """Keep one in place of any other of its kind; without a token it is an initial one."""
        ...

    def lock_one_time(self, token: str) -> tuple[PersonId, OneTime] | None:
        """Find a reset, and keep others from using it meanwhile."""
        ...

    def use_one_time(self, person: PersonId, now: datetime) -> None:
        """Note that the initial password was used."""
        ...

    def void_one_time(self, person: PersonId) -> None:
        """Let none that is outstanding count any more."""
        ...


class People(Protocol):
    """People, but for those who are deleted."""

    def find(self, person: PersonId) -> Person | None:
        """Find one by identity."""
        ...

    def by_email(self, email: str) -> Person | None:
        """Find one by email, however it is capitalised."""
        ...

    def within(
        self, access_scope: PeopleScope, *, after: str, at_most: int, active: bool | None
    ) -> Sequence[Person]:
        """List those within reach whose email follows `after`, in the order of emails (A6a)."""
        ...

    def add(self, person: Person) -> None:
        """Keep a new one. Raises AlreadyExists if somebody has that email."""
        ...

    def save(self, person: Person, *, deleted_at: datetime | None = None) -> Person:
        """Keep what was changed; answer with the next version.

        Raises VersionConflict if it is not at the person's version any more, AlreadyExists if
        somebody else has that email or clerk_id.
        """
        ...

    def by_subject(self, subject: str) -> KnownPerson | None:
        """Find somebody, active or not, with their flags, grants and live territory."""
        ...

    def lock_rights(self) -> None:
        """Keep every other change of rights waiting until this unit of work is over (A6)."""
        ...

    def count_administrators(self) -> int:
        """Count the active administrators, but for those who are locked for good."""
        ...


class Grants(Protocol):
    """What people may do."""

    def of_person(self, person: PersonId) -> Sequence[GivenGrant]:
        """List somebody's grants by permission and company."""
        ...

    def give(self, person: PersonId, grant: Grant, by: PersonId, now: datetime) -> None:
        """Keep a grant, in place of one of the same permission and company."""
        ...

    def take(self, person: PersonId, permission: Permission, company: CompanyId | None) -> None:
        """Take a grant away; where there is none, nothing happens."""
        ...


class Territories(Protocol):
    """Where people work (A2). What was given is given once, what is not there is taken in peace."""

    def give_branch(self, person: PersonId, branch: BranchId, by: PersonId, now: datetime) -> None:
        """Give a branch."""
        ...

    def take_branch(self, person: PersonId, branch: BranchId) -> None:
        """Take a branch."""
        ...

    def give_area(self, person: PersonId, area: AreaId, by: PersonId, now: datetime) -> None:
        """Give an area."""
        ...

    def take_area(self, person: PersonId, area: AreaId) -> None:
        """Take an area."""
        ...

    def holders(self, area: AreaId) -> Sequence[PersonId]:
        """List the people who were given an area."""
        ...

    def place_branch(self, area: AreaId, branch: BranchId) -> None:
        """Put a branch into it; put in twice, it is in."""
        ...

    def remove_branch(self, area: AreaId, branch: BranchId) -> None:
        """Take a branch out; where it is not in, nothing happens."""
        ...

    def company_of_area(self, area: AreaId) -> CompanyId | None:
        """Tell whose an area is; None: of no single company."""
        ...

    def end_assignments(self, officer: PersonId, by: PersonId, now: datetime) -> int:
        """End every assignment of one who is deactivated; count them."""
        ...

    def end_lost_assignments(self, officer: PersonId, by: PersonId, now: datetime) -> int:
        """End the assignments that lie outside the officer's territory; count them."""
        ...


class Organisation(Protocol):
    """Branches, areas and companies by identity or code; what is deleted is not there."""

    def branch(self, named: BranchId | str) -> BranchId:
        """Find a branch. Raises NotFound."""
        ...

    def area(self, named: AreaId | str) -> AreaId:
        """Find an area. Raises NotFound."""
        ...

    def company(self, named: CompanyId | str) -> CompanyId:
        """Find a company. Raises NotFound."""
        ...

    def members(self, area: AreaId) -> frozenset[BranchId]:
        """Give the live branches of an area."""
        ...

    def codes_of(self, branches: Set[UUID], areas: Set[UUID], people: Set[UUID]) -> Names:
        """Find those of these, deleted ones included, and of every company."""
        ...
