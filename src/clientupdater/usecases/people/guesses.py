"""What a new password is held against (U6)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import UUID

from clientupdater.domain.people import Guesses

if TYPE_CHECKING:
    from clientupdater.ports.passwords import Passwords
    from clientupdater.ports.unit_of_work import Transaction

_NONE: frozenset[UUID] = frozenset()


def guesses_of(tx: Transaction, passwords: Passwords) -> Guesses:
    """Give the commonest passwords, and the companies that everybody here knows."""
    companies = tx.organisation.codes_of(_NONE, _NONE, _NONE).companies
    return Guesses(passwords.commonest(), tuple(companies.values()))
