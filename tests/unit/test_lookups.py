"""What administrators may change in the lookups (S1-S7, P2, P6, T1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from attrs import evolve

from clientupdater.domain.errors import AlreadyExists, ConfigurationNotAllowed, InvalidInput
from clientupdater.domain.lookups import (
    FACTS,
    Lookup,
    LookupChanges,
    LookupTable,
    NewLookup,
    changed_lookup,
    company_of,
    created_lookup,
    find_lookup,
    offered_statuses,
    refuse_deletion,
)

if TYPE_CHECKING:
    from clientupdater.domain.lookups import FactValue, Lookups


def entry(code: str, *, is_active: bool = True, **facts: FactValue) -> Lookup:
    return Lookup(
        code=code,
        name=code.title(),
        is_active=is_active,
        is_system=True,
        sort_order=1,
        version=1,
        facts=facts,
    )


LOOKUPS: Lookups = {
    LookupTable.COMPANIES: (entry("FCASH"), entry("PCNI"), entry("GONE", is_active=False)),
    LookupTable.PENSION_TYPES: (entry("SSS", company="FCASH"),),
    LookupTable.PENSIONER_TYPES: (entry("ITF", pension_type=None),),
    LookupTable.PRODUCTS: (entry("FCASH_SSS", company="FCASH", tracking_cycle="monthly"),),
    LookupTable.ACCOUNT_TYPES: (entry("ATM"),),
    LookupTable.PAR_STATUSES: (entry("tele_130", is_trackable=True),),
    LookupTable.STATUS_TYPES: (
        entry("PENDING", sequence=1, company=None),
        entry("CALLED", sequence=2, company=None),
        entry("VISITED", sequence=3, company="FCASH"),
        entry("DONE", sequence=4, company=None),
    ),
    LookupTable.STATUS_REASONS: (
        entry("CONFIRMED", status="DONE", is_terminal=False, requires_remarks=False),
        entry("DECEASED", status="DONE", is_terminal=True, requires_remarks=False),
        entry("BUSY", status="CALLED", is_terminal=False, requires_remarks=False),
    ),
}


def create(table: LookupTable, code: str = "NEW", name: str = "New", **facts: Any) -> Lookup:
    return created_lookup(LOOKUPS, table, NewLookup(code=code, name=name, facts=facts))


def faults(table: LookupTable, **values: Any) -> dict[str, str]:
    facts = values.pop("facts", {})
    new = NewLookup(**{"code": "NEW", "name": "New", **values}, facts=facts)
    with pytest.raises(InvalidInput) as caught:
        created_lookup(LOOKUPS, table, new)
    return {fault.pointer: fault.message for fault in caught.value.faults}


def change(table: LookupTable, code: str, **changes: Any) -> Lookup:
    seen = find_lookup(LOOKUPS, table, code)
    assert seen is not None
    return changed_lookup(LOOKUPS, table, seen, LookupChanges(**changes))


def test_a_new_entry_gets_the_defaults_of_its_table() -> None:
    made = create(LookupTable.PRODUCTS, name="  New product ", company="PCNI")
    assert (made.code, made.name, made.version) == ("NEW", "New product", 1)
    assert (made.is_active, made.is_system) == (True, False)
    assert made.facts == {"company": "PCNI", "tracking_cycle": "monthly"}
    assert made.values == {
        "code": "NEW",
        "name": "New product",
        "sort_order": 0,
        "is_active": True,
        "company": "PCNI",
        "tracking_cycle": "monthly",
    }
    assert create(LookupTable.PAR_STATUSES).facts == {"is_trackable": True}
    assert create(LookupTable.STATUS_TYPES, sequence=5, company=None).facts["company"] is None
    assert create(LookupTable.PENSIONER_TYPES).facts == {"pension_type": None}


def test_every_fault_of_a_new_entry_is_named_at_once() -> None:
    assert set(
        faults(
            LookupTable.PRODUCTS,
            code="not a code",
            name=" ",
            sort_order=-1,
            facts={"company": "GONE", "sequence": 1},
        )
    ) == {"/code", "/name", "/sort_order", "/facts/company", "/facts/sequence"}
    assert faults(LookupTable.STATUS_TYPES) == {"/facts/sequence": "is missing"}
    for name in ("", "x" * 256, "a\x07b"):
        assert list(faults(LookupTable.ACCOUNT_TYPES, name=name)) == ["/name"]
    for code in ("", "-x", "x" * 51, "a b", "é"):
        assert list(faults(LookupTable.ACCOUNT_TYPES, code=code)) == ["/code"]
    assert list(faults(LookupTable.ACCOUNT_TYPES, sort_order=100_001)) == ["/sort_order"]


@pytest.mark.parametrize(
    ("name", "wrong", "message"),
    [
        ("sequence", "7", "must be a whole number"),
        ("sequence", True, "must be a whole number"),
        ("sequence", -1, "must be from 0 to 100000"),
        ("company", 7, "must be text"),
    ],
)
def test_a_fact_has_a_kind_and_bounds(name: str, wrong: Any, message: str) -> None:
    facts = {"sequence": 7, name: wrong}
    assert faults(LookupTable.STATUS_TYPES, facts=facts) == {f"/facts/{name}": message}


def test_P2_a_product_is_tracked_by_month_or_by_quarter() -> None:
    facts = {"company": "FCASH", "tracking_cycle": "weekly"}
    message = {"/facts/tracking_cycle": "must be one of monthly, quarterly"}
    assert faults(LookupTable.PRODUCTS, facts=facts) == message
    flag = {"is_trackable": 1}
    assert faults(LookupTable.PAR_STATUSES, facts=flag) == {
        "/facts/is_trackable": "must be true or false"
    }
    with pytest.raises(InvalidInput, match="/facts/requires_remarks: must be true or false"):
        change(LookupTable.STATUS_REASONS, "BUSY", facts={"requires_remarks": "yes"})


def test_a_code_is_taken_once_whatever_its_case() -> None:
    with pytest.raises(AlreadyExists, match="the code atm in account_types"):
        create(LookupTable.ACCOUNT_TYPES, "atm")


def test_S1_pending_takes_no_reason() -> None:
    assert faults(LookupTable.STATUS_REASONS, facts={"status": "PENDING"}) == {
        "/facts/status": "PENDING is never recorded, so it takes no reason"
    }


def test_T1_only_a_reason_of_done_is_terminal() -> None:
    terminal = {"status": "CALLED", "is_terminal": True}
    assert list(faults(LookupTable.STATUS_REASONS, facts=terminal)) == ["/facts/is_terminal"]
    made = create(LookupTable.STATUS_REASONS, status="DONE", is_terminal=True)
    assert made.facts["is_terminal"] is True


def test_an_entry_is_renamed_reordered_and_deactivated() -> None:
    changed = change(LookupTable.STATUS_TYPES, "CALLED", name=" Phoned ", sort_order=7)
    assert (changed.code, changed.name, changed.sort_order) == ("CALLED", "Phoned", 7)
    assert changed.is_active
    off = change(LookupTable.STATUS_TYPES, "CALLED", is_active=False)
    assert not off.is_active
    assert changed_lookup(
        LOOKUPS, LookupTable.STATUS_TYPES, off, LookupChanges(is_active=True)
    ) == evolve(off, is_active=True)
    for wrong in ({"name": ""}, {"sort_order": -1}):
        with pytest.raises(InvalidInput):
            change(LookupTable.STATUS_TYPES, "CALLED", **wrong)


@pytest.mark.rule("S2", "S5")
def test_S5_the_order_and_the_need_for_remarks_can_change() -> None:
    moved = change(LookupTable.STATUS_TYPES, "CALLED", facts={"sequence": 9, "company": None})
    assert moved.facts == {"sequence": 9, "company": None}
    strict = change(LookupTable.STATUS_REASONS, "BUSY", facts={"requires_remarks": True})
    assert strict.facts["requires_remarks"] is True


@pytest.mark.parametrize(
    ("table", "code", "facts"),
    [
        (LookupTable.PENSION_TYPES, "SSS", {"company": "PCNI"}),
        (LookupTable.PENSIONER_TYPES, "ITF", {"pension_type": "SSS"}),
        (LookupTable.PRODUCTS, "FCASH_SSS", {"company": "PCNI"}),
        (LookupTable.PRODUCTS, "FCASH_SSS", {"tracking_cycle": "quarterly"}),
        (LookupTable.PAR_STATUSES, "tele_130", {"is_trackable": False}),
        (LookupTable.STATUS_TYPES, "VISITED", {"company": "PCNI"}),
        (LookupTable.STATUS_REASONS, "BUSY", {"status": "DONE"}),
        (LookupTable.STATUS_REASONS, "CONFIRMED", {"is_terminal": True}),
        (LookupTable.ACCOUNT_TYPES, "ATM", {"company": "FCASH"}),
    ],
)
@pytest.mark.rule("P2", "P6", "S4", "S6", "T1")
def test_S6_a_fact_that_records_depend_on_stays(
    table: LookupTable, code: str, facts: dict[str, Any]
) -> None:
    (name,) = facts
    with pytest.raises(InvalidInput) as caught:
        change(table, code, facts=facts)
    assert [fault.pointer for fault in caught.value.faults] == [f"/facts/{name}"]
    same = change(LookupTable.PRODUCTS, "FCASH_SSS", facts={"company": "FCASH"})
    assert same.facts["company"] == "FCASH"


@pytest.mark.parametrize("code", ["PENDING", "DONE"])
def test_S3_pending_and_done_are_never_deactivated(code: str) -> None:
    with pytest.raises(ConfigurationNotAllowed, match="begins and ends with it"):
        change(LookupTable.STATUS_TYPES, code, is_active=False)


def test_S4_the_last_active_reason_of_done_stays() -> None:
    table = LookupTable.STATUS_REASONS
    first = change(table, "CONFIRMED", is_active=False)
    assert not first.is_active
    left = {**LOOKUPS, table: (first, *LOOKUPS[table][1:])}
    with pytest.raises(ConfigurationNotAllowed, match="last active reason of DONE"):
        changed_lookup(left, table, LOOKUPS[table][1], LookupChanges(is_active=False))
    assert not change(table, "BUSY", is_active=False).is_active


def test_S7_no_entry_is_deleted() -> None:
    with pytest.raises(ConfigurationNotAllowed, match=r"ATM of account_types .* deactivate it"):
        refuse_deletion(LookupTable.ACCOUNT_TYPES, "ATM")


@pytest.mark.parametrize(
    ("table", "facts", "company"),
    [
        (LookupTable.COMPANIES, {}, None),
        (LookupTable.PRODUCTS, {"company": "PCNI"}, "PCNI"),
        (LookupTable.STATUS_TYPES, {"company": None}, None),
        (LookupTable.PENSIONER_TYPES, {"pension_type": "SSS"}, "FCASH"),
        (LookupTable.PENSIONER_TYPES, {"pension_type": None}, None),
        (LookupTable.STATUS_REASONS, {"status": "VISITED"}, "FCASH"),
        (LookupTable.STATUS_REASONS, {"status": "DONE"}, None),
        (LookupTable.STATUS_REASONS, {"status": "MISSING"}, None),
    ],
)
@pytest.mark.rule("A6a")
def test_A6a_an_entry_belongs_to_the_company_of_its_own_or_of_its_parent(
    table: LookupTable, facts: dict[str, Any], company: str | None
) -> None:
    assert company_of(LOOKUPS, table, facts) == company


def test_every_table_has_its_facts() -> None:
    assert set(FACTS) == set(LookupTable)
    assert find_lookup(LOOKUPS, LookupTable.PRODUCTS, "MISSING") is None


@pytest.mark.rule("S1", "S4", "S6", "S7")
def test_what_can_be_recorded_is_offered_in_order_and_nothing_else() -> None:
    statuses = (
        *LOOKUPS[LookupTable.STATUS_TYPES],
        entry("TO_FOLLOW", sequence=0, company=None),
        entry("GONE", is_active=False, sequence=9, company=None),
    )
    reasons = (*LOOKUPS[LookupTable.STATUS_REASONS], entry("LOST", is_active=False, status="DONE"))
    lookups = {
        **LOOKUPS,
        LookupTable.STATUS_TYPES: statuses,
        LookupTable.STATUS_REASONS: reasons,
    }
    offered = offered_statuses(lookups, "FCASH")
    assert [status.code for status in offered] == ["TO_FOLLOW", "CALLED", "VISITED", "DONE"]
    assert [reason.code for reason in offered[-1].reasons] == ["CONFIRMED", "DECEASED"]
    assert "VISITED" not in {status.code for status in offered_statuses(lookups, "PCNI")}
