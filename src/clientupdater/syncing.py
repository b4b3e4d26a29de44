"""What can be done with runs of syncs, put together over ports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.ports.doing import Task
from clientupdater.ports.queue import SYNC_QUEUE
from clientupdater.usecases._sync_input import SyncInput
from clientupdater.usecases._sync_rights import TASK
from clientupdater.usecases.approve_sync import ApproveSync
from clientupdater.usecases.ask_for_sync import AskForSync
from clientupdater.usecases.cancel_sync import CancelSync
from clientupdater.usecases.do_sync_job import DoSyncJob
from clientupdater.usecases.list_sync_rejects import ListSyncRejects
from clientupdater.usecases.list_syncs import ListSyncs
from clientupdater.usecases.replay_sync import ReplaySync
from clientupdater.usecases.run_sync import RunSync
from clientupdater.usecases.show_sync import ShowSync
from clientupdater.usecases.show_sync_plan import ShowSyncPlan

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import timedelta, tzinfo

    from clientupdater.domain.sync.fields import Source
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.sources import ClientSource
    from clientupdater.ports.syncing import SyncWork


@frozen
class Syncing:
    """Taking over what the sources say."""

    ask: AskForSync
    run: RunSync
    do_job: DoSyncJob
    show: ShowSync
    list: ListSyncs
    show_plan: ShowSyncPlan
    approve: ApproveSync
    cancel: CancelSync
    list_rejects: ListSyncRejects
    replay: ReplaySync

    @classmethod
    def over(
        cls,
        work: SyncWork,
        clock: Clock,
        zone: tzinfo,
        sources: Mapping[Source, ClientSource],
        overlap: timedelta,
    ) -> Syncing:
        """Put them together over any store and sources."""
        run = RunSync(work, clock, zone, SyncInput(work, clock, sources, overlap))
        ask = AskForSync(work, clock)
        return cls(
            ask=ask,
            run=run,
            do_job=DoSyncJob(work, clock, run),
            show=ShowSync(work),
            list=ListSyncs(work),
            show_plan=ShowSyncPlan(work),
            approve=ApproveSync(work, clock),
            cancel=CancelSync(work, clock),
            list_rejects=ListSyncRejects(work),
            replay=ReplaySync(work, ask),
        )

    def tasks(self) -> Mapping[str, Task]:
        """Give what workers know how to do with them."""
        return {TASK: Task(self.do_job, SYNC_QUEUE)}
