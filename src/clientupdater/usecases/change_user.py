"""Change somebody's account: names, email, whom a token means, whether it is active (A6, A8)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, field, frozen

from clientupdater.domain.accounts import checked_email, checked_name, checked_subject
from clientupdater.domain.delegation import require_not_wider
from clientupdater.domain.errors import VersionConflict
from clientupdater.domain.permissions import Permission
from clientupdater.usecases._overseeing import overseeing

if TYPE_CHECKING:
    from clientupdater.domain.accounts import Person
    from clientupdater.domain.callers import Caller
    from clientupdater.domain.ids import PersonId
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.people import StaffWork
    from clientupdater.usecases._overseeing import Oversight


@frozen(kw_only=True)
class UserChanges:
    """What is to be otherwise; None leaves it as it is."""

    email: str | None = field(default=None, repr=False)
    first_name: str | None = field(default=None, repr=False)
    last_name: str | None = field(default=None, repr=False)
    clerk_id: str | None = field(default=None, repr=False)
    is_active: bool | None = None

    def applied(self, person: Person) -> Person:
        """Give the person as changed."""
        return evolve(
            person,
            email=person.email if self.email is None else checked_email(self.email),
            first_name=_named(person.first_name, self.first_name, "/first_name"),
            last_name=_named(person.last_name, self.last_name, "/last_name"),
            clerk_id=person.clerk_id if self.clerk_id is None else checked_subject(self.clerk_id),
            is_active=person.is_active if self.is_active is None else self.is_active,
        )


@frozen
class ChangeUser:
    """A change of email or clerk_id is as a password reset: it gives a way in, or takes one (A6).

    So is making somebody active or inactive.
    """

    work: StaffWork
    clock: Clock

    def __call__(
        self, caller: Caller, person: PersonId | str, changes: UserChanges, version: int | None
    ) -> Person:
        """Change what is named; `version` is the one that was seen, None whichever it is."""
        with overseeing(
            self.work, caller, Permission.USERS_MANAGE, person, even_wider=True
        ) as over:
            seen = over.person
            changed = changes.applied(seen)
            if version is not None and version != seen.version:
                raise VersionConflict(
                    provided=version, current=seen.version, fields=_fields(seen, changed)
                )
            if _ways_in(seen) != _ways_in(changed):
                require_not_wider(over.actor, over.other)
            kept = over.tx.accounts.save(changed)
            self._follow(over, changed)
            over.did("user.change", fields=_fields(seen, changed))
        return kept

    def _follow(self, over: Oversight, changed: Person) -> None:
        seen = over.person
        if changed.email != seen.email:
            over.tx.one_time_passwords.void(seen.id)
        if changed.clerk_id != seen.clerk_id:
            over.changed_rights(
                "changed",
                "user",
                seen.id,
                before={"clerk_id": seen.clerk_id},
                after={"clerk_id": changed.clerk_id},
            )
        if changed.is_active == seen.is_active:
            return
        if not changed.is_active:
            over.shut_out(self.clock.now(), "deactivated")
        over.changed_rights(
            "changed",
            "user",
            seen.id,
            before={"is_active": seen.is_active},
            after={"is_active": changed.is_active},
        )


def _ways_in(person: Person) -> tuple[object, ...]:
    return person.email, person.clerk_id, person.is_active


def _fields(seen: Person, changed: Person) -> list[str]:
    """Name what was changed; what it was and is, is personal."""
    names = ("email", "first_name", "last_name", "clerk_id", "is_active")
    return [name for name in names if getattr(seen, name) != getattr(changed, name)]


def _named(before: str | None, after: str | None, pointer: str) -> str | None:
    """Give the name as changed; an empty one takes it away."""
    return before if after is None else checked_name(after, pointer)
