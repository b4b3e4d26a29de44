"""Stand-ins: while an officer is absent, another person covers their clients (A2, A3).

Only scope `self` widens: a stand-in does to the officer's clients what they may do to their own, in
the branches of their own territory.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.errors import Fault, InvalidInput, OfficerNotAllowed
from clientupdater.domain.permissions import Scope

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import date, tzinfo
    from uuid import UUID

    from clientupdater.domain.access import Actor
    from clientupdater.domain.access_scope import AccessScope
    from clientupdater.domain.ids import BranchId, CompanyId, PersonId

LONGEST = timedelta(days=366)


@frozen(kw_only=True)
class StandIn:
    """Who stands in for whom, from a moment until another one."""

    id: UUID
    officer: PersonId
    stand_in: PersonId
    starts_at: datetime
    ends_at: datetime

    def days(self, zone: tzinfo) -> tuple[date, date]:
        """Give the first and the last day."""
        last = self.ends_at.astimezone(zone) - timedelta(microseconds=1)
        return self.starts_at.astimezone(zone).date(), last.date()


def moments(first: date, last: date, today: date, zone: tzinfo) -> tuple[datetime, datetime]:
    """Turn days of the business into moments, and refuse days that make no sense."""
    faults = []
    if last < first:
        faults.append(Fault("/last_day", "is before the first day"))
    elif last - first > LONGEST:
        faults.append(Fault("/last_day", f"is more than {LONGEST.days} days after the first day"))
    if last < today:
        faults.append(Fault("/last_day", "is past"))
    elif last - today > LONGEST:
        faults.append(Fault("/last_day", f"is more than {LONGEST.days} days from now"))
    if faults:
        raise InvalidInput(faults)
    starts_at = datetime.combine(first, time(), zone)
    return starts_at, datetime.combine(last + timedelta(days=1), time(), zone)


def shared_branches(officer: Actor, stand_in: Actor) -> frozenset[BranchId]:
    """Give the branches where one may cover the other's clients; refuse where there are none."""
    if officer.id == stand_in.id:
        raise InvalidInput.of("/stand_in", "is the absent officer")
    if not stand_in.is_active:
        raise OfficerNotAllowed("The stand-in is not active.")
    shared = officer.territory.all_branches & stand_in.territory.all_branches
    if not shared:
        raise OfficerNotAllowed("The stand-in holds none of the officer's branches.")
    return shared


def companies_widened(stand_in: Actor, companies: Collection[CompanyId]) -> Collection[CompanyId]:
    """Give the companies where a person has grants; all of them for one without any yet."""
    return [
        company
        for company in companies
        if any(grant.applies_to(company) for grant in stand_in.grants)
    ] or companies


def covers_branches(
    access_scope: AccessScope,
    officer: PersonId,
    shared: frozenset[BranchId],
    companies: Iterable[CompanyId],
) -> bool:
    """Whether a scope of clients:assign covers an officer's clients, also those still to come.

    They are clients of these companies in these branches. The officers themselves arrange who
    stands in for them, if they may assign their own clients.
    """
    return all(_branches_all(access_scope, officer, company, shared) for company in companies)


def _branches_all(
    access_scope: AccessScope, officer: PersonId, company: CompanyId, shared: frozenset[BranchId]
) -> bool:
    scope = access_scope.scope_at(company)
    if scope and officer == access_scope.actor:
        return True
    if scope is Scope.ALL:
        return True
    if scope is Scope.AREA:
        return shared <= access_scope.area_branches
    return scope is Scope.BRANCH and shared <= access_scope.direct_branches
