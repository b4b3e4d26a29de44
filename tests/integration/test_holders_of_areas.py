"""What a change of an area costs, however many people hold it."""

from __future__ import annotations

from tempfile import TemporaryFile
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from clientupdater.adapters.postgres.core.unit_of_work import PostgresUnitsOfWork
from clientupdater.domain.access import Actor
from clientupdater.domain.callers import Caller
from clientupdater.usecases.organisation.areas import Areas
from tests.support.pools import pool_on
from tests.support.round_trips import RoundTrips
from tests.support.staff_fixture import Staff, staffed

if TYPE_CHECKING:
    from tests.support.servers import Database


def test_L1_a_change_of_an_area_takes_as_many_statements_for_one_holder_as_for_many(
    database: Database,
) -> None:
    with (
        staffed(database, ZoneInfo("Asia/Manila")) as staff,
        TemporaryFile() as trace,
        pool_on(
            database.worker_url,
            configure=(trips := RoundTrips(trace)).watch,
            kwargs={"autocommit": True, "prepare_threshold": None},
        ) as pool,
    ):
        areas = Areas(PostgresUnitsOfWork(pool), staff.clock)
        boss = Caller(Actor(staff.hire("areas:read all", "areas:manage all", "users:manage all")))
        taken_by(staff, trips, areas, boss, holders=1)
        one = taken_by(staff, trips, areas, boss, holders=1)
        assert taken_by(staff, trips, areas, boss, holders=20) == one
        audited = "select count(*) from authorization_audit where resource = 'area'"
        assert staff.one(audited) == 3 * (1 + 1 + 20)


def taken_by(staff: Staff, trips: RoundTrips, areas: Areas, boss: Caller, holders: int) -> int:
    """Count what is sent to place a branch in an area, to take it out, and to delete the area."""
    branch, area = staff.branch(), staff.area()
    for _ in range(holders):
        staff.run("insert into user_areas (user_id, area_id) values (%s, %s)", staff.hire(), area)
    with trips.counted() as counts:
        areas.place_branch(boss, area, branch)
        areas.remove_branch(boss, area, branch)
        areas.delete(boss, area, None)
    return counts[0]
