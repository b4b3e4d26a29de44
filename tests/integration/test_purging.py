"""What is kept for a while goes when it is old, in small batches that leave a record (J5)."""

from __future__ import annotations

from contextlib import nullcontext
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest
from attrs import define, evolve, field

from clientupdater.domain.jobs import JobStatus
from clientupdater.ports.job_run import Interrupted
from clientupdater.ports.queue import Job, Progress
from clientupdater.usecases.jobs.retention import PurgeOld
from tests.support.builders import MANILA
from tests.support.staff_fixture import NOW, Staff, staffed

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    from tests.support.servers import Database

JOB = Job(
    id=1,  # type: ignore[arg-type]
    name="retention",
    queue="default",
    status=JobStatus.PROCESSING,
    arguments={},
    trace={},
    key=None,
    priority=0,
    attempts=1,
    max_attempts=3,
    company=None,
    requested_by=None,
    scheduled_at=NOW,
    created_at=NOW,
)
PUT = {
    "activity_logs": "insert into activity_logs (action, created_at) values ('look', %s)",
    "job_queue": """
        insert into job_queue (job_name, status, completed_at) values ('nap', 'completed', %s)
    """,
    "dead jobs": """
        insert into job_queue (job_name, status, completed_at) values ('fly', 'dead', %s)
    """,
    "sync_jobs": "insert into sync_jobs (type, created_at) values ('csv', %s)",
    "user_sessions": """
        insert into user_sessions (user_id, session_token, created_at, expires_at)
        select id, gen_random_uuid(), ends - interval '7 days', ends
          from users, (select %s::timestamptz ends) given limit 1
    """,
    "idempotency_keys": """
        insert into idempotency_keys
            (actor_id, key, request_hash, status_code, response, created_at, expires_at)
        select id, gen_random_uuid(), '', 201, '', timestamptz '2020-01-01', %s from users limit 1
    """,
}


@define
class Alone:
    """A job that the test alone does."""

    job: Job = JOB
    reports: list[Progress] = field(factory=list)
    patience: int = 10**6

    def report(self, progress: Progress) -> None:
        self.reports.append(progress)
        if len(self.reports) > self.patience:
            raise Interrupted

    def finishing(self) -> AbstractContextManager[None]:
        return nullcontext()


@pytest.fixture
def staff(database: Database) -> Iterator[Staff]:
    with staffed(database, MANILA) as result:
        result.hire()
        yield result


def put(staff: Staff, what: str, *ages_in_days: float) -> None:
    for age in ages_in_days:
        staff.run(PUT[what], NOW - timedelta(days=age))


def left(staff: Staff, table: str) -> int:
    return int(staff.one(f"select count(*) from {table}"))


def purge_of(staff: Staff, batch: int = 1000) -> PurgeOld:
    return evolve(staff.app.jobs.administration.purge_old, batch=batch)


@pytest.mark.rule("J5")
def test_J5_rows_older_than_their_retention_are_purged_and_the_rest_stays(staff: Staff) -> None:
    put(staff, "activity_logs", 89, 91, 400)
    put(staff, "job_queue", 6, 8)
    put(staff, "dead jobs", 800)
    purge_of(staff).as_retention(Alone())
    assert left(staff, "activity_logs") == 1
    assert left(staff, "job_queue where status = 'completed'") == 1
    assert left(staff, "job_queue where status = 'dead'") == 1, "somebody has to look at it"


@pytest.mark.rule("J5")
def test_J5_each_batch_leaves_a_record_of_what_it_removed(staff: Staff) -> None:
    put(staff, "activity_logs", *range(91, 101))
    purge_of(staff, batch=4).as_retention(Alone())
    assert left(staff, "activity_logs") == 0
    message = (
        "select array_agg(rows_removed order by rows_removed) from purge_log where subject = %s"
    )
    assert staff.one(message, "activity_logs") == [2, 4, 4]
    assert staff.one("select min(older_than) from purge_log") == NOW - timedelta(days=90)


@pytest.mark.rule("J5")
def test_J5_cut_off_between_batches_it_has_removed_what_its_records_say(staff: Staff) -> None:
    put(staff, "activity_logs", *range(91, 101))
    with pytest.raises(Interrupted):
        purge_of(staff, batch=4).as_retention(Alone(patience=1))
    assert left(staff, "activity_logs") == 6
    assert staff.one("select sum(rows_removed) from purge_log") == 4
    purge_of(staff, batch=4).as_retention(Alone())
    assert left(staff, "activity_logs") == 0


@pytest.mark.rule("J5")
def test_J5_the_history_of_clients_and_rights_is_never_purged(staff: Staff) -> None:
    staff.run(
        "insert into authorization_audit (decision, decided_at)"
        " values ('refused', timestamptz '2001-01-01')"
    )
    purge_of(staff).as_retention(Alone())
    purge_of(staff).as_expiry(Alone())
    assert left(staff, "authorization_audit") == 1


def test_sessions_and_kept_answers_go_once_they_have_ended(staff: Staff) -> None:
    for what in ("user_sessions", "idempotency_keys"):
        put(staff, what, 1, -1)
    purge_of(staff).as_expiry(Alone())
    assert (left(staff, "user_sessions"), left(staff, "idempotency_keys")) == (1, 1)
