"""Delete expired rows in small batches, each with an entry in the retention log (J5)."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.retention import Expirable, Purgeable
from clientupdater.ports.queue import Progress
from clientupdater.ports.retention import Removal
from clientupdater.ports.unit_of_work import SYSTEM

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from clientupdater.domain.retention import Retention
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.job_run import JobRun
    from clientupdater.ports.retention import Removable
    from clientupdater.ports.unit_of_work import UnitsOfWork

BATCH = 1000
"""Rows in one transaction: it is short, and little is lost when it is cut off."""


@frozen
class PurgeOld:
    """Can be stopped at any moment: the next run goes on."""

    work: UnitsOfWork
    clock: Clock
    retention: Retention
    batch: int = BATCH

    def as_retention(self, job_run: JobRun) -> None:
        """Delete what is older than the settings allow."""
        cutoffs = self.retention.cutoffs(self.clock.now())
        self._purge(job_run, {kind: at for kind, at in cutoffs.items() if kind in _ROWS})

    def as_expiry(self, job_run: JobRun) -> None:
        """Delete what has expired."""
        self._purge(job_run, dict.fromkeys(Expirable, self.clock.now()))

    def __call__(
        self, kind: Removable, before: datetime, report: Callable[[int], None] = lambda _: None
    ) -> int:
        """Delete the rows from before a moment; return how many."""
        removed, rows = 0, self.batch
        while rows == self.batch:
            report(removed)
            rows = self._remove(kind, before)
            removed += rows
        return removed

    def _purge(self, job_run: JobRun, cutoffs: Mapping[Removable, datetime]) -> None:
        for kind, before in cutoffs.items():
            self(kind, before, partial(_report, job_run, kind))

    def _remove(self, kind: Removable, before: datetime) -> int:
        with self.work.begin(SYSTEM) as tx:
            rows = tx.retention.remove(kind, before, at_most=self.batch)
            if rows:
                tx.retention.note(Removal(kind, before, rows, self.clock.now()))
        return rows


def _report(job_run: JobRun, kind: Removable, removed: int) -> None:
    job_run.report(Progress(done=removed, step=kind))


_ROWS = frozenset(Purgeable) - {Purgeable.EXPORT_FILES}
