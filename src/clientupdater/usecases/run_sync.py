"""Do a run that was asked for: read, stage, compare, apply, all of it or nothing (Y2-Y9)."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from clientupdater.domain.errors import Error, PlanChanged, SourceMalformed, SyncOver
from clientupdater.domain.jobs import JobStatus
from clientupdater.domain.periods import (
    Cycle,
    Period,
    Window,
    business_day,
    due_for_opening,
    window,
)
from clientupdater.domain.settings_values import BACKDATING_DAYS, GUARD_FLOOR, GUARD_PERCENT
from clientupdater.domain.sync.absence import Fetch
from clientupdater.domain.sync.guard import Guard, held_companies
from clientupdater.domain.sync.jobs import Mode, Step
from clientupdater.ports.syncing import Work
from clientupdater.ports.work import SYSTEM
from clientupdater.usecases._sync_diary import Diary
from clientupdater.usecases._sync_rows import PageMapper

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from datetime import datetime, tzinfo

    from clientupdater.domain.ids import CompanyId, SyncJobId
    from clientupdater.domain.sync.jobs import SyncJob
    from clientupdater.domain.sync.outcome import Outcome
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.syncing import (
        Comparison,
        Progressed,
        Staging,
        SyncTransaction,
        SyncWork,
        Terms,
    )
    from clientupdater.usecases._sync_input import SyncInput

PATIENCE = 60.0
"""A run that has not been heard of for so many seconds has died, unless it is applying."""


@frozen
class RunSync:
    """Does runs; begun once more after whoever did one died, it comes to the same."""

    work: SyncWork
    clock: Clock
    zone: tzinfo
    input: SyncInput
    patience: float = PATIENCE

    def __call__(
        self, job_id: SyncJobId, watch: Callable[[Progressed], None] = lambda _: None
    ) -> SyncJob:
        """Do it; `watch` is told how far it is. Raises SyncOver when it is called off meanwhile."""
        with self.work.begin(SYSTEM) as tx:
            job = tx.sync_runs.begin(job_id, self.clock.now(), patience=self.patience)
        try:
            return self._done(job, watch)
        except SyncOver:
            raise
        except Error as error:
            self._fail(job, error.message)
            raise
        except Exception:
            self._fail(job, "A fault of ours; the log says more.")
            raise

    def _done(self, job: SyncJob, watch: Callable[[Progressed], None]) -> SyncJob:
        diary = Diary(self.work, self.clock, job, watch)
        with diary.step(Step.FETCH) as tell:
            job = self.input.read(job, tell)
        with self.work.begin(SYSTEM) as tx:
            return _Taking(self, tx, evolve(diary, job=job)).over()

    def _fail(self, job: SyncJob, told: str) -> None:
        with suppress(Error), self.work.begin(SYSTEM) as tx:
            tx.sync_runs.fail(job, told, self.clock.now())


@frozen
class _Taking:
    """The one transaction in which a run's records are taken over."""

    run: RunSync
    tx: SyncTransaction
    diary: Diary

    def over(self) -> SyncJob:
        """Take them over, or only see what that would do."""
        job, now = self.diary.job, self.run.clock.now()
        terms = self.tx.sync_terms.load(job.asked.source)
        staging = self.tx.staging()
        staging.open(self._work(terms, now))
        fetch = self._staged(staging, terms)
        self._require_whole(fetch)
        # Moving clients ends assignments, which bears on rights: in the order of all who do that.
        self.tx.administration.hold()
        with self.diary.step(Step.COMPARE) as tell:
            comparison = staging.compare(fetch)
            tell(fetch.received)
        with self.diary.step(Step.APPLY) as tell:
            outcome = staging.apply(
                self._writable(terms, now), moves_watermark=fetch.moves_watermark
            )
            tell(fetch.received)
        return self._decided(staging, evolve(outcome, held_for=self._held(terms, comparison)))

    def _work(self, terms: Terms, now: datetime) -> Work:
        zone = self.run.zone
        return Work(
            job=self.diary.job,
            terms=terms,
            now=now,
            today=business_day(now, zone),
            due=due_for_opening(now, zone),
        )

    def _staged(self, staging: Staging, terms: Terms) -> Fetch:
        job = self.diary.job
        mapper = PageMapper(terms)
        received = without_code = 0
        with self.diary.step(Step.STAGE) as tell:
            for page in self.tx.sync_inputs.pages(job.asked.origin or job.id):
                mapped = mapper.map(page)
                staging.take(mapped.rows, mapped.rejects)
                received += len(page.records)
                without_code += mapped.without_code
                tell(received)
        return Fetch(
            as_of=job.as_of or self.run.clock.now(),
            full=job.asked.full,
            received=received,
            stated=job.stated_count,
            without_code=without_code,
        )

    def _require_whole(self, fetch: Fetch) -> None:
        if not fetch.applies:
            raise SourceMalformed(
                f"The source states {fetch.stated} records and gave {fetch.received}, "
                f"{fetch.without_code} of them without a code: nothing was applied (Y6)."
            )

    def _held(self, terms: Terms, comparison: Comparison) -> tuple[str, ...]:
        settings = self.tx.settings
        guards = {
            code: Guard(
                settings.number(GUARD_PERCENT, company), int(settings.number(GUARD_FLOOR, company))
            )
            for code, company in terms.companies.items()
        }
        return tuple(sorted(held_companies(guards, comparison.deactivated, comparison.active)))

    def _writable(self, terms: Terms, now: datetime) -> Mapping[CompanyId, Sequence[Period]]:
        today = business_day(now, self.run.zone)
        running = [Period.containing(today, cycle) for cycle in Cycle]
        near = [each for one in running for each in (one.previous, one, one.next)]
        days = {
            company: int(self.tx.settings.number(BACKDATING_DAYS, company))
            for company in terms.companies.values()
        }
        return {
            company: [p for p in near if window(p, today, days[company]) is not Window.CLOSED]
            for company in days
        }

    def _decided(self, staging: Staging, outcome: Outcome) -> SyncJob:
        """Keep it, hold it, or take it all back; what it came to stays to be read."""
        job, now = self.diary.job, self.run.clock.now()
        state = JobStatus.COMPLETED
        if job.approved_by is not None:
            if outcome.hash != job.plan_hash:
                raise PlanChanged
        elif job.asked.mode is Mode.PREVIEW:
            staging.undo()
        elif outcome.held_for:
            staging.undo()
            state = JobStatus.HELD
        self.tx.sync_plans.keep(job, outcome, now)
        return self.tx.sync_runs.finish(job, state, outcome, now)
