"""What a new password is held against (U6)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from clientupdater.domain.people import Guesses

if TYPE_CHECKING:
    from clientupdater.ports.passwords import Passwords
    from clientupdater.ports.people import StaffTransaction

_NONE: frozenset[UUID] = frozenset()


def guesses_of(tx: StaffTransaction, passwords: Passwords) -> Guesses:
    """Give the commonest passwords, and the companies that everybody here knows."""
    companies = tx.codes.of(_NONE, _NONE, _NONE).companies
    return Guesses(passwords.commonest(), tuple(companies.values()))
