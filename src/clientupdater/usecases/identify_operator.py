"""Say who acts on the command line (A6b)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.callers import Caller
from clientupdater.domain.errors import Unauthenticated
from clientupdater.ports.work import SYSTEM

if TYPE_CHECKING:
    from clientupdater.domain.callers import Origin
    from clientupdater.ports.people import StaffWork


@frozen
class IdentifyOperator:
    """Whoever can run the command has the database's password; it is their word that counts.

    No other interface offers this.
    """

    work: StaffWork

    def __call__(self, email: str, origin: Origin) -> Caller:
        """Find them by email; one who is not active acts nowhere (A8)."""
        with self.work.begin(SYSTEM) as tx:
            person = tx.accounts.by_email(email.strip())
            actor = tx.rights.actor(person.id) if person else None
        if actor is None or not actor.is_active:
            raise Unauthenticated("Nobody active has the email given by --as.")
        return Caller(actor, origin)
