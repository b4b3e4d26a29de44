"""Accounts, as administrators see them."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from attrs import field, frozen

from clientupdater.domain.administration import PersonPlace
from clientupdater.domain.errors import InvalidInput
from clientupdater.domain.people import SignInRecord

if TYPE_CHECKING:
    from uuid import UUID

    from clientupdater.domain.access import Grant, Territory
    from clientupdater.domain.ids import PersonId
    from clientupdater.domain.people import OneTimePassword
    from clientupdater.domain.sessions import Session

LOCKED_FOR_GOOD = datetime(9999, 1, 1, tzinfo=UTC)
"""The end of a lock that only an administrator can lift."""

LONGEST_EMAIL = 255
LONGEST_NAME = 100
LONGEST_SUBJECT = 255
_EMAIL = re.compile(r"[^@\s\x00-\x1f]+@[^@\s\x00-\x1f]+\.[^@\s\x00-\x1f.]+")


@frozen(kw_only=True)
class Person:
    """A person with an account; personal fields stay out of logs and errors."""

    id: PersonId
    email: str = field(repr=False)
    first_name: str | None = field(default=None, repr=False)
    last_name: str | None = field(default=None, repr=False)
    clerk_id: str | None = field(default=None, repr=False)
    """Their subject at the issuer of bearer tokens; None: they cannot sign in by one (U1)."""
    is_active: bool = True
    must_change_password: bool = False
    locked_until: datetime | None = None
    last_login_at: datetime | None = None
    territory: Territory
    version: int = 1

    @property
    def name(self) -> str:
        """How others read who it is: an account may have no name."""
        return (
            " ".join(filter(None, (self.first_name, self.last_name)))
            or self.email.partition("@")[0]
        )

    @property
    def place(self) -> PersonPlace:
        """What the policy looks at (A6a)."""
        return PersonPlace(self.id, self.territory)


@frozen
class GivenGrant:
    """A grant, and when it was given."""

    grant: Grant
    granted_at: datetime


@frozen
class Issue:
    """Who made out a token, or the password that a session was opened by (A6)."""

    by: PersonId
    rights: bytes | None = None
    """A digest of what its holder might do then; None: it is judged at each use."""


@frozen(kw_only=True)
class OneTime:
    """A password or token for one use, and who issued it (None: the system)."""

    password: OneTimePassword
    issued_by: PersonId | None = None

    @property
    def issue(self) -> Issue | None:
        """Who issued it, to be checked when it is used."""
        return Issue(self.issued_by) if self.issued_by else None


@frozen(kw_only=True)
class Credential:
    """A person's password and their record of sign-ins (U3)."""

    person: PersonId
    email: str = field(repr=False)
    password: str | None = field(repr=False)
    """The hash; None for people who sign in by the identity provider."""
    sign_in: SignInRecord
    is_active: bool = True
    one_time: OneTime | None = None
    password_issue: Issue | None = None
    """Who issued the reset that set the password; None: its owner chose it."""


@frozen(kw_only=True)
class OpenSession:
    """A session and where it was opened from, shown to its owner."""

    id: UUID
    session: Session
    ip_address: str | None = field(default=None, repr=False)
    user_agent: str | None = None
    issue: Issue | None = None
    """Who made it out, or its password; None: its holder."""


def fingerprint(token: str) -> str:
    """Hash a token for storage (U2).

    A token is 256 random bits, so that a plain hash is as good as a slow one.
    """
    return hashlib.sha256(token.encode()).hexdigest()


def is_email(text: str) -> bool:
    """Whether a text can be an email address."""
    return len(text) <= LONGEST_EMAIL and _EMAIL.fullmatch(text) is not None


def checked_email(email: str, pointer: str = "/email") -> str:
    """Tidy an email address for storage; refuse text that cannot be one."""
    kept = email.strip()
    if not is_email(kept):
        raise InvalidInput.of(pointer, "is no email address")
    return kept


def checked_subject(subject: str, pointer: str = "/clerk_id") -> str | None:
    """Check an issuer's subject for storage; an empty one removes it (U1).

    It is compared letter for letter, so nothing of it is trimmed (OpenID Connect Core, 2).
    """
    fits = len(subject) <= LONGEST_SUBJECT and subject.isascii() and subject.isprintable()
    if not fits or " " in subject:
        raise InvalidInput.of(
            pointer, f"is up to {LONGEST_SUBJECT} letters, digits and signs, without spaces"
        )
    return subject or None


def checked_name(name: str | None, pointer: str) -> str | None:
    """Tidy a name for storage; refuse one that is too long or not printable."""
    kept = name and name.strip()
    if kept and (len(kept) > LONGEST_NAME or not kept.isprintable()):
        raise InvalidInput.of(pointer, f"must be text of at most {LONGEST_NAME} characters")
    return kept or None
