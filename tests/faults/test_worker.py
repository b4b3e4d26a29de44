"""Workers that die, sleep, are cut off or poisoned: every job has its effect, and has it once."""

from __future__ import annotations

import os
import signal
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import attrs
import psycopg
import pytest

from clientupdater.adapters.postgres.admin.embedded import EmbeddedPostgres
from clientupdater.adapters.postgres.admin.maintenance import PostgresMaintenance
from clientupdater.domain.jobs import JobStatus, after_lost_lease
from clientupdater.entrypoints.worker.worker import Pace
from tests.support.queue_fixture import NOW
from tests.support.servers import Database, folder_of_data
from tests.support.waiting import wait_until
from tests.support.worker_processes import (
    QUICK,
    asked,
    effects,
    put,
    stands,
    worker,
)

if TYPE_CHECKING:
    from collections.abc import Iterator


def test_J1_the_job_of_a_worker_that_was_killed_runs_again_and_has_its_effect_once(
    database: Database,
) -> None:
    (job,) = put(database, "doze", arguments={"seconds": 0.5})
    with worker(database) as doomed:
        wait_until(lambda: effects(database, "begun") == [job])
        doomed.kill()
    with worker(database):
        wait_until(lambda: stands(database, job) == "completed")
    assert effects(database, "begun") == [job, job]
    assert effects(database) == [job]


def test_J1_it_runs_again_within_45_seconds_at_the_usual_pace() -> None:
    usual = Pace()
    back = after_lost_lease(1, 3, NOW, 1.0)
    assert back.not_before is not None
    waits = (back.not_before - NOW).total_seconds()
    assert usual.lease_s + usual.recover_s + waits + usual.look_s <= 45


def test_J1_a_worker_that_was_merely_asleep_is_fenced_off(database: Database) -> None:
    (job,) = put(database, "oversleep")
    with worker(database) as sleeper:
        wait_until(lambda: effects(database, "begun") == [job])
        with worker(database):
            wait_until(lambda: stands(database, job) == "completed")
            assert sleeper.pid is not None
            os.kill(sleeper.pid, signal.SIGCONT)
            (other,) = put(database, "effect")
            wait_until(lambda: effects(database) == sorted([job, other]))
            sleeper.terminate()
            sleeper.join(30)
            assert sleeper.exitcode == 0, "it went on working"
    assert effects(database) == sorted([job, other])


def test_J1_a_poison_job_is_dead_in_the_end_and_those_beside_it_are_done(
    database: Database,
) -> None:
    # By chance a neighbour may return together with the poison job each time: it has attempts left.
    before = put(database, "effect", 20, max_attempts=5)
    (poison,) = put(database, "poison")
    after = put(database, "effect", 20, max_attempts=5)
    died = 0
    while stands(database, poison) != "dead":
        with worker(database) as doomed:
            wait_until(
                lambda: (
                    not doomed.is_alive()
                    or (stands(database, poison) == "dead" and len(effects(database)) == 40)
                )
            )
            died += not doomed.is_alive()
    assert died == 3
    with worker(database):
        wait_until(lambda: effects(database) == sorted([*before, *after]))
    result = asked(database, "select error from job_queue where id = %s", poison)
    assert "did not report back" in result[0][0]


def test_all_connections_cut_the_worker_goes_on_by_itself(database: Database) -> None:
    cut = """select count(pg_terminate_backend(pid)) from pg_stat_activity
              where datname = current_database() and pid <> pg_backend_pid()"""
    with worker(database) as same:
        jobs = put(database, "effect", 5)
        for _ in range(2):
            wait_until(partial(_all_had, database, jobs))
            asked(database, cut)
            jobs += put(database, "effect", 5)
        wait_until(partial(_all_had, database, jobs))
        assert same.is_alive()


def _all_had(database: Database, jobs: list[int]) -> bool:
    return effects(database) == sorted(jobs)


def test_a_listener_that_is_cut_off_listens_again(database: Database) -> None:
    listens = """select pid from pg_stat_activity where datname = current_database()
                  and application_name = 'clientupdater listener' and state = 'idle'"""
    with worker(database):
        wait_until(lambda: bool(asked(database, listens)))
        (was,) = asked(database, listens)
        asked(database, "select pg_terminate_backend(%s)", *was)
        wait_until(lambda: asked(database, listens) not in ([], [was]))


def test_J1_jobs_without_a_notification_are_found(database: Database) -> None:
    with worker(database):
        (first,) = put(database, "effect")  # it is put down without a word
        wait_until(lambda: stands(database, first) == "completed")


@pytest.fixture
def restartable() -> Iterator[tuple[EmbeddedPostgres, Path]]:
    with folder_of_data() as folder, ExitStack() as stack:
        server = EmbeddedPostgres(folder)
        server.start()
        stack.callback(server.stop)
        maintenance = PostgresMaintenance(server.owner_url)
        maintenance.migrate()
        maintenance.seed()
        yield server, folder


def test_postgresql_restarts_and_the_worker_goes_on_by_itself(
    restartable: tuple[EmbeddedPostgres, Path],
) -> None:
    server, _ = restartable
    database = Database.on(server.cluster, "clientupdater")
    with worker(database) as same:
        jobs = put(database, "effect", 10)
        (slow,) = put(database, "doze", arguments={"seconds": 1})
        wait_until(lambda: effects(database, "begun") == [slow])
        server.stop()
        server.start()
        moved = Database.on(server.cluster, "clientupdater")
        jobs += put(moved, "effect", 10)
        wait_until(lambda: effects(moved) == sorted([*jobs, slow]))
        assert same.is_alive()


def test_J4_a_worker_that_is_asked_to_stop_finishes_its_jobs(database: Database) -> None:
    (job,) = put(database, "doze", arguments={"seconds": 1})
    with worker(database) as stopped:
        wait_until(lambda: effects(database, "begun") == [job])
        stopped.terminate()
        stopped.join(30)
        assert stopped.exitcode == 0
    assert (stands(database, job), effects(database)) == ("completed", [job])


def test_J4_a_job_not_finished_within_the_grace_is_returned_and_not_counted(
    database: Database,
) -> None:
    (job,) = put(database, "doze", arguments={"seconds": 600})
    with worker(database, attrs.evolve(QUICK, grace_s=0.5)) as stopped:
        wait_until(lambda: effects(database, "begun") == [job])
        (later,) = put(database, "effect")
        stopped.terminate()
        stopped.join(30)
        assert stopped.exitcode == 0
    query = "select status, attempts, worker from job_queue where id = %s"
    assert asked(database, query, job) == [(JobStatus.PENDING, 0, None)]
    assert stands(database, later) in {"pending", "completed"}


def test_a_job_shows_how_far_it_is_while_it_is_done(database: Database) -> None:
    (job,) = put(database, "doze", arguments={"seconds": 600})
    with worker(database):
        query = "select progress from job_queue where id = %s"
        wait_until(lambda: asked(database, query, job)[0][0] is not None)
        value = asked(database, query, job)[0][0]
    assert (value["done"], value["total"], value["step"]) == (1, 2, "dozing")


def test_an_unknown_job_is_dead_with_the_reason_and_the_others_go_on(
    database: Database,
) -> None:
    (unknown,) = put(database, "fly")
    (known,) = put(database, "effect")
    with worker(database):
        wait_until(lambda: stands(database, known) == "completed")
        wait_until(lambda: stands(database, unknown) == "dead")
    value = asked(database, "select error from job_queue where id = %s", unknown)[0][0]
    assert "'fly'" in value
    assert "open_period" in value


def test_J1_a_failure_waits_and_is_tried_again_with_its_reason_kept(database: Database) -> None:
    (ours,) = put(database, "break", arguments={"as": "bug"}, max_attempts=1)
    (theirs,) = put(database, "break")
    query = "select error, attempts, scheduled_at > now() from job_queue where id = %s"
    with worker(database):
        wait_until(lambda: asked(database, query, theirs)[0][0] is not None)
        wait_until(lambda: stands(database, ours) == "dead")
    assert asked(database, query, theirs) == [("The moon does not answer.", 1, True)]
    (result, *_), *_ = asked(database, query, ours)
    assert result.startswith("ZeroDivisionError")
    assert "+63" not in result


@pytest.fixture(autouse=True)
def without_schedules(request: pytest.FixtureRequest) -> None:
    """Let nothing be due but what a test puts down."""
    if "database" in request.fixturenames:
        database = request.getfixturevalue("database")
        with psycopg.connect(database.superuser_url) as connection:
            connection.execute("update scheduled_jobs set is_active = false")
