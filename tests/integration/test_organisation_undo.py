"""Changes of areas, branches and contacts, undone (A2, A3, A6, A6a, L1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest

from clientupdater.domain.access import Actor
from clientupdater.domain.callers import Caller, Origin
from clientupdater.domain.errors import (
    BranchInUse,
    ConfigurationNotAllowed,
    Error,
    Forbidden,
    InvalidInput,
    NotFound,
    PrivilegeExceeded,
    VersionConflict,
)
from clientupdater.domain.ids import BranchId, ChangeId
from clientupdater.domain.organisation import MOST_CONTACTS
from clientupdater.usecases.organisation.areas import AreaChanges, NewArea
from clientupdater.usecases.organisation.branches import BranchChanges, NewBranch
from clientupdater.usecases.organisation.contacts import ContactChanges, NewContact
from tests.support.staff_fixture import Staff, staffed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from clientupdater.domain.ids import PersonId
    from clientupdater.domain.organisation import Branch
    from clientupdater.ports.audit import ConfigurationChange
    from tests.support.servers import Database

HERE = Origin(interface="test")
_MANAGING = ("areas:read all", "areas:manage all", "branches:read all", "branches:manage all")


@pytest.fixture
def staff(database: Database) -> Iterator[Staff]:
    with staffed(database, ZoneInfo("Asia/Manila")) as opened:
        yield opened


@pytest.fixture
def boss(staff: Staff) -> Caller:
    return as_one(staff.hire(*_MANAGING, "users:manage all", "clients:read all"))


@pytest.fixture
def quezon(staff: Staff, boss: Caller) -> Branch:
    return staff.app.organisation.branches.create(boss, NewBranch(code="QC01", name="Cubao"))


def as_one(person: PersonId) -> Caller:
    return Caller(Actor(person), HERE)


def last_change(staff: Staff) -> ChangeId:
    changed: UUID = staff.one("select id from config_audit_log order by position desc limit 1")
    return ChangeId(changed)


def undo(staff: Staff, caller: Caller, change: ChangeId | None = None) -> ConfigurationChange:
    return staff.app.configuration.undo(caller, change or last_change(staff)).change


def given(staff: Staff, table: str, person: PersonId, place: object) -> None:
    staff.run(f"insert into {table} values (%s, %s)", person, place)


def territory(staff: Staff, person: PersonId) -> frozenset[BranchId]:
    return staff.app.people.users.show(as_one(person), person).person.territory.all_branches


def rights_audited(staff: Staff, person: PersonId) -> list[Any]:
    listed: list[Any] = staff.one(
        "select coalesce(jsonb_agg(jsonb_build_array(decision, resource, old_values, new_values)"
        " order by decided_at), '[]') from authorization_audit where subject_user_id = %s",
        person,
    )
    return listed


# --- areas and branches


def test_a_change_of_a_branch_is_undone_and_says_what_changed_since(
    staff: Staff, boss: Caller, quezon: Branch
) -> None:
    changes = BranchChanges(name="Cubao 2", location="Aurora Blvd")
    staff.app.organisation.branches.change(boss, quezon.id, changes, None)
    first = last_change(staff)
    staff.app.organisation.branches.change(boss, quezon.id, BranchChanges(name="Cubao 3"), None)
    with pytest.raises(VersionConflict) as caught:
        undo(staff, boss, first)
    assert caught.value.fields == ("name",)
    undo(staff, boss)
    undone = undo(staff, boss, first)
    assert undone.before == {"name": "Cubao 2", "location": "Aurora Blvd"}
    assert undone.after == {"name": "Cubao", "location": None}
    shown = staff.app.organisation.branches.show(boss, quezon.id)
    assert (shown.name, shown.location, shown.version) == ("Cubao", None, 5)


def test_a_change_of_an_area_is_undone_with_its_company(staff: Staff, boss: Caller) -> None:
    area = staff.app.organisation.areas.create(
        boss, NewArea(code="NCR", name="Metro", company="FCASH")
    )
    staff.app.organisation.areas.change(
        boss, area.id, AreaChanges(name="North", company="PCNI"), None
    )
    undo(staff, boss)
    shown = staff.app.organisation.areas.show(boss, area.id)
    assert (shown.name, shown.company) == ("Metro", area.company)
    undo(staff, boss)
    assert staff.app.organisation.areas.show(boss, area.id).name == "North"
    staff.app.organisation.areas.change(boss, area.id, AreaChanges(company=""), None)
    undo(staff, boss)
    assert staff.app.organisation.areas.show(boss, area.id).company != area.company


def test_a_creation_is_undone_by_deletion_and_that_by_restoring(
    staff: Staff, boss: Caller, quezon: Branch
) -> None:
    undo(staff, boss)
    with pytest.raises(NotFound):
        staff.app.organisation.branches.show(boss, "QC01")
    assert undo(staff, boss).action == "create"
    assert staff.app.organisation.branches.show(boss, "QC01").id == quezon.id
    area = staff.app.organisation.areas.create(boss, NewArea(code="NCR", name="Metro"))
    created = last_change(staff)
    undo(staff, boss)
    with pytest.raises(NotFound):
        staff.app.organisation.areas.show(boss, "NCR")
    with pytest.raises(VersionConflict):
        undo(staff, boss, created)
    deletion = last_change(staff)
    undo(staff, boss)
    assert staff.app.organisation.areas.show(boss, "NCR").id == area.id
    with pytest.raises(VersionConflict):
        undo(staff, boss, deletion)


def test_a_new_branch_or_area_in_use_is_not_deleted_and_the_refusal_says_what_to_do(
    staff: Staff, boss: Caller, quezon: Branch
) -> None:
    of_branch = last_change(staff)
    area = staff.app.organisation.areas.create(boss, NewArea(code="NCR", name="Metro"))
    of_area = last_change(staff)
    staff.app.organisation.areas.place_branch(boss, area.id, quezon.id)
    with pytest.raises(ConfigurationNotAllowed, match="the branches out of it"):
        undo(staff, boss, of_area)
    with pytest.raises(ConfigurationNotAllowed, match="out of its areas"):
        undo(staff, boss, of_branch)
    staff.app.organisation.areas.remove_branch(boss, area.id, quezon.id)
    ana = staff.hire()
    given(staff, "user_areas", ana, area.id)
    given(staff, "user_branches", ana, quezon.id)
    for change in (of_area, of_branch):
        with pytest.raises(ConfigurationNotAllowed, match="Take it from its users first"):
            undo(staff, boss, change)
    add_client(staff, quezon.id)
    with pytest.raises(BranchInUse, match="close it"):
        undo(staff, boss, of_branch)
    assert staff.app.organisation.branches.show(boss, quezon.id) == quezon


def add_client(staff: Staff, branch: BranchId) -> None:
    staff.run(
        "insert into clients (client_code, company_id, full_name, branch_id)"
        " select 'C1', id, 'Juan Reyes', %s from companies where code = 'FCASH'",
        branch,
    )


@pytest.mark.rule("A2", "L1")
def test_A2_a_restored_branch_and_area_belong_to_their_people_again(
    staff: Staff, boss: Caller, quezon: Branch
) -> None:
    ana, ben = staff.hire("clients:read branch"), staff.hire("clients:read area")
    area = staff.app.organisation.areas.create(boss, NewArea(code="NCR", name="Metro"))
    staff.app.organisation.areas.place_branch(boss, area.id, quezon.id)
    given(staff, "user_branches", ana, quezon.id)
    given(staff, "user_areas", ben, area.id)
    staff.app.organisation.branches.delete(boss, quezon.id, None)
    assert (territory(staff, ana), territory(staff, ben)) == (frozenset(), frozenset())
    undo(staff, boss)
    assert territory(staff, ana) == territory(staff, ben) == {quezon.id}
    gained = ["granted", "branch", None, {"branch": str(quezon.id)}]
    assert rights_audited(staff, ana)[-1] == rights_audited(staff, ben)[-1] == gained
    staff.app.organisation.areas.delete(boss, area.id, None)
    assert territory(staff, ben) == frozenset()
    undo(staff, boss)
    assert territory(staff, ben) == {quezon.id}
    assert rights_audited(staff, ben)[-1][3] == {"branches": [str(quezon.id)]}


@pytest.mark.rule("A6")
def test_A6_restoring_is_giving_it_to_each_of_its_people(
    staff: Staff, boss: Caller, quezon: Branch
) -> None:
    area = staff.app.organisation.areas.create(boss, NewArea(code="NCR", name="Metro"))
    staff.app.organisation.areas.place_branch(boss, area.id, quezon.id)
    own = staff.hire(*_MANAGING, "clients:read area")
    keeper = as_one(staff.hire(*_MANAGING))
    given(staff, "user_areas", own, area.id)
    deletions: tuple[Callable[[], None], ...] = (
        lambda: staff.app.organisation.branches.delete(boss, quezon.id, None),
        lambda: staff.app.organisation.areas.delete(boss, area.id, None),
    )
    for delete in deletions:
        delete()
        for caller in (keeper, as_one(own)):
            with pytest.raises(PrivilegeExceeded):
                undo(staff, caller)
        assert territory(staff, own) == frozenset()
        undo(staff, boss)
        assert territory(staff, own) == {quezon.id}
    staff.grant(own, "users:manage", "all")
    staff.app.organisation.branches.delete(boss, quezon.id, None)
    with pytest.raises(PrivilegeExceeded, match="see more than you do"):
        undo(staff, as_one(own))


def test_a_closed_branch_is_not_restored(staff: Staff, boss: Caller, quezon: Branch) -> None:
    other = staff.app.organisation.branches.create(boss, NewBranch(code="QC02", name="Cubao 2"))
    add_client(staff, quezon.id)
    preview = staff.app.organisation.closing.preview(boss, quezon.id, other.id, None)
    staff.app.organisation.closing.close(boss, quezon.id, other.id, None, preview.plan.hash)
    with pytest.raises(ConfigurationNotAllowed, match="was closed"):
        undo(staff, boss)


# --- branches of areas, and contacts


@pytest.mark.rule("A3")
def test_A3_branches_come_out_of_areas_and_back(staff: Staff, boss: Caller, quezon: Branch) -> None:
    ben = staff.hire("clients:read area")
    area = staff.app.organisation.areas.create(boss, NewArea(code="NCR", name="Metro"))
    other = staff.app.organisation.branches.create(boss, NewBranch(code="QC02", name="Cubao 2"))
    given(staff, "user_areas", ben, area.id)
    staff.app.organisation.areas.place_branch(boss, area.id, quezon.id, is_primary=True)
    placed = last_change(staff)
    staff.app.organisation.areas.place_branch(boss, area.id, other.id)
    staff.app.organisation.areas.place_branch(boss, area.id, quezon.id, is_primary=False)
    with pytest.raises(VersionConflict):
        undo(staff, boss, placed)
    undo(staff, boss)
    assert staff.app.organisation.branches.show(boss, quezon.id).primary_area == area.id
    undo(staff, boss, placed)
    assert territory(staff, ben) == {other.id}
    undo(staff, boss)
    assert territory(staff, ben) == {quezon.id, other.id}
    assert staff.app.organisation.branches.show(boss, quezon.id).primary_area == area.id
    assert [each[0] for each in rights_audited(staff, ben)] == ["granted"] * 2 + [
        "revoked",
        "granted",
    ]


def test_contacts_are_changed_back_removed_and_restored(
    staff: Staff, boss: Caller, quezon: Branch
) -> None:
    contacts = staff.app.organisation.contacts
    made = contacts.add(boss, quezon.id, NewContact(type="phone", value="+63289123456"))
    creation = last_change(staff)
    contacts.change(boss, quezon.id, made.id, ContactChanges(value="+63289123457"), None)
    undo(staff, boss)
    (shown,) = contacts.list(boss, quezon.id)
    assert (shown.value, shown.version) == (made.value, 3)
    undo(staff, boss, creation)
    assert contacts.list(boss, quezon.id) == []
    undo(staff, boss)
    (restored,) = contacts.list(boss, quezon.id)
    assert (restored.record, restored.version) == (made.record, 5)
    contacts.change(boss, quezon.id, made.id, ContactChanges(value="+63289123458"), None)
    update = last_change(staff)
    contacts.remove(boss, quezon.id, made.id, None)
    removal = last_change(staff)
    with pytest.raises(NotFound):
        undo(staff, boss, update)
    for number in range(MOST_CONTACTS):
        contacts.add(boss, quezon.id, NewContact(type="phone", value=f"+632891234{number:02}"))
    with pytest.raises(InvalidInput, match="delete one first"):
        undo(staff, boss, removal)


# --- who may


@pytest.mark.rule("A5", "A6a")
def test_A6a_undoing_takes_the_right_that_the_change_takes(
    staff: Staff, boss: Caller, quezon: Branch
) -> None:
    of_branch = last_change(staff)
    area = staff.app.organisation.areas.create(
        boss, NewArea(code="NCR", name="Metro", company="FCASH")
    )
    of_area = last_change(staff)
    staff.app.organisation.areas.place_branch(boss, area.id, quezon.id)
    of_member = last_change(staff)
    staff.app.organisation.contacts.add(boss, quezon.id, NewContact(type="phone", value="12345"))
    of_contact = last_change(staff)
    everything = (of_branch, of_area, of_member, of_contact)
    refused: dict[str, tuple[type[Error], ...]] = {
        "": (Forbidden,) * 4,
        "config:manage all": (NotFound,) * 4,
        "areas:manage all PCNI": (NotFound,) * 4,
        "branches:manage all FCASH": (NotFound,) * 4,
    }
    for grants, errors in refused.items():
        caller = as_one(staff.hire(*([grants] if grants else [])))
        for change, error in zip(everything, errors, strict=True):
            with pytest.raises(error):
                undo(staff, caller, change)
    narrow = as_one(staff.hire("areas:read all", "areas:manage all PCNI"))
    with pytest.raises(Forbidden):
        undo(staff, narrow, of_area)
    undo(staff, as_one(staff.hire("branches:manage all")), of_contact)
    undo(staff, as_one(staff.hire("areas:manage all")), of_member)
    undo(staff, as_one(staff.hire("areas:manage all FCASH")), of_area)
    undo(staff, as_one(staff.hire("branches:manage all")), of_branch)
    assert staff.one("select count(*) from authorization_audit where decision = 'refused'") > 0
