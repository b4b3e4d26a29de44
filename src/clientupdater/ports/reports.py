"""Reports: counts of period rows, each with the filter that lists exactly those rows (R3)."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from attrs import field, frozen

from clientupdater.domain.errors import InvalidInput
from clientupdater.domain.ids import PersonId
from clientupdater.domain.periods import Period
from clientupdater.ports.client_filter import ClientFilter

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from fractions import Fraction
    from uuid import UUID

    from clientupdater.ports.lists import ReadContext
    from clientupdater.ports.past_rows import PastPage, PastQuery
    from clientupdater.ports.staff_reports import (
        SignalCount,
        SignalEventPage,
        SignalEventsRead,
        SignalsRead,
        StaffCounts,
        StaffRead,
    )

NO_OFFICER = "no officer"
"""The name of those rows whose clients have none."""


@frozen
class Figure:
    """A count or a sum, and the filter whose list is exactly the rows behind it."""

    value: int | Decimal
    filter: ClientFilter


@frozen(kw_only=True)
class ReportRow:
    """The figures of one branch, product, person or whatever the report goes by."""

    key: str | None
    """Its code, or a person's id; None for the rows that have none, and in totals."""
    name: str
    figures: Mapping[str, Figure]
    rates: Mapping[str, Fraction | None] = field(factory=dict)
    """Shares of figures by their names; None where the denominator is 0."""


@frozen(kw_only=True)
class Report:
    """Rows in the order in which people read them, and the totals of all."""

    rows: tuple[ReportRow, ...]
    totals: ReportRow
    period: Period | None = None
    as_of: datetime | None = None


class CompletionBy(StrEnum):
    """What a completion report goes by."""

    BRANCH = "branch"
    AREA = "area"
    PRODUCT = "product"
    PENSION_TYPE = "pension_type"
    OFFICER = "officer"


class UntouchedBy(StrEnum):
    """What a report of what was left lying goes by."""

    CAUSE = "cause"
    OFFICER = "officer"


class CompletionView(StrEnum):
    """Whose work a row counts as (R2)."""

    OBLIGATION = "obligation"
    """Of the branch and officer that have the client."""
    CREDIT = "credit"
    """Of the branch and person that recorded it."""


@frozen(kw_only=True)
class CompletionQuery:
    """A question for completion, contact and confirmation (R1) of one company and period."""

    company: str
    period: Period
    by: CompletionBy = CompletionBy.BRANCH
    view: CompletionView = CompletionView.OBLIGATION
    as_of: datetime | None = None
    """What had been recorded by then (R5); None: now."""


@frozen(kw_only=True)
class PlaceQuery:
    """A question about the rows of one company, or one branch, and one period.

    Without a period, the month that runs, or that ran at `as_of`.
    """

    company: str
    branch: str | None = None
    period: Period | None = None
    as_of: datetime | None = None
    """What had been recorded by then (R5); None: now."""


@frozen(kw_only=True)
class DashboardQuery:
    """A question for the dashboard of one company and period."""

    company: str
    period: Period
    as_of: datetime | None = None
    """What had been recorded by then (R5); None: now."""


@frozen(kw_only=True)
class PaceQuery:
    """A question for the pace of one company and period."""

    company: str
    period: Period
    as_of: datetime | None = None
    """What had been recorded by then (R5); None: now."""


MOST_PERIODS = 24


def _within_limits(_: object, __: object, periods: int) -> None:
    if not 1 <= periods <= MOST_PERIODS:
        raise InvalidInput.of("/periods", f"runs from 1 to {MOST_PERIODS}")


@frozen(kw_only=True)
class TrendQuery:
    """A question for the rates of so many periods, `period` being the last."""

    company: str
    period: Period
    periods: int = field(default=12, validator=_within_limits)
    as_of: datetime | None = None
    """What had been recorded by then (R5); None: now."""


@frozen
class BalanceCounts:
    """Where the rows of a branch were opened, came from, stand and went (R4)."""

    branch: str
    name: str
    opened: int
    moved_in: int
    restored: int
    done: int
    open: int
    exempt: int
    moved_out: int

    @property
    def is_even(self) -> bool:
        """Whether it adds up."""
        ways_in = self.opened + self.moved_in + self.restored
        return ways_in == self.done + self.open + self.exempt + self.moved_out


MOST_OFFICERS = 200
"""Officers who are away, at most: the first by name."""
PAST_DUE = "past_due"
"""What the names of figures begin with that are amounts past due."""


@frozen
class ParFigures:
    """Figures of the rows of one PAR status."""

    code: str | None
    name: str
    figures: Mapping[str, int | Decimal]


@frozen
class AwayOfficer:
    """An officer who is absent or deactivated."""

    id: PersonId
    name: str
    is_active: bool


class ReportModels(Protocol):
    """Reads what reports show, within the scopes of the reader, at the moment they look at (R5)."""

    def balance(
        self, read_context: ReadContext, base: ClientFilter, *, exactly: bool = False
    ) -> list[BalanceCounts]:
        """Read the balance of each branch, or of the branch of `base`.

        `exactly` also checks of each row that never moved that it stands where it was opened.
        """
        ...

    def figures(
        self, read_context: ReadContext, base: ClientFilter, figures: Mapping[str, ClientFilter]
    ) -> Mapping[str, int]:
        """Count the rows of each filter; all of them are among those of `base`."""
        ...

    def figures_by_par_status(
        self, read_context: ReadContext, base: ClientFilter, figures: Mapping[str, ClientFilter]
    ) -> list[ParFigures]:
        """Count them for each PAR status that has rows, in the order of the lookup; none last."""
        ...

    def figures_by_officer(
        self, read_context: ReadContext, base: ClientFilter, figures: Mapping[str, ClientFilter]
    ) -> Mapping[str | None, Mapping[str, int]]:
        """Count them for each officer, by the id; None for the clients that have none."""
        ...

    def officers_away(
        self, read_context: ReadContext, officers: Collection[UUID]
    ) -> list[AwayOfficer]:
        """Read those of these officers who are deactivated, or whom a stand-in covers now."""
        ...

    def past_clients(self, read_context: ReadContext, query: PastQuery) -> PastPage:
        """Read a page of clients and rows as they stood; names of those alone who are seen now."""
        ...

    def staff(self, read_context: ReadContext, read: StaffRead) -> list[StaffCounts]:
        """Read what people recorded; a row more than asked for shows that there are more."""
        ...

    def signals(self, read_context: ReadContext, read: SignalsRead) -> list[SignalCount]:
        """Read signals; one more than MOST_SIGNALS shows that there are more."""
        ...

    def signal_events(self, read_context: ReadContext, read: SignalEventsRead) -> SignalEventPage:
        """Read a page of records, the earliest first."""
        ...
