"""Deactivating a user: which clients fall back to the queue, and that someone is always left."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from clientupdater.domain.access import Actor
from clientupdater.domain.callers import Caller, Origin
from clientupdater.domain.errors import (
    Error,
    LastAdministrator,
    NotFound,
    PrivilegeExceeded,
    VersionConflict,
)
from clientupdater.domain.permissions import Permission
from clientupdater.usecases.people.users import UserChanges
from tests.support.staff_fixture import Staff, staffed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from clientupdater.domain.ids import BranchId, PersonId
    from tests.support.servers import Database

ADMINISTRATOR = ("users:manage all", "users:read all")


@pytest.fixture
def staff(database: Database) -> Iterator[Staff]:
    with staffed(database, ZoneInfo("Asia/Manila")) as opened:
        yield opened


def as_one(person: PersonId) -> Caller:
    return Caller(Actor(person), Origin(interface="test"))


def assigned(staff: Staff, officer: PersonId, branch: BranchId, *statuses: str) -> None:
    """Add a client with a period row for each status, assigned to an officer."""
    for status in statuses:
        client = staff.one(
            "insert into clients (client_code, company_id, full_name, branch_id)"
            " select 'C' || count(*), %s, 'Some Body', %s from clients returning id",
            staff.company(),
            branch,
        )
        staff.run(
            "insert into client_assignments (client_id, officer_id) values (%s, %s)",
            client,
            officer,
        )
        staff.run(
            "insert into client_period_status (client_id, company_id, branch_id, period_type,"
            " period_year, period_month, status_type_id) select %s, %s, %s, 'monthly', 2026, 11, id"
            " from status_types where code = %s",
            client,
            staff.company(),
            branch,
            status,
        )


def test_A3_a_deactivation_does_what_its_preview_showed(staff: Staff) -> None:
    boss, ana = as_one(staff.hire(*ADMINISTRATOR)), staff.hire()
    north, south = staff.branch(ana), staff.branch(ana)
    assigned(staff, ana, north, "PENDING", "CALLED", "DONE")
    assigned(staff, ana, south, "PENDING")
    seen = staff.app.people.deactivation.preview(boss, ana)
    assert seen.person.is_active
    assert [(each.branch, each.clients, each.open_rows) for each in seen.released] == [
        (north, 3, 2),
        (south, 1, 1),
    ]
    with pytest.raises(VersionConflict):
        staff.app.people.deactivation.deactivate(boss, ana, 9)
    assert staff.one("select count(*) from clients where assigned_to = %s", ana) == 4
    done = staff.app.people.deactivation.deactivate(boss, ana, seen.person.version)
    assert (done.person.is_active, done.released) == (False, seen.released)
    assert staff.one("select count(*) from clients where assigned_to is null") == 4
    details = "select details ->> 'clients_released' from activity_logs"
    assert staff.one(f"{details} where action = 'user.deactivate'") == "4"
    assert staff.app.people.deactivation.deactivate(boss, ana).released == ()


def test_A6_a_deactivation_and_its_preview_are_refused_alike(staff: Staff) -> None:
    boss = as_one(staff.hire(*ADMINISTRATOR))
    wider = staff.hire("audit:read all")
    head = as_one(staff.hire("users:manage branch", "users:read branch"))
    for act in (staff.app.people.deactivation.preview, staff.app.people.deactivation.deactivate):
        with pytest.raises(PrivilegeExceeded):
            act(boss, wider)
        with pytest.raises(NotFound):
            act(head, wider)
        with pytest.raises(LastAdministrator):
            act(boss, boss.actor.id)


def test_A6_a_locked_administrator_may_be_deactivated_beside_another(staff: Staff) -> None:
    boss, other = as_one(staff.hire(*ADMINISTRATOR)), staff.hire(*ADMINISTRATOR)
    staff.app.people.users.lock(boss, other)
    assert staff.app.people.deactivation.preview(boss, other).person.id == other
    assert not staff.app.people.deactivation.deactivate(boss, other).person.is_active


def ways_out(staff: Staff) -> list[Callable[[Caller, PersonId], object]]:
    """Every way in which an administrator can be lost."""
    return [
        staff.app.people.deactivation.deactivate,
        lambda caller, person: staff.app.people.users.delete(caller, person, None),
        staff.app.people.users.lock,
        lambda caller, person: staff.app.people.users.change(
            caller, person, UserChanges(is_active=False), None
        ),
        lambda caller, person: staff.app.access.grants.revoke(
            caller, person, Permission.USERS_MANAGE, None
        ),
    ]


FREE = """
select count(*) from users u
where u.is_active and u.deleted_at is null and u.locked_until is null
    and exists (
        select from user_permissions g join permissions p on p.id = g.permission_id
        where g.user_id = u.id and p.code = 'users:manage' and g.scope = 'all'
            and g.company_id is null
    )
"""


@pytest.mark.parametrize("mine", range(5))
def test_A6_two_administrators_who_leave_or_are_removed_at_once_leave_one(
    staff: Staff, mine: int
) -> None:
    one, two = (as_one(staff.hire(*ADMINISTRATOR)) for _ in range(2))
    ways = ways_out(staff)
    for theirs in range(5):
        ready = Barrier(2)

        def act(
            way: Callable[[Caller, PersonId], object],
            caller: Caller,
            person: PersonId,
            ready: Barrier = ready,
        ) -> bool:
            ready.wait()
            try:
                way(caller, person)
            except Error:
                return False
            return True

        with ThreadPoolExecutor(2) as pool:
            acts = (
                pool.submit(act, ways[mine], one, two.actor.id),
                pool.submit(act, ways[theirs], two, one.actor.id),
            )
            assert sum(each.result() for each in acts) >= 1
        assert staff.one(FREE) == 1
        one, two = (as_one(staff.hire(*ADMINISTRATOR)) for _ in range(2))
        staff.run(
            "update users set is_active = false where id <> all(%s)",
            [one.actor.id, two.actor.id],
        )


def test_A6_the_last_administrator_leaves_by_no_way(staff: Staff) -> None:
    boss = as_one(staff.hire(*ADMINISTRATOR))
    for way in ways_out(staff):
        with pytest.raises((LastAdministrator, PrivilegeExceeded)):
            way(boss, boss.actor.id)
    assert staff.one(FREE) == 1
