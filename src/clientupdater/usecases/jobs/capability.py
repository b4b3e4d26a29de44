"""The queue of jobs and their schedules."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from clientupdater.usecases.jobs.run import DoJob
    from clientupdater.usecases.jobs.schedules import ScheduleAdministration
    from clientupdater.usecases.jobs.service import JobAdministration


@frozen(kw_only=True)
class Jobs:
    """The queue of jobs and their schedules."""

    administration: JobAdministration
    schedules: ScheduleAdministration
    run: DoJob
