"""What can be done with runs of syncs, put together over ports."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from attrs import field, frozen

from clientupdater.ports.doing import Task
from clientupdater.ports.queue import SYNC_QUEUE
from clientupdater.usecases._client_files import ClientFiles
from clientupdater.usecases._one_client import OneClient
from clientupdater.usecases._sync_input import SyncInput
from clientupdater.usecases._sync_rights import TASK
from clientupdater.usecases.approve_sync import ApproveSync
from clientupdater.usecases.ask_for_sync import AskForSync
from clientupdater.usecases.cancel_sync import CancelSync
from clientupdater.usecases.do_sync_job import DoSyncJob
from clientupdater.usecases.explain_sync import ExplainSync
from clientupdater.usecases.fail_dead_syncs import FailDeadSyncs
from clientupdater.usecases.find_sync_troubles import FindSyncTroubles
from clientupdater.usecases.follow_notice import FollowNotice
from clientupdater.usecases.list_sync_rejects import ListSyncRejects
from clientupdater.usecases.list_syncs import ListSyncs
from clientupdater.usecases.receive_notice import TASK as REFRESH
from clientupdater.usecases.receive_notice import ReceiveNotice
from clientupdater.usecases.refresh_client import RefreshClient
from clientupdater.usecases.replay_sync_rejects import ReplaySyncRejects
from clientupdater.usecases.run_sync import RunSync
from clientupdater.usecases.save_sync_mapping import SaveSyncMapping
from clientupdater.usecases.show_sync import ShowSync
from clientupdater.usecases.show_sync_mapping import ShowSyncMapping
from clientupdater.usecases.show_sync_plan import ShowSyncPlan

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import tzinfo

    from clientupdater.domain.sync.fields import Source
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.notices import NoticesWork
    from clientupdater.ports.sources import ClientSource


@frozen(kw_only=True)
class SyncSettings:
    """What the environment says of it."""

    overlap: timedelta = timedelta(hours=1)
    """How much further back than needed an incremental run reads (Y8)."""
    webhook_secrets: tuple[str, ...] = field(default=(), repr=False)
    """What NextBank signs with."""


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
    replay_rejects: ReplaySyncRejects
    explain: ExplainSync
    show_mapping: ShowSyncMapping
    save_mapping: SaveSyncMapping
    refresh_client: RefreshClient
    receive_notice: ReceiveNotice
    follow_notice: FollowNotice
    find_troubles: FindSyncTroubles
    fail_dead: FailDeadSyncs

    @classmethod
    def over(
        cls,
        work: NoticesWork,
        clock: Clock,
        zone: tzinfo,
        sources: Mapping[Source, ClientSource],
        terms: SyncSettings,
    ) -> Syncing:
        """Put them together over any store and sources."""
        run = RunSync(work, clock, zone, SyncInput(work, clock, sources, terms.overlap))
        ask = AskForSync(work, clock)
        one_client = OneClient(work, clock, zone, sources)
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
            replay_rejects=ReplaySyncRejects(work, ask),
            explain=ExplainSync(work, ask),
            show_mapping=ShowSyncMapping(work),
            save_mapping=SaveSyncMapping(work, clock),
            refresh_client=RefreshClient(ClientFiles(work, clock, zone), one_client),
            receive_notice=ReceiveNotice(work, clock, terms.webhook_secrets),
            follow_notice=FollowNotice(work, clock, zone, one_client),
            find_troubles=FindSyncTroubles(work, clock, sources.keys()),
            fail_dead=FailDeadSyncs(work, clock),
        )

    def tasks(self) -> Mapping[str, Task]:
        """Give what workers know how to do with them."""
        return {
            TASK: Task(self.do_job, SYNC_QUEUE),
            REFRESH: Task(self.follow_notice, SYNC_QUEUE),
        }
