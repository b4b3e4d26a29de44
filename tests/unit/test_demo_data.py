"""What is made up for a demonstration is believable, and breaks no rule."""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING

import pytest

from clientupdater.demo_data.calendar import working_day
from clientupdater.demo_data.lookups import SeededLookups
from clientupdater.demo_data.pension_numbers import pension_number
from clientupdater.demo_data.staff_directory import StaffDirectory
from clientupdater.demo_data.world import World
from clientupdater.domain.access import ClientPlace, decide
from clientupdater.domain.clients import has_terminal_outcome
from clientupdater.domain.events import Channel, EventKind, ExemptCause, fold
from clientupdater.domain.officers import require_officer
from clientupdater.domain.periods import Cycle, Period, business_day, last_writing_day
from clientupdater.domain.permissions import Permission
from tests.support.builders import FCASH, MANILA, PCNI, catalogue, manila

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clientupdater.demo_data.clients import DemoClient
    from clientupdater.demo_data.history import RowHistory
    from clientupdater.demo_data.staff import Person
    from clientupdater.domain.events import StatusEvent
    from clientupdater.domain.ids import PersonId

NOW = manila(18, 14, 30)
HOW_MANY = 400
MONTHLY = ("FCASH_SSS", "FCASH_GSIS", "FCASH_PVAO", "PCNI_NON_PNP")
WORDS = SeededLookups(
    companies={"FCASH": FCASH, "PCNI": PCNI},
    cycles=dict.fromkeys(MONTHLY, Cycle.MONTHLY) | {"PCNI_PNP": Cycle.QUARTERLY},
    trackable={"do_not_show": True, "tele_130": True, "tele_hardcore": False},
    catalogue=catalogue(),
)


@cache
def world(now: datetime = NOW, seed: int = 7) -> World:
    return World.made_up(WORDS, now, MANILA, seed)


@cache
def book(now: datetime = NOW, seed: int = 7) -> list[tuple[DemoClient, list[RowHistory]]]:
    return list(world(now, seed).clients(HOW_MANY))


def histories() -> Iterator[tuple[DemoClient, RowHistory]]:
    return ((client, story) for client, result in book() for story in result)


def events() -> Iterator[tuple[DemoClient, RowHistory, StatusEvent]]:
    return ((client, story, event) for client, story in histories() for event in story.events)


def people() -> dict[PersonId, Person]:
    return {person.id: person for person in world().staff}


# --- the organisation and its staff --------------------------------------------------------


def test_there_are_six_areas_and_twenty_four_branches_each_of_one_area_first_of_all() -> None:
    made_up = world().organisation
    assert (len(made_up.areas), len(made_up.branches)) == (6, 24)
    assert len({branch.code for branch in made_up.branches}) == 24
    assert len({branch.name for branch in made_up.branches}) == 24
    assert all(len(made_up.of(area)) == 4 for area in made_up.areas)
    assert {area.company for area in made_up.areas} == {"FCASH", "PCNI", None}


def test_one_branch_is_looked_after_by_a_second_area_as_well() -> None:
    made_up = world().organisation
    second, branch = made_up.shared
    assert branch.area != second
    assert sorted(map(len, made_up.members.values())) == [4, 4, 4, 4, 4, 5]


def test_sixty_people_work_there_and_no_two_have_the_same_address() -> None:
    staff = world().staff
    assert len(staff) == 60
    assert len({person.email.lower() for person in staff}) == 60
    assert all(person.email.isascii() and person.email.endswith(".example") for person in staff)


def test_an_administrator_holds_every_permission_over_all_of_every_company() -> None:
    administrator = next(person for person in world().staff if person.role == "administrator")
    held = {(g.permission, str(g.scope), g.company) for g in administrator.actor.grants}
    assert held == {(permission, "all", None) for permission in Permission}


def test_rights_differ_by_role_scope_and_company() -> None:
    grants = {grant for person in world().staff for grant in person.actor.grants}
    assert {str(grant.scope) for grant in grants} == {"self", "branch", "area", "all"}
    assert {grant.company for grant in grants} == {FCASH, PCNI, None}
    assert len({person.actor.grants for person in world().staff}) > 10


def test_whoever_works_within_a_territory_has_one_and_nobody_else_has() -> None:
    near = {"self", "branch", "area"}
    for person in world().staff:
        scopes = {str(grant.scope) for grant in person.actor.grants}
        if scopes:
            assert bool(scopes & near) == bool(person.actor.territory.all_branches), person.role
        if "area" in scopes:
            assert person.actor.territory.areas
        if "branch" in scopes:
            assert person.actor.territory.branches


def test_some_staff_have_left_and_some_have_not_begun() -> None:
    staff = world().staff
    assert sum(not person.actor.is_active for person in staff) == 2
    assert sum(person.is_deleted for person in staff) == 1
    assert sum(not person.actor.grants for person in staff) == 1


def test_those_who_can_be_signed_in_as_see_differently_much() -> None:
    shown = {str(person.role): person.company for person in world().staff if person.is_shown}
    assert shown == {
        "administrator": None,
        "head office": "FCASH",
        "area manager": None,
        "branch manager": "FCASH",
        "telemarketer": "FCASH",
    }


def test_every_branch_has_people_who_call_and_people_who_lead_for_each_company() -> None:
    directory = StaffDirectory(world().staff)
    for branch in world().organisation.branches:
        for company in branch.area.companies:
            post = directory.staff_of(WORDS.companies[company], branch.id)
            assert post.officers
            assert post.callers
            assert post.leaders


# --- the clients ---------------------------------------------------------------------------


def test_the_same_seed_and_moment_make_the_same_book_and_another_seed_another() -> None:
    again = list(World.made_up(WORDS, NOW, MANILA, 7).clients(HOW_MANY))
    assert again == book()
    assert world().staff == World.made_up(WORDS, NOW, MANILA, 7).staff
    assert book(NOW, 8) != book()


def test_codes_are_numbered_by_company_and_no_two_are_alike() -> None:
    codes = sorted(client.facts.code for client, _ in book())
    of_fcash = [code for code in codes if code.startswith("FC-")]
    of_pcni = [code for code in codes if code.startswith("PC-")]
    assert of_fcash == [f"FC-{number:06}" for number in range(1, len(of_fcash) + 1)]
    assert of_pcni == [f"PC-{number:06}" for number in range(1, len(of_pcni) + 1)]
    assert len(of_fcash) + len(of_pcni) == HOW_MANY


def test_a_client_is_of_one_company_in_product_branch_and_code() -> None:
    areas = {branch.id: branch.area for branch in world().organisation.branches}
    for client, _ in book():
        company = "FCASH" if client.facts.code.startswith("FC") else "PCNI"
        assert client.facts.company == WORDS.companies[company]
        assert company in areas[client.facts.branch].companies
        assert client.product is None or client.product.startswith(company)


@pytest.mark.rule("A3")
def test_officers_are_active_and_have_the_branch_and_look_after_two_thirds() -> None:
    assigned = [client for client, _ in book() if client.facts.assigned_to]
    assert 0.58 < len(assigned) / HOW_MANY < 0.74
    for client in assigned:
        assert client.facts.assigned_to == client.assignments[-1].officer
        assert client.assignments[-1].until is None
        for each in client.assignments:
            require_officer(people()[each.officer].actor, client.facts.branch)


def test_names_hold_what_trips_software_up() -> None:
    names = [client.full_name for client, _ in book()]
    assert any("ñ" in name for name in names)
    assert any(name.startswith("Ñ") for name in names)
    assert any(name.startswith("de") for name in names)
    assert any("-" in name for name in names)
    assert len(set(names)) > 0.95 * HOW_MANY


def test_telephone_numbers_belong_to_no_network() -> None:
    numbers = [number for client, _ in book() if (number := client.contact_number)]
    assert all(number.startswith("+63900") and len(number) == 13 for number in numbers)


def test_most_are_reached_and_a_few_are_not_for_every_reason_there_is() -> None:
    causes = Counter(client.facts.exempt_cause for client, _ in book())
    assert causes[None] > 0.85 * HOW_MANY
    assert causes[ExemptCause.INACTIVE]
    assert causes[ExemptCause.PAR_STATUS]
    assert any(client.facts.is_unmapped for client, _ in book())
    assert any(client.par_status is None for client, _ in book())


# --- what happened -------------------------------------------------------------------------


@pytest.mark.rule("S9", "S10")
def test_every_row_is_the_fold_of_its_events_and_they_are_gapless() -> None:
    for _, story in histories():
        assert story.row.snapshot == fold(story.events)
        assert [event.sequence for event in story.events] == list(range(len(story.events)))
        assert story.row.snapshot.version == len(story.events) - 1


def test_each_cycle_has_the_running_period_and_the_two_before() -> None:
    result = {str(story.row.period) for _, story in histories()}
    assert result == {"2026-09", "2026-10", "2026-11", "2026-Q2", "2026-Q3", "2026-Q4"}


@pytest.mark.rule("P1")
def test_nothing_is_recorded_beyond_now_nor_before_it_happened() -> None:
    for _, _, event in events():
        assert event.occurred_at <= event.recorded_at <= NOW


def test_events_follow_each_other_in_time() -> None:
    for _, story in histories():
        recorded = [event.recorded_at for event in story.events]
        assert recorded == sorted(recorded)


def test_people_record_in_working_hours_and_the_system_opens_in_the_evening() -> None:
    for _, _, event in events():
        at = event.recorded_at.astimezone(MANILA)
        if event.by:
            assert 8 <= at.hour < 17
            assert working_day(at.date()) == at.date()


@pytest.mark.rule("P7", "P8")
def test_calls_are_recorded_while_their_period_can_be_written_to() -> None:
    for _, story, event in events():
        if event.kind is EventKind.RECORDED:
            period = story.row.period
            for moment in (event.occurred_at, event.recorded_at):
                day = business_day(moment, MANILA)
                assert period.first_day <= day <= last_writing_day(period, 5)


@pytest.mark.rule("A1", "A2")
def test_whoever_recorded_was_active_and_might_and_had_the_branch() -> None:
    for client, _, event in events():
        if event.by is None:
            continue
        person = people()[event.by]
        officer = client.officer_at(event.recorded_at)
        place = ClientPlace(client.facts.company, event.branch, officer)
        corrects = event.kind in {EventKind.VOIDED, EventKind.REOPENED}
        needed = Permission.STATUS_CORRECT if corrects else Permission.STATUS_UPDATE
        assert decide(person.actor, needed, place).allowed
        assert event.branch in person.actor.territory.all_branches


@pytest.mark.rule("S6")
def test_only_clients_of_fcash_are_visited() -> None:
    visited = [client for client, _, event in events() if event.status == "VISITED"]
    assert visited
    assert all(client.facts.company == FCASH for client in visited)


@pytest.mark.rule("T1", "P5")
def test_no_client_is_tracked_after_a_terminal_status_and_no_row_of_theirs_is_open() -> None:
    for client, result in book():
        ended = has_terminal_outcome(story.row.snapshot for story in result)
        if not ended and client.facts.exempt_cause is None:
            continue
        assert not any(story.row.snapshot.is_open for story in result)


def test_a_client_without_a_product_has_no_rows() -> None:
    assert not any(result for client, result in book() if client.facts.is_unmapped)


def test_earlier_periods_are_mostly_done_and_more_confirmed_than_not_reachable() -> None:
    earlier = [
        s.row.snapshot for _, s in histories() if str(s.row.period) in {"2026-09", "2026-10"}
    ]
    reasons = Counter(snapshot.standing.reason for snapshot in earlier if snapshot.is_done)
    assert sum(reasons.values()) > 0.75 * len(earlier)
    assert reasons["CONFIRMED"] > 3 * reasons["NOT_REACHABLE"] > 0
    assert 0.1 < sum(snapshot.has_payment for snapshot in earlier) / len(earlier) < 0.5


def test_the_running_period_is_worked_as_far_as_the_day_says() -> None:
    done = [_done_of(NOW.replace(day=day), Period.month(2026, 11)) for day in (2, 18, 30)]
    assert done[0] < 0.1
    assert 0.3 < done[1] < 0.8
    assert done[0] < done[1] < done[2]


def _done_of(now: datetime, period: Period) -> float:
    rows = [story.row for _, result in book(now) for story in result if story.row.period == period]
    return sum(row.snapshot.is_done for row in rows) / len(rows)


@pytest.mark.rule("S11")
def test_some_follow_ups_are_due_today_some_overdue_and_some_to_come() -> None:
    open_rows = [story.row.snapshot for _, story in histories() if story.row.snapshot.is_open]
    due = {row.standing.next_follow_up_on for row in open_rows} - {None}
    today = NOW.date()
    assert today in due
    assert any(day < today for day in due if day)
    assert any(day > today for day in due if day)
    assert any(row.promise for row in open_rows)


def test_a_little_of_everything_happens() -> None:
    items = [event for _, items in world().clients(1500) for s in items for event in s.events]
    assert {event.kind for event in items} == set(EventKind) - {EventKind.MOVED, EventKind.REVIVED}
    assert {event.exempt for event in items} == set(ExemptCause) - {ExemptCause.DELETED} | {None}
    assert {event.channel for event in items} == set(Channel) | {None}


@pytest.mark.parametrize(
    "now",
    [manila(1, 0, 0, month=1), manila(29, 23, 59, month=3), manila(31, 21, month=12)],
    ids=["new_year", "late_evening", "the_evening_before"],
)
def test_whatever_the_moment_nothing_lies_beyond_it(now: datetime) -> None:
    made_up = World.made_up(WORDS, now, MANILA, 3)
    for client, result in made_up.clients(60):
        assert client.since <= now
        for story in result:
            assert story.row.snapshot == fold(story.events)
            assert all(event.recorded_at <= now for event in story.events)


def test_pension_numbers_are_unique_and_reveal_no_client_code() -> None:
    codes = [f"{company}-{number:06}" for company in ("FC", "PC") for number in range(1, 5001)]
    numbers = [pension_number(code) for code in codes]
    assert len(set(numbers)) == len(numbers)
    assert {(len(number), number[:2]) for number in numbers} == {(10, "00")}
    alike = [code for code, number in zip(codes, numbers, strict=True) if code[-4:] == number[-4:]]
    assert len(alike) < 10
    last_four = Counter(number[-4:] for number in numbers)
    assert max(last_four.values()) < 10
    assert numbers == [pension_number(code) for code in codes]
