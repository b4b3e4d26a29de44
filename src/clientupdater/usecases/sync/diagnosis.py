"""What is wrong with the sync, for operators."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.errors import Fault, Misconfigured
from clientupdater.domain.sync.fields import ESSENTIAL
from clientupdater.domain.sync.source_status import SILENCE, configured_statuses
from clientupdater.ports.unit_of_work import NO_CLIENTS

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from clientupdater.domain.sync.fields import Source
    from clientupdater.domain.sync.source_status import SourceStatus
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.unit_of_work import UnitsOfWork


@frozen
class SourceDiagnosis:
    """The state of one configured source, and the faults of its mapping."""

    status: SourceStatus
    looked_at: datetime
    mapping: tuple[Fault, ...] = ()

    @property
    def is_stale(self) -> bool:
        """Whether its last successful run is too long ago."""
        return self.status.is_stale(self.looked_at)


def diagnose_sources(
    work: UnitsOfWork, clock: Clock, sources: Collection[Source]
) -> Sequence[SourceDiagnosis]:
    """Look at these sources; no source is read."""
    now = clock.now()
    with work.begin(NO_CLIENTS) as tx:
        statuses = tx.sync_jobs.source_statuses(now, silence=SILENCE)
    return [
        SourceDiagnosis(each, now, _mapping_faults(work, each.source) if each.is_known else ())
        for each in configured_statuses(statuses, sources)
    ]


def _mapping_faults(work: UnitsOfWork, source: Source) -> tuple[Fault, ...]:
    """Name what the mapping lacks: what every run needs, and what every new client needs."""
    try:
        with work.begin(NO_CLIENTS) as tx:
            mapping = tx.sync_mappings.terms(source).general
    except Misconfigured as error:
        return error.faults
    filled = {each.field for each in mapping.fields}
    message = "no column fills it, so no new client of this source is taken"
    return tuple(Fault(str(each), message) for each in sorted(ESSENTIAL - filled))
