"""Accounts of people, as those who look after them see them."""

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
"""Until when somebody is locked who is to be unlocked by hand alone."""

LONGEST_EMAIL = 255
LONGEST_NAME = 100
LONGEST_SUBJECT = 255
_EMAIL = re.compile(r"[^@\s\x00-\x1f]+@[^@\s\x00-\x1f]+\.[^@\s\x00-\x1f.]+")


@frozen(kw_only=True)
class Person:
    """Somebody who may sign in; what is personal stays out of logs and errors."""

    id: PersonId
    email: str = field(repr=False)
    first_name: str | None = field(default=None, repr=False)
    last_name: str | None = field(default=None, repr=False)
    clerk_id: str | None = field(default=None, repr=False)
    """What the issuer of bearer tokens calls them; None: they have no such way in (U1)."""
    is_active: bool = True
    must_change_password: bool = False
    locked_until: datetime | None = None
    last_login_at: datetime | None = None
    territory: Territory
    version: int = 1

    @property
    def place(self) -> PersonPlace:
        """Where they stand, for the policy (A6a)."""
        return PersonPlace(self.id, self.territory)


@frozen
class GivenGrant:
    """A grant as it was given."""

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
    """A password or a token that is good once, and who made it out (none: the system)."""

    password: OneTimePassword
    issued_by: PersonId | None = None

    @property
    def issue(self) -> Issue | None:
        """Who made it out, to be judged when it is used."""
        return Issue(self.issued_by) if self.issued_by else None


@frozen(kw_only=True)
class Credential:
    """What somebody signs in with, and how that has gone so far (U3)."""

    person: PersonId
    email: str = field(repr=False)
    password: str | None = field(repr=False)
    """As it is kept; none for those who come with a token of the identity provider."""
    sign_in: SignInRecord
    is_active: bool = True
    one_time: OneTime | None = None
    password_issue: Issue | None = None
    """Who made out the reset that set the password; None: it is its holder's own."""


@frozen(kw_only=True)
class OpenSession:
    """A session and where it was opened from, for whom it belongs to."""

    id: UUID
    session: Session
    ip_address: str | None = field(default=None, repr=False)
    user_agent: str | None = None
    issue: Issue | None = None
    """Who made it out, or its password; None: its holder."""


def fingerprint(token: str) -> str:
    """Give what is kept instead of a token (U2).

    A token is 256 random bits, so that a plain hash is as good as a slow one.
    """
    return hashlib.sha256(token.encode()).hexdigest()


def checked_email(email: str, pointer: str = "/email") -> str:
    """Give an address as it is kept; refuse what can be none."""
    kept = email.strip()
    if len(kept) > LONGEST_EMAIL or not _EMAIL.fullmatch(kept):
        raise InvalidInput.of(pointer, "is no email address")
    return kept


def checked_subject(subject: str, pointer: str = "/clerk_id") -> str | None:
    """Give what an issuer calls somebody as it is kept; an empty one takes it away (U1).

    It is compared letter for letter, so nothing of it is trimmed (OpenID Connect Core, 2).
    """
    fits = len(subject) <= LONGEST_SUBJECT and subject.isascii() and subject.isprintable()
    if not fits or " " in subject:
        raise InvalidInput.of(
            pointer, f"is up to {LONGEST_SUBJECT} letters, digits and signs, without spaces"
        )
    return subject or None


def checked_name(name: str | None, pointer: str) -> str | None:
    """Give a name as it is kept; refuse what is too long or no text."""
    kept = name and name.strip()
    if kept and (len(kept) > LONGEST_NAME or not kept.isprintable()):
        raise InvalidInput.of(pointer, f"must be text of at most {LONGEST_NAME} characters")
    return kept or None
