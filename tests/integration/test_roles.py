"""Roles over the database: given, taken and changed for everyone, and no way around the grants."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from clientupdater.domain.access import Actor
from clientupdater.domain.callers import Caller, Origin
from clientupdater.domain.errors import (
    AlreadyExists,
    Error,
    Forbidden,
    InvalidInput,
    LastAdministrator,
    NotFound,
    PrivilegeExceeded,
    RoleNotDeletable,
    VersionConflict,
)
from clientupdater.domain.permissions import Permission, Scope
from clientupdater.usecases.access.giving_roles import NewRole
from clientupdater.usecases.access.roles import RoleChanges
from clientupdater.usecases.people.users import NewUser
from tests.support.staff_fixture import Staff, staffed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from clientupdater.domain.ids import PersonId
    from tests.support.servers import Database

HERE = Origin(interface="test")
ALL = tuple(f"{each} all" for each in Permission)
READ, MANAGE = Permission.CLIENTS_READ, Permission.USERS_MANAGE
TELEMARKETER = {
    "clients:read": "branch",
    "clients:update": "branch",
    "reports:read": "branch",
    "status:history:read": "branch",
    "status:read": "branch",
    "status:update": "branch",
}


@pytest.fixture
def staff(database: Database) -> Iterator[Staff]:
    with staffed(database, ZoneInfo("Asia/Manila")) as opened:
        yield opened


@pytest.fixture
def boss(staff: Staff) -> Caller:
    return as_one(staff.hire(*ALL))


def as_one(person: PersonId) -> Caller:
    return Caller(Actor(person), HERE)


def grants(staff: Staff, person: PersonId) -> dict[str, str]:
    """Give the scopes of a person's grants over every company."""
    result = staff.one(
        "select coalesce(jsonb_object_agg(p.code, g.scope), '{}') from user_permissions g"
        " join permissions p on p.id = g.permission_id"
        " where g.user_id = %s and g.company_id is null",
        person,
    )
    assert isinstance(result, dict)
    return result


def test_a_role_that_is_given_shows_as_grants_and_as_a_role(staff: Staff, boss: Caller) -> None:
    ana = staff.hire()
    staff.app.access.giving_roles.give(boss, ana, "telemarketer", None)
    assert grants(staff, ana) == TELEMARKETER
    (given,) = staff.app.access.giving_roles.of_person(boss, ana)
    assert (given.role.role, given.role.company, given.name) == (
        "telemarketer",
        None,
        "Telemarketer",
    )
    audit = "select new_values from authorization_audit where resource = 'role'"
    assert staff.one(audit) == TELEMARKETER
    assert staff.one("select count(*) from activity_logs where action = 'role.give'") == 1
    assert staff.app.access.giving_roles.give(boss, ana, "telemarketer", None) == ()
    assert staff.one("select count(*) from activity_logs where action = 'role.give'") == 1


def test_a_role_over_one_company_gives_nothing_in_the_other(staff: Staff, boss: Caller) -> None:
    ana = staff.hire()
    staff.app.access.giving_roles.give(boss, ana, "telemarketer", "FCASH")
    held = [each.grant for each in staff.app.people.users.show(boss, ana).grants]
    assert {each.company for each in held} == {staff.company()}
    assert len(held) == 6


def test_a_role_that_is_taken_leaves_direct_grants_and_those_of_other_roles(
    staff: Staff, boss: Caller
) -> None:
    ana = staff.hire("clients:read self", "audit:read all")
    give, take = staff.app.access.giving_roles.give, staff.app.access.giving_roles.take
    give(boss, ana, "telemarketer", None)
    give(boss, ana, "area_manager", None)
    assert grants(staff, ana)["clients:read"] == "area"
    take(boss, ana, "area_manager", None)
    assert grants(staff, ana) == {**TELEMARKETER, "audit:read": "all"}
    take(boss, ana, "telemarketer", None)
    assert grants(staff, ana) == {"clients:read": "self", "audit:read": "all"}
    assert take(boss, ana, "telemarketer", None) == ()


def test_a_grant_given_directly_after_a_role_stays_when_the_role_is_taken(
    staff: Staff, boss: Caller
) -> None:
    ana = staff.hire()
    staff.app.access.giving_roles.give(boss, ana, "telemarketer", None)
    staff.app.access.grants.grant(boss, ana, READ, None, Scope.BRANCH)
    staff.app.access.grants.revoke(boss, ana, Permission.REPORTS_READ, None)
    staff.app.access.giving_roles.take(boss, ana, "telemarketer", None)
    assert grants(staff, ana) == {"clients:read": "branch"}


def test_a_role_given_again_brings_back_what_was_revoked(staff: Staff, boss: Caller) -> None:
    ana = staff.hire()
    staff.app.access.giving_roles.give(boss, ana, "telemarketer", None)
    staff.app.access.grants.revoke(boss, ana, READ, None)
    (lacking,) = staff.app.access.giving_roles.lacking(boss, ana, "telemarketer", None)
    assert (lacking.permission, lacking.before, lacking.scope_after) == (READ, None, Scope.BRANCH)
    (change,) = staff.app.access.giving_roles.give(boss, ana, "telemarketer", None)
    assert change.permission is READ
    assert grants(staff, ana) == TELEMARKETER


def test_A6_a_role_is_given_whole_or_not_at_all(staff: Staff) -> None:
    head = as_one(staff.hire("users:manage all", "users:read all", "clients:read all"))
    ana = staff.hire()
    with pytest.raises(PrivilegeExceeded, match="status:update at branch"):
        staff.app.access.giving_roles.give(head, ana, "telemarketer", None)
    assert grants(staff, ana) == {}
    assert staff.app.access.giving_roles.of_person(head, ana) == []
    assert staff.one("select count(*) from activity_logs where action = 'rights.refuse'") == 1


def test_A6_no_one_gives_or_takes_their_own_role(staff: Staff, boss: Caller) -> None:
    staff.app.access.giving_roles.give(boss, staff.hire(), "operator", None)
    for act in (staff.app.access.giving_roles.give, staff.app.access.giving_roles.take):
        other = as_one(staff.hire(*ALL))
        staff.app.access.giving_roles.give(boss, other.actor.id, "operator", None)
        with pytest.raises(PrivilegeExceeded, match="your own"):
            act(other, other.actor.id, "operator", None)


def test_a_new_user_has_their_roles_at_once_or_is_not_created(staff: Staff, boss: Caller) -> None:
    branch = staff.branch()
    new = NewUser(
        email="new@example.com", branches=[branch], roles=[NewRole("telemarketer", "FCASH")]
    )
    person = staff.app.people.users.create(boss, new).person
    assert len(staff.app.people.users.show(boss, person.id).grants) == 6
    for roles, pointer in (
        ([NewRole("telemarketer"), NewRole("cook")], "/roles/1"),
        ([NewRole("telemarketer", "NONE")], "/roles/0"),
    ):
        with pytest.raises(InvalidInput) as refused:
            staff.app.people.users.create(boss, NewUser(email="other@example.com", roles=roles))
        assert [each.pointer for each in refused.value.faults] == [pointer]
    small = as_one(staff.hire("users:manage all", "users:read all"))
    with pytest.raises(PrivilegeExceeded):
        staff.app.people.users.create(
            small, NewUser(email="other@example.com", roles=[NewRole("telemarketer")])
        )
    assert staff.one("select count(*) from users where email = 'other@example.com'") == 0


# --- roles themselves


def test_a_role_changes_for_everyone_who_has_it_as_one_act(staff: Staff, boss: Caller) -> None:
    ana, ben, other = staff.hire(), staff.hire("clients:reveal all"), staff.hire()
    for person in (ana, ben):
        staff.app.access.giving_roles.give(boss, person, "telemarketer", None)
    seen = staff.app.access.roles.show(boss, "telemarketer")
    assert seen.holders == 2
    scopes = {**seen.role.scopes, Permission.CLIENTS_REVEAL: Scope.BRANCH}
    del scopes[Permission.REPORTS_READ]
    changes = RoleChanges(scopes=scopes)
    change = staff.app.access.roles.change
    preview = change(boss, "telemarketer", changes, seen.role.version, preview=True)
    assert grants(staff, ana) == TELEMARKETER
    assert preview.people.keys() == {ana, ben}
    changed = change(boss, "telemarketer", changes, seen.role.version)
    assert changed.people == preview.people
    assert changed.shown.role.version == seen.role.version + 1
    assert grants(staff, ana)["clients:reveal"] == "branch"
    assert "reports:read" not in grants(staff, ana)
    assert grants(staff, ben)["clients:reveal"] == "all"
    assert grants(staff, other) == {}
    audits = "select count(*) from authorization_audit where decision = 'changed'"
    assert staff.one(audits) == 2
    kept = staff.one("select old_values -> 'grants' from config_audit_log")
    assert kept == TELEMARKETER
    with pytest.raises(VersionConflict):
        change(boss, "telemarketer", changes, seen.role.version)


def test_a_changed_role_keeps_grants_that_only_newer_code_knows(staff: Staff, boss: Caller) -> None:
    staff.app.access.roles.create(
        boss, "mine", RoleChanges(name="Mine", scopes={READ: Scope.BRANCH})
    )
    staff.run(
        "with p as (insert into permissions (code, resource, action)"
        " values ('future:read', 'future', 'read') returning id)"
        " insert into role_grants (role_id, permission_id, scope)"
        " select r.id, p.id, 'branch' from roles r, p where r.code = 'mine'"
    )
    staff.app.access.roles.change(boss, "mine", RoleChanges(name="Ours", scopes={}), None)
    kept = (
        "select jsonb_agg(p.code) from role_grants g join permissions p on p.id = g.permission_id"
        " where g.role_id = (select id from roles where code = 'mine')"
    )
    assert staff.one(kept) == ["future:read"]


def test_A6_a_role_that_someone_has_is_changed_only_by_one_who_could_change_their_grants(
    staff: Staff, boss: Caller
) -> None:
    ana = staff.hire()
    staff.app.access.giving_roles.give(boss, ana, "telemarketer", None)
    small = as_one(staff.hire("users:manage all", "users:read all", "reports:read all"))
    for scopes in ({}, {Permission.AUDIT_READ: Scope.ALL}):
        with pytest.raises(PrivilegeExceeded):
            staff.app.access.roles.change(small, "telemarketer", RoleChanges(scopes=scopes), None)
    assert grants(staff, ana) == TELEMARKETER


def test_A6_no_one_changes_a_role_that_they_have(staff: Staff, boss: Caller) -> None:
    other = staff.hire()
    staff.app.access.giving_roles.give(boss, other, "administrator", None)
    with pytest.raises(PrivilegeExceeded, match="your own"):
        staff.app.access.roles.change(
            as_one(other), "administrator", RoleChanges(scopes={MANAGE: Scope.ALL}), None
        )
    staff.app.access.roles.change(as_one(other), "administrator", RoleChanges(name="Chief"), None)


def test_a_role_of_ones_own_is_created_given_and_deleted_once_no_one_has_it(
    staff: Staff, boss: Caller
) -> None:
    roles, ana = staff.app.access.roles, staff.hire()
    changes = RoleChanges(name=" Field staff ", scopes={READ: Scope.SELF})
    made = roles.create(boss, "field_staff", changes)
    assert (made.role.name, made.role.version, made.role.is_system) == ("Field staff", 1, False)
    with pytest.raises(AlreadyExists):
        roles.create(boss, "field_staff", changes)
    staff.app.access.giving_roles.give(boss, ana, "field_staff", None)
    with pytest.raises(RoleNotDeletable, match="1 people"):
        roles.delete(boss, "field_staff", None)
    staff.app.access.giving_roles.take(boss, ana, "field_staff", None)
    with pytest.raises(VersionConflict):
        roles.delete(boss, "field_staff", 7)
    roles.delete(boss, "field_staff", 1)
    with pytest.raises(NotFound):
        roles.show(boss, "field_staff")
    with pytest.raises(RoleNotDeletable):
        roles.delete(boss, "operator", None)
    with pytest.raises(InvalidInput):
        roles.create(boss, "nameless", RoleChanges())
    acts = "select jsonb_agg(action order by changed_at) from config_audit_log"
    assert staff.one(acts) == ["create", "delete"]


def test_A6a_roles_are_read_with_users_read_and_changed_only_over_everyone(
    staff: Staff,
) -> None:
    reader = as_one(staff.hire("users:read self"))
    assert len(staff.app.access.roles.list(reader)) == 6
    for grant in ("users:manage branch", "users:manage all FCASH"):
        head = as_one(staff.hire("users:read branch", grant))
        with pytest.raises(Forbidden):
            staff.app.access.roles.create(head, "own", RoleChanges(name="Own"))
    stranger = as_one(staff.hire())
    with pytest.raises(Forbidden):
        staff.app.access.roles.list(stranger)


def test_the_documents_list_what_each_role_gives(staff: Staff, boss: Caller) -> None:
    text = (Path(__file__).parents[2] / "docs" / "roles.md").read_text(encoding="utf-8")
    head, _, *lines = [line.strip("|").split("|") for line in text.splitlines() if line[:1] == "|"]
    documented: dict[str, dict[str, str]] = {each.strip(): {} for each in head[1:]}
    for permission, *scopes in lines:
        for role, scope in zip(documented, scopes, strict=True):
            if scope.strip():
                documented[role][permission.strip()] = scope.strip()
    shown = {each.role.code: each.role.scopes for each in staff.app.access.roles.list(boss)}
    assert documented == shown


# --- an administrator is always left


def at_once(*acts: Callable[[], object]) -> list[type[Error] | None]:
    """Run acts at the same moment; give the error of each."""
    ready = Barrier(len(acts))

    def run(act: Callable[[], object]) -> type[Error] | None:
        ready.wait()
        try:
            act()
        except Error as error:
            return type(error)
        return None

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def administrators(staff: Staff) -> int:
    count: int = staff.one(
        "select count(*) from user_permissions g join permissions p on p.id = g.permission_id"
        " join users u on u.id = g.user_id and u.is_active and u.deleted_at is null"
        " where p.code = 'users:manage' and g.scope = 'all' and g.company_id is null"
    )
    return count


def two_administrators(staff: Staff) -> tuple[Caller, Caller]:
    """Make two, both by the role, and no third."""
    maker = as_one(staff.hire(*ALL))
    two = staff.hire(), staff.hire()
    for each in two:
        staff.app.access.giving_roles.give(maker, each, "administrator", None)
    staff.run("update users set is_active = false where id = %s", maker.actor.id)
    return as_one(two[0]), as_one(two[1])


def test_A6_two_administrators_who_take_each_others_role_at_once_leave_one(staff: Staff) -> None:
    one, two = two_administrators(staff)
    take = staff.app.access.giving_roles.take
    errors = at_once(
        lambda: take(one, two.actor.id, "administrator", None),
        lambda: take(two, one.actor.id, "administrator", None),
    )
    assert errors.count(None) == 1
    assert administrators(staff) == 1


def test_A6_two_who_leave_at_once_by_different_ways_leave_one(staff: Staff) -> None:
    one, two = two_administrators(staff)
    errors = at_once(
        lambda: staff.app.people.users.delete(one, one.actor.id, None),
        lambda: staff.app.access.giving_roles.take(one, two.actor.id, "administrator", None),
        lambda: staff.app.people.users.lock(two, two.actor.id),
    )
    assert errors.count(None) >= 1
    assert administrators(staff) >= 1
    free = "select count(*) from users where is_active and deleted_at is null"
    assert staff.one(f"{free} and locked_until is null") >= 1


def test_A6_a_role_is_not_taken_from_the_last_administrator(staff: Staff, boss: Caller) -> None:
    """An administrator who is locked for good has open sessions, but does not count."""
    other = staff.hire()
    staff.app.access.giving_roles.give(boss, other, "administrator", None)
    staff.run("update users set locked_until = '9999-01-01' where id = %s", boss.actor.id)
    with pytest.raises(LastAdministrator):
        staff.app.access.giving_roles.take(boss, other, "administrator", None)
    assert grants(staff, other)["users:manage"] == "all"


def test_A6_a_role_is_not_lowered_past_the_last_administrator(staff: Staff) -> None:
    one, _ = two_administrators(staff)
    lowered = RoleChanges(scopes={each: Scope.ALL for each in Permission if each is not MANAGE})
    direct = as_one(staff.hire(*ALL))
    staff.run("update users set locked_until = '9999-01-01' where id = %s", direct.actor.id)
    with pytest.raises(LastAdministrator):
        staff.app.access.roles.change(direct, "administrator", lowered, None)
    staff.run("update users set locked_until = null where id = %s", direct.actor.id)
    errors = at_once(
        lambda: staff.app.access.roles.change(direct, "administrator", lowered, None),
        lambda: staff.app.people.users.lock(one, direct.actor.id),
    )
    assert errors.count(None) == 1
    assert administrators(staff) >= 1


def test_A6_a_role_changed_while_it_is_given_reaches_the_new_holder(
    staff: Staff, boss: Caller
) -> None:
    ana = staff.hire()
    scopes = {READ: Scope.SELF}
    errors = at_once(
        lambda: staff.app.access.giving_roles.give(boss, ana, "telemarketer", None),
        lambda: staff.app.access.roles.change(
            boss, "telemarketer", RoleChanges(scopes=scopes), None
        ),
    )
    assert errors == [None, None]
    assert grants(staff, ana) == {"clients:read": "self"}
