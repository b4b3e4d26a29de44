"""Reports: counts of period rows, each with the filter that lists exactly those rows (R3)."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from attrs import field, frozen

from clientupdater.domain.periods import Period
from clientupdater.ports.lists import ClientFilter

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from fractions import Fraction

    from clientupdater.domain.access_scope import AccessScope
    from clientupdater.domain.rates import Counts


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


class CompletionBy(StrEnum):
    """What a completion report goes by."""

    BRANCH = "branch"
    AREA = "area"
    PRODUCT = "product"
    PENSION_TYPE = "pension_type"
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
class ReportReader:
    """The scopes of a reader, all of which a row that is counted lies within (A10), and the day."""

    clients: AccessScope
    statuses: AccessScope
    reports: AccessScope
    today: date

    @property
    def scopes(self) -> tuple[AccessScope, ...]:
        """Each scope once."""
        scopes = (self.clients, self.statuses, self.reports)
        return tuple({scope.fingerprint(): scope for scope in scopes}.values())


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


class ReportModels(Protocol):
    """Reads what reports show, within every scope of the reader.

    Each raises InvalidInput for a company whose code does not exist.
    """

    def completion(self, query: CompletionQuery, reader: ReportReader) -> CompletionCounts: ...
    def done_by_day(
        self, company: str, periods: Sequence[Period], reader: ReportReader
    ) -> Mapping[Period, Mapping[date, int]]: ...
    def standing(
        self, company: str, period: Period, reader: ReportReader
    ) -> tuple[StandingCount, ...]:
        """Count the rows of a period; statuses in the order in which people read them."""
        ...

    def trend(
        self, company: str, periods: Sequence[Period], reader: ReportReader
    ) -> Mapping[Period, Counts]: ...
    def fold(self, at_most: int) -> int:
        """Fold changes of the counts; return how many, 0 as well while another fold runs."""
        ...
