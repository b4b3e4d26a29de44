"""Adding and changing users by a file: a verdict on each line, and all of it or nothing (A6)."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING
from uuid import uuid4

from attrs import evolve, field, frozen

from clientupdater.domain.access import Territory
from clientupdater.domain.accounts import Person, checked_email, checked_name
from clientupdater.domain.administration import decide_over_person, people_reach_of
from clientupdater.domain.delegation import require_may_give_area, require_may_give_branch
from clientupdater.domain.errors import (
    BulkRejected,
    Fault,
    Forbidden,
    InvalidInput,
    NotFound,
    PrivilegeExceeded,
)
from clientupdater.domain.ids import AreaId, BranchId, PersonId
from clientupdater.domain.imports import (
    LineVerdict,
    Verdict,
    faults_by_column,
    repeated_lines,
    require_line_count,
)
from clientupdater.domain.permissions import Permission
from clientupdater.ports.people import PlaceKind
from clientupdater.ports.unit_of_work import SYSTEM
from clientupdater.runtime.random_secrets import readable_password
from clientupdater.usecases.access.territories import give_place
from clientupdater.usecases.access.user_admin import (
    UserAdmin,
    current_actor,
    refusals_recorded,
    require_over_new_person,
)
from clientupdater.usecases.people.users import CreatedUser, add_person, require_may_give_all

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from datetime import datetime

    from clientupdater.domain.access import Actor
    from clientupdater.domain.callers import Caller
    from clientupdater.domain.imports import SheetLine
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.passwords import Passwords
    from clientupdater.ports.unit_of_work import Transaction, UnitsOfWork

MANAGE = Permission.USERS_MANAGE
PLACES = ("branches", "areas")
Members = "Mapping[AreaId, frozenset[BranchId]]"


@frozen(kw_only=True)
class _Plan:
    """What one line does."""

    verdict: LineVerdict
    before: Person | None = None
    after: Person | None = None
    branches: tuple[BranchId, ...] = ()
    """Those that a known person gets."""
    areas: tuple[AreaId, ...] = ()


@frozen
class ImportedStaff:
    """The verdicts on all lines, and the new accounts, whose passwords are shown only now."""

    verdicts: tuple[LineVerdict, ...]
    created: tuple[CreatedUser, ...] = field(default=(), repr=False)


@frozen
class StaffImport:
    """A line adds and changes, and takes nothing away; an empty cell leaves a value as it is.

    So the same file, taken again, changes nothing. Each line is judged like creating its user, or
    like giving them the branches and areas one by one.
    """

    work: UnitsOfWork
    clock: Clock
    passwords: Passwords

    def preview(self, caller: Caller, lines: Sequence[SheetLine]) -> ImportedStaff:
        """State what taking the lines would do, and change nothing."""
        with refusals_recorded(self.work, caller, None), self.work.begin(SYSTEM) as tx:
            plans = _plans(tx, current_actor(tx, caller), lines)
            return ImportedStaff(tuple(plan.verdict for plan in plans))

    def apply(self, caller: Caller, lines: Sequence[SheetLine]) -> ImportedStaff:
        """Take all lines. Raises BulkRejected, with the verdicts, if one of them is refused.

        Hashing is slow, so it comes before the transaction that makes other changes of rights wait.
        """
        count = sum(each.verdict is Verdict.CREATE for each in self.preview(caller, lines).verdicts)
        words = [readable_password() for _ in range(count)]
        hashed = [(word, self.passwords.hash(word)) for word in words]
        with refusals_recorded(self.work, caller, None), self.work.begin(SYSTEM) as tx:
            tx.people.lock_rights()
            actor = current_actor(tx, caller)
            plans = _plans(tx, actor, lines)
            verdicts = tuple(plan.verdict for plan in plans)
            if any(each.verdict is Verdict.REFUSED for each in verdicts):
                raise BulkRejected(verdicts)
            created = tuple(self._created(tx, caller, plans, hashed))
            for plan in plans:
                self._change(tx, caller, actor, plan)
        return ImportedStaff(verdicts, created)
