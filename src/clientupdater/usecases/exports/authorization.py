"""Authorisation for exports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from clientupdater.domain.access_scope import access_scope_of
from clientupdater.domain.errors import NotFound, Refused
from clientupdater.domain.exports import NEEDS, ExportType
from clientupdater.domain.ids import PersonId
from clientupdater.domain.permissions import Permission
from clientupdater.usecases.clients.lists import require_scope

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from clientupdater.domain.access import Actor
    from clientupdater.domain.access_scope import AccessScope
    from clientupdater.domain.callers import Caller
    from clientupdater.ports.exports import Export, ExportRequest
    from clientupdater.ports.unit_of_work import Transaction, UnitsOfWork


def needed(request: ExportRequest) -> tuple[Permission, ...]:
    """Name the permissions that an export needs: for a report, those that its figures open by."""
    first, *others = NEEDS[request.type]
    if request.report is not None:
        audits = (Permission.AUDIT_READ,) if request.report.name == "signals" else ()
        return (first, *audits, Permission.CLIENTS_READ, Permission.STATUS_READ, *others)
    if request.type is ExportType.CLIENTS and request.filter.asks_for_status:
        return (first, Permission.STATUS_READ, *others)
    return (first, *others)


def require_rights(
    work: UnitsOfWork, caller: Caller, request: ExportRequest
) -> tuple[AccessScope, ...]:
    """Check each permission that an export needs; return the scope of each."""
    for permission in needed(request):
        require_scope(work, caller, permission, "export")
    return scopes_for(caller.actor, request)


def scopes_for(actor: Actor, request: ExportRequest) -> tuple[AccessScope, ...]:
    """Give the actor's scope for each permission that an export needs."""
    return tuple(access_scope_of(actor, permission) for permission in needed(request))


def current_scopes(tx: Transaction, export: Export, now: datetime) -> tuple[AccessScope, ...]:
    """Check again the rights of the person who asked: they may have ended since (A7, A8)."""
    actor = tx.people.actor(PersonId(export.requested_by.id), now)
    result = scopes_for(actor, export.request) if actor else ()
    if not result or any(access_scope.is_nothing for access_scope in result):
        raise Refused("The person who asked for this export may no longer have it.")
    return result


def outgrown_by(actor: Actor, export: Export) -> Permission | None:
    """Name a permission whose scope no longer covers the file (A7, A10)."""
    then = export.rls_scope or {}
    for permission in needed(export.request):
        seen = then.get(permission)
        if seen is None or not access_scope_of(actor, permission).still_shows(seen):
            return permission
    return None


def shown_to(actor: Actor, export: Export) -> Export:
    """Hide the file that the actor may no longer fetch."""
    return evolve(export, file=None) if outgrown_by(actor, export) else export


def own(tx: Transaction, caller: Caller, export: UUID) -> Export:
    """Find one of the caller's exports; raise NotFound for another person's."""
    result = tx.exports.find(export)
    if result is None or result.requested_by.id != caller.actor.id:
        raise NotFound
    return result
