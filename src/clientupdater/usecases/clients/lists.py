"""What all lists share: the caller's access scopes, and the refusal of callers without any."""

from __future__ import annotations

from typing import TYPE_CHECKING

from clientupdater.domain.access import Decision, Missing
from clientupdater.domain.access_scope import access_scope_of
from clientupdater.domain.errors import Forbidden
from clientupdater.domain.periods import business_day
from clientupdater.domain.permissions import Permission
from clientupdater.ports.lists import ReadContext
from clientupdater.ports.unit_of_work import NO_CLIENTS

if TYPE_CHECKING:
    from datetime import tzinfo

    from clientupdater.domain.callers import Caller
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.unit_of_work import UnitsOfWork


def read_context(caller: Caller, clock: Clock, zone: tzinfo) -> ReadContext:
    """Describe the reader and the moment of a list."""
    now = clock.now()
    return ReadContext(
        clients=access_scope_of(caller.actor, Permission.CLIENTS_READ),
        statuses=access_scope_of(caller.actor, Permission.STATUS_READ),
        now=now,
        today=business_day(now, zone),
        reports=access_scope_of(caller.actor, Permission.REPORTS_READ),
        zone=str(zone),
    )


def require_scope(work: UnitsOfWork, caller: Caller, permission: Permission, resource: str) -> None:
    """Refuse a caller whose permission covers no client at all."""
    if not access_scope_of(caller.actor, permission).is_nothing:
        return
    missing = Missing.GRANT if caller.actor.is_active else Missing.ACTIVE_ACCOUNT
    decision = Decision(permission, caller.actor.grants_of(permission), missing)
    with work.begin(NO_CLIENTS) as tx:
        tx.audit.log_refusal(caller, decision, resource, "")
    raise Forbidden(permission)
