"""Looking at rows: those there are, and the one that is due and nobody has opened yet (P4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clientupdater.domain.errors import NotFound, RuleBroken
from clientupdater.domain.tracking import unopened

if TYPE_CHECKING:
    from clientupdater.domain.periods import Period
    from clientupdater.domain.tracking import PeriodRow
    from clientupdater.usecases.tracking.client_access import ClientTransaction


def row_or_due(file: ClientTransaction, period: Period) -> PeriodRow:
    """Find a row; the running period's is shown before it is there, any other is not found."""
    if row := file.row(period):
        return row
    try:
        return unopened(file.client, period, file.write_context())
    except RuleBroken as error:
        raise NotFound(f"The client has no row in {period}.") from error
