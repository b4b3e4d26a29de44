"""Sync of one client from NextBank, by the rules of every sync (Y1, Y10)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, frozen

from clientupdater.domain.errors import NotFound
from clientupdater.domain.sync.fields import Source
from clientupdater.domain.sync.jobs import SyncRequest
from clientupdater.ports.sync import InputPage
from clientupdater.ports.unit_of_work import SYSTEM
from clientupdater.usecases.sync.apply import SyncApply
from clientupdater.usecases.sync.progress import SyncProgress

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import tzinfo

    from clientupdater.domain.ids import PersonId
    from clientupdater.domain.sync.jobs import SyncJob
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.sources import ClientSource, RawRecord
    from clientupdater.ports.unit_of_work import RowSecurityScope, UnitsOfWork

SOURCE = Source.NEXTBANK

_NAME = "NextBank"


@frozen
class OneClient:
    """Asks NextBank before it begins a transaction, so that no lock waits for NextBank."""

    work: UnitsOfWork
    clock: Clock
    zone: tzinfo
    sources: Mapping[Source, ClientSource]

    def refresh(
        self, code: str, by: PersonId | None, rls_scope: RowSecurityScope = SYSTEM
    ) -> SyncJob:
        """Sync one client. Raises Unavailable; NotFound where NextBank has no such client."""
        record = self._asked(code)
        now = self.clock.now()
        request = SyncRequest(SOURCE, full=False, single=True)
        with self.work.begin(rls_scope) as tx:
            job = evolve(tx.sync_jobs.create(request, by, now), as_of=now)
            tx.sync_inputs.keep(job, InputPage(1, (record,), None), now)
            sync_progress = SyncProgress(self.work, self.clock, job, is_kept=False)
            return SyncApply(tx, self.clock, self.zone, sync_progress).over()

    def _asked(self, code: str) -> RawRecord:
        source = self.sources.get(SOURCE)
        if source is None:
            raise NotFound(f"{_NAME} is not set up here: NEXTBANK_BASE_URL is not set.")
        record = source.one(code)
        if record is None:
            raise NotFound(f"{_NAME} has no such client.")
        return record
