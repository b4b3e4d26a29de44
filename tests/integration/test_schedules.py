"""What is due by schedule is put down once, however many look (J3)."""

from __future__ import annotations

import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import psycopg
import pytest
from attrs import frozen

from clientupdater.adapters.local.timetable import cron_times
from clientupdater.adapters.postgres.core.pool import PoolSize, open_pool
from clientupdater.adapters.postgres.core.unit_of_work import PostgresUnitsOfWork
from clientupdater.domain.errors import InvalidInput
from clientupdater.ports.job_run import Task
from clientupdater.usecases.jobs.schedules import ScheduleAdministration
from tests.support.builders import MANILA
from tests.support.staff_fixture import HandClock

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.servers import Database

NEW_YORK = ZoneInfo("America/New_York")
MARCH = datetime(2027, 3, 1, tzinfo=NEW_YORK)
TASKS = {"ring": Task(lambda _: None, queue="bells")}
ADD = """
insert into scheduled_jobs (name, cron_expression, function_name, payload, time_zone)
values (%s, %s, %s, '{"loud": true}', %s)
"""


@frozen
class Scheduling:
    """A database with schedules, and a clock that the test sets."""

    database: Database
    work: PostgresUnitsOfWork
    clock: HandClock

    def add(self, name: str, cron: str, function: str = "ring", zone: str | None = None) -> None:
        """Put a schedule in, as the seed would."""
        with psycopg.connect(self.database.superuser_url) as connection:
            connection.execute(ADD, (name, cron, function, zone))

    def scheduler(self) -> ScheduleAdministration:
        """Give one of those that look."""
        return ScheduleAdministration(self.work, self.clock, MANILA, cron_times, TASKS)

    def rung(self) -> list[tuple[str, str, datetime]]:
        """Tell what was put down, and let it wait no longer."""
        query = "update job_queue set status = 'completed', completed_at = now() where status = "
        query += "'pending' returning unique_key, queue_name, created_at"
        with psycopg.connect(self.database.superuser_url) as connection:
            return connection.execute(query.encode()).fetchall()


@pytest.fixture
def scheduling(database: Database) -> Iterator[Scheduling]:
    with psycopg.connect(database.superuser_url) as connection:
        connection.execute("delete from scheduled_jobs")
    clock = HandClock(MARCH.astimezone(UTC))
    with open_pool(database.worker_url, PoolSize(1, 4, 5)) as pool:
        yield Scheduling(database, PostgresUnitsOfWork(pool), clock)


@pytest.mark.rule("J3")
def test_J3_two_schedulers_over_a_month_fire_once_for_each_due_time(scheduling: Scheduling) -> None:
    scheduling.add("nightly", "30 2 * * *", zone="America/New_York")
    scheduling.add("every six hours", "0 */6 * * *")
    counter: Counter[tuple[str, datetime]] = Counter()
    both = [scheduling.scheduler(), scheduling.scheduler()]
    wanted = sorted([*_nightly(), *_six_hourly()], key=lambda each: each[1])
    for name, due in wanted:
        for moment in (due - timedelta(seconds=1), due):
            scheduling.clock.moment = moment
            _at_once(both)
            for key, queue, _ in scheduling.rung():
                assert queue == "bells"
                counter[key.removeprefix("schedule:"), moment] += 1
        assert counter[name, due] == 1
    assert counter == Counter(wanted)


def _nightly() -> list[tuple[str, datetime]]:
    """Half past two does not exist on the 14th: it comes right after the gap."""
    days = [MARCH.replace(day=day, hour=2, minute=30) for day in range(1, 32)]
    days[13] = MARCH.replace(day=14, hour=3, minute=0)
    return [("nightly", day.astimezone(UTC)) for day in days]


def _six_hourly() -> list[tuple[str, datetime]]:
    first = datetime(2027, 3, 1, 18, tzinfo=MANILA)
    moments = (first + n * timedelta(hours=6) for n in range(31 * 4 - 3))
    return [("every six hours", moment.astimezone(UTC)) for moment in moments]


def _at_once(schedulers: list[ScheduleAdministration]) -> None:
    threads = [threading.Thread(target=each.fire_due) for each in schedulers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.rule("J3")
def test_J3_missed_times_are_made_up_for_once(scheduling: Scheduling) -> None:
    scheduling.add("nightly", "0 2 * * *")
    fire = scheduling.scheduler()
    assert fire.fire_due().schedules == []
    scheduling.clock.moment += timedelta(days=5)
    assert fire.fire_due().schedules == ["nightly"]
    assert fire.fire_due().schedules == []
    assert len(scheduling.rung()) == 1


def test_while_its_job_waits_a_schedule_puts_down_no_other(scheduling: Scheduling) -> None:
    scheduling.add("nightly", "0 2 * * *")
    fire = scheduling.scheduler()
    for _ in range(4):
        fire.fire_due()
        scheduling.clock.moment += timedelta(days=1)
    assert len(scheduling.rung()) == 1


def test_a_schedule_with_an_unknown_job_does_not_fire(scheduling: Scheduling) -> None:
    scheduling.add("flights", "* * * * *", function="fly")
    fire = scheduling.scheduler()
    fire.fire_due()
    scheduling.clock.moment += timedelta(days=1)
    assert fire.fire_due().schedules == []
    assert scheduling.rung() == []


def test_a_schedule_whose_time_cannot_be_read_keeps_no_other_from_firing(
    scheduling: Scheduling,
) -> None:
    scheduling.add("broken", "0 25 * * *")
    scheduling.add("nightly", "0 2 * * *")
    fire = scheduling.scheduler()
    assert fire.fire_due().unreadable == ["broken"]
    scheduling.clock.moment += timedelta(days=1)
    result = fire.fire_due()
    assert (result.schedules, result.unreadable) == (["nightly"], ["broken"])


def test_one_that_is_switched_off_does_not_fire(scheduling: Scheduling) -> None:
    scheduling.add("nightly", "0 2 * * *")
    with psycopg.connect(scheduling.database.superuser_url) as connection:
        connection.execute("update scheduled_jobs set is_active = false")
    fire = scheduling.scheduler()
    fire.fire_due()
    scheduling.clock.moment += timedelta(days=1)
    assert fire.fire_due().schedules == []


@pytest.mark.parametrize(
    "expression", ["0 2 * *", "0 2 * * * *", "@daily", "0 25 * * *", "0 2 31 2 *", "soon"]
)
def test_only_five_fields_that_name_a_time_are_read(expression: str) -> None:
    with pytest.raises(InvalidInput):
        cron_times(expression, MANILA)(MARCH)
