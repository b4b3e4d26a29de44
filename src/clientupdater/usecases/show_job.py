"""Show one job."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.domain.errors import NotFound
from clientupdater.usecases._minding import minding

if TYPE_CHECKING:
    from clientupdater.domain.callers import Caller
    from clientupdater.domain.ids import JobId
    from clientupdater.ports.queue import Job, JobsWork


@frozen
class ShowJob:
    """As it stands now."""

    work: JobsWork

    def __call__(self, caller: Caller, job: JobId) -> Job:
        """Show it; raise NotFound where there is none."""
        with minding(self.work, caller, "job", job) as tx:
            found = tx.jobs.hold(job)
        if found is None:
            raise NotFound
        return found
