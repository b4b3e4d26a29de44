"""One attempt at a job, as its function sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeAlias

from attrs import frozen

from clientupdater.ports.queue import DEFAULT_QUEUE

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from clientupdater.ports.queue import Job, Progress


class Interrupted(Exception):
    """The lease is lost or the worker stops: leave the job to another attempt."""


class JobRun(Protocol):
    """One attempt at one job. Returning from the function completes the job.

    A function may run again for a job that was done in part, or fully (J1): its effects outside
    `finishing` must tolerate that.
    """

    @property
    def job(self) -> Job: ...

    def report(self, progress: Progress) -> None:
        """Report progress; call it often, it is cheap.

        Raises Interrupted once the lease is lost or the worker stops.
        """
        ...

    def finishing(self) -> AbstractContextManager[None]:
        """Commit the transactions of this context together with the end of the job.

        Raises Interrupted, and commits nothing, if the lease is lost (J1).
        """
        ...


JobFunction: TypeAlias = "Callable[[JobRun], None]"
"""Does the jobs of one name. People see the message of an `Error` that it raises."""


def in_turn(*functions: JobFunction) -> JobFunction:
    """Combine functions into one that calls them in order."""

    def do(job_run: JobRun) -> None:
        for function in functions:
            function(job_run)

    return do


@frozen
class Task:
    """The function of one job name."""

    do: JobFunction
    queue: str = DEFAULT_QUEUE
    """The queue of its scheduled jobs."""
