"""Show one of one's own exports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.permissions import Permission
from clientupdater.ports.work import SYSTEM
from clientupdater.usecases._exporting import own, shown_to
from clientupdater.usecases._reading import require_reach

if TYPE_CHECKING:
    from uuid import UUID

    from clientupdater.domain.callers import Caller
    from clientupdater.ports.exports import Export, ExportWork


@frozen
class ShowExport:
    """How it stands."""

    work: ExportWork

    def __call__(self, caller: Caller, export: UUID) -> Export:
        """Find it. Raises NotFound for anybody else's."""
        require_reach(self.work, caller, Permission.REPORTS_EXPORT, "export")
        with self.work.begin(SYSTEM) as tx:
            return shown_to(caller.actor, own(tx, caller, export))
