"""Apply a run's records in one transaction: all of them or none."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, frozen

from clientupdater.domain.errors import (
    MEND_FILE,
    Fault,
    Misconfigured,
    PlanChanged,
    SourceMalformed,
)
from clientupdater.domain.jobs import JobStatus
from clientupdater.domain.periods import business_day, due_for_opening
from clientupdater.domain.settings_values import GUARD_FLOOR, GUARD_PERCENT
from clientupdater.domain.sync.absence import FetchSummary
from clientupdater.domain.sync.fields import Source
from clientupdater.domain.sync.guard import Guard, held_companies
from clientupdater.domain.sync.jobs import Mode, Step
from clientupdater.ports.sync import InputPage, Work
from clientupdater.usecases.sync.mapped_pages import PageMapper
from clientupdater.usecases.tracking.writable import writable_periods

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime, tzinfo

    from clientupdater.domain.sync.jobs import SyncJob
    from clientupdater.domain.sync.outcome import Outcome
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.sync import Comparison, Staging, Terms
    from clientupdater.ports.unit_of_work import Transaction
    from clientupdater.usecases.sync.progress import SyncProgress


@frozen
class SyncApply:
    """One run, in its transaction."""

    tx: Transaction
    clock: Clock
    zone: tzinfo
    sync_progress: SyncProgress

    def over(self) -> SyncJob:
        """Apply the run, or preview it."""
        job, now = self.sync_progress.job, self.clock.now()
        terms = self.tx.sync_mappings.terms(job.request.source)
        staging = self.tx.staging(self._work(terms, now))
        fetch = self._staged(staging, terms)
        self._require_whole(fetch)
        # Moving clients ends assignments, which bears on rights: in the order of all who do that.
        self.tx.people.lock_rights()
        with self.sync_progress.step(Step.COMPARE) as tell:
            comparison = staging.compare(fetch)
            tell(fetch.received)
        with self.sync_progress.step(Step.APPLY) as tell:
            outcome = staging.apply(
                writable_periods(
                    self.tx.settings, terms.companies.values(), business_day(now, self.zone)
                ),
                moves_watermark=fetch.moves_watermark and job.request.reads_all_it_asks_for,
            )
            tell(fetch.received)
        return self._decided(staging, evolve(outcome, held_for=self._held(terms, comparison)))

    def _work(self, terms: Terms, now: datetime) -> Work:
        return Work(
            job=self.sync_progress.job,
            terms=terms,
            now=now,
            today=business_day(now, self.zone),
            due=due_for_opening(now, self.zone),
        )

    def _staged(self, staging: Staging, terms: Terms) -> FetchSummary:
        job = self.sync_progress.job
        mapper = PageMapper.of(terms)
        received = without_code = hidden_codes = 0
        with self.sync_progress.step(Step.STAGE) as tell:
            for page in self._pages(job):
                _require_read(terms, page)
                mapped = mapper.map(staging.news(page))
                staging.take(mapped.rows, mapped.rejects)
                received += len(page.records)
                without_code += mapped.without_code
                hidden_codes += mapped.hidden_codes
                tell(received)
        return FetchSummary(
            as_of=job.as_of or self.clock.now(),
            full=job.request.full,
            received=received,
            stated=job.stated_count,
            without_code=without_code,
            hidden_codes=hidden_codes,
        )

    def _pages(self, job: SyncJob) -> Iterator[InputPage]:
        origin = job.request.origin
        if origin is None or not job.request.rejects_alone:
            yield from self.tx.sync_inputs.pages(origin or job.id)
            return
        wanted = self.tx.sync_jobs.waiting_rejects(origin)
        for page in self.tx.sync_inputs.pages(origin):
            for row, record in enumerate(page.records, page.first):
                if row in wanted:
                    yield InputPage(row, (record,), None, page.columns)

    def _require_whole(self, fetch: FetchSummary) -> None:
        if not fetch.applies:
            lost = f", {fetch.without_code} of them without a code" if fetch.without_code else ""
            message = (
                f"The source states {fetch.stated} records and gave {fetch.received}{lost}: "
                "the missing records could be taken for deleted ones, so nothing was applied."
            )
            is_file = self.sync_progress.job.request.source == Source.CSV
            raise SourceMalformed(message, *[MEND_FILE] * is_file)

    def _held(self, terms: Terms, comparison: Comparison) -> tuple[str, ...]:
        settings = self.tx.settings
        guards = {
            code: Guard(
                settings.number(GUARD_PERCENT, company), int(settings.number(GUARD_FLOOR, company))
            )
            for code, company in terms.companies.items()
        }
        return tuple(sorted(held_companies(guards, comparison.deactivated, comparison.active)))

    def _decided(self, staging: Staging, outcome: Outcome) -> SyncJob:
        """Keep the changes, or undo those of a held run or a preview; store the plan."""
        job, now = self.sync_progress.job, self.clock.now()
        is_approved, is_preview = job.approved_by is not None, job.request.mode is Mode.PREVIEW
        if is_approved and outcome.hash != job.plan_hash:
            raise PlanChanged
        is_held = bool(outcome.held_for) and not (is_approved or is_preview)
        if is_held or is_preview:
            staging.undo()
        elif job.request.origin is not None and job.request.rejects_alone:
            self.tx.sync_jobs.mark_replayed(job.request.origin, job, now)
        self.tx.sync_jobs.store_plan(job, outcome, now)
        state = JobStatus.HELD if is_held else JobStatus.COMPLETED
        return self.tx.sync_jobs.finish(job, state, outcome, now)


def _require_read(terms: Terms, page: InputPage) -> None:
    """Stop where the mapping has come to read other columns than the source was asked for.

    What was never read would be taken for empty, and emptied with every client.
    """
    lost = [name for name in terms.columns if name not in page.columns] if page.columns else []
    if lost:
        message = "the mapping reads it by now, and this was read without it; read the source again"
        raise Misconfigured([Fault(name, message) for name in lost])
