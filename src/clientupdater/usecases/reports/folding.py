"""Fold the changes of counts into the counts that reports read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.ports.queue import Progress
from clientupdater.ports.unit_of_work import SYSTEM

if TYPE_CHECKING:
    from clientupdater.ports.job_run import JobRun
    from clientupdater.ports.unit_of_work import UnitsOfWork

AT_ONCE = 50_000


@frozen
class FoldCounts:
    """Keeps the changes few, so that reports stay fast; what they show is right without it."""

    work: UnitsOfWork

    def fold_as_job(self, job_run: JobRun) -> None:
        """Fold what there is, one transaction for each part."""
        folded, part = 0, AT_ONCE
        while part == AT_ONCE:
            part = self.fold()
            folded += part
            job_run.report(Progress(done=folded, step="folding counts"))

    def fold(self) -> int:
        """Fold one part; return how many changes it had."""
        with self.work.begin(SYSTEM) as tx:
            return tx.row_counts.fold(AT_ONCE)
