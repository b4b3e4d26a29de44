"""Tell whether somebody may act upon a person, and do nothing else (A5, A6a)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.ports.work import SYSTEM
from clientupdater.usecases._overseeing import acting, found, refusals_noted, require_over

if TYPE_CHECKING:
    from clientupdater.domain.callers import Caller
    from clientupdater.domain.ids import PersonId
    from clientupdater.domain.permissions import Permission
    from clientupdater.ports.people import StaffWork


@frozen
class JudgeUser:
    """For what does not fit: sight and right are told before its faults are."""

    work: StaffWork

    def __call__(self, caller: Caller, permission: Permission, person: PersonId | str) -> None:
        """Raise NotFound for one out of sight, Forbidden for one who may only be seen."""
        with refusals_noted(self.work, caller, person), self.work.begin(SYSTEM) as tx:
            require_over(acting(tx, caller), permission, found(tx, person).place)
