"""Do the run that a worker's job names, or the one that a schedule asks for."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING
from uuid import UUID

from attrs import frozen

from clientupdater.domain.errors import InvalidInput, SyncOver
from clientupdater.domain.ids import SyncJobId
from clientupdater.domain.sync.fields import Source
from clientupdater.domain.sync.jobs import SyncRequest
from clientupdater.ports.queue import Progress
from clientupdater.ports.work import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Mapping

    from clientupdater.ports.clock import Clock
    from clientupdater.ports.doing import Doing
    from clientupdater.ports.syncing import Progressed, SyncWork
    from clientupdater.usecases.run_sync import RunSync


@frozen
class DoSyncJob:
    """A run that is over already was done by an earlier attempt, or called off: so be it (J1)."""

    work: SyncWork
    clock: Clock
    run: RunSync

    def __call__(self, doing: Doing) -> None:
        """Do it, and pass on how far it is."""
        job = self._named(doing.job.arguments)
        comes_back = doing.job.attempts < doing.job.max_attempts

        def watch(how_far: Progressed) -> None:
            doing.report(Progress(done=how_far.records, step=how_far.step))

        with suppress(SyncOver):
            self.run(job, watch, comes_back=comes_back)

    def _named(self, arguments: Mapping[str, object]) -> SyncJobId:
        if "sync_job" in arguments:
            return SyncJobId(UUID(str(arguments["sync_job"])))
        asked = SyncRequest(_source(arguments), full=bool(arguments.get("full", True)))
        with self.work.begin(SYSTEM) as tx:
            return tx.sync_jobs.create(asked, None, self.clock.now()).id


def _source(arguments: Mapping[str, object]) -> Source:
    try:
        return Source(str(arguments.get("source")))
    except ValueError:
        raise InvalidInput.of("/source", f"is none of: {', '.join(Source)}") from None
