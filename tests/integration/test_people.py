"""User administration: no person gains rights by it, and an administrator always remains."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from clientupdater.domain.access import Actor, Grant
from clientupdater.domain.callers import Caller, Origin
from clientupdater.domain.errors import (
    AlreadyExists,
    Error,
    Forbidden,
    InvalidInput,
    LastAdministrator,
    NotFound,
    PrivilegeExceeded,
    Unauthenticated,
    VersionConflict,
)
from clientupdater.domain.permissions import Permission, Scope
from clientupdater.usecases.people.users import NewUser, UserChanges
from tests.support.staff_fixture import NOW, Staff, ids, staffed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from clientupdater.domain.ids import BranchId, PersonId
    from tests.support.servers import Database

HERE = Origin(interface="test")


@pytest.fixture
def staff(database: Database) -> Iterator[Staff]:
    with staffed(database, ZoneInfo("Asia/Manila")) as opened:
        yield opened


def as_one(person: PersonId) -> Caller:
    """Act as a person with the rights in the database."""
    return Caller(Actor(person), HERE)


@pytest.fixture
def boss(staff: Staff) -> Caller:
    """Give the one who looks after everybody, and holds two permissions more."""
    return as_one(staff.hire("users:manage all", "users:read all", "clients:read area FCASH"))


def audits(staff: Staff, person: PersonId) -> list[str]:
    result = staff.one(
        "select coalesce(jsonb_agg(decision || ' ' || resource order by decided_at), '[]')"
        " from authorization_audit where subject_user_id = %s",
        person,
    )
    assert isinstance(result, list)
    return result


# --- grants


def test_A6_callers_give_only_permissions_that_they_hold(staff: Staff, boss: Caller) -> None:
    ana, fcash = staff.hire(), staff.company()
    give = staff.app.access.grants.grant
    give(boss, ana, Permission.CLIENTS_READ, "FCASH", Scope.BRANCH)
    for permission, company, scope in (
        (Permission.CLIENTS_READ, "FCASH", Scope.ALL),
        (Permission.CLIENTS_READ, "PCNI", Scope.SELF),
        (Permission.CLIENTS_READ, None, Scope.SELF),
        (Permission.AUDIT_READ, "FCASH", Scope.SELF),
    ):
        with pytest.raises(PrivilegeExceeded):
            give(boss, ana, permission, company, scope)
    shown = staff.app.people.users.show(boss, ana)
    assert [each.grant for each in shown.grants] == [
        Grant(Permission.CLIENTS_READ, fcash, Scope.BRANCH)
    ]
    assert shown.grants[0].granted_at == NOW
    assert audits(staff, ana) == ["granted grant"]
    assert staff.one("select count(*) from activity_logs where action = 'rights.refuse'") == 4


def test_A6_callers_cannot_change_their_own_grants(staff: Staff, boss: Caller) -> None:
    with pytest.raises(PrivilegeExceeded):
        staff.app.access.grants.grant(
            boss, boss.actor.id, Permission.CLIENTS_READ, "FCASH", Scope.SELF
        )
    with pytest.raises(PrivilegeExceeded):
        staff.app.access.grants.revoke(boss, boss.actor.id, Permission.CLIENTS_READ, "FCASH")


def test_A7_a_grant_and_its_revocation_work_from_the_next_look_up_on(
    staff: Staff, boss: Caller
) -> None:
    ana = staff.hire()
    token = staff.session(ana)
    staff.app.access.grants.grant(boss, ana, Permission.USERS_READ, None, Scope.SELF)
    staff.app.access.grants.grant(boss, ana, Permission.USERS_READ, None, Scope.ALL)
    now = staff.app.people.authenticate(token, HERE).caller.actor
    assert now.grants == {Grant(Permission.USERS_READ, None, Scope.ALL)}
    staff.app.access.grants.revoke(boss, ana, Permission.USERS_READ, None)
    staff.app.access.grants.revoke(boss, ana, Permission.USERS_READ, None)
    assert not staff.app.people.authenticate(token, HERE).caller.actor.grants
    assert audits(staff, ana) == ["granted grant", "changed grant", "revoked grant"]


def test_A7_a_revoked_right_is_gone_even_from_a_call_that_has_begun(
    staff: Staff, boss: Caller
) -> None:
    ana = staff.hire()
    staff.run("delete from user_permissions where user_id = %s", boss.actor.id)
    with pytest.raises(NotFound):
        staff.app.access.grants.grant(boss, ana, Permission.CLIENTS_READ, "FCASH", Scope.SELF)
    staff.run("update users set is_active = false where id = %s", boss.actor.id)
    with pytest.raises(Unauthenticated):
        staff.app.people.users.show(boss, ana)


# --- who is over whom


def test_A5_a_refusal_shows_only_what_the_caller_sees_and_is_audited_in_full(staff: Staff) -> None:
    clerk = as_one(staff.hire("users:read branch", "users:manage self"))
    branch = staff.branch(clerk.actor.id)
    seen, unseen = staff.hire(), staff.hire()
    staff.run("insert into user_branches values (%s, %s)", seen, branch)
    with pytest.raises(Forbidden, match="users:manage"):
        staff.app.people.users.lock(clerk, seen)
    with pytest.raises(NotFound):
        staff.app.people.users.lock(clerk, unseen)
    refused = "select jsonb_agg(missing) from authorization_audit where decision = 'refused'"
    assert len(staff.one(refused)) == 2
    listed = {each.id for each in staff.app.people.users.list(clerk)}
    assert listed == {clerk.actor.id, seen}


def test_A6a_a_list_shows_exactly_the_people_the_caller_may_see(staff: Staff) -> None:
    clerk = as_one(staff.hire("users:read area"))
    here = staff.branch(clerk.actor.id)
    there = staff.branch()
    staff.area(there, given_to=clerk.actor.id)
    elsewhere = staff.branch()
    for branches in ([], [here], [there], [here, there], [here, elsewhere], [elsewhere]):
        person = staff.hire()
        for branch in branches:
            staff.run("insert into user_branches values (%s, %s)", person, branch)
    everyone = staff.app.people.users.list(as_one(staff.hire("users:read all")))
    listed = {one.id for one in staff.app.people.users.list(clerk)}
    for each in everyone:
        try:
            staff.app.people.users.show(clerk, each.id)
        except NotFound:
            assert each.id not in listed
        else:
            assert each.id in listed
    assert len(listed) == 4


def test_a_list_goes_on_after_the_last_email_and_can_leave_out_the_inactive(
    staff: Staff, boss: Caller
) -> None:
    for number in range(3):
        staff.hire(email=f"X{number}@example.com", is_active=number != 1)
    pages = staff.app.people.users.list(boss, after="x0@example.com", at_most=1)
    assert [each.email for each in pages] == ["X1@example.com"]
    active = staff.app.people.users.list(boss, after="x", active=True)
    assert [each.email for each in active] == ["X0@example.com", "X2@example.com"]


def test_A6a_without_any_users_read_there_is_no_list(staff: Staff) -> None:
    with pytest.raises(Forbidden):
        staff.app.people.users.list(as_one(staff.hire("clients:read all")))


# --- territories


def test_A6_a_branch_and_an_area_are_given_by_those_who_hold_them(staff: Staff) -> None:
    manager = as_one(staff.hire("users:manage area", "users:read area"))
    mine, other = staff.branch(manager.actor.id), staff.branch()
    area = staff.area(other)
    ana = staff.hire()
    staff.run("insert into user_branches values (%s, %s)", ana, mine)
    with pytest.raises(PrivilegeExceeded):
        staff.app.access.territories.give_branch(manager, ana, other)
    with pytest.raises(PrivilegeExceeded):
        staff.app.access.territories.give_area(manager, ana, area)
    staff.run("insert into user_areas values (%s, %s)", manager.actor.id, area)
    staff.app.access.territories.give_branch(manager, ana, other)
    staff.app.access.territories.give_area(manager, ana, area)
    person = staff.app.people.users.show(manager, ana).person
    assert person.territory.branches == ids(mine, other)
    assert person.territory.areas == ids(area)
    assert audits(staff, ana) == ["granted branch", "granted area"]


def test_A6_callers_cannot_widen_their_own_territory(staff: Staff) -> None:
    boss = as_one(staff.hire("users:manage all", "clients:read branch FCASH"))
    branch = staff.branch()
    with pytest.raises(PrivilegeExceeded):
        staff.app.access.territories.give_branch(boss, boss.actor.id, branch)
    area = staff.area(branch)
    staff.grant(boss.actor.id, "status:read", "area", "FCASH")
    with pytest.raises(PrivilegeExceeded):
        staff.app.access.territories.give_area(boss, boss.actor.id, area)


def test_A3_losing_a_branch_ends_the_assignments_there(staff: Staff, boss: Caller) -> None:
    ana = staff.hire()
    kept, lost = staff.branch(ana), staff.branch(ana)
    for branch in (kept, lost):
        assign(staff, ana, branch)
    staff.app.access.territories.take_branch(boss, ana, lost)
    staff.app.access.territories.take_branch(boss, ana, lost)
    assert staff.one("select branch_id from clients where assigned_to = %s", ana) == kept
    ends = "select jsonb_agg(end_reason) from client_assignments where assigned_until is not null"
    assert staff.one(ends) == ["territory_lost"]
    area = staff.area(kept, given_to=ana)
    staff.app.access.territories.take_area(boss, ana, area)
    assert staff.one("select count(*) from clients where assigned_to = %s", ana) == 1


def test_A6_placing_a_branch_in_an_area_gives_the_caller_no_more_rights(staff: Staff) -> None:
    manager = as_one(staff.hire("areas:manage all", "areas:read all", "clients:read area FCASH"))
    branch, mine = staff.branch(), staff.branch(manager.actor.id)
    own, other = staff.area(given_to=manager.actor.id), staff.area()
    with pytest.raises(PrivilegeExceeded):
        staff.app.organisation.areas.place_branch(manager, own, branch)
    ana = staff.hire()
    staff.run("insert into user_areas values (%s, %s)", ana, other)
    staff.app.organisation.areas.place_branch(manager, other, branch)
    staff.app.organisation.areas.place_branch(manager, own, mine)
    result = staff.app.people.authenticate(staff.session(ana), HERE)
    assert result.person.territory.area_branches == ids(branch)
    assert audits(staff, ana) == ["granted area"]


def test_A3_a_branch_taken_out_of_an_area_takes_its_clients_from_the_holders(staff: Staff) -> None:
    manager = as_one(staff.hire("areas:manage all"))
    ana, branch = staff.hire(), staff.branch()
    area = staff.area(branch, given_to=ana)
    assign(staff, ana, branch)
    staff.app.organisation.areas.remove_branch(manager, area, branch)
    assert staff.one("select end_reason from client_assignments") == "territory_lost"
    assert audits(staff, ana) == ["revoked area"]


def test_A6a_changing_an_area_needs_areas_manage_at_scope_all(staff: Staff) -> None:
    area, branch = staff.area(), staff.branch()
    with pytest.raises(Forbidden):
        staff.app.organisation.areas.place_branch(
            as_one(staff.hire("areas:read all")), area, branch
        )
    with pytest.raises(NotFound):
        staff.app.organisation.areas.remove_branch(
            as_one(staff.hire("areas:manage area")), area, branch
        )
    staff.run("update areas set company_id = %s where id = %s", staff.company(), area)
    with pytest.raises(NotFound):
        staff.app.organisation.areas.remove_branch(
            as_one(staff.hire("areas:manage area")), area, branch
        )
    audited = "select json_agg(company_id order by decided_at) from authorization_audit"
    refused = " where decision = 'refused' and resource = 'area'"
    assert staff.one(audited + refused) == [None, None, str(staff.company())]


def assign(staff: Staff, officer: PersonId, branch: BranchId) -> None:
    client = staff.one(
        "insert into clients (client_code, company_id, full_name, branch_id)"
        " values (%s, %s, 'Juan dela Cruz', %s) returning id",
        str(branch)[:8],
        staff.company(),
        branch,
    )
    staff.run(
        "insert into client_assignments (client_id, officer_id, assigned_from) values (%s, %s, %s)",
        client,
        officer,
        NOW - timedelta(1),
    )


# --- accounts


def test_A6a_a_branch_manager_creates_users_of_that_branch_alone(staff: Staff) -> None:
    manager = as_one(staff.hire("users:manage branch", "users:read branch"))
    mine, other = staff.branch(manager.actor.id), staff.branch()
    create = staff.app.people.users.create
    for branches in ([], [other], [mine, other]):
        with pytest.raises(Error):
            create(manager, NewUser(email="b@example.com", branches=branches))
    made = create(manager, NewUser(email=" New@example.com ", branches=[mine]))
    assert made.person.email == "New@example.com"
    assert made.person.territory.branches == ids(mine)
    assert staff.app.people.users.show(manager, "new@EXAMPLE.com").person.id == made.person.id


def test_an_email_is_unique_in_any_case_of_letters(staff: Staff, boss: Caller) -> None:
    staff.app.people.users.create(boss, NewUser(email="ana@example.com"))
    with pytest.raises(AlreadyExists):
        staff.app.people.users.create(boss, NewUser(email="ANA@example.com"))
    with pytest.raises(InvalidInput):
        staff.app.people.users.create(boss, NewUser(email="no address"))


@pytest.mark.parametrize(
    "new",
    [
        NewUser(email="a\0@example.com"),
        NewUser(email=f"{'a' * 250}@example.com"),
        NewUser(email="a@example.com", first_name="A" * 101),
        NewUser(email="a@example.com", last_name="A\0"),
    ],
)
def test_an_invalid_name_or_email_is_refused(staff: Staff, boss: Caller, new: NewUser) -> None:
    with pytest.raises(InvalidInput):
        staff.app.people.users.create(boss, new)


def test_an_empty_name_takes_the_name_away(staff: Staff, boss: Caller) -> None:
    ana = staff.hire(first_name="Ana", last_name="Reyes")
    changed = staff.app.people.users.change(boss, ana, UserChanges(first_name=" "), 1)
    assert (changed.first_name, changed.last_name) == (None, "Reyes")


def test_a_change_needs_the_version_that_was_seen(staff: Staff, boss: Caller) -> None:
    ana = staff.hire()
    changed = staff.app.people.users.change(boss, ana, UserChanges(first_name="Ana"), 1)
    assert (changed.first_name, changed.version) == ("Ana", 2)
    with pytest.raises(VersionConflict):
        staff.app.people.users.change(boss, ana, UserChanges(first_name="Eva"), 1)


@pytest.mark.parametrize(
    "takes_over",
    [
        lambda app, who, other: app.people.passwords.reset(who, other),
        lambda app, who, other: app.people.passwords.set_initial(who, other, "a word that is long"),
        lambda app, who, other: app.people.sessions.issue_token(who, other, timedelta(30)),
        lambda app, who, other: app.people.users.change(
            who, other, UserChanges(email="me@ex.com"), 1
        ),
        lambda app, who, other: app.people.users.change(
            who, other, UserChanges(clerk_id="user_me"), 1
        ),
    ],
)
def test_A6_callers_cannot_take_over_an_account_with_wider_rights(
    staff: Staff, boss: Caller, takes_over: Callable[[object, Caller, PersonId], object]
) -> None:
    wider, narrower = staff.hire("audit:read all"), staff.hire("users:read branch")
    with pytest.raises(PrivilegeExceeded):
        takes_over(staff.app, boss, wider)
    takes_over(staff.app, boss, narrower)


@pytest.mark.rule("A6", "L1")
def test_A6_a_clerk_id_belongs_to_one_user_and_is_audited(staff: Staff, boss: Caller) -> None:
    ana, ben = staff.hire(), staff.hire()
    for subject in ("user_1", "user_2"):
        staff.app.people.users.change(boss, ana, UserChanges(clerk_id=subject), None)
    with pytest.raises(AlreadyExists) as refused:
        staff.app.people.users.change(boss, ben, UserChanges(clerk_id="user_2"), 1)
    assert "user_2" not in str(refused.value)
    staff.app.people.users.change(boss, ana, UserChanges(clerk_id=""), None)
    staff.app.people.users.change(boss, ben, UserChanges(clerk_id="user_2"), 1)
    audited = staff.one(
        "select json_agg(json_build_array(old_values, new_values) order by decided_at)"
        " from authorization_audit where subject_user_id = %s",
        ana,
    )
    none, first, second = ({"clerk_id": each} for each in (None, "user_1", "user_2"))
    assert audited == [[none, first], [first, second], [second, none]]
    assert staff.one("select clerk_id from users where id = %s", ben) == "user_2"


def test_A6_callers_cannot_reactivate_a_user_with_wider_rights(staff: Staff, boss: Caller) -> None:
    wider = staff.hire("audit:read all", is_active=False)
    with pytest.raises(PrivilegeExceeded):
        staff.app.people.users.change(boss, wider, UserChanges(is_active=True), 1)


def test_A8_deactivating_ends_sessions_resets_and_assignments(staff: Staff, boss: Caller) -> None:
    ana = staff.hire()
    assign(staff, ana, staff.branch(ana))
    token, reset = staff.session(ana), staff.app.people.passwords.reset(boss, ana)
    staff.app.people.users.change(boss, ana, UserChanges(is_active=False), None)
    staff.app.people.users.change(boss, ana, UserChanges(is_active=True), None)
    with pytest.raises(Unauthenticated):
        staff.app.people.authenticate(token, HERE)
    with pytest.raises(Unauthenticated):
        staff.app.people.passwords.redeem(reset.token, "a word of my own", HERE)
    assert staff.one("select end_reason from client_assignments") == "deactivated"


def test_a_deleted_user_is_not_found(staff: Staff, boss: Caller) -> None:
    ana = staff.hire()
    token = staff.session(ana)
    staff.app.people.users.delete(boss, ana, 1)
    with pytest.raises(NotFound):
        staff.app.people.users.show(boss, ana)
    with pytest.raises(Unauthenticated):
        staff.app.people.authenticate(token, HERE)


def test_U3_a_manager_locks_and_unlocks_a_user(staff: Staff, boss: Caller) -> None:
    ana = staff.hire(failed_login_count=4)
    token = staff.session(ana)
    assert staff.app.people.users.lock(boss, ana).locked_until
    assert staff.app.people.authenticate(token, HERE).person.locked_until
    assert staff.app.people.users.unlock(boss, ana).locked_until is None
    assert staff.one("select failed_login_count from users where id = %s", ana) == 0


def test_U5_a_services_token_has_an_expiry_of_its_own(staff: Staff, boss: Caller) -> None:
    service = staff.hire()
    issued = staff.app.people.sessions.issue_token(boss, service, timedelta(days=365))
    assert issued.token not in repr(issued)
    staff.clock.forward(days=364)
    assert staff.app.people.authenticate(issued.token, HERE).person.id == service
    with pytest.raises(InvalidInput):
        staff.app.people.sessions.issue_token(boss, service, timedelta(days=366))
    staff.app.people.sessions.revoke(boss, service, issued.session)
    with pytest.raises(Unauthenticated):
        staff.app.people.authenticate(issued.token, HERE)


def test_the_sessions_of_others_are_seen_by_users_read(staff: Staff, boss: Caller) -> None:
    ana = staff.hire()
    staff.session(ana)
    assert len(staff.app.people.sessions.list(boss, ana)) == 1
    with pytest.raises(NotFound):
        staff.app.people.sessions.list(as_one(ana), boss.actor.id)
    with pytest.raises(NotFound):
        staff.app.people.sessions.revoke(as_one(ana), ana, ana)


@pytest.mark.parametrize(
    "takes",
    [
        lambda app, who, other, _: app.access.grants.revoke(
            who, other, Permission.USERS_READ, None
        ),
        lambda app, who, other, _: app.access.grants.grant(
            who, other, Permission.USERS_READ, None, Scope.SELF
        ),
        lambda app, who, other, branch: app.access.territories.take_branch(who, other, branch),
        lambda app, who, other, _: app.people.users.lock(who, other),
        lambda app, who, other, _: app.people.users.unlock(who, other),
        lambda app, who, other, _: app.people.users.change(
            who, other, UserChanges(is_active=False), None
        ),
        lambda app, who, other, _: app.people.users.delete(who, other, None),
        lambda app, who, other, _: app.people.sessions.revoke_many(who, other),
        lambda app, who, other, _: app.people.sessions.revoke(
            who, other, app.people.sessions.list(who, other)[0].id
        ),
    ],
    ids=(
        [
            "revoke",
            "lower",
            "take-branch",
            "lock",
            "unlock",
            "deactivate",
            "delete",
            "end-sessions",
            "end-session",
        ]
    ),
)
def test_A6_callers_cannot_take_anything_from_a_user_with_wider_rights(
    staff: Staff, takes: Callable[[object, Caller, PersonId, BranchId], object]
) -> None:
    manager = as_one(staff.hire("users:manage branch", "users:read branch"))
    wider = staff.hire("users:manage all", "users:read branch")
    equal = staff.hire("users:manage branch", "users:read branch")
    branch = staff.branch(manager.actor.id, wider, equal)
    for person in (wider, equal):
        staff.session(person)
    before = state_of(staff, wider)
    with pytest.raises(PrivilegeExceeded):
        takes(staff.app, manager, wider, branch)
    assert state_of(staff, wider) == before
    assert staff.one("select count(*) from activity_logs where action = 'rights.refuse'") == 1
    takes(staff.app, manager, equal, branch)


def test_deleting_reports_a_stale_version_before_wider_rights(staff: Staff) -> None:
    manager = as_one(staff.hire("users:manage all"))
    wider = staff.hire("audit:read all")
    for version, refusal in ((7, VersionConflict), (1, PrivilegeExceeded)):
        with pytest.raises(refusal):
            staff.app.people.users.delete(manager, wider, version)


def state_of(staff: Staff, person: PersonId) -> object:
    return staff.one(
        "select jsonb_build_array(to_jsonb(u),"
        " (select jsonb_agg(g) from user_permissions g where user_id = u.id),"
        " (select jsonb_agg(b) from user_branches b where user_id = u.id),"
        " (select jsonb_agg(s) from user_sessions s where user_id = u.id))"
        " from users u where id = %s",
        person,
    )


def test_A6_taking_or_lowering_a_grant_needs_the_same_scope(staff: Staff) -> None:
    manager = as_one(staff.hire("users:manage all", "clients:read branch FCASH"))
    ana, app = staff.hire("clients:read area FCASH"), staff.app
    with pytest.raises(PrivilegeExceeded, match="cannot take it"):
        app.access.grants.revoke(manager, ana, Permission.CLIENTS_READ, "FCASH")
    with pytest.raises(PrivilegeExceeded, match="cannot take it"):
        app.access.grants.grant(manager, ana, Permission.CLIENTS_READ, "FCASH", Scope.BRANCH)
    staff.grant(ana, "audit:read", "all")
    with pytest.raises(PrivilegeExceeded, match="wider"):
        app.people.users.lock(manager, ana)


def test_A6_taking_an_area_needs_the_area_and_not_only_its_branches(
    staff: Staff,
) -> None:
    manager, ana = as_one(staff.hire("users:manage area")), staff.hire()
    branch = staff.branch(manager.actor.id)
    area = staff.area(branch, given_to=ana)
    with pytest.raises(PrivilegeExceeded):
        staff.app.access.territories.take_area(manager, ana, area)
    staff.run("insert into user_areas values (%s, %s)", manager.actor.id, area)
    staff.app.access.territories.take_area(manager, ana, area)
    assert audits(staff, ana) == ["revoked area"]


def test_A6_removing_a_branch_from_an_area_needs_the_branch(staff: Staff) -> None:
    manager = as_one(staff.hire("areas:manage all FCASH", "areas:read all"))
    ana, branch = staff.hire(), staff.branch()
    area = staff.area(branch, given_to=ana)
    staff.run("update areas set company_id = %s where id = %s", staff.company(), area)
    with pytest.raises(PrivilegeExceeded, match="not in your territory"):
        staff.app.organisation.areas.remove_branch(manager, area, branch)
    staff.run("insert into user_branches values (%s, %s)", manager.actor.id, branch)
    staff.grant(ana, "clients:read", "area", "FCASH")
    with pytest.raises(PrivilegeExceeded, match="wider rights"):
        staff.app.organisation.areas.remove_branch(manager, area, branch)
    assert staff.one("select count(*) from area_branches") == 1
    staff.run("delete from user_permissions where user_id = %s", ana)
    staff.app.organisation.areas.remove_branch(manager, area, branch)
    assert staff.one("select count(*) from area_branches") == 0


# --- the last administrator


@pytest.mark.parametrize(
    "removes",
    [
        lambda app, who, other: app.people.users.change(
            who, other, UserChanges(is_active=False), None
        ),
        lambda app, who, other: app.people.users.delete(who, other, None),
        lambda app, who, other: app.people.users.lock(who, other),
    ],
)
def test_A6_the_last_administrator_can_be_neither_removed_nor_locked(
    staff: Staff, boss: Caller, removes: Callable[[object, Caller, PersonId], object]
) -> None:
    with pytest.raises(LastAdministrator):
        removes(staff.app, boss, boss.actor.id)
    second = staff.hire("users:manage all")
    removes(staff.app, boss, second)
    with pytest.raises(LastAdministrator):
        removes(staff.app, boss, boss.actor.id)


@pytest.mark.parametrize("attempt", range(5))
def test_A6_two_administrators_who_revoke_each_other_leave_one(staff: Staff, attempt: int) -> None:
    pair = [staff.hire("users:manage all") for _ in range(2)]
    both = Barrier(2)

    def relieve(me: PersonId, other: PersonId) -> str:
        both.wait()
        try:
            staff.app.access.grants.revoke(as_one(me), other, Permission.USERS_MANAGE, None)
        except (LastAdministrator, NotFound, PrivilegeExceeded) as error:
            return type(error).__name__
        return "done"

    with ThreadPoolExecutor(2) as pool:
        items = list(pool.map(relieve, pair, reversed(pair)))
    assert sorted(items) == ["NotFound", "done"]
    assert staff.one("select count(*) from user_permissions") == 1


@pytest.mark.parametrize("attempt", range(5))
def test_A6_two_administrators_who_leave_at_once_leave_one(staff: Staff, attempt: int) -> None:
    pair = [staff.hire("users:manage all") for _ in range(2)]
    both = Barrier(2)

    def leave(me: PersonId) -> str:
        both.wait()
        try:
            staff.app.people.users.change(as_one(me), me, UserChanges(is_active=False), None)
        except LastAdministrator:
            return "stays"
        return "left"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(leave, pair)) == ["left", "stays"]


def test_A6b_the_first_administrator_holds_everything_and_is_created_once(staff: Staff) -> None:
    bootstrap = staff.app.people.operators.bootstrap
    made = bootstrap(NewUser(email="first@example.com"), HERE)
    with pytest.raises(AlreadyExists):
        bootstrap(NewUser(email="second@example.com"), HERE)
    opened = staff.app.people.sign_in("first@example.com", made.initial_password, HERE)
    assert opened.person.must_change_password
    operator = staff.app.people.operators.identify("first@example.com", HERE)
    assert {grant.permission for grant in operator.actor.grants} == set(Permission)
    with pytest.raises(Unauthenticated):
        staff.app.people.operators.identify("nobody@example.com", HERE)
