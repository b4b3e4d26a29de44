"""What all reports share: who reads them, and the refusal of those who may not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clientupdater.domain.access_scope import access_scope_of
from clientupdater.domain.permissions import Permission
from clientupdater.ports.reports import ReportReader
from clientupdater.usecases.clients.lists import looking, require_scope

if TYPE_CHECKING:
    from datetime import tzinfo

    from clientupdater.domain.callers import Caller
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.unit_of_work import UnitsOfWork

_NEEDED = (Permission.REPORTS_READ, Permission.STATUS_READ, Permission.CLIENTS_READ)


def report_reader(work: UnitsOfWork, caller: Caller, clock: Clock, zone: tzinfo) -> ReportReader:
    """Describe the reader of a report; refuse one who lacks a permission that figures open by."""
    for permission in _NEEDED:
        require_scope(work, caller, permission, "report")
    result = looking(caller, clock, zone)
    return ReportReader(
        clients=result.clients,
        statuses=result.statuses,
        reports=access_scope_of(caller.actor, Permission.REPORTS_READ),
        today=result.today,
    )
