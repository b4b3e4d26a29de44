"""Readers of the bulk data: of some branches, of all, or of their own clients."""

from __future__ import annotations

import hashlib
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from clientupdater.domain.access import Actor, Grant, Territory
from clientupdater.domain.access_scope import access_scope_of
from clientupdater.domain.ids import BranchId, PersonId
from clientupdater.domain.permissions import Permission, Scope
from clientupdater.ports.lists import ReadContext

NOW = datetime(2026, 11, 20, 10, tzinfo=ZoneInfo("Asia/Manila"))


def made_up(what: str, number: int) -> UUID:
    """Give the id of a branch or an officer of the bulk data."""
    return UUID(hashlib.md5(f"{what} {number}".encode(), usedforsecurity=False).hexdigest())


OFFICER = PersonId(made_up("officer", 1))
"""An officer with clients."""


def reader(scope: Scope, branches: int = 0, who: PersonId = OFFICER) -> Actor:
    """Give a reader with this scope, in the first branches."""
    result = frozenset(BranchId(made_up("branch", n)) for n in range(1, branches + 1))
    return Actor(
        who,
        grants=frozenset(
            Grant(permission, None, scope)
            for permission in (Permission.CLIENTS_READ, Permission.STATUS_READ)
        ),
        territory=Territory(branches=result),
    )


def read_context(actor: Actor) -> ReadContext:
    """Give the reading context of an actor, now."""
    return ReadContext(
        clients=access_scope_of(actor, Permission.CLIENTS_READ),
        statuses=access_scope_of(actor, Permission.STATUS_READ),
        now=NOW,
        today=NOW.date(),
    )
