"""Which periods can be written to, by company (P7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clientupdater.domain.periods import Cycle, Period, Window, window
from clientupdater.domain.settings_values import BACKDATING_DAYS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import date

    from clientupdater.domain.ids import CompanyId
    from clientupdater.ports.business_settings import BusinessSettings


def writable_periods(
    settings: BusinessSettings, companies: Iterable[CompanyId], today: date
) -> Mapping[CompanyId, Sequence[Period]]:
    """List the periods in which the software restores rows: those that are not closed."""
    running = [Period.containing(today, cycle) for cycle in Cycle]
    near = [each for one in running for each in (one.previous, one, one.next)]
    days = {company: int(settings.number(BACKDATING_DAYS, company)) for company in companies}
    return {
        company: [p for p in near if window(p, today, days[company]) is not Window.CLOSED]
        for company in days
    }
