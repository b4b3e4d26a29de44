"""List jobs, the newest first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.usecases._minding import minding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clientupdater.domain.callers import Caller
    from clientupdater.domain.ids import JobId
    from clientupdater.ports.queue import Job, JobsAsked, JobsWork


@frozen
class ListJobs:
    """Page by page: the next begins before the last of this one."""

    work: JobsWork

    def __call__(
        self, caller: Caller, asked: JobsAsked, *, before: JobId | None = None, at_most: int = 50
    ) -> Sequence[Job]:
        """List them; raise Forbidden without jobs:manage."""
        with minding(self.work, caller, "job") as tx:
            return tx.jobs.list(asked, before=before, at_most=at_most)
