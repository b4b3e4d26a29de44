"""What a person can choose from: the companies they have a permission in, and recent periods."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clientupdater.domain.administration import decide_over_thing
from clientupdater.domain.periods import Cycle, Period
from clientupdater.entrypoints.console.rendering import today_of

if TYPE_CHECKING:
    from clientupdater.domain.ids import CompanyId
    from clientupdater.domain.permissions import Permission
    from clientupdater.entrypoints.http.contract import Call

_MONTHS, _QUARTERS = 6, 3


def companies_of(call: Call, permission: Permission) -> list[str]:
    """Name the companies that the person has a permission in."""
    names = call.app.configuration.names(call.caller, generation=call.generation).companies
    grants = call.caller.actor.grants_of(permission)
    if any(grant.company is None for grant in grants):
        return sorted(names.values())
    return sorted({names[grant.company] for grant in grants if grant.company})


def may(call: Call, permission: Permission, company: CompanyId | None = None) -> bool:
    """Whether the person has a permission over things of a company, or (None) over all (A6a)."""
    return decide_over_thing(call.caller.actor, permission, company).allowed


def recent_periods(call: Call) -> list[Period]:
    """List the months and quarters that run, and those before them."""
    today, periods = today_of(call), []
    for cycle, most in ((Cycle.MONTHLY, _MONTHS), (Cycle.QUARTERLY, _QUARTERS)):
        period = Period.containing(today, cycle)
        for _ in range(most):
            periods.append(period)
            period = period.previous
    return periods
