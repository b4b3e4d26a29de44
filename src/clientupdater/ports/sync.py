"""Taking over what a source sent: kept as it came, staged, compared and applied, set-based.

Everything but the input is within one transaction, so that it is all applied or nothing (Y9). It is
a database's own work, half a million clients at a time; the rules it follows are those of
``domain/sync``, and a test holds the two against each other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeAlias

from attrs import field, frozen

from clientupdater.ports.sources import RawRecord

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet
    from datetime import date, datetime

    from clientupdater.domain.errors import Fault
    from clientupdater.domain.ids import CompanyId, PersonId, SyncJobId
    from clientupdater.domain.jobs import JobStatus
    from clientupdater.domain.periods import Period
    from clientupdater.domain.sync.absence import FetchSummary
    from clientupdater.domain.sync.fields import Entry, Source
    from clientupdater.domain.sync.jobs import SyncJob, SyncRequest
    from clientupdater.domain.sync.mapping import Reject, Row, SourceMapping
    from clientupdater.domain.sync.outcome import Outcome
    from clientupdater.domain.sync.source_status import SourceStatus
    from clientupdater.domain.sync.transforms import Lookups
    from clientupdater.ports.sources import Fetch


class SyncJobs(Protocol):
    """The runs, as people see them."""

    def create(self, asked: SyncRequest, by: PersonId | None, now: datetime) -> SyncJob:
        """Put down what is asked for. Raises SyncRunning where its source is being read."""
        ...

    def find(self, job: SyncJobId) -> SyncJob | None:
        """Find one; None if there is none."""
        ...

    def list(
        self, companies: AbstractSet[CompanyId] | None, *, before: SyncJobId | None, at_most: int
    ) -> Sequence[SyncJob]:
        """List those of some companies alone, or all of them (None), the newest first."""
        ...

    def approve(self, job: SyncJob, by: PersonId | None, now: datetime) -> None:
        """Let its plan be applied: it waits for a worker again.

        Raises SyncRunning where its source is being read, and SyncOver if it moved on.
        """
        ...

    def cancel(self, job: SyncJob, now: datetime) -> None:
        """Call it off; a worker at it notices. Raises SyncOver if it moved on."""
        ...

    def begin(self, job: SyncJobId, now: datetime, *, patience: float) -> SyncJob:
        """Take it up, or take it up again after its process died.

        Raises NotFound; SyncRunning while another run of its source is alive: it has said so
        within `patience` seconds, or is applying; SyncOver where there is nothing to do.
        """
        ...

    def progressed(self, job: SyncJob, how_far: Progressed, now: datetime) -> None:
        """Say how far it is, and that it lives. Raises SyncOver if it is ours no longer."""
        ...

    def fetched(self, job: SyncJob, fetch: Fetch, *, ended: bool) -> SyncJob:
        """Note what the source says of its data; `ended` once all of it was read."""
        ...

    def finish(self, job: SyncJob, state: JobStatus, outcome: Outcome, now: datetime) -> SyncJob:
        """Note how it ended; one that was to apply takes the place of what was held before (Y7).

        Raises SyncOver if it is ours no longer.
        """
        ...

    def fail(self, job: SyncJob, error: str, now: datetime, *, comes_back: bool) -> None:
        """Note why it could not be done, in words without anybody's data.

        Where it `comes_back`, it waits to be taken up again. Who was called off stays so.
        """
        ...

    def store_plan(self, job: SyncJob, outcome: Outcome, now: datetime) -> None:
        """Keep what a run came to, in place of what it came to before."""
        ...

    def plan(self, job: SyncJobId) -> Outcome | None:
        """Find it; None if the run has not come so far."""
        ...

    def beat(self, job: SyncJob, now: datetime) -> None:
        """Say that it lives. Raises SyncOver if it is ours no longer."""
        ...

    def fail_dead(self, now: datetime, *, silence: float) -> Sequence[SyncJobId]:
        """Fail the runs that were not heard of for so many seconds and that nobody comes back to.

        None while some run applies: it says nothing until it is over.
        """
        ...

    def source_statuses(self, now: datetime, *, silence: float) -> Sequence[SourceStatus]:
        """Read the state of every source, configured or not, in one statement.

        A run without a heartbeat for `silence` seconds, and without a job, is dead.
        """
        ...

    def rejects(self, job: SyncJobId, *, after: int, at_most: int) -> Sequence[KeptReject]:
        """List a run's rejected rows (Y3), in the order of the source."""
        ...

    def waiting_rejects(self, job: SyncJobId) -> AbstractSet[int]:
        """Name a run's rejected rows that no later run has applied."""
        ...

    def mark_replayed(self, job: SyncJobId, by: SyncJob, now: datetime) -> int:
        """Note that a run has applied another's rejects, but those that it rejected; count them."""
        ...


@frozen
class KeptReject:
    """A row that could not be taken, with every reason (Y3)."""

    row: int
    code: str | None
    faults: tuple[Fault, ...]
    replayed_by: SyncJobId | None = None
    """The run that took it after all."""


@frozen(kw_only=True)
class Progressed:
    """How far a run is: a step, what was done of it, in which time."""

    step: str
    records: int
    seconds: float


Numbered: TypeAlias = tuple[int, RawRecord]
"""A record with its number in the run."""


@frozen
class InputPage:
    """Some records as they came, with the number of the first."""

    first: int
    records: tuple[RawRecord, ...] = field(repr=False)
    next_position: str | None
    columns: tuple[str, ...] = ()
    """The columns that the source was asked for; none: all that there are."""

    @property
    def numbered(self) -> Iterator[Numbered]:
        """The records with their numbers."""
        return enumerate(self.records, self.first)


@frozen
class LastPage:
    """Where reading goes on: the number of the next record, and the source's own position."""

    next_row: int
    next_position: str | None


class SyncInputs(Protocol):
    """What sources sent, as it came: compressed and sealed, for pension numbers are in it (C3)."""

    def keep(self, job: SyncJob, page: InputPage, now: datetime) -> None:
        """Keep a page; the same page once more takes the place of the first."""
        ...

    def last(self, job: SyncJobId) -> LastPage | None:
        """Give where the last page that was kept ends, to go on from; None if none was."""
        ...

    def pages(self, job: SyncJobId) -> Iterator[InputPage]:
        """Give every page in order, one at a time."""
        ...

    def record(self, job: SyncJobId, row: int) -> RawRecord | None:
        """Give one record by its number; None where it is no longer kept."""
        ...

    def forget(self, job: SyncJob) -> None:
        """Drop what was kept, where the source begins anew."""
        ...


@frozen(kw_only=True)
class Terms:
    """How a source's records are read: in general, and where a company has lines of its own."""

    general: SourceMapping
    own: Mapping[str, SourceMapping]
    lookups: Lookups
    companies: Mapping[str, CompanyId]
    """The companies by code."""
    meaning: bytes = field(repr=False)
    """A digest of all this: as long as it is the same, the same record means the same."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that are read, of whichever company."""
        mappings = (self.general, *self.own.values())
        return tuple(dict.fromkeys(name for each in mappings for name in each.columns))

    def of(self, company: str | None) -> SourceMapping:
        """Give the mapping for one company's records."""
        return self.own.get(company or "", self.general)


@frozen(kw_only=True)
class Work:
    """What a run is about to do, and by which calendar."""

    job: SyncJob
    terms: Terms
    now: datetime
    today: date
    due: Sequence[Period]
    """The periods that have rows by now (P4)."""


@frozen
class Comparison:
    """What comparing came to, before anything is written."""

    deactivated: Mapping[str, int]
    """How many clients of each company the run would deactivate."""
    active: Mapping[str, int]
    """How many active ones each company has."""


class SyncMappings(Protocol):
    """Mappings as they are saved: of all companies, or of one, which go before those (Y1)."""

    def read(self, source: Source, company: CompanyId | None) -> Sequence[Entry]:
        """Read the lines of one company alone, or (None) the general ones."""
        ...

    def protected(self) -> AbstractSet[str]:
        """Name the columns that hold pension numbers, folded: they may fill nothing else (C3)."""
        ...

    def others(self, source: Source, company: CompanyId | None) -> Sequence[tuple[str, Entry]]:
        """Read every line but those of one mapping, each with the name of its mapping."""
        ...

    def replace(
        self,
        source: Source,
        company: CompanyId | None,
        entries: Sequence[Entry],
        by: PersonId,
        now: datetime,
    ) -> None:
        """Put these in place of what there was, and keep both in the audit (L1)."""
        ...

    def terms(self, source: Source) -> Terms:
        """Read them. Raises Misconfigured where nothing is mapped, or wrongly."""
        ...

    def watermark(self, source: Source, company: CompanyId | None) -> datetime | None:
        """Tell up to where a source was read; for all companies, where the least was (Y8)."""
        ...


class Staging(Protocol):
    """One run's records beside the clients, from reading them to having changed what differs."""

    def news(self, page: InputPage) -> Sequence[Numbered]:
        """Give the records that have to be mapped and taken; the others are noted as seen.

        Those are as they were when they were last compared, and so are their clients.
        """
        ...

    def take(self, rows: Sequence[Row], rejects: Sequence[Reject]) -> None:
        """Put in some of the records that `news` gave, mapped and checked."""
        ...

    def compare(self, fetch: FetchSummary) -> Comparison:
        """Find what differs, who is new and who is gone; hold whom it will write."""
        ...

    def apply(
        self, writable: Mapping[CompanyId, Sequence[Period]], *, moves_watermark: bool
    ) -> Outcome:
        """Write it all, the period rows last (Y9), and say what that was.

        `writable` are the periods in which a company's exempt rows can still come back (P6).
        """
        ...

    def undo(self) -> None:
        """Take back what was applied; what could not be taken stays noted (Y3)."""
        ...
