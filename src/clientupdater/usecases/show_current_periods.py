"""Tell which month and which quarter run, by the business's own clock (P1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.errors import Forbidden, NotFound
from clientupdater.domain.periods import Cycle, Period, business_day
from clientupdater.domain.permissions import Permission

if TYPE_CHECKING:
    from datetime import tzinfo

    from clientupdater.domain.callers import Caller
    from clientupdater.domain.ids import CompanyId
    from clientupdater.ports.clock import Clock


@frozen
class ShowCurrentPeriods:
    """Asks for status:read at any scope; periods are the same for every company."""

    clock: Clock
    zone: tzinfo

    def __call__(self, caller: Caller, company: CompanyId | None = None) -> tuple[Period, ...]:
        """Name them; a company over which the caller holds nothing is not there for them."""
        grants = caller.actor.found(Permission.STATUS_READ) if caller.actor.is_active else ()
        if not grants:
            raise Forbidden(Permission.STATUS_READ)
        if company and not any(grant.applies_to(company) for grant in grants):
            raise NotFound
        today = business_day(self.clock.now(), self.zone)
        return tuple(Period.containing(today, cycle) for cycle in Cycle)
