"""How many rows there are of each kind, kept as the rows change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from clientupdater.domain.periods import Period
    from clientupdater.domain.rates import Counts
    from clientupdater.ports.lists import ReadContext
    from clientupdater.ports.reports import CompletionQuery


@frozen
class KeyedCounts:
    """The counts of one branch, product or whatever a report goes by."""

    key: str | None
    """A code, or a person's id; None for rows without one."""
    name: str
    counts: Counts


@frozen(kw_only=True)
class CompletionCounts:
    """Counts for each key, and of all rows: a branch of two areas counts in both."""

    keys: tuple[KeyedCounts, ...]
    total: Counts


@frozen(kw_only=True)
class StandingCount:
    """How many rows have a status and these properties."""

    status: str
    is_exempt: bool
    has_payment: bool
    is_terminal: bool
    is_confirmed: bool
    is_contacted: bool
    rows: int


class RowCounts(Protocol):
    """The counts of one company's rows, within the three scopes of a reader of reports.

    They are of the moment that the reader looks at (R5). Each raises InvalidInput for a company
    whose code does not exist.
    """

    def completion(self, query: CompletionQuery, read_context: ReadContext) -> CompletionCounts: ...
    def by_day(
        self, company: str, periods: Sequence[Period], read_context: ReadContext
    ) -> Mapping[Period, Mapping[date | None, Counts]]:
        """Count the rows of each period by the day of their completion; None without one."""
        ...

    def standing(
        self, company: str, period: Period, read_context: ReadContext
    ) -> tuple[StandingCount, ...]:
        """Count the rows of a period; statuses in the order in which people read them."""
        ...

    def find_wrong(self, periods: Sequence[Period]) -> Sequence[tuple[str, Period]]:
        """Name each branch and period where the counts differ from a count of all rows."""
        ...

    def fold(self, at_most: int) -> int:
        """Fold changes of the counts; return how many, 0 as well while another fold runs."""
        ...
