"""What signing in, passwords and accounts share about credentials (A6, U2, U6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clientupdater.domain.access import rights_digest
from clientupdater.domain.accounts import Issue, OneTime
from clientupdater.domain.delegation import has_outgrown
from clientupdater.domain.people import Guesses, OneTimePassword
from clientupdater.domain.sessions import ended_by_password_change

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from clientupdater.domain.ids import PersonId
    from clientupdater.ports.passwords import Passwords
    from clientupdater.ports.unit_of_work import Transaction


def easy_guesses(tx: Transaction, passwords: Passwords) -> Guesses:
    """Return what a new password must not be: the commonest, and any company's name (U6)."""
    companies = tx.organisation.names(frozenset()).companies
    return Guesses(passwords.commonest(), tuple(companies.values()))


def is_outgrown(tx: Transaction, person: PersonId, issue: Issue | None) -> bool:
    """Whether the person has gained wider rights than the issuer of this credential (A6).

    Otherwise a manager could issue a reset today, and use it once the person is promoted.
    """
    if issue is None:
        return False
    holder = tx.people.actor(person)
    return holder is None or has_outgrown(holder, issue, tx.people.actor(issue.by))


def issue_now(tx: Transaction, person: PersonId, by: PersonId | None) -> Issue | None:
    """Note the issuer of a credential, and the person's rights at this moment."""
    holder = tx.people.actor(person) if by else None
    return Issue(by, rights_digest(holder)) if by and holder else None


def set_initial_password(
    tx: Transaction, person: PersonId, hashed: str, now: datetime, issued_by: PersonId | None
) -> datetime:
    """Store a password that works once, in place of any earlier one; return when it expires.

    The person's row is written first, because a reset locks it before the one-time passwords.
    """
    password = OneTimePassword(now)
    tx.credentials.set(person, hashed, now, password.expires_at)
    tx.credentials.void_one_time(person)
    issued = OneTime(password=password, issued_by=issued_by)
    tx.credentials.issue_one_time(person, issued, None)
    return password.expires_at


def end_sessions_of_old_password(
    tx: Transaction, person: PersonId, now: datetime, reason: str, changed_in: UUID | None = None
) -> None:
    """End the person's sessions, except the one in which they changed the password (U2)."""
    sessions = (each.id for each in tx.credentials.sessions_of(person, now))
    tx.credentials.revoke_sessions(ended_by_password_change(sessions, changed_in), now, reason)
