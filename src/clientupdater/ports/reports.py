"""Reports: counts of period rows, each with the filter that lists exactly those rows (R3)."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from attrs import field, frozen

from clientupdater.domain.periods import Period
from clientupdater.ports.lists import ClientFilter

if TYPE_CHECKING:
    from collections.abc import Mapping
    from fractions import Fraction


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


class ReportModels(Protocol):
    """Reads what reports show, within the scopes of the reader."""
