"""Reading a source page by page, each kept as it came before the next is asked for (Y2, Y9)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.errors import Fault, Gone, Misconfigured, SourceExpired
from clientupdater.domain.sync.fields import Source
from clientupdater.domain.sync.versions import read_from
from clientupdater.ports.sources import Fetch
from clientupdater.ports.sync import InputPage, LastPage
from clientupdater.ports.unit_of_work import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import timedelta

    from clientupdater.domain.ids import SyncJobId
    from clientupdater.domain.sync.jobs import SyncJob
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.sources import ClientSource
    from clientupdater.ports.unit_of_work import Transaction, UnitsOfWork


_NOT_KEPT = "Nothing is kept of what that run was given; run its source again."
_SET_UP_BY = {
    Source.SNOWFLAKE: "SNOWFLAKE_ACCOUNT is not set",
    Source.NEXTBANK: "NEXTBANK_BASE_URL is not set",
    Source.CSV: "CSV_DROP_DIR is not set",
}
_NOT_ADDED = "no installed package has it, and no program passed it to open_app"


@frozen
class SyncInput:
    """Reads what a run is about; one that died goes on after the last page it kept."""

    work: UnitsOfWork
    clock: Clock
    sources: Mapping[Source, ClientSource]
    overlap: timedelta

    def read(self, job: SyncJob, tell: Callable[[int], None]) -> SyncJob:
        """Read it to its end, and say after each page how many records there are."""
        if job.request.origin is not None:
            return self._as_the_origin_had_it(job, job.request.origin)
        source = self._source(job.request.source)
        columns = self._columns(job)
        job, place = self._begin(job, source, columns)
        try:
            return self._to_the_end(job, source, columns, place, tell)
        except SourceExpired:
            # What was begun is no longer kept there: once more from the beginning, and only once.
            job, place = self._begin_anew(job, source, columns)
            return self._to_the_end(job, source, columns, place, tell)

    def _to_the_end(
        self,
        job: SyncJob,
        source: ClientSource,
        columns: tuple[str, ...],
        place: LastPage,
        tell: Callable[[int], None],
    ) -> SyncJob:
        row, position = place.next_row, place.next_position
        fetch = _reading(job, columns)
        while True:
            page = source.page(fetch, position)
            self._keep(job, InputPage(row, page.records, page.position, columns))
            row, position = row + len(page.records), page.position
            tell(row - 1)
            if position is None:
                return self._noted(job, fetch, ended=True)

    def _source(self, name: Source) -> ClientSource:
        source = self.sources.get(name)
        if source is None:
            message = f"this source is not set up here: {_SET_UP_BY.get(name, _NOT_ADDED)}"
            raise Misconfigured([Fault(str(name), message)])
        return source

    def _columns(self, job: SyncJob) -> tuple[str, ...]:
        with self.work.begin(SYSTEM) as tx:
            return tx.sync_mappings.terms(job.request.source).columns

    def _begin(
        self, job: SyncJob, source: ClientSource, columns: tuple[str, ...]
    ) -> tuple[SyncJob, LastPage]:
        with self.work.begin(SYSTEM) as tx:
            last = tx.sync_inputs.last(job.id)
        if last is not None and last.next_position is not None and job.as_of is not None:
            return job, last
        return self._begin_anew(job, source, columns)

    def _begin_anew(
        self, job: SyncJob, source: ClientSource, columns: tuple[str, ...]
    ) -> tuple[SyncJob, LastPage]:
        with self.work.begin(SYSTEM) as tx:
            known = tx.sync_mappings.watermark(job.request.source, job.request.company)
        since = None if job.request.full else read_from(known, self.overlap)
        fetch = source.begin(since, columns)
        with self.work.begin(SYSTEM) as tx:
            tx.sync_inputs.forget(job)
            return tx.sync_jobs.fetched(job, fetch, ended=False), LastPage(1, None)

    def _keep(self, job: SyncJob, page: InputPage) -> None:
        with self.work.begin(SYSTEM) as tx:
            tx.sync_inputs.keep(job, page, self.clock.now())

    def _noted(self, job: SyncJob, fetch: Fetch, *, ended: bool) -> SyncJob:
        with self.work.begin(SYSTEM) as tx:
            return tx.sync_jobs.fetched(job, fetch, ended=ended)

    def _as_the_origin_had_it(self, job: SyncJob, origin_id: SyncJobId) -> SyncJob:
        with self.work.begin(SYSTEM) as tx:
            origin = tx.sync_jobs.find(origin_id)
            require_kept(tx, origin_id)
        if origin is None or origin.as_of is None:
            raise Gone(_NOT_KEPT)
        stated = None if job.request.rejects_alone else origin.stated_count
        return self._noted(job, Fetch(origin.as_of, stated, origin.since), ended=True)


def require_kept(tx: Transaction, job: SyncJobId) -> None:
    """Raise Gone where nothing is kept of what a run was given, or it was given nothing."""
    if tx.sync_inputs.last(job) is None:
        raise Gone(_NOT_KEPT)


def _reading(job: SyncJob, columns: tuple[str, ...]) -> Fetch:
    """Put together again how the source is being read."""
    if job.as_of is None:
        raise Misconfigured([Fault("", "This run has not begun to read.")])
    return Fetch(job.as_of, job.stated_count, job.since, columns, job.handle)
