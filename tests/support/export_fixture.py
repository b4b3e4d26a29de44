"""An export's job, done by the test itself."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from attrs import define, field

from clientupdater.domain.ids import JobId
from clientupdater.domain.jobs import JobStatus
from clientupdater.ports.queue import Job
from clientupdater.usecases.exports.expiry import RemoveExpiredExports
from clientupdater.usecases.exports.service import JOB
from clientupdater.usecases.exports.write import WriteExport
from tests.support.staff_fixture import NOW

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from clientupdater.app import App
    from clientupdater.ports.queue import Progress


def _nothing() -> None:
    """Do nothing."""


@define
class AtHand:
    """One attempt at a job; `meanwhile` happens once, after the first rows were written."""

    job: Job
    meanwhile: Callable[[], object] = _nothing
    reports: list[Progress] = field(factory=list)

    def report(self, progress: Progress) -> None:
        if not self.reports:
            self.meanwhile()
        self.reports.append(progress)

    @contextmanager
    def finishing(self) -> Iterator[None]:
        yield


def attempt_at(export: object, number: int = 1) -> AtHand:
    """Take up the job of an export; the third attempt is the last."""
    job = Job(
        id=JobId(1),
        name="export",
        queue="exports",
        status=JobStatus.PROCESSING,
        arguments={"export": str(export)},
        trace={},
        key=None,
        priority=0,
        attempts=number,
        max_attempts=3,
        company=None,
        requested_by=None,
        scheduled_at=NOW,
        created_at=NOW,
    )
    return AtHand(job)


def export_writer(app: App) -> WriteExport:
    """Give what a worker of this App writes exports by."""
    writer = app.jobs.run.tasks[JOB].do
    assert isinstance(writer, WriteExport)
    return writer


def expired_removed(app: App) -> int:
    """Remove expired files as the nightly job does; count them."""
    exports = app.exports
    return RemoveExpiredExports(exports.work, exports.clock, exports.files)()
