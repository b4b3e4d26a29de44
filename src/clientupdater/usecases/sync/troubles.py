"""Find what is wrong with taking over the sources: for whoever keeps the software running."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.errors import Fault, Misconfigured
from clientupdater.domain.sync.fields import ESSENTIAL
from clientupdater.domain.sync.source_status import SILENCE
from clientupdater.ports.unit_of_work import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from datetime import datetime

    from clientupdater.domain.sync.fields import Source
    from clientupdater.domain.sync.source_status import SourceStatus
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.unit_of_work import UnitsOfWork


@frozen
class SourceDiagnosis:
    """How one source stands that is set up here, and what its mapping lacks."""

    standing: SourceStatus
    looked_at: datetime
    mapping: tuple[Fault, ...] = ()

    @property
    def is_stale(self) -> bool:
        """Whether what we know of it is too old."""
        return self.standing.is_stale(self.looked_at)


@frozen
class FindSyncTroubles:
    """Looks, and asks no source."""

    work: UnitsOfWork
    clock: Clock
    sources: Collection[Source]

    def __call__(self) -> Sequence[SourceDiagnosis]:
        """Look at every source that is set up here."""
        now = self.clock.now()
        with self.work.begin(SYSTEM) as tx:
            standings = tx.sync_standings.read(now, silence=SILENCE)
        ours = [each for each in standings if each.source in self.sources]
        return [SourceDiagnosis(each, now, self._lacks(each.source)) for each in ours]

    def _lacks(self, source: Source) -> tuple[Fault, ...]:
        """Hold its mapping against what a run needs, and what a client cannot be without."""
        try:
            with self.work.begin(SYSTEM) as tx:
                mapping = tx.sync_mappings.terms(source).general
        except Misconfigured as error:
            return error.faults
        filled = {each.field for each in mapping.fields}
        message = "no column fills it, so no new client of this source is taken"
        return tuple(Fault(str(each), message) for each in sorted(ESSENTIAL - filled))
