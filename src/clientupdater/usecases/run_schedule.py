"""Do now what is due later (J3)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, frozen

from clientupdater.domain.errors import AlreadyExists, InvalidInput, NotFound
from clientupdater.usecases._minding import did, minding
from clientupdater.usecases.fire_schedules import job_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from clientupdater.domain.callers import Caller
    from clientupdater.domain.ids import JobId
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.doing import Task
    from clientupdater.ports.queue import JobsWork


@frozen
class RunSchedule:
    """Its times stay as they are; it need not be switched on."""

    work: JobsWork
    clock: Clock
    tasks: Mapping[str, Task]

    def __call__(self, caller: Caller, name: str) -> JobId:
        """Put its job down; raise AlreadyExists where it waits already."""
        with minding(self.work, caller, "schedule", name) as tx:
            schedule = tx.schedules.hold(name)
            if schedule is None:
                raise NotFound
            task = self.tasks.get(schedule.function)
            if task is None:
                told = f"asks for {schedule.function!r}, which nobody here knows how to do"
                raise InvalidInput.of("/name", told)
            job = evolve(job_of(schedule, task), asked_by=caller.actor.id)
            put = tx.jobs.enqueue(job, self.clock.now())
            if put is None:
                raise AlreadyExists(f"The job of {name} waits already; it will be done next.")
            did(tx, caller, "schedule.run", name, job=put)
        return put
