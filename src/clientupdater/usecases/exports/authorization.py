"""What exports share: what it takes to have one, and whose it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from clientupdater.domain.access_scope import access_scope_of
from clientupdater.domain.errors import NotFound, Refused
from clientupdater.domain.exports import NEEDS, ExportType
from clientupdater.domain.permissions import Permission
from clientupdater.usecases.clients.lists import require_reach

if TYPE_CHECKING:
    from uuid import UUID

    from clientupdater.domain.access import Actor
    from clientupdater.domain.access_scope import AccessScope
    from clientupdater.domain.callers import Caller
    from clientupdater.ports.exports import Export, ExportRequest
    from clientupdater.ports.unit_of_work import Transaction, UnitsOfWork


def needed(asked: ExportRequest) -> tuple[Permission, ...]:
    """Name what it takes; whoever asks of clients where they stand needs status:read as well."""
    first, *others = NEEDS[asked.type]
    if asked.type is ExportType.CLIENTS and asked.filter.row is not None:
        return (first, Permission.STATUS_READ, *others)
    return (first, *others)


def require_rights(
    work: UnitsOfWork, caller: Caller, asked: ExportRequest
) -> tuple[AccessScope, ...]:
    """Refuse who may not have it, and write that down; give how far each permission reaches."""
    for permission in needed(asked):
        require_reach(work, caller, permission, "export")
    return reaches(caller.actor, asked)


def reaches(actor: Actor, asked: ExportRequest) -> tuple[AccessScope, ...]:
    """Say how far an actor reaches by each permission that it takes."""
    return tuple(access_scope_of(actor, permission) for permission in needed(asked))


def still_reaches(tx: Transaction, export: Export) -> tuple[AccessScope, ...]:
    """Judge anew who asked for it: between then and now their rights may have ended (A7, A8)."""
    actor = tx.rights.actor(export.asked_by.id)
    result = reaches(actor, export.asked) if actor else ()
    if not result or any(access_scope.is_nothing for access_scope in result):
        raise Refused("Whoever asked for this export may not have it any more.")
    return result


def outgrown_by(actor: Actor, export: Export) -> Permission | None:
    """Name a permission by which its file holds more than the actor may see now (A7, A10)."""
    then = export.rls_scope or {}
    for permission in needed(export.asked):
        seen = then.get(permission)
        if seen is None or not access_scope_of(actor, permission).still_shows(seen):
            return permission
    return None


def shown_to(actor: Actor, export: Export) -> Export:
    """Give an export without a file that its asker cannot have any more."""
    return evolve(export, file=None) if outgrown_by(actor, export) else export


def own(tx: Transaction, caller: Caller, export: UUID) -> Export:
    """Find an export of one's own; anybody else's is not there: it shows what they may see."""
    result = tx.exports.find(export)
    if result is None or result.asked_by.id != caller.actor.id:
        raise NotFound
    return result
