"""List the people within somebody's reach (A6a, A10)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.errors import Forbidden
from clientupdater.domain.oversight import people_reach_of
from clientupdater.domain.permissions import Permission
from clientupdater.ports.work import SYSTEM
from clientupdater.usecases._overseeing import acting

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clientupdater.domain.accounts import Person
    from clientupdater.domain.callers import Caller
    from clientupdater.ports.people import StaffWork


@frozen
class ListUsers:
    """In the order of emails, page by page: the next begins after the last email of this one."""

    work: StaffWork

    def __call__(
        self, caller: Caller, *, after: str = "", at_most: int = 50, active: bool | None = None
    ) -> Sequence[Person]:
        """List them; who holds no users:read at all is refused."""
        with self.work.begin(SYSTEM) as tx:
            actor = acting(tx, caller)
            reach = people_reach_of(actor, Permission.USERS_READ)
            if not reach.myself:
                raise Forbidden(Permission.USERS_READ)
            return tx.accounts.within(reach, after=after, at_most=at_most, active=active)
