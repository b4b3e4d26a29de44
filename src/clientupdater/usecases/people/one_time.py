"""What was made out for somebody must not open more than its issuer may, also later (A6)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clientupdater.domain.access import rights_digest
from clientupdater.domain.accounts import Issue
from clientupdater.domain.delegation import has_outgrown

if TYPE_CHECKING:
    from clientupdater.domain.ids import PersonId
    from clientupdater.ports.unit_of_work import Transaction


def is_outgrown(tx: Transaction, person: PersonId, issue: Issue | None) -> bool:
    """Whether the person has wider rights by now than who made it out.

    Or else one could make out a reset today, and use it oneself once the other was promoted.
    """
    if issue is None:
        return False
    holder = tx.rights.actor(person)
    return holder is None or has_outgrown(holder, issue, tx.rights.actor(issue.by))


def issue_now(tx: Transaction, person: PersonId, by: PersonId | None) -> Issue | None:
    """Note who made it out, and what its holder may do at this moment."""
    holder = tx.rights.actor(person) if by else None
    return Issue(by, rights_digest(holder)) if by and holder else None
