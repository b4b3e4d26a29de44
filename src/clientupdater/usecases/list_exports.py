"""List one's own exports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.permissions import Permission
from clientupdater.ports.exports import ExportKey
from clientupdater.ports.reading import Page
from clientupdater.ports.work import SYSTEM
from clientupdater.usecases._exporting import shown_to
from clientupdater.usecases._reading import require_reach

if TYPE_CHECKING:
    from clientupdater.domain.callers import Caller
    from clientupdater.ports.exports import Export, ExportWork


@frozen
class ListExports:
    """The newest first."""

    work: ExportWork

    def __call__(
        self, caller: Caller, *, after: ExportKey | None = None, limit: int = 50
    ) -> Page[Export, ExportKey]:
        """Read a page of them."""
        require_reach(self.work, caller, Permission.REPORTS_EXPORT, "export")
        with self.work.begin(SYSTEM) as tx:
            found = tx.exports.of_person(caller.actor.id, after=after, at_most=limit + 1)
        shown = tuple(shown_to(caller.actor, each) for each in found[:limit])
        more = len(found) > limit
        return Page(shown, ExportKey(shown[-1].created_at, shown[-1].id) if more else None)
