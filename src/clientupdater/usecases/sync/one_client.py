"""Taking over what NextBank says of one client, by the same way as everybody's (Y1, Y10)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, frozen

from clientupdater.domain.errors import NotFound
from clientupdater.domain.permissions import Permission
from clientupdater.domain.sync.fields import Source
from clientupdater.domain.sync.jobs import SyncRequest
from clientupdater.ports.sync import InputPage
from clientupdater.ports.unit_of_work import SYSTEM
from clientupdater.usecases.sync.apply import SyncApply
from clientupdater.usecases.sync.progress import SyncProgress

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import tzinfo

    from clientupdater.domain.callers import Caller
    from clientupdater.domain.ids import ClientRef, PersonId
    from clientupdater.domain.sync.jobs import SyncJob
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.sources import ClientSource, RawRecord
    from clientupdater.ports.unit_of_work import UnitsOfWork
    from clientupdater.usecases.tracking.client_access import ClientAccess

SOURCE = Source.NEXTBANK

_NAME = "NextBank"


@frozen
class OneClient:
    """Asks first, and only then begins a unit of work: nobody waits for NextBank in one."""

    work: UnitsOfWork
    clock: Clock
    zone: tzinfo
    sources: Mapping[Source, ClientSource]

    def refresh(self, code: str, by: PersonId | None) -> SyncJob:
        """Take it over. Raises Unavailable; NotFound where NextBank has no such client."""
        record = self._asked(code)
        now = self.clock.now()
        asked = SyncRequest(SOURCE, full=False, single=True)
        with self.work.begin(SYSTEM) as tx:
            job = evolve(tx.sync_jobs.create(asked, by, now), as_of=now)
            tx.sync_inputs.keep(job, InputPage(1, (record,), None), now)
            sync_progress = SyncProgress(self.work, self.clock, job, is_kept=False)
            return SyncApply(tx, self.clock, self.zone, sync_progress).over()

    def _asked(self, code: str) -> RawRecord:
        source = self.sources.get(SOURCE)
        if source is None:
            raise NotFound(f"{_NAME} is not set up here: NEXTBANK_BASE_URL is not set.")
        record = source.one(code)
        if record is None:
            raise NotFound(f"{_NAME} knows no such client.")
        return record


@frozen
class RefreshClient:
    """Whoever may have runs done over a client may have this one refreshed."""

    clients: ClientAccess
    one_client: OneClient

    def __call__(self, caller: Caller, client: ClientRef) -> SyncJob:
        """Ask NextBank and apply what differs. Raises Unavailable where it does not answer."""
        with self.clients.open(caller, client, Permission.SYNC_EXECUTE) as client_tx:
            code = client_tx.client.code
        job = self.one_client.refresh(code, caller.actor.id)
        with self.clients.open(caller, code, Permission.SYNC_EXECUTE) as client_tx:
            client_tx.log("client.refresh", sync_job=job.id)
        return job
