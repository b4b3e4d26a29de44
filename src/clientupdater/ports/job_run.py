"""A job that is being done, as the function that does it knows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeAlias

from attrs import frozen

from clientupdater.ports.queue import DEFAULT_QUEUE

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from clientupdater.ports.queue import Job, Progress


class Interrupted(Exception):
    """The job is no longer ours, or our time is over: leave it as it is, somebody goes on."""


class JobRun(Protocol):
    """One attempt at one job. Whoever returns without having finished it has done it all the same.

    A function may be called again for a job that it has done in part, or to the end (J1): what it
    does outside `finishing` must bear that.
    """

    @property
    def job(self) -> Job:
        """What is to be done."""
        ...

    def report(self, progress: Progress) -> None:
        """Say how far it is; to be called often, since it costs next to nothing.

        Raises Interrupted once the job is held no longer, or the worker has to let go of it.
        """
        ...

    def finishing(self) -> AbstractContextManager[None]:
        """Make the units of work that begin inside one with the end of the job: all, or nothing.

        Raises Interrupted, and keeps nothing, where the job is held no longer (J1).
        """
        ...


JobFunction: TypeAlias = "Callable[[JobRun], None]"
"""Does jobs of one name. Raises an `Error` of the domain when it cannot: it is told to people."""


def in_turn(*functions: JobFunction) -> JobFunction:
    """Make one of several, that are done one after the other."""

    def do(job_run: JobRun) -> None:
        for function in functions:
            function(job_run)

    return do


@frozen
class Task:
    """What workers know how to do under one name."""

    do: JobFunction
    queue: str = DEFAULT_QUEUE
    """Where it waits when a schedule asks for it."""
