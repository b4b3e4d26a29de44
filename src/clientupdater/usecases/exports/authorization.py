"""What exports share: what it takes to have one, and whose it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve

from clientupdater.domain.access_scope import reach_of
from clientupdater.domain.errors import NotFound, Refused
from clientupdater.domain.exports import NEEDS, ExportType
from clientupdater.domain.permissions import Permission
from clientupdater.usecases.clients.lists import require_reach

if TYPE_CHECKING:
    from uuid import UUID

    from clientupdater.domain.access import Actor
    from clientupdater.domain.access_scope import Reach
    from clientupdater.domain.callers import Caller
    from clientupdater.ports.exports import Export, ExportAsked, ExportTransaction, ExportWork


def needed(asked: ExportAsked) -> tuple[Permission, ...]:
    """Name what it takes; whoever asks of clients where they stand needs status:read as well."""
    first, *others = NEEDS[asked.type]
    if asked.type is ExportType.CLIENTS and asked.filter.row is not None:
        return (first, Permission.STATUS_READ, *others)
    return (first, *others)


def require_rights(work: ExportWork, caller: Caller, asked: ExportAsked) -> tuple[Reach, ...]:
    """Refuse who may not have it, and write that down; give how far each permission reaches."""
    for permission in needed(asked):
        require_reach(work, caller, permission, "export")
    return reaches(caller.actor, asked)


def reaches(actor: Actor, asked: ExportAsked) -> tuple[Reach, ...]:
    """Say how far an actor reaches by each permission that it takes."""
    return tuple(reach_of(actor, permission) for permission in needed(asked))


def still_reaches(tx: ExportTransaction, export: Export) -> tuple[Reach, ...]:
    """Judge anew who asked for it: between then and now their rights may have ended (A7, A8)."""
    actor = tx.rights.actor(export.asked_by.id)
    found = reaches(actor, export.asked) if actor else ()
    if not found or any(reach.is_nothing for reach in found):
        raise Refused("Whoever asked for this export may not have it any more.")
    return found


def outgrown_by(actor: Actor, export: Export) -> Permission | None:
    """Name a permission by which its file holds more than the actor may see now (A7, A10)."""
    then = export.sight or {}
    for permission in needed(export.asked):
        seen = then.get(permission)
        if seen is None or not reach_of(actor, permission).still_shows(seen):
            return permission
    return None


def shown_to(actor: Actor, export: Export) -> Export:
    """Give an export without a file that its asker cannot have any more."""
    return evolve(export, file=None) if outgrown_by(actor, export) else export


def own(tx: ExportTransaction, caller: Caller, export: UUID) -> Export:
    """Find an export of one's own; anybody else's is not there: it shows what they may see."""
    found = tx.exports.find(export)
    if found is None or found.asked_by.id != caller.actor.id:
        raise NotFound
    return found
