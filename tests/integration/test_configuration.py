"""Settings, options and lookups, changed by administrators and undone (L1, A5, A6a, A7)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TYPE_CHECKING, Any
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest

from clientupdater.domain.access import Actor
from clientupdater.domain.callers import Caller, Origin
from clientupdater.domain.errors import (
    AlreadyExists,
    ConfigurationNotAllowed,
    Error,
    Forbidden,
    InvalidInput,
    NotFound,
    VersionConflict,
)
from clientupdater.domain.ids import ChangeId, OptionId
from clientupdater.domain.lookups import LookupChanges, LookupTable, NewLookup
from clientupdater.domain.options import Category
from clientupdater.usecases.configuration.options import NewOption
from tests.support.staff_fixture import NOW, Staff, staffed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from clientupdater.domain.ids import PersonId
    from clientupdater.domain.options import Option
    from tests.support.servers import Database

HERE = Origin(interface="test")
KEY = "status.backdating_days"


@pytest.fixture
def staff(database: Database) -> Iterator[Staff]:
    with staffed(database, ZoneInfo("Asia/Manila")) as opened:
        yield opened


def as_one(person: PersonId) -> Caller:
    return Caller(Actor(person), HERE)


@pytest.fixture
def boss(staff: Staff) -> Caller:
    """Give an administrator of the configuration of every company."""
    return as_one(staff.hire("config:read all", "config:manage all"))


@pytest.fixture
def head(staff: Staff) -> Caller:
    """Give an administrator of the configuration of FCASH alone."""
    return as_one(staff.hire("config:read all FCASH", "config:manage all FCASH"))


def last_change(staff: Staff) -> ChangeId:
    found: UUID = staff.one("select id from config_audit_log order by position desc limit 1")
    return ChangeId(found)


def audit(staff: Staff) -> list[list[Any]]:
    entries: list[list[Any]] = staff.one(
        "select coalesce(jsonb_agg(jsonb_build_array(table_name, record_id, old_values,"
        " new_values) order by position), '[]') from config_audit_log"
    )
    return entries


def value(staff: Staff, company: str | None = None, key: str = KEY) -> str:
    """Read the effective value as an administrator sees it."""
    caller = as_one(staff.hire("config:read all"))
    return staff.app.configuration.settings.show(caller, key, company).value


# --- settings


def test_a_companys_value_wins_and_deleting_it_returns_to_the_general_one(
    staff: Staff, boss: Caller
) -> None:
    settings = staff.app.configuration.settings
    settings.set(boss, KEY, None, "7", version=1)
    own = settings.set(boss, KEY, "FCASH", "3", version=0)
    assert (own.value, own.version) == ("3", 1)
    assert own.stored is not None
    assert (own.stored.updated_by, own.stored.updated_at) == (boss.actor.id, NOW)
    assert [value(staff, each) for each in (None, "FCASH", "PCNI")] == ["7", "3", "7"]
    settings.unset(boss, KEY, "FCASH", version=1)
    assert value(staff, "FCASH") == "7"
    settings.unset(boss, KEY, None)
    assert value(staff) == "5"
    with pytest.raises(NotFound):
        settings.unset(boss, KEY, None)


@pytest.mark.rule("L1")
def test_L1_each_change_leaves_old_and_new_values_and_a_line_of_activity(
    staff: Staff, boss: Caller
) -> None:
    staff.app.configuration.settings.set(boss, KEY, None, "7")
    staff.app.configuration.settings.set(boss, KEY, "FCASH", "3", is_public=True)
    staff.app.configuration.settings.unset(boss, KEY, "FCASH")
    own = f"{KEY}:FCASH"
    public = {"value": "3", "is_public": True}
    assert audit(staff) == [
        ["config_settings", KEY, {"value": "5"}, {"value": "7"}],
        ["config_settings", own, None, public],
        ["config_settings", own, public, None],
    ]
    assert staff.one(
        "select jsonb_agg(action || ' ' || resource_id order by created_at, id) from activity_logs"
        " where user_id = %s",
        boss.actor.id,
    ) == [f"config.update {KEY}", f"config.create {own}", f"config.delete {own}"]


def test_a_value_that_stays_the_same_leaves_no_entry(staff: Staff, boss: Caller) -> None:
    assert staff.app.configuration.settings.set(boss, KEY, None, "5").version == 1
    assert audit(staff) == []


def test_an_unknown_key_is_refused_with_the_known_ones(staff: Staff, boss: Caller) -> None:
    for attempt in (
        lambda: staff.app.configuration.settings.set(boss, "status.undo", None, "1"),
        lambda: staff.app.configuration.settings.show(boss, "status.undo", None),
        lambda: staff.app.configuration.settings.unset(boss, "status.undo", None),
    ):
        with pytest.raises(InvalidInput, match=r"sync\.guard_floor, sync\.guard_percent"):
            attempt()


def test_a_deleted_value_never_comes_back_at_a_version_it_had(staff: Staff, boss: Caller) -> None:
    settings = staff.app.configuration.settings
    seen = settings.set(boss, KEY, "FCASH", "3").version
    settings.unset(boss, KEY, "FCASH")
    settings.set(boss, KEY, "FCASH", "4")
    with pytest.raises(VersionConflict):
        settings.set(boss, KEY, "FCASH", "5", version=seen)


@pytest.mark.rule("A6a")
def test_A6a_a_value_of_one_company_takes_the_right_over_it_and_a_general_one_over_all(
    staff: Staff, head: Caller
) -> None:
    settings = staff.app.configuration.settings
    settings.set(head, KEY, "FCASH", "3")
    for company in (None, "PCNI"):
        with pytest.raises(Forbidden):
            settings.set(head, KEY, company, "3")
        with pytest.raises(Forbidden):
            settings.unset(head, KEY, company)
    assert value(staff, "PCNI") == "5"
    refusals = "select count(*) from authorization_audit where resource = 'config_settings'"
    assert staff.one(refusals) == 4
    with pytest.raises(NotFound):
        settings.set(as_one(staff.hire("config:manage all")), KEY, "NONE", "3")
    with pytest.raises(Forbidden):
        settings.set(as_one(staff.hire("config:manage area")), KEY, "FCASH", "3")


def test_A10_people_without_the_right_read_public_values_alone(staff: Staff, boss: Caller) -> None:
    settings, ana = staff.app.configuration.settings, as_one(staff.hire())
    assert settings.list(ana) == []
    with pytest.raises(Forbidden):
        settings.show(ana, KEY, None)
    settings.set(boss, KEY, None, "6", is_public=True)
    settings.set(boss, KEY, "FCASH", "4")
    shown = settings.list(ana)
    assert [(each.company, each.value, each.stored) for each in shown] == [
        (None, "6", None),
        ("PCNI", "6", None),
    ]
    head = as_one(staff.hire("config:read all PCNI"))
    own = {(each.known.key, each.company) for each in settings.list(head)}
    assert (KEY, "PCNI") in own
    assert (KEY, "FCASH") not in own


def both(*attempts: Callable[[], object]) -> list[str]:
    """Try at the same moment; name each outcome."""
    barrier = Barrier(len(attempts))

    def one(attempt: Callable[[], object]) -> str:
        barrier.wait()
        try:
            attempt()
        except Error as error:
            return type(error).__name__
        return "done"

    with ThreadPoolExecutor(len(attempts)) as pool:
        return sorted(pool.map(one, attempts))


def test_of_two_changes_at_once_one_wins_and_the_other_is_told_to_read_again(
    staff: Staff, boss: Caller
) -> None:
    for version in range(1, 6):
        outcome = both(
            lambda v=version: staff.app.configuration.settings.set(
                boss, KEY, None, f"{v}", version=v
            ),  # type: ignore[misc]
            lambda v=version: staff.app.configuration.settings.set(
                boss, KEY, None, f"{v + 10}", version=v
            ),  # type: ignore[misc]
        )
        assert outcome == ["VersionConflict", "done"]


# --- categories and options


@pytest.fixture
def answers(staff: Staff, boss: Caller) -> str:
    staff.app.configuration.categories.create(boss, Category(code="answers", name="Answers"))
    return "answers"


def option(staff: Staff, boss: Caller, code: str, **facts: Any) -> Option:
    new = NewOption(category="answers", code=code, label=code.title(), **facts)
    return staff.app.configuration.options.create(boss, new)


def codes(staff: Staff, caller: Caller) -> list[str]:
    return [each.code for each in staff.app.configuration.options.list(caller, "answers")]


def test_options_stand_in_their_order_below_their_parents(
    staff: Staff, boss: Caller, answers: str
) -> None:
    yes = option(staff, boss, "yes", sort_order=2, value="y", metadata={"colour": "green"})
    option(staff, boss, "no", sort_order=1)
    later = option(staff, boss, "later", parent=yes.id, company="FCASH", sort_order=3)
    assert codes(staff, boss) == ["no", "yes", "later"]
    assert staff.app.configuration.options.show(boss, later.id).parent == yes.id
    assert staff.app.configuration.options.show(boss, yes.id).metadata == {"colour": "green"}
    with pytest.raises(InvalidInput, match="general option, or one of the same company"):
        option(staff, boss, "never", parent=later.id)
    deep = option(staff, boss, "deep", parent=yes.id)
    with pytest.raises(InvalidInput, match="must not be below this option itself"):
        staff.app.configuration.options.change(boss, yes.id, {"parent": deep.id}, None)
    staff.app.configuration.options.delete(boss, deep.id, None)
    with pytest.raises(ConfigurationNotAllowed, match="options below it"):
        staff.app.configuration.options.delete(boss, yes.id, None)
    staff.app.configuration.options.delete(boss, later.id, later.version)
    staff.app.configuration.options.delete(boss, yes.id, yes.version)
    assert codes(staff, boss) == ["no"]


def test_a_category_has_one_default_for_each_company_and_one_for_all(
    staff: Staff, boss: Caller, answers: str
) -> None:
    option(staff, boss, "yes", is_default=True)
    option(staff, boss, "own", is_default=True, company="FCASH")
    with pytest.raises(ConfigurationNotAllowed, match="yes is the default of answers"):
        option(staff, boss, "no", is_default=True)
    no = option(staff, boss, "no")
    with pytest.raises(ConfigurationNotAllowed, match="yes is the default"):
        staff.app.configuration.options.change(boss, no.id, {"is_default": True}, no.version)
    with pytest.raises(AlreadyExists):
        option(staff, boss, "YES")
    option(staff, boss, "yes", company="FCASH")


def test_A6a_an_option_of_another_company_is_out_of_sight(
    staff: Staff, boss: Caller, head: Caller, answers: str
) -> None:
    general, theirs = option(staff, boss, "yes"), option(staff, boss, "no", company="PCNI")
    mine = option(staff, head, "own", company="FCASH")
    assert codes(staff, head) == ["own", "yes"]
    with pytest.raises(NotFound):
        staff.app.configuration.options.show(head, theirs.id)
    with pytest.raises(NotFound):
        staff.app.configuration.options.change(head, theirs.id, {"label": "Mine"}, None)
    with pytest.raises(Forbidden):
        staff.app.configuration.options.change(head, general.id, {"label": "Mine"}, None)
    with pytest.raises(Forbidden):
        option(staff, head, "general")
    changed = staff.app.configuration.options.change(head, mine.id, {"label": "Mine"}, mine.version)
    assert (changed.label, changed.version) == ("Mine", 2)
    with pytest.raises(VersionConflict):
        staff.app.configuration.options.change(head, mine.id, {"label": "Ours"}, mine.version)
    with pytest.raises(NotFound):
        staff.app.configuration.options.show(boss, OptionId(uuid4()))
    stranger = as_one(staff.hire())
    for attempt in (
        lambda: staff.app.configuration.options.show(stranger, mine.id),
        lambda: staff.app.configuration.options.list(stranger, answers),
        lambda: staff.app.configuration.categories.list(stranger),
    ):
        with pytest.raises(Forbidden):
            attempt()


def test_a_category_with_options_is_not_deleted(staff: Staff, boss: Caller, answers: str) -> None:
    yes = option(staff, boss, "yes")
    categories = staff.app.configuration.categories
    with pytest.raises(ConfigurationNotAllowed, match="has options"):
        categories.delete(boss, answers, None)
    changed = categories.change(boss, answers, {"is_active": False, "name": "Replies"}, 1)
    assert (changed.is_active, changed.name, changed.version) == (False, "Replies", 2)
    staff.app.configuration.options.delete(boss, yes.id, None)
    categories.delete(boss, answers, 2)
    assert categories.list(boss) == []
    with pytest.raises(NotFound):
        categories.show(boss, answers)
    with pytest.raises(NotFound):
        staff.app.configuration.options.list(boss, answers)


# --- lookups

NEW: dict[LookupTable, dict[str, Any]] = {
    LookupTable.COMPANIES: {},
    LookupTable.PENSION_TYPES: {"company": "FCASH"},
    LookupTable.PENSIONER_TYPES: {"pension_type": "SSS"},
    LookupTable.PRODUCTS: {"company": "PCNI", "tracking_cycle": "quarterly"},
    LookupTable.ACCOUNT_TYPES: {},
    LookupTable.PAR_STATUSES: {"is_trackable": False},
    LookupTable.STATUS_TYPES: {"sequence": 7, "company": "PCNI"},
    LookupTable.STATUS_REASONS: {"status": "CALLED", "requires_remarks": True},
}


@pytest.mark.parametrize("table", LookupTable)
def test_each_lookup_gets_an_entry_which_is_changed_and_never_deleted(
    staff: Staff, boss: Caller, table: LookupTable
) -> None:
    lookups, facts = staff.app.configuration.lookup_admin, NEW[table]
    made = lookups.create(
        boss, table, NewLookup(code="NEW", name=" New ", sort_order=9, facts=facts)
    )
    assert (made.code, made.name, made.is_system, made.version) == ("NEW", "New", False, 1)
    assert {name: made.facts[name] for name in facts} == facts
    changes = LookupChanges(name="Newer", sort_order=8, is_active=False)
    changed = lookups.change(boss, table, "NEW", changes, 1)
    assert (changed.name, changed.sort_order, changed.is_active) == ("Newer", 8, False)
    assert changed.facts == made.facts
    assert lookups.list(boss, table)[-1].code in {"NEW", "DONE"}
    with pytest.raises(VersionConflict) as caught:
        lookups.change(boss, table, "NEW", LookupChanges(name="Newest"), 1)
    assert caught.value.fields == ("name",)
    with pytest.raises(AlreadyExists):
        lookups.create(boss, table, NewLookup(code="new", name="New", facts=facts))
    with pytest.raises(ConfigurationNotAllowed, match="deactivate it"):
        lookups.delete(boss, table, "NEW")
    with pytest.raises(NotFound):
        lookups.show(boss, table, "MISSING")
    assert [(entry[0], entry[1]) for entry in audit(staff)] == [(str(table), "NEW")] * 2
    assert staff.one(f"select created_by from {table} where code = 'NEW'") == boss.actor.id


def test_S7_what_is_built_in_is_renamed_and_deactivated_like_any_other(
    staff: Staff, boss: Caller
) -> None:
    change = staff.app.configuration.lookup_admin.change
    changes = LookupChanges(name="Phoned", is_active=False)
    changed = change(boss, LookupTable.STATUS_TYPES, "CALLED", changes, 1)
    assert (changed.name, changed.is_active, changed.is_system) == ("Phoned", False, True)
    for code in ("PENDING", "DONE"):
        with pytest.raises(ConfigurationNotAllowed):
            change(boss, LookupTable.STATUS_TYPES, code, LookupChanges(is_active=False), 1)


def test_A6a_an_entry_of_one_company_takes_the_right_over_that_company(
    staff: Staff, head: Caller
) -> None:
    lookups = staff.app.configuration.lookup_admin
    mine = NewLookup(code="OWN", name="Own", facts={"company": "FCASH"})
    lookups.create(head, LookupTable.PRODUCTS, mine)
    lookups.change(head, LookupTable.STATUS_TYPES, "VISITED", LookupChanges(name="Seen"), None)
    below = NewLookup(code="OWN", name="Own", facts={"status": "VISITED"})
    lookups.create(head, LookupTable.STATUS_REASONS, below)
    for table, code in (
        (LookupTable.PRODUCTS, "PCNI_PNP"),
        (LookupTable.STATUS_TYPES, "CALLED"),
        (LookupTable.STATUS_REASONS, "DECEASED"),
        (LookupTable.COMPANIES, "FCASH"),
    ):
        with pytest.raises(Forbidden):
            lookups.change(head, table, code, LookupChanges(name="Mine"), None)
    theirs = NewLookup(code="OWN", name="Own", facts={"company": "PCNI"})
    with pytest.raises(Forbidden):
        lookups.create(head, LookupTable.PENSION_TYPES, theirs)
    with pytest.raises(Forbidden):
        lookups.delete(as_one(staff.hire()), LookupTable.PRODUCTS, "NONE")


def test_a_company_with_active_clients_is_not_deactivated(staff: Staff, boss: Caller) -> None:
    staff.run(
        "insert into clients (client_code, company_id, full_name, branch_id)"
        " values ('FC-1', %s, 'Juana Reyes', %s)",
        staff.company(),
        staff.branch(),
    )
    change, off = staff.app.configuration.lookup_admin.change, LookupChanges(is_active=False)
    with pytest.raises(ConfigurationNotAllowed, match="has active clients"):
        change(boss, LookupTable.COMPANIES, "FCASH", off, None)
    assert not change(boss, LookupTable.COMPANIES, "PCNI", off, None).is_active


# --- undo


def undo(staff: Staff, caller: Caller, change: ChangeId | None = None) -> ChangeId:
    return staff.app.configuration.undo(caller, change or last_change(staff)).change.id


def test_undoing_writes_the_old_value_back_as_a_new_change(staff: Staff, boss: Caller) -> None:
    staff.app.configuration.settings.set(boss, KEY, None, "7")
    first = last_change(staff)
    assert undo(staff, boss) == last_change(staff) != first
    assert value(staff) == "5"
    assert audit(staff)[-1][2:] == [{"value": "7"}, {"value": "5"}]
    undo(staff, boss)
    assert value(staff) == "7"


def test_several_changes_are_undone_the_latest_first(staff: Staff, boss: Caller) -> None:
    changes = []
    for text in ("7", "8", "9"):
        staff.app.configuration.settings.set(boss, KEY, None, text)
        changes.append(last_change(staff))
    with pytest.raises(VersionConflict) as caught:
        undo(staff, boss, changes[0])
    assert (caught.value.provided, caught.value.current) == (2, 4)
    assert caught.value.fields == ("value",)
    for change in reversed(changes):
        undo(staff, boss, change)
    assert value(staff) == "5"


def test_creation_is_undone_by_deletion_and_deletion_by_creation(
    staff: Staff, boss: Caller, answers: str
) -> None:
    staff.app.configuration.settings.set(boss, KEY, "FCASH", "3")
    undo(staff, boss)
    assert value(staff, "FCASH") == "5"
    undo(staff, boss)
    assert value(staff, "FCASH") == "3"
    made = option(staff, boss, "yes", metadata={"a": [1]}, company="FCASH", is_default=True)
    undo(staff, boss)
    assert codes(staff, boss) == []
    undo(staff, boss)
    (restored,) = staff.app.configuration.options.list(boss, answers)
    assert restored.id == made.id
    assert (restored.values, restored.version) == (made.values, 3)
    staff.app.configuration.options.delete(boss, made.id, None)
    staff.app.configuration.categories.delete(boss, answers, None)
    undo(staff, boss)
    assert staff.app.configuration.categories.show(boss, answers).name == "Answers"


def test_a_creation_that_cannot_be_deleted_any_more_is_undone_by_deactivation(
    staff: Staff, boss: Caller, answers: str
) -> None:
    of_category = last_change(staff)
    yes = option(staff, boss, "yes")
    of_option = last_change(staff)
    option(staff, boss, "later", parent=yes.id)
    undo(staff, boss, of_option)
    assert not staff.app.configuration.options.show(boss, yes.id).is_active
    undo(staff, boss, of_category)
    assert not staff.app.configuration.categories.show(boss, answers).is_active
    products = LookupTable.PRODUCTS
    new = NewLookup(code="NEW", name="New", facts={"company": "FCASH"})
    staff.app.configuration.lookup_admin.create(boss, products, new)
    undo(staff, boss)
    assert not staff.app.configuration.lookup_admin.show(boss, products, "NEW").is_active
    undo(staff, boss)
    assert staff.app.configuration.lookup_admin.show(boss, products, "NEW").is_active


def test_an_update_of_an_option_or_a_lookup_is_undone(
    staff: Staff, boss: Caller, answers: str
) -> None:
    yes, group = option(staff, boss, "yes"), option(staff, boss, "group")
    staff.app.configuration.options.change(
        boss, yes.id, {"parent": group.id, "label": "Oh yes"}, None
    )
    moved = last_change(staff)
    staff.app.configuration.options.change(boss, yes.id, {"parent": None}, None)
    undo(staff, boss)
    assert staff.app.configuration.options.show(boss, yes.id).parent == group.id
    undo(staff, boss, moved)
    shown = staff.app.configuration.options.show(boss, yes.id)
    assert (shown.parent, shown.label) == (None, "Yes")
    staff.app.configuration.categories.change(boss, answers, {"name": "Replies"}, None)
    undo(staff, boss)
    assert staff.app.configuration.categories.show(boss, answers).name == "Answers"
    reasons, remarks = LookupTable.STATUS_REASONS, {"requires_remarks": True}
    changes = LookupChanges(name="Agreed", facts=remarks)
    staff.app.configuration.lookup_admin.change(boss, reasons, "CONFIRMED", changes, None)
    undo(staff, boss)
    shown_reason = staff.app.configuration.lookup_admin.show(boss, reasons, "CONFIRMED")
    assert (shown_reason.name, shown_reason.facts["requires_remarks"]) == ("Confirmed", False)


def test_what_is_gone_by_now_or_there_again_is_not_undone(
    staff: Staff, boss: Caller, answers: str
) -> None:
    yes = option(staff, boss, "yes")
    staff.app.configuration.options.change(boss, yes.id, {"label": "Oh yes"}, None)
    update = last_change(staff)
    staff.app.configuration.options.delete(boss, yes.id, None)
    with pytest.raises(VersionConflict):
        undo(staff, boss, update)
    staff.app.configuration.settings.set(boss, KEY, "FCASH", "3")
    staff.app.configuration.settings.unset(boss, KEY, "FCASH")
    removal = last_change(staff)
    staff.app.configuration.settings.set(boss, KEY, "FCASH", "4")
    with pytest.raises(VersionConflict):
        undo(staff, boss, removal)


def test_an_undo_keeps_to_the_rules_of_today(staff: Staff, boss: Caller, answers: str) -> None:
    yes = option(staff, boss, "yes", is_default=True)
    staff.app.configuration.options.delete(boss, yes.id, None)
    removal = last_change(staff)
    option(staff, boss, "no", is_default=True)
    with pytest.raises(ConfigurationNotAllowed, match="no is the default"):
        undo(staff, boss, removal)


@pytest.mark.rule("A6a")
def test_A6a_undoing_takes_the_right_to_make_the_change(
    staff: Staff, boss: Caller, head: Caller
) -> None:
    staff.app.configuration.settings.set(boss, KEY, None, "7")
    with pytest.raises(Forbidden):
        undo(staff, head)
    staff.app.configuration.settings.set(boss, KEY, "FCASH", "3")
    undo(staff, head)
    stranger = as_one(staff.hire())
    for change in (last_change(staff), ChangeId(uuid4())):
        with pytest.raises(Forbidden):
            undo(staff, stranger, change)
    with pytest.raises(NotFound, match="no such change"):
        undo(staff, boss, ChangeId(uuid4()))


def test_changes_of_roles_are_not_undone_here(staff: Staff, boss: Caller, head: Caller) -> None:
    staff.run(
        "insert into config_audit_log (table_name, record_id, action, old_values, new_values)"
        " values ('roles', 'operator', 'update', '{}', '{}')"
    )
    with pytest.raises(ConfigurationNotAllowed, match="roles are not undone here"):
        undo(staff, boss)
    with pytest.raises(Forbidden):
        undo(staff, head)


def test_of_two_undos_at_once_one_wins(staff: Staff, boss: Caller) -> None:
    for _ in range(5):
        staff.app.configuration.settings.set(boss, KEY, None, "7")
        change = last_change(staff)
        assert both(*[lambda c=change: undo(staff, boss, c)] * 2) == ["VersionConflict", "done"]
        assert value(staff) == "5"
