"""Accounts of people, as those who look after them see them."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from attrs import field, frozen

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from clientupdater.domain.access import Territory
    from clientupdater.domain.ids import PersonId
    from clientupdater.domain.sessions import Session


@frozen(kw_only=True)
class Person:
    """Somebody who may sign in; what is personal stays out of logs and errors."""

    id: PersonId
    email: str = field(repr=False)
    first_name: str | None = field(default=None, repr=False)
    last_name: str | None = field(default=None, repr=False)
    is_active: bool = True
    must_change_password: bool = False
    locked_until: datetime | None = None
    last_login_at: datetime | None = None
    territory: Territory
    version: int = 1


@frozen(kw_only=True)
class OpenSession:
    """A session and where it was opened from, for whom it belongs to."""

    id: UUID
    session: Session
    ip_address: str | None = field(default=None, repr=False)
    user_agent: str | None = None


def fingerprint(token: str) -> str:
    """Give what is kept instead of a token (U2).

    A token is 256 random bits, so that a plain hash is as good as a slow one.
    """
    return hashlib.sha256(token.encode()).hexdigest()
