"""Reading a source page by page, each kept as it came before the next is asked for (Y2, Y9)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.errors import Fault, Misconfigured
from clientupdater.domain.sync.versions import read_from
from clientupdater.ports.sources import Fetch
from clientupdater.ports.syncing import InputPage
from clientupdater.ports.work import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import timedelta

    from clientupdater.domain.sync.fields import Source
    from clientupdater.domain.sync.jobs import SyncJob
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.sources import ClientSource
    from clientupdater.ports.syncing import SyncWork


@frozen
class SyncInput:
    """Reads what a run is about; one that died goes on after the last page it kept."""

    work: SyncWork
    clock: Clock
    sources: Mapping[Source, ClientSource]
    overlap: timedelta

    def read(self, job: SyncJob, tell: Callable[[int], None]) -> SyncJob:
        """Read it to its end, and say after each page how many records there are."""
        if job.is_fetched:
            return job
        if job.asked.origin is not None:
            return self._as_the_origin_had_it(job)
        source = self._source(job.asked.source)
        job, fetch, row, position = self._begin(job, source)
        while True:
            page = source.page(fetch, position)
            self._keep(job, InputPage(row, page.records, page.position))
            row += len(page.records)
            position = page.position
            tell(row - 1)
            if position is None:
                return self._ended(job, fetch)

    def _source(self, name: Source) -> ClientSource:
        source = self.sources.get(name)
        if source is None:
            raise Misconfigured([Fault(str(name), "this source is not set up here")])
        return source

    def _begin(self, job: SyncJob, source: ClientSource) -> tuple[SyncJob, Fetch, int, str | None]:
        with self.work.begin(SYSTEM) as tx:
            known = tx.sync_terms.watermark(job.asked.source, job.asked.company)
            last = tx.sync_inputs.last(job.id)
        since = None if job.asked.full else read_from(known, self.overlap)
        if last is not None and last.next_position is not None and job.as_of is not None:
            fetch = Fetch(job.as_of, job.stated_count, since)
            return job, fetch, last.next_row, last.next_position
        fetch = source.begin(since)
        with self.work.begin(SYSTEM) as tx:
            tx.sync_inputs.forget(job)
            job = tx.sync_runs.fetched(job, fetch.as_of, fetch.stated_count, ended=False)
        return job, fetch, 1, None

    def _keep(self, job: SyncJob, page: InputPage) -> None:
        with self.work.begin(SYSTEM) as tx:
            tx.sync_inputs.keep(job, page, self.clock.now())

    def _ended(self, job: SyncJob, fetch: Fetch) -> SyncJob:
        with self.work.begin(SYSTEM) as tx:
            return tx.sync_runs.fetched(job, fetch.as_of, fetch.stated_count, ended=True)

    def _as_the_origin_had_it(self, job: SyncJob) -> SyncJob:
        with self.work.begin(SYSTEM) as tx:
            origin = job.asked.origin and tx.sync_jobs.find(job.asked.origin)
            if not origin or origin.as_of is None or tx.sync_inputs.last(origin.id) is None:
                raise Misconfigured([Fault("", "What that run was given is no longer kept.")])
            return tx.sync_runs.fetched(job, origin.as_of, origin.stated_count, ended=True)
