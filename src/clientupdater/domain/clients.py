"""When a client is tracked, and in which period (P2, P5, P6, T1-T4, C3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.access import ClientPlace
from clientupdater.domain.events import ExemptCause
from clientupdater.domain.periods import Period

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import date

    from clientupdater.domain.events import Snapshot
    from clientupdater.domain.ids import BranchId, ClientId, CompanyId, PersonId
    from clientupdater.domain.periods import Cycle


@frozen(kw_only=True)
class Client:
    """A pensioner with a loan, as far as the rules look at one.

    `cycle` is the product's; None where there is no product (P2). `cycle_from` is the day
    from which a changed cycle opens rows. `par_trackable` is None without a PAR status.
    """

    id: ClientId
    code: str
    company: CompanyId
    branch: BranchId
    assigned_to: PersonId | None = None
    cycle: Cycle | None = None
    cycle_from: date | None = None
    is_active: bool = True
    is_deleted: bool = False
    par_trackable: bool | None = None
    has_terminal_outcome: bool = False

    @property
    def place(self) -> ClientPlace:
        """What the access policy looks at (A2)."""
        return ClientPlace(self.company, self.branch, self.assigned_to)

    @property
    def exempt_cause(self) -> ExemptCause | None:
        """Why the client is not tracked, or None: it is (P5, P6)."""
        causes = {
            ExemptCause.TERMINAL: self.has_terminal_outcome,
            ExemptCause.DELETED: self.is_deleted,
            ExemptCause.INACTIVE: not self.is_active,
            ExemptCause.PAR_STATUS: self.par_trackable is False,
        }
        return next((cause for cause, holds in causes.items() if holds), None)

    @property
    def is_unmapped(self) -> bool:
        """Whether the tracking cycle is not known: it is reported, never guessed (P2)."""
        return self.cycle is None

    def running_period(self, today: date) -> Period | None:
        """Find the period in which a row is due today; None while unmapped (P2)."""
        return Period.containing(today, self.cycle) if self.cycle else None

    def is_due(self, period: Period, today: date) -> bool:
        """Whether opening this period gives the client a row (P2, P4).

        A period opened on the evening before counts as its first day: a changed cycle that
        takes effect then has taken effect.
        """
        if period.cycle is not self.cycle or self.exempt_cause:
            return False
        return self.cycle_from is None or self.cycle_from <= max(today, period.first_day)


def has_terminal_outcome(snapshots: Iterable[Snapshot]) -> bool:
    """Whether a period ended the client's tracking, with no revival since (T1, T4)."""
    rows = tuple(snapshots)
    ended = [row.terminal_at for row in rows if row.terminal_at]
    revived = [row.revived_at for row in rows if row.revived_at]
    return bool(ended) and (not revived or max(ended) > max(revived))


def masked_pension_number(last_four: str | None) -> str | None:
    """Show a pension number by its last four alone; how long it is stays hidden too (C3)."""
    return None if last_four is None else f"••••{last_four}"
