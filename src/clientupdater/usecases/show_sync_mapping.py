"""Show which column of a source fills which field (Y1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.permissions import Permission
from clientupdater.ports.work import SYSTEM
from clientupdater.usecases._sync_rights import require_over_company

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clientupdater.domain.callers import Caller
    from clientupdater.domain.ids import CompanyId
    from clientupdater.domain.sync.fields import Source
    from clientupdater.domain.sync.mapping import Entry
    from clientupdater.ports.syncing import SyncWork


@frozen
class ShowSyncMapping:
    """A company's own lines go before the general ones, field by field."""

    work: SyncWork

    def __call__(
        self, caller: Caller, source: Source, company: CompanyId | None
    ) -> Sequence[Entry]:
        """Show the lines of one company alone, or (None) the general ones."""
        require_over_company(self.work, caller, Permission.CONFIG_READ, company)
        with self.work.begin(SYSTEM) as tx:
            return tx.sync_mappings.read(source, company)
