"""What was made out for somebody must not open more than its issuer may, also later (A6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clientupdater.domain.delegation import require_not_wider
from clientupdater.domain.errors import PrivilegeExceeded

if TYPE_CHECKING:
    from clientupdater.domain.accounts import OneTime
    from clientupdater.domain.ids import PersonId
    from clientupdater.ports.people import StaffTransaction


def is_outgrown(tx: StaffTransaction, person: PersonId, issued: OneTime) -> bool:
    """Whether the person has wider rights by now than who made it out.

    Or else one could make out a reset today, and use it oneself once the other was promoted.
    """
    if issued.issued_by is None:
        return False
    issuer, other = tx.rights.actor(issued.issued_by), tx.rights.actor(person)
    if issuer is None or other is None:
        return True
    try:
        require_not_wider(issuer, other)
    except PrivilegeExceeded:
        return True
    return False
