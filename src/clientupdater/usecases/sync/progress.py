"""A run's progress and heartbeat."""

from __future__ import annotations

import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.errors import Error
from clientupdater.ports.sync import Progressed
from clientupdater.ports.unit_of_work import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from clientupdater.domain.sync.jobs import Step, SyncJob
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.unit_of_work import UnitsOfWork


@frozen
class SyncProgress:
    """Writes progress in transactions of its own, so that it shows at once.

    A write raises SyncOver where the run was cancelled, or another process took it up (Y9).
    """

    work: UnitsOfWork
    clock: Clock
    job: SyncJob
    watch: Callable[[Progressed], None] = lambda _: None
    is_kept: bool = True
    """A run that is done in one transaction need not report progress."""

    @contextmanager
    def alive(self, every_s: float = 10.0) -> Iterator[None]:
        """Send heartbeats, however long a source takes to answer."""
        over = threading.Event()

        def say() -> None:
            while not over.wait(every_s):
                # Where the run is ours no longer, the next progress raises SyncOver.
                with suppress(Error), self.work.begin(SYSTEM) as tx:
                    tx.sync_jobs.beat(self.job, self.clock.now())

        beating = threading.Thread(target=say, name="sync-beat", daemon=True)
        beating.start()
        try:
            yield
        finally:
            over.set()
            beating.join()

    @contextmanager
    def step(self, step: Step) -> Iterator[Callable[[int], None]]:
        """Begin a step; yield the function that reports how many records are done."""
        begun = self.clock.now()

        def tell(records: int) -> None:
            if not self.is_kept:
                return
            now = self.clock.now()
            seconds = round((now - begun).total_seconds(), 3)
            how_far = Progressed(step=str(step), records=records, seconds=seconds)
            with self.work.begin(SYSTEM) as tx:
                tx.sync_jobs.progressed(self.job, how_far, now)
            self.watch(how_far)

        tell(0)
        yield tell
