"""Give the words that people choose from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.access import Decision, Missing
from clientupdater.domain.errors import Forbidden
from clientupdater.domain.permissions import Permission, Scope
from clientupdater.domain.reach import sight_of
from clientupdater.ports.work import SYSTEM

if TYPE_CHECKING:
    from clientupdater.domain.callers import Caller
    from clientupdater.ports.reading import Lookups, ReadingWork


@frozen
class ReadLookups:
    """The eight lookups: for anyone what is in use, with config:read all of it."""

    work: ReadingWork

    def __call__(self, caller: Caller, *, inactive: bool = False) -> Lookups:
        """Read them."""
        if inactive:
            self._require_config(caller)
        with self.work.begin(sight_of(caller.actor)) as tx:
            return tx.lookup_tables.load(inactive=inactive)

    def _require_config(self, caller: Caller) -> None:
        """What is no client asks for scope all (A6a)."""
        grants = caller.actor.found(Permission.CONFIG_READ)
        if caller.actor.is_active and any(grant.scope is Scope.ALL for grant in grants):
            return
        missing = Missing.SCOPE_ALL if grants else Missing.GRANT
        decision = Decision(Permission.CONFIG_READ, grants, missing)
        with self.work.begin(SYSTEM) as tx:
            tx.journal.refused(caller, decision, "lookup", "")
        raise Forbidden(Permission.CONFIG_READ)
