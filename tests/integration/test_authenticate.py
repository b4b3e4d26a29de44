"""Who is calling: every look-up asks the database, and knows the rights of this moment."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from clientupdater.domain.access import Grant
from clientupdater.domain.callers import Origin
from clientupdater.domain.errors import PasswordChangeRequired, Unauthenticated
from clientupdater.domain.people import Act
from clientupdater.domain.permissions import Permission, Scope
from clientupdater.domain.sessions import SessionKind
from tests.support.staff_fixture import NOW, Staff, ids, staffed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.support.servers import Database

HERE = Origin(interface="test")


@pytest.fixture
def staff(database: Database) -> Iterator[Staff]:
    with staffed(database, ZoneInfo("Asia/Manila")) as opened:
        yield opened


def test_A7_a_look_up_carries_the_person_the_grants_and_the_live_territory(staff: Staff) -> None:
    ana = staff.hire("clients:read area FCASH", "users:manage all", first_name="Ana")
    here, there, gone = staff.branch(ana), staff.branch(), staff.branch(ana)
    area, lost = staff.area(there, gone, given_to=ana), staff.area(here, given_to=ana)
    staff.run("update branches set deleted_at = now() where id = %s", gone)
    staff.run("update areas set deleted_at = now() where id = %s", lost)
    result = staff.app.people.authenticate(staff.session(ana), HERE)
    assert (result.person.id, result.person.first_name) == (ana, "Ana")
    assert result.caller.origin is HERE
    assert result.caller.actor.grants == {
        Grant(Permission.CLIENTS_READ, staff.company(), Scope.AREA),
        Grant(Permission.USERS_MANAGE, None, Scope.ALL),
    }
    territory = result.caller.actor.territory
    assert (territory.branches, territory.areas) == (ids(here), ids(area))
    assert territory.area_branches == ids(there)


def test_A7_a_right_that_was_taken_is_gone_from_the_next_look_up_on(staff: Staff) -> None:
    ana = staff.hire("clients:read all")
    token = staff.session(ana)
    assert staff.app.people.authenticate(token, HERE).caller.actor.grants
    staff.run("delete from user_permissions where user_id = %s", ana)
    assert not staff.app.people.authenticate(token, HERE).caller.actor.grants


def test_A7_places_that_were_deleted_or_moved_are_gone_from_the_next_look_up_on(
    staff: Staff,
) -> None:
    ana = staff.hire("clients:read area")
    token, own, within, moved = (
        staff.session(ana),
        staff.branch(ana),
        staff.branch(),
        staff.branch(),
    )
    area = staff.area(within, moved, given_to=ana)
    before = staff.app.people.authenticate(token, HERE).caller.actor.territory
    assert (before.branches, before.area_branches) == (ids(own), ids(within, moved))
    staff.run("update branches set deleted_at = now() where id = any(%s)", [own, within])
    staff.run("delete from area_branches where branch_id = %s", moved)
    after = staff.app.people.authenticate(token, HERE).caller.actor.territory
    assert (after.branches, after.areas, after.area_branches) == (ids(), ids(area), ids())
    staff.run("update areas set deleted_at = now() where id = %s", area)
    assert staff.app.people.authenticate(token, HERE).caller.actor.territory.areas == ids()


def test_a_permission_that_is_added_counts_for_those_who_have_it(staff: Staff) -> None:
    ana = staff.hire("clients:read all", "status:read all")
    token = staff.session(ana)
    renamed = "update permissions set (code, resource, action) = (%s, %s, %s) where code = %s"
    staff.run(renamed, "a:b", "a", "b", "status:read")
    assert len(staff.app.people.authenticate(token, HERE).caller.actor.grants) == 1
    staff.run(renamed, "status:read", "status", "read", "a:b")
    assert len(staff.app.people.authenticate(token, HERE).caller.actor.grants) == 2


def test_a_permission_that_only_newer_code_knows_is_passed_over(staff: Staff) -> None:
    staff.run("insert into permissions (code, resource, action) values ('a:b', 'a', 'b')")
    ana = staff.hire("a:b all")
    assert not staff.app.people.authenticate(staff.session(ana), HERE).caller.actor.grants


@pytest.mark.parametrize("change", ["is_active = false", "deleted_at = now()"])
def test_A8_an_inactive_or_deleted_user_is_refused_at_once(staff: Staff, change: str) -> None:
    ana = staff.hire()
    token = staff.session(ana)
    staff.app.people.authenticate(token, HERE)
    staff.run(f"update users set {change} where id = %s", ana)
    with pytest.raises(Unauthenticated):
        staff.app.people.authenticate(token, HERE)


def test_U2_unknown_revoked_and_expired_sessions_are_refused(staff: Staff) -> None:
    ana = staff.hire()
    revoked = staff.session(ana, revoked_at=NOW)
    with pytest.raises(Unauthenticated):
        staff.app.people.authenticate("no such token", HERE)
    with pytest.raises(Unauthenticated):
        staff.app.people.authenticate(revoked, HERE)
    with pytest.raises(Unauthenticated):
        staff.app.people.authenticate(
            staff.session(ana, created_at=NOW - timedelta(1), expires_at=NOW), HERE
        )


def test_U2_a_session_in_use_goes_on_and_one_left_alone_ends(staff: Staff) -> None:
    token = staff.session(staff.hire())
    for _ in range(3):
        staff.clock.forward(hours=11)
        staff.app.people.authenticate(token, HERE)
    staff.clock.forward(hours=12)
    with pytest.raises(Unauthenticated):
        staff.app.people.authenticate(token, HERE)


def test_U5_a_services_session_knows_no_idle_limit(staff: Staff) -> None:
    token = staff.session(staff.hire(), kind="service", expires_at=NOW + timedelta(300))
    staff.clock.forward(days=299)
    assert staff.app.people.authenticate(token, HERE).session.session.kind is SessionKind.SERVICE


def test_U2_the_last_use_is_noted_once_a_minute_at_most(staff: Staff) -> None:
    token = staff.session(staff.hire())
    seen = "select last_seen_at from user_sessions"
    staff.clock.forward(seconds=59)
    staff.app.people.authenticate(token, HERE)
    assert staff.one(seen) == NOW
    staff.clock.forward(seconds=1)
    staff.app.people.authenticate(token, HERE)
    assert staff.one(seen) == NOW + timedelta(minutes=1)


def test_U4_until_the_password_is_changed_a_session_may_do_that_and_sign_out(staff: Staff) -> None:
    token = staff.session(staff.hire(must_change_password=True))
    with pytest.raises(PasswordChangeRequired):
        staff.app.people.authenticate(token, HERE)
    for act in (Act.CHANGE_PASSWORD, Act.SIGN_OUT):
        assert staff.app.people.authenticate(token, HERE, act).must_change_password


def test_U3_a_lock_out_does_not_end_open_sessions(staff: Staff) -> None:
    ana = staff.hire(failed_login_count=5, locked_until=NOW + timedelta(minutes=15))
    assert staff.app.people.authenticate(staff.session(ana), HERE).person.id == ana
