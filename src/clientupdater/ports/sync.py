"""Syncing a source: its input is stored, staged, compared with the clients and applied.

Everything but storing the input happens in one transaction, so a run is applied as a whole or not
at all (Y9). The statements work on half a million clients at once. They follow the rules of
``domain/sync``; a test compares the two.
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
    """The sync runs."""

    def create(self, request: SyncRequest, by: PersonId | None, now: datetime) -> SyncJob:
        """Add a run. Raises SyncRunning while another run of its source works."""
        ...

    def find(self, job: SyncJobId) -> SyncJob | None: ...

    def list(
        self, companies: AbstractSet[CompanyId] | None, *, before: SyncJobId | None, at_most: int
    ) -> Sequence[SyncJob]:
        """List the runs of some companies, or of all (None), the newest first."""
        ...

    def approve(self, job: SyncJob, by: PersonId | None, now: datetime) -> None:
        """Queue the run again, to apply its plan.

        Raises SyncRunning while another run of its source works, and SyncOver if this one moved on.
        """
        ...

    def cancel(self, job: SyncJob, now: datetime) -> None:
        """Call it off; a worker at it notices. Raises SyncOver if it moved on."""
        ...

    def begin(self, job: SyncJobId, now: datetime, *, patience: float) -> SyncJob:
        """Take it up, or take it up again after its process died.

        Raises NotFound; SyncRunning while another run of its source is alive, which means that it
        reported within `patience` seconds or is applying; SyncOver where there is nothing to do.
        """
        ...

    def progressed(self, job: SyncJob, how_far: Progressed, now: datetime) -> None:
        """Store progress, also a heartbeat. Raises SyncOver if another worker has the run."""
        ...

    def fetched(self, job: SyncJob, fetch: Fetch, *, ended: bool) -> SyncJob:
        """Note what the source says of its data; `ended` once all of it was read."""
        ...

    def finish(self, job: SyncJob, state: JobStatus, outcome: Outcome, now: datetime) -> SyncJob:
        """Store the outcome; an applied run replaces the runs that were held before it (Y7).

        Raises SyncOver if another worker has the run.
        """
        ...

    def fail(self, job: SyncJob, error: str, now: datetime, *, comes_back: bool) -> None:
        """Store why the run failed; the message holds no client's data.

        With `comes_back` the run waits for another attempt. A cancelled run stays cancelled.
        """
        ...

    def store_plan(self, job: SyncJob, outcome: Outcome, now: datetime) -> None:
        """Store a run's outcome in place of an earlier one."""
        ...

    def plan(self, job: SyncJobId) -> Outcome | None:
        """Give the stored outcome; None before there is one."""
        ...

    def beat(self, job: SyncJob, now: datetime) -> None:
        """Store a heartbeat. Raises SyncOver if another worker has the run."""
        ...

    def fail_dead(self, now: datetime, *, silence: float) -> Sequence[SyncJobId]:
        """Fail the runs that sent no heartbeat for `silence` seconds and that no job will retry.

        Fails none while any run applies, because that run sends no heartbeats.
        """
        ...

    def sources(self) -> Sequence[Source]:
        """List the sources that the database can store: ours, and those that its owner added."""
        ...

    def source_statuses(self, now: datetime, *, silence: float) -> Sequence[SourceStatus]:
        """Read the state of every source that the database knows, in one statement.

        A run without a heartbeat for `silence` seconds, and without a job, is dead.
        """
        ...

    def rejects(self, job: SyncJobId, *, after: int, at_most: int) -> Sequence[KeptReject]:
        """List a run's rejected rows (Y3), in the order of the source."""
        ...

    def waiting_rejects(self, job: SyncJobId) -> AbstractSet[int]:
        """Give the rows of a run's rejects that no later run has applied."""
        ...

    def mark_replayed(self, job: SyncJobId, by: SyncJob, now: datetime) -> int:
        """Mark a run's rejects as applied by another run, except those it rejected; count them."""
        ...


@frozen
class KeptReject:
    """A rejected row, with every reason (Y3)."""

    row: int
    code: str | None
    faults: tuple[Fault, ...]
    replayed_by: SyncJobId | None = None
    """The later run that applied the row."""


@frozen(kw_only=True)
class Progressed:
    """How many records a step has done, in how many seconds."""

    step: str
    records: int
    seconds: float


Numbered: TypeAlias = tuple[int, RawRecord]
"""A record with its number in the run."""


@frozen
class InputPage:
    """Some records as the source sent them."""

    first: int
    records: tuple[RawRecord, ...] = field(repr=False)
    next_position: str | None
    columns: tuple[str, ...] = ()
    """The columns that the run requested; empty: all of them."""

    @property
    def numbered(self) -> Iterator[Numbered]:
        return enumerate(self.records, self.first)


@frozen
class LastPage:
    """Where a run continues: its next record's number, and the source's own position."""

    next_row: int
    next_position: str | None


@frozen(kw_only=True)
class Notice:
    """A hint that a client changed; the change itself is read from the source (Y1)."""

    source: str
    delivery: str
    kind: str
    code: str
    """The client's code at the source."""
    posted_on: date | None = None
    """The day of a payment."""


class SyncInputs(Protocol):
    """What sources sent: the records of runs, and the deliveries of webhooks.

    Records are compressed and sealed, because they hold pension numbers (C3). What reads or stores
    them raises Misconfigured without keys.
    """

    def keep(self, job: SyncJob, page: InputPage, now: datetime) -> None:
        """Store a page, in place of one with the same first record."""
        ...

    def last(self, job: SyncJobId) -> LastPage | None:
        """Say where the last stored page ends; None if there is no page."""
        ...

    def pages(self, job: SyncJobId) -> Iterator[InputPage]:
        """Give every page in order, one at a time."""
        ...

    def record(self, job: SyncJobId, row: int) -> RawRecord | None:
        """Give one record by its number; None if it is no longer stored."""
        ...

    def forget(self, job: SyncJob) -> None:
        """Delete a run's pages, because its source begins again."""
        ...

    def keep_notice(self, notice: Notice, now: datetime) -> bool:
        """Store a delivery; False if it was stored before."""
        ...

    def notice(self, source: str, delivery: str) -> Notice | None: ...

    def followed(self, notice: Notice, now: datetime) -> None:
        """Record that the delivery was acted on."""
        ...


@frozen(kw_only=True)
class Terms:
    """How a source's records are read: the general mapping, and those of single companies."""

    general: SourceMapping
    own: Mapping[str, SourceMapping]
    lookups: Lookups
    companies: Mapping[str, CompanyId]
    """Company ids by code."""
    meaning: bytes = field(repr=False)
    """A digest of all this: while it stays the same, equal records mean the same."""

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that any company's mapping reads."""
        mappings = (self.general, *self.own.values())
        return tuple(dict.fromkeys(name for each in mappings for name in each.columns))

    def of(self, company: str | None) -> SourceMapping:
        return self.own.get(company or "", self.general)


@frozen(kw_only=True)
class Work:
    """A run's inputs."""

    job: SyncJob
    terms: Terms
    now: datetime
    today: date
    due: Sequence[Period]
    """The periods that have rows by now (P4)."""


@frozen
class Comparison:
    """The number of clients that a run would deactivate, before anything is written."""

    deactivated: Mapping[str, int]
    """By company: the clients that the run would deactivate."""
    active: Mapping[str, int]
    """By company: the active clients."""


class SyncMappings(Protocol):
    """The saved mappings: general ones, and those of single companies, which win (Y1)."""

    def read(self, source: Source, company: CompanyId | None) -> Sequence[Entry]:
        """Read the lines of one company's mapping, or of the general one (None)."""
        ...

    def protected(self) -> AbstractSet[str]:
        """Give the columns of pension numbers, folded: they may fill no other field (C3)."""
        ...

    def others(self, source: Source, company: CompanyId | None) -> Sequence[tuple[str, Entry]]:
        """Read the lines of all mappings except one, each with its mapping's name."""
        ...

    def replace(
        self,
        source: Source,
        company: CompanyId | None,
        entries: Sequence[Entry],
        by: PersonId,
        now: datetime,
    ) -> None:
        """Replace a mapping's lines, and write both versions to the audit (L1)."""
        ...

    def terms(self, source: Source) -> Terms:
        """Read a source's mappings. Raises Misconfigured if there is none, or it is wrong."""
        ...

    def watermark(self, source: Source, company: CompanyId | None) -> datetime | None:
        """Say up to when a source was read; for all companies, the earliest (Y8)."""
        ...


class Staging(Protocol):
    """One run's records beside the clients."""

    def news(self, page: InputPage) -> Sequence[Numbered]:
        """Give the records that have changed since they were last compared, or whose clients have.

        The others are only counted as delivered.
        """
        ...

    def take(self, rows: Sequence[Row], rejects: Sequence[Reject]) -> None:
        """Stage records of `news` that were mapped and checked."""
        ...

    def compare(self, fetch: FetchSummary) -> Comparison:
        """Find what differs, who is new and who is gone; hold whom it will write."""
        ...

    def apply(
        self, writable: Mapping[CompanyId, Sequence[Period]], *, moves_watermark: bool
    ) -> Outcome:
        """Write everything, the period rows last (Y9).

        `writable` are the periods in which a company's exempt rows can still come back (P6).
        """
        ...

    def undo(self) -> None:
        """Roll back what was applied; rejects stay (Y3)."""
        ...
