"""Workers in processes of their own, that know how to do what tests ask for.

Each is the worker that `clientupdater worker` runs; only what its jobs are called is the tests'.
An effect is a job put down in a queue that nobody works on: it is kept with the job's end.
"""

from __future__ import annotations

import os
import random
import signal
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import attrs
import psycopg
from attrs import frozen

from clientupdater.composition import open_worker
from clientupdater.domain.errors import Unavailable
from clientupdater.entrypoints import logs
from clientupdater.entrypoints.cli import main
from clientupdater.entrypoints.worker.worker import Pace, Worker
from clientupdater.ports.job_run import JobRun, Task
from clientupdater.ports.queue import NewJob, Progress
from clientupdater.ports.unit_of_work import SYSTEM
from clientupdater.settings import Settings
from clientupdater.usecases.jobs.run import DoJob
from tests.support.app_parts import with_parts
from tests.support.forking import forking

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from multiprocessing.context import ForkServerProcess

    from clientupdater.composition.worker import WorkerContext
    from tests.support.servers import Database

QUICK = Pace(lease_s=2.0, beat_s=0.2, look_s=0.2, recover_s=0.2, again_s=0.1, grace_s=20)
EFFECTS = "nobody works on this"


@frozen
class JobStubs:
    """The jobs of tests."""

    worker_context: WorkerContext

    def nothing(self, _: JobRun) -> None:
        """Do nothing."""

    def effect(self, job_run: JobRun) -> None:
        """Have an effect that is one with the job's end."""
        with job_run.finishing():
            self._leave(job_run)

    def doze(self, job_run: JobRun) -> None:
        """Take a while, and say so; then have the effect."""
        self._leave(job_run, "begun")
        ends = time.monotonic() + float(str(job_run.job.arguments["seconds"]))
        while time.monotonic() < ends:
            job_run.report(Progress(done=1, total=2, step="dozing"))
            time.sleep(0.02)
        self.effect(job_run)

    def oversleep(self, job_run: JobRun) -> None:
        """Stop the whole process in the first attempt, until the test continues it."""
        if job_run.job.attempts == 1:
            self._leave(job_run, "begun")
            os.kill(os.getpid(), signal.SIGSTOP)
        self.effect(job_run)

    def poison(self, _: JobRun) -> None:
        """Take the process along."""
        os._exit(9)

    def break_(self, job_run: JobRun) -> None:
        """Fail as what we need does, or as we do ourselves."""
        if job_run.job.arguments.get("as") == "bug":
            raise ZeroDivisionError("+639171234567")
        raise Unavailable("the moon", "The moon does not answer.")

    def _leave(self, job_run: JobRun, name: str = "effect") -> None:
        with self.worker_context.work.begin(SYSTEM) as tx:
            result = {"of": job_run.job.id, "by": os.getpid()}
            tx.jobs.enqueue(
                NewJob(name=name, queue=EFFECTS, arguments=result), _now(self.worker_context)
            )

    def tasks(self) -> dict[str, Task]:
        """Name them."""
        items = (self.nothing, self.effect, self.doze, self.oversleep, self.poison, self.break_)
        return {do.__name__.rstrip("_"): Task(do) for do in items}


def _now(worker_context: WorkerContext) -> Any:
    return worker_context.clock.now()


def errands_run(worker_context: WorkerContext) -> WorkerContext:
    """Give a workshop whose App knows the tests' jobs beside its own."""
    known = worker_context.app.jobs.run
    do_job = DoJob({**known.tasks, **JobStubs(worker_context).tasks()}, known.clock, random.random)
    return attrs.evolve(worker_context, app=with_parts(worker_context.app, jobs={"run": do_job}))


def worker(
    database: Database, pace: Pace = QUICK, **settings: str
) -> AbstractContextManager[ForkServerProcess]:
    """Run one; however it ends, it is gone afterwards."""
    environment = {"DATABASE_URL": database.worker_url, "LOG_LEVEL": "error", **settings}
    return _running(_work, environment, pace)


def command(*arguments: str, **settings: str) -> AbstractContextManager[ForkServerProcess]:
    """Run a command in a process of its own that need not import it anew; however it ends."""
    return _running(main, arguments, settings)


@contextmanager
def _running(act: Callable[..., object], *args: object) -> Iterator[ForkServerProcess]:
    process = forking.Process(target=act, args=args, daemon=True)
    process.start()
    try:
        yield process
    finally:
        process.kill()
        process.join()


def _work(environment: dict[str, str], pace: Pace) -> None:
    settings = Settings.from_mapping(environment)
    logs.configure(settings)
    with open_worker(settings) as worker_context:
        working = Worker(errands_run(worker_context), name=f"test:{os.getpid()}", pace=pace)
        signal.signal(signal.SIGTERM, lambda *_: working.stop())
        working.run()


# --- what tests see of the queue


def put(database: Database, name: str, times: int = 1, **facts: Any) -> list[int]:
    """Queue jobs as another program would, without a notice."""
    with psycopg.connect(database.superuser_url) as connection:
        return [
            connection.execute(
                """insert into job_queue (job_name, payload, max_attempts, queue_name)
                   values (%s, %s, %s, %s) returning id""",
                (
                    name,
                    psycopg.types.json.Jsonb(facts.get("arguments", {})),
                    facts.get("max_attempts", 3),
                    facts.get("queue", "default"),
                ),
            ).fetchone()[0]  # type: ignore[index]
            for _ in range(times)
        ]


def asked(database: Database, query: str, *values: object) -> list[tuple[Any, ...]]:
    """Look at the database as it is."""
    with psycopg.connect(database.superuser_url) as connection:
        return connection.execute(query.encode(), values).fetchall()


def stands(database: Database, job: int) -> str:
    """Tell how a job stands."""
    return str(asked(database, "select status from job_queue where id = %s", job)[0][0])


def effects(database: Database, name: str = "effect") -> list[int]:
    """Tell which jobs had their effect, each as often as it had."""
    query = "select (payload->>'of')::int from job_queue where queue_name = %s and job_name = %s"
    return sorted(of for (of,) in asked(database, query, EFFECTS, name))
