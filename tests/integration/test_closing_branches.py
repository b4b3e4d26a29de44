"""Closing a branch: all of it in one act, as the preview showed it, also beside others."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Barrier
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import pytest
from attrs import frozen

from clientupdater.domain.access import Actor, Grant
from clientupdater.domain.callers import Caller
from clientupdater.domain.errors import (
    Error,
    Forbidden,
    InvalidInput,
    NotFound,
    PlanChanged,
    PrivilegeExceeded,
    VersionConflict,
)
from clientupdater.domain.organisation import ClosingEffect
from clientupdater.domain.periods import Period
from clientupdater.domain.permissions import Permission, Scope
from clientupdater.domain.updates import StatusUpdate
from tests.support.staff_fixture import Staff, staffed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from clientupdater.domain.ids import BranchId, PersonId
    from clientupdater.usecases.organisation.closing import ClosingResult
    from tests.support.servers import Database

PERIOD = "2026-11"


@frozen
class Organisation:
    """A branch with clients, and another one that can take them."""

    staff: Staff
    boss: Caller
    old: BranchId
    new: BranchId

    def clients(self, count: int = 3, *, branch: BranchId | None = None, rows: int = 1) -> None:
        """Put clients into a branch, each with open rows of the last periods."""
        self.staff.run(
            "with c as (insert into clients (client_code, company_id, full_name, branch_id,"
            " product_id) select 'C' || lpad((n + (select count(*) from clients))::text, 6, '0'),"
            " (select id from companies where code = 'FCASH'), 'Juana Reyes', %s,"
            " (select id from products where code = 'FCASH_SSS') from generate_series(1, %s) n"
            " returning id, company_id, branch_id), r as (insert into client_period_status ("
            " client_id, company_id, branch_id, period_type, period_year, period_month,"
            " status_type_id) select c.id, c.company_id, c.branch_id, 'monthly', 2026, 12 - m,"
            " (select id from status_types where code = 'PENDING') from c,"
            " generate_series(1, %s) m returning id, company_id, branch_id, status_type_id)"
            " insert into status_events (client_period_status_id, event_sequence, kind,"
            " status_type_id, company_id, branch_id, occurred_at)"
            " select id, 0, 'opened', status_type_id, company_id, branch_id, now() from r",
            branch or self.old,
            count,
            rows,
        )

    def assign(self, officer: PersonId, code: str) -> None:
        """Assign a client past all rules."""
        self.staff.run(
            "insert into client_assignments (client_id, officer_id, assigned_from)"
            " select id, %s, now() - interval '1 day' from clients where client_code = %s",
            officer,
            code,
        )

    def preview(self, caller: Caller | None = None, **options: Any) -> ClosingResult:
        return self.staff.app.organisation.closing.preview(
            caller or self.boss, self.old, self.new, None, **options
        )

    def close(self, plan_hash: str, caller: Caller | None = None, **options: Any) -> ClosingResult:
        return self.staff.app.organisation.closing.close(
            caller or self.boss, self.old, self.new, None, plan_hash, **options
        )

    def state(self) -> Any:
        """Give all that closing may change."""
        return self.staff.one(
            "select jsonb_build_array("
            " (select jsonb_agg(jsonb_build_array(client_code, branch_id, version)"
            "   order by client_code) from clients),"
            " (select jsonb_agg(jsonb_build_array(client_id, period, branch_id, version)"
            "   order by client_id, period) from client_period_status),"
            " (select count(*) from status_events), (select count(*) from client_changes),"
            " (select jsonb_agg(assigned_until order by id) from client_assignments),"
            " (select jsonb_agg(jsonb_build_array(code, deleted_at, successor_id) order by code)"
            "   from branches), (select jsonb_agg(to_jsonb(k) order by id) from branch_contacts k))"
        )


def as_one(person: PersonId) -> Caller:
    return Caller(Actor(person))


@pytest.fixture
def organisation(database: Database) -> Iterator[Organisation]:
    with staffed(database, ZoneInfo("Asia/Manila")) as staff:
        boss = staff.hire("branches:manage all", "clients:read all")
        yield Organisation(staff, as_one(boss), staff.branch(), staff.branch())


def test_the_preview_counts_what_would_happen_and_changes_nothing(
    organisation: Organisation,
) -> None:
    organisation.clients(12, rows=2)
    before = organisation.state()
    plan = organisation.preview().plan
    assert (plan.count(ClosingEffect.CLIENT), plan.count(ClosingEffect.ROW)) == (12, 24)
    assert plan.examples == tuple(f"C{n:06}" for n in range(1, 11))
    assert organisation.state() == before
    assert organisation.staff.one("select count(*) from activity_logs") == 0


@pytest.mark.rule("Y11", "S14", "C2")
def test_Y11_clients_move_with_the_rows_that_are_not_done(organisation: Organisation) -> None:
    staff, old, new = organisation.staff, organisation.old, organisation.new
    organisation.clients(3, rows=2)
    organisation.clients(1, branch=new)
    staff.run(
        "update client_period_status set status_type_id = (select id from status_types"
        " where code = 'DONE'), reason_id = (select id from status_reasons"
        " where code = 'CONFIRMED') where period = '2026-10'"
        " and client_id = (select id from clients where client_code = 'C000001')"
    )
    organisation.close(organisation.preview().plan.hash)
    assert staff.one("select count(*) from clients where branch_id = %s", new) == 4
    moved = staff.one("select count(*) from client_period_status where branch_id = %s", new)
    assert (moved, staff.one("select count(*) from status_events where kind = 'moved'")) == (6, 5)
    assert staff.one("select count(*) from client_period_status where branch_id = %s", old) == 1
    assert (
        staff.one("select count(*) from client_period_status where home_branch_id <> %s", new) == 0
    )
    code = "select code from branches where id = %s"
    changes = staff.one(
        "select jsonb_agg(distinct jsonb_build_array(field_changed, old_value, new_value, reason,"
        " changed_by)) from client_changes"
    )
    boss = str(organisation.boss.actor.id)
    assert changes == [
        ["branch", staff.one(code, old), staff.one(code, new), "branch closed", boss]
    ]
    assert staff.one("select count(*) from client_changes") == 3
    sequences = "select count(*) from client_period_status s where version <> (select max("
    sequences += "event_sequence) from status_events e where e.client_period_status_id = s.id)"
    assert staff.one(sequences) == 0


def test_the_branch_is_gone_afterwards_and_the_audit_says_where_its_clients_are(
    organisation: Organisation,
) -> None:
    staff, old, new = organisation.staff, organisation.old, organisation.new
    organisation.clients(2)
    ana = staff.hire()
    staff.run("insert into user_branches values (%s, %s)", ana, old)
    result = organisation.close(organisation.preview().plan.hash)
    assert (result.is_applied, result.plan.count(ClosingEffect.PERSON)) == (True, 1)
    with pytest.raises(NotFound):
        organisation.preview()
    assert staff.one("select successor_id from branches where id = %s", old) == new
    details = staff.one("select details from activity_logs where action = 'branch.close'")
    assert (details["into"], details["clients"], details["rows"]) == (str(new), 2, 2)
    assert (
        staff.one("select action from config_audit_log where table_name = 'branches'") == "delete"
    )
    audit = "select decision || ' ' || resource from authorization_audit where subject_user_id = %s"
    assert staff.one(audit, ana) == "revoked branch"


def test_A3_an_assignment_ends_unless_its_officer_has_the_other_branch(
    organisation: Organisation,
) -> None:
    staff, old, new = organisation.staff, organisation.old, organisation.new
    organisation.clients(3)
    lacks, has, by_area = staff.hire(), staff.hire(), staff.hire()
    for person in (lacks, has, by_area):
        staff.run("insert into user_branches values (%s, %s)", person, old)
    staff.run("insert into user_branches values (%s, %s)", has, new)
    staff.area(new, given_to=by_area)
    for number, person in enumerate((lacks, has, by_area), 1):
        organisation.assign(person, f"C{number:06}")
    plan = organisation.preview().plan
    assert plan.count(ClosingEffect.ASSIGNMENT) == 1
    organisation.close(plan.hash)
    officers = "select jsonb_agg(assigned_to order by client_code) from clients"
    assert staff.one(officers) == [None, str(has), str(by_area)]
    ended = "select end_reason from client_assignments where officer_id = %s"
    assert (staff.one(ended, lacks), staff.one(ended, has)) == ("moved", None)


def test_contacts_move_only_where_that_is_asked_for(organisation: Organisation) -> None:
    staff, old, new = organisation.staff, organisation.old, organisation.new
    for branch, value, primary in ((old, "1", True), (old, "2", False), (new, "2", True)):
        staff.run(
            "insert into branch_contacts (branch_id, type, value, is_primary)"
            " values (%s, 'phone', %s, %s)",
            branch,
            value,
            primary,
        )
    assert organisation.preview().plan.count(ClosingEffect.CONTACT) == 0
    with_contacts = organisation.preview(takes_contacts=True).plan
    assert with_contacts.count(ClosingEffect.CONTACT) == 1
    with pytest.raises(PlanChanged):
        organisation.close(with_contacts.hash)
    organisation.close(with_contacts.hash, takes_contacts=True)
    listed = "select jsonb_agg(value || is_primary order by value) from branch_contacts"
    assert staff.one(f"{listed} where branch_id = %s", new) == ["1false", "2true"]


def _one_more_client(organisation: Organisation) -> None:
    organisation.clients(1)


def _a_row_is_done(organisation: Organisation) -> None:
    organisation.staff.run(
        "update client_period_status set status_type_id = (select id from status_types"
        " where code = 'DONE'), reason_id = (select id from status_reasons"
        " where code = 'CONFIRMED') where id = (select min(id::text)::uuid"
        " from client_period_status)"
    )


def _an_officer(organisation: Organisation) -> None:
    organisation.assign(organisation.staff.hire(), "C000001")


def _another_holder(organisation: Organisation) -> None:
    person = organisation.staff.hire()
    organisation.staff.run("insert into user_branches values (%s, %s)", person, organisation.old)


def _another_code(organisation: Organisation) -> None:
    organisation.staff.run("update clients set client_code = 'X1' where client_code = 'C000001'")


@pytest.mark.parametrize(
    "change", [_one_more_client, _a_row_is_done, _an_officer, _another_holder, _another_code]
)
def test_a_plan_whose_effects_have_changed_is_not_applied(
    organisation: Organisation, change: Callable[[Organisation], None]
) -> None:
    organisation.clients(2)
    seen = organisation.preview().plan.hash
    change(organisation)
    before = organisation.state()
    with pytest.raises(PlanChanged):
        organisation.close(seen)
    assert organisation.state() == before


def test_a_plan_is_not_changed_by_what_does_not_bear_on_it(organisation: Organisation) -> None:
    organisation.clients(2)
    seen = organisation.preview().plan.hash
    organisation.clients(1, branch=organisation.new)
    organisation.staff.run("update clients set full_name = 'Ana Cruz', version = version + 1")
    organisation.staff.clock.forward(days=1)
    assert organisation.close(seen).is_applied


def test_a_deleted_client_stays_where_it_was(organisation: Organisation) -> None:
    organisation.clients(2)
    organisation.staff.run("update clients set deleted_at = now() where client_code = 'C000001'")
    organisation.close(organisation.preview().plan.hash)
    stays = "select jsonb_agg(client_code) from clients where branch_id = %s"
    assert organisation.staff.one(stays, organisation.old) == ["C000001"]


# --- refusals


def test_bad_input_is_refused_and_changes_nothing(organisation: Organisation) -> None:
    organisation.clients(1)
    before, closing = organisation.state(), organisation.staff.app.organisation.closing
    with pytest.raises(InvalidInput, match="/into: does not exist"):
        closing.preview(organisation.boss, organisation.old, "NONE", None)
    with pytest.raises(InvalidInput, match="/into: is the branch itself"):
        closing.preview(organisation.boss, organisation.old, organisation.old, None)
    with pytest.raises(VersionConflict):
        closing.preview(organisation.boss, organisation.old, organisation.new, 7)
    with pytest.raises(PlanChanged):
        organisation.close("0" * 64)
    assert organisation.state() == before


def test_A6a_closing_needs_branches_manage_over_every_company(organisation: Organisation) -> None:
    staff = organisation.staff
    plan = organisation.preview().plan.hash
    for grants, error in (
        (("branches:read all",), Forbidden),
        (("branches:manage all FCASH",), NotFound),
        (("branches:manage area",), NotFound),
        ((), NotFound),
    ):
        caller = as_one(staff.hire(*grants))
        with pytest.raises(error):
            organisation.preview(caller)
        with pytest.raises(error):
            organisation.close(plan, caller)


def test_A6_no_person_sees_more_clients_by_closing_a_branch_into_their_own(
    organisation: Organisation,
) -> None:
    staff, old, new = organisation.staff, organisation.old, organisation.new
    manager = staff.hire("branches:manage all", "clients:read branch")
    staff.run("insert into user_branches values (%s, %s)", manager, new)
    with pytest.raises(PrivilegeExceeded, match="see more than you do"):
        organisation.preview(as_one(manager))
    staff.run("insert into user_branches values (%s, %s)", manager, old)
    organisation.preview(as_one(manager))


def test_A10_clients_are_named_only_to_those_who_see_every_client(
    organisation: Organisation,
) -> None:
    organisation.clients(2)
    manager = as_one(organisation.staff.hire("branches:manage all", "clients:read all FCASH"))
    plan = organisation.preview(manager).plan
    assert (plan.count(ClosingEffect.CLIENT), plan.examples) == (2, ())


# --- beside others


def raced(*acts: Callable[[], object]) -> list[str]:
    """Run them at once; give what each came to."""
    barrier = Barrier(len(acts))

    def run(act: Callable[[], object]) -> str:
        barrier.wait()
        try:
            act()
        except Error as error:
            return type(error).__name__
        return "done"

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_of_two_who_close_a_branch_at_once_one_does(organisation: Organisation) -> None:
    organisation.clients(5)
    plan = organisation.preview().plan.hash
    outcomes = raced(*[lambda: organisation.close(plan)] * 2)
    assert sorted(outcomes) == ["NotFound", "done"]
    moved = "select count(*) from status_events where kind = 'moved'"
    assert organisation.staff.one(moved) == 5


def test_two_branches_closed_into_one_another_at_once_leave_one(
    organisation: Organisation,
) -> None:
    organisation.clients(5)
    organisation.clients(5, branch=organisation.new)
    closing, boss = organisation.staff.app.organisation.closing, organisation.boss
    ends = (organisation.old, organisation.new)
    hashes = {
        one: closing.preview(boss, one, two, None).plan.hash for one, two in (ends, ends[::-1])
    }
    outcomes = raced(
        lambda: closing.close(boss, ends[0], ends[1], None, hashes[ends[0]]),
        lambda: closing.close(boss, ends[1], ends[0], None, hashes[ends[1]]),
    )
    assert sorted(outcomes) == ["InvalidInput", "done"]
    lost = "select count(*) from clients c join branches b on b.id = c.branch_id"
    assert organisation.staff.one(f"{lost} where b.deleted_at is not null") == 0


def test_closing_beside_updates_deletions_and_placements_leaves_all_of_it_in_order(
    organisation: Organisation,
) -> None:
    staff, old = organisation.staff, organisation.old
    organisation.clients(8)
    names = (Permission.STATUS_READ, Permission.STATUS_UPDATE)
    grants = frozenset(Grant(each, None, Scope.ALL) for each in names)
    worker = Caller(Actor(staff.hire("areas:manage all"), grants=grants))
    area = staff.area()
    plan = organisation.preview().plan.hash

    def record(number: int) -> None:
        staff.app.tracking.record(
            worker,
            f"C{number:06}",
            Period.parse(PERIOD),
            StatusUpdate(status="CALLED", remarks="Called."),
            0,
        )

    outcomes = raced(
        lambda: organisation.close(plan),
        lambda: staff.app.organisation.branches.delete(organisation.boss, old, None),
        lambda: staff.app.organisation.areas.place_branch(worker, area, old),
        *[partial(record, number) for number in range(1, 9)],
    )
    assert outcomes[0] == "done"
    assert outcomes[1] in {"BranchInUse", "NotFound"}
    assert outcomes[2] in {"done", "NotFound"}
    assert set(outcomes[3:]) <= {"done", "VersionConflict"}
    astray = "select count(*) from client_period_status s join clients c on c.id = s.client_id"
    assert staff.one(f"{astray} where s.branch_id <> c.branch_id") == 0
    gaps = "select count(*) from client_period_status s where s.version + 1 <> (select count(*)"
    assert staff.one(f"{gaps} from status_events e where e.client_period_status_id = s.id)") == 0


def test_a_branch_that_was_closed_into_a_closed_one_follows_it(organisation: Organisation) -> None:
    staff, closing = organisation.staff, organisation.staff.app.organisation.closing
    last = staff.branch()
    organisation.close(organisation.preview().plan.hash)
    plan = closing.preview(organisation.boss, organisation.new, last, None).plan
    closing.close(organisation.boss, organisation.new, last, None, plan.hash)
    successors = "select jsonb_agg(successor_id) from branches where deleted_at is not null"
    assert staff.one(successors) == [str(last)] * 2
