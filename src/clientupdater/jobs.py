"""What workers do, and how it is looked after, put together over ports."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.usecases.cancel_job import CancelJob
from clientupdater.usecases.change_schedule import ChangeSchedule
from clientupdater.usecases.do_job import DoJob
from clientupdater.usecases.find_stuck_jobs import FindStuckJobs
from clientupdater.usecases.fire_schedules import FireSchedules
from clientupdater.usecases.list_jobs import ListJobs
from clientupdater.usecases.list_schedules import ListSchedules
from clientupdater.usecases.purge_jobs import PurgeJobs
from clientupdater.usecases.retry_job import RetryJob
from clientupdater.usecases.run_schedule import RunSchedule
from clientupdater.usecases.show_job import ShowJob

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import tzinfo

    from clientupdater.ports.clock import Clock
    from clientupdater.ports.doing import Task
    from clientupdater.ports.queue import JobsWork
    from clientupdater.ports.schedules import Timetable
    from clientupdater.usecases.purge_old import PurgeOld


@frozen
class Jobs:
    """What workers do, and how it is looked after."""

    do: DoJob
    fire_schedules: FireSchedules
    list: ListJobs
    show: ShowJob
    retry: RetryJob
    cancel: CancelJob
    purge: PurgeJobs
    find_stuck: FindStuckJobs
    list_schedules: ListSchedules
    change_schedule: ChangeSchedule
    run_schedule: RunSchedule

    @classmethod
    def over(
        cls,
        work: JobsWork,
        clock: Clock,
        zone: tzinfo,
        timetable: Timetable,
        chance: Callable[[], float],
        tasks: Mapping[str, Task],
        purge_old: PurgeOld,
    ) -> Jobs:
        """Put them together over any queue, for workers that know these tasks."""
        return cls(
            do=DoJob(tasks, clock, chance),
            fire_schedules=FireSchedules(work, clock, zone, timetable, tasks),
            list=ListJobs(work),
            show=ShowJob(work),
            retry=RetryJob(work, clock),
            cancel=CancelJob(work, clock),
            purge=PurgeJobs(work, clock, purge_old),
            find_stuck=FindStuckJobs(work, clock),
            list_schedules=ListSchedules(work),
            change_schedule=ChangeSchedule(work, clock, zone, timetable),
            run_schedule=RunSchedule(work, clock, tasks),
        )
