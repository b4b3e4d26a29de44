"""Counts of a period recounted row by row, which those of the database must equal (R1, R2)."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from attrs import field, frozen

from clientupdater.domain.rates import Counts
from clientupdater.domain.statuses import CONFIRMED, DONE, NOT_REACHABLE

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from clientupdater.domain.ids import BranchId


@frozen
class Recorded:
    """A recorded event of a row that was not voided, and the branch that had the client then."""

    status: str
    reason: str | None
    branch: BranchId

    @property
    def is_contact(self) -> bool:
        """Whether it shows that the client was reached (R1)."""
        return self.reason != NOT_REACHABLE


@frozen
class RatedRow:
    """A row of the period, as far as rates look at it.

    `recorded` are its events in their order. `status` and `reason` are where it stands.
    """

    branch: BranchId
    status: str
    reason: str | None = None
    is_exempt: bool = False
    recorded: tuple[Recorded, ...] = ()

    @property
    def is_done(self) -> bool:
        """Whether the period's work on it is done."""
        return self.status == DONE

    @property
    def is_confirmed(self) -> bool:
        """Whether it was done by confirming."""
        return self.is_done and self.reason == CONFIRMED

    @property
    def first_contact(self) -> Recorded | None:
        """The event by which its client was reached first, if they were."""
        return next((event for event in self.recorded if event.is_contact), None)

    @property
    def finishing(self) -> Recorded | None:
        """The event that finished it, if it is done."""
        ends = [event for event in self.recorded if event.status == DONE]
        return ends[-1] if ends and self.is_done else None


@frozen
class Credit:
    """What was recorded for a branch while it had the client (R2)."""

    done: int = 0
    contacted: int = 0
    confirmed: int = 0


def counts_of(rows: Iterable[RatedRow]) -> Counts:
    """Count the rows of a period; the exempt ones are left out (R1)."""
    counted = [row for row in rows if not row.is_exempt]
    return Counts(
        denominator=len(counted),
        done=sum(row.is_done for row in counted),
        contacted=sum(row.first_contact is not None for row in counted),
        confirmed=sum(row.is_confirmed for row in counted),
    )


def obligations(rows: Iterable[RatedRow]) -> Mapping[BranchId, Counts]:
    """Count what each branch owes: by the branch that has the client now (R2)."""
    by_branch: dict[BranchId, list[RatedRow]] = {}
    for row in rows:
        by_branch.setdefault(row.branch, []).append(row)
    return {branch: counts_of(owed) for branch, owed in by_branch.items()}


@frozen
class _Tally:
    done: Counter[BranchId] = field(factory=Counter)
    contacted: Counter[BranchId] = field(factory=Counter)
    confirmed: Counter[BranchId] = field(factory=Counter)

    def add(self, row: RatedRow) -> None:
        if row.first_contact is not None:
            self.contacted[row.first_contact.branch] += 1
        if row.finishing is not None:
            self.done[row.finishing.branch] += 1
            self.confirmed[row.finishing.branch] += row.is_confirmed

    def credits(self) -> Mapping[BranchId, Credit]:
        return {
            branch: Credit(self.done[branch], self.contacted[branch], self.confirmed[branch])
            for branch in {*self.done, *self.contacted}
        }


def credits_of(rows: Iterable[RatedRow]) -> Mapping[BranchId, Credit]:
    """Count what each branch achieved: by the branch that had the client at the time (R2).

    Each row is credited once: its completion to the branch that finished it, its contact to
    the one that reached the client first. So credits and obligations add up to the same.
    """
    tally = _Tally()
    for row in rows:
        if not row.is_exempt:
            tally.add(row)
    return tally.credits()
