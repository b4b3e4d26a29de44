"""What a run would do, as a value; and what one row comes to."""

from __future__ import annotations

import random
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from clientupdater.domain.errors import Fault, PlanChanged
from clientupdater.domain.sync.comparison import Finding, Known, compare
from clientupdater.domain.sync.contacts import Contact
from clientupdater.domain.sync.fields import Field, Sealed, Value
from clientupdater.domain.sync.mapping import Reject, Row
from clientupdater.domain.sync.plan import (
    Consequences,
    Create,
    FieldChange,
    HistoryEntry,
    Plan,
    RowEffect,
    Update,
    canonical,
    history_of,
)
from clientupdater.domain.sync.versions import RecordVersion

OLD_SEAL, NEW_SEAL = Sealed("f1", "1234"), Sealed("f2", "1234")
UPDATE = Update(
    "C-1",
    (
        FieldChange("branch", "MNL", "CEB"),
        FieldChange("past_due_amount", None, Decimal("10.5")),
        FieldChange("pension_number", OLD_SEAL, NEW_SEAL),
    ),
)
CREATE = Create("C-2", {Field.CLIENT_CODE: "C-2", Field.FULL_NAME: "Ana", Field.ADDRESS: None})
ROW = RowEffect("C-1", "2026-11", "MNL to CEB")
PLAN = Plan(
    creates=(CREATE,),
    updates=(UPDATE,),
    vanished=frozenset({"C-3"}),
    reappeared=frozenset({"C-4"}),
    rejects=(Reject(9, "C-9", (Fault("X", "is missing"),)),),
    consequences=Consequences(
        opened=frozenset({RowEffect("C-2", "2026-11")}),
        exempted=frozenset({RowEffect("C-3", "2026-11", "inactive")}),
        restored=frozenset({RowEffect("C-4", "2026-11")}),
        moved=frozenset({ROW}),
        contact_conflicts=frozenset({"C-1"}),
        terminal_exceptions=frozenset({"C-5"}),
    ),
)


# --- the hash


def test_Y5_the_hash_is_the_same_in_every_process() -> None:
    assert PLAN.hash == "e5d112a83ac62182c92d78230840820cf086d2b83542c13d4e2e7799f90eab12"
    assert Plan().hash == "9993dc0d9e9102e3ea72eed1077faaa2f28083db0a96bf36d4421fc550646679"


@pytest.mark.parametrize(
    "other",
    [
        evolve(PLAN, creates=()),
        evolve(PLAN, creates=(evolve(CREATE, code="C-9"),)),
        evolve(PLAN, creates=(evolve(CREATE, values={Field.FULL_NAME: "Eva"}),)),
        evolve(PLAN, updates=()),
        evolve(PLAN, updates=(evolve(UPDATE, code="C-9"),)),
        evolve(PLAN, updates=(evolve(UPDATE, changes=UPDATE.changes[1:]),)),
        evolve(PLAN, updates=(evolve(UPDATE, changes=UPDATE.changes[:2]),)),
        evolve(PLAN, vanished=frozenset()),
        evolve(PLAN, reappeared=frozenset()),
        evolve(PLAN, vanished=PLAN.reappeared, reappeared=PLAN.vanished),
        evolve(PLAN, consequences=evolve(PLAN.consequences, opened=frozenset())),
        evolve(PLAN, consequences=evolve(PLAN.consequences, exempted=frozenset())),
        evolve(PLAN, consequences=evolve(PLAN.consequences, restored=frozenset())),
        evolve(PLAN, consequences=evolve(PLAN.consequences, moved=frozenset())),
        evolve(
            PLAN, consequences=evolve(PLAN.consequences, moved=frozenset({evolve(ROW, detail="")}))
        ),
        evolve(
            PLAN,
            consequences=evolve(
                PLAN.consequences, moved=frozenset({evolve(ROW, period="2026-10")})
            ),
        ),
        evolve(PLAN, consequences=evolve(PLAN.consequences, contact_conflicts=frozenset())),
    ],
)
def test_Y5_the_hash_changes_with_every_effect(other: Plan) -> None:
    assert other.hash != PLAN.hash


def test_Y5_the_hash_covers_effects_alone() -> None:
    assert evolve(PLAN, rejects=()).hash == PLAN.hash
    consequences = evolve(PLAN.consequences, terminal_exceptions=frozenset())
    assert evolve(PLAN, consequences=consequences).hash == PLAN.hash
    bare = evolve(CREATE, values={Field.FULL_NAME: "Ana", Field.CLIENT_CODE: "C-2"})
    assert evolve(PLAN, creates=(bare,)).hash == PLAN.hash


def _with(before: Value, after: Value) -> Plan:
    return Plan(updates=(Update("C-1", (FieldChange("f", before, after),)),))


def test_Y5_the_hash_tells_apart_what_looks_alike() -> None:
    alike = [_with(None, "x"), _with("", "x"), _with("-", "x"), _with("None", "x")]
    alike += [_with("x", None), _with(OLD_SEAL, "x"), _with(NEW_SEAL, "x"), _with("#f1", "x")]
    assert len({plan.hash for plan in alike}) == len(alike)
    assert _with(Decimal("1.5"), None).hash == _with(Decimal("1.50"), None).hash


texts = st.text(max_size=4)
values = st.none() | texts | st.dates() | st.decimals(0, 99, places=2)
changes = st.lists(
    st.builds(FieldChange, st.sampled_from(["a", "b", "c"]), values, values),
    max_size=3,
    unique_by=lambda change: change.field,
)
updates = st.lists(
    st.builds(lambda code, found: Update(code, tuple(found)), texts, changes),
    max_size=4,
    unique_by=lambda update: update.code,
)


@given(updates, st.randoms(use_true_random=False))
def test_Y5_the_hash_does_not_mind_the_order(found: list[Update], chance: random.Random) -> None:
    shuffled = [
        evolve(each, changes=tuple(chance.sample(each.changes, len(each.changes))))
        for each in chance.sample(found, len(found))
    ]
    assert Plan(updates=tuple(found)).hash == Plan(updates=tuple(shuffled)).hash


@given(updates, updates)
def test_Y5_plans_share_a_hash_only_when_they_do_the_same(
    one: list[Update], other: list[Update]
) -> None:
    def effects(found: list[Update]) -> set[tuple[str, frozenset[tuple[object, ...]]]]:
        return {
            (
                each.code,
                frozenset((c.field, canonical(c.before), canonical(c.after)) for c in each.changes),
            )
            for each in found
        }

    same = Plan(updates=tuple(one)).hash == Plan(updates=tuple(other)).hash
    assert same is (effects(one) == effects(other))


def test_Y5_a_plan_is_applied_only_while_it_is_still_what_was_previewed() -> None:
    PLAN.require_hash(evolve(PLAN, rejects=()).hash)
    with pytest.raises(PlanChanged):
        PLAN.require_hash(Plan().hash)


def test_Y5_a_plan_counts_its_updates_by_field() -> None:
    other = Update("C-7", (FieldChange("branch", "CEB", "MNL"),))
    plan = evolve(PLAN, updates=(UPDATE, other))
    assert plan.updates_by_field == {"branch": 2, "past_due_amount": 1, "pension_number": 1}


# --- history


def test_C2_every_change_of_a_field_is_one_entry_and_creation_writes_none() -> None:
    assert history_of(PLAN) == (
        HistoryEntry("C-1", "branch", "MNL", "CEB"),
        HistoryEntry("C-1", "past_due_amount", None, "10.50"),
        HistoryEntry("C-1", "pension_number", "••••1234", "••••1234"),
        HistoryEntry("C-3", "is_active", "true", "false"),
        HistoryEntry("C-4", "is_active", "false", "true"),
    )
    both = Plan(vanished=frozenset({"B", "A", "C"}), reappeared=frozenset({"E", "D"}))
    assert [entry.code for entry in history_of(both)] == ["A", "B", "C", "D", "E"]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, None),
        ("FCASH", "FCASH"),
        (7, "7"),
        (Decimal("1E+3"), "1000.00"),
        (date(2026, 1, 2), "2026-01-02"),
        (datetime(2026, 1, 2, 3, tzinfo=UTC), "2026-01-02T03:00:00+00:00"),
        (Sealed("f1", "1234"), "••••1234"),
    ],
)
def test_C2_values_are_written_as_history_shows_them(value: Value, text: str | None) -> None:
    assert canonical(value) == text


# --- what one row comes to

KNOWN = Known(
    values={
        Field.CLIENT_CODE: "C-1",
        Field.COMPANY: "FCASH",
        Field.FULL_NAME: "Ana",
        Field.BRANCH: "MNL",
        Field.PENSION_NUMBER: Sealed("<341234>", "1234"),
        Field.CONTACT_NUMBER: "0917",
        Field.PAST_DUE_AMOUNT: Decimal("5.00"),
    },
    contacts={Field.CONTACT_NUMBER: Contact("0917", "0917")},
    taken=RecordVersion(None, 3),
)
SAME = Row(
    1,
    "C-1",
    {**KNOWN.values, Field.PENSION_NUMBER: "341234", Field.PAST_DUE_AMOUNT: Decimal("5.0")},
    RecordVersion(None, 3),
)
ALL = frozenset(Field)


def seal(number: str) -> Sealed:
    return Sealed(f"<{number}>", number[-4:])


def saying(**cells: Value) -> Row:
    return evolve(SAME, values={**SAME.values, **{Field(name): v for name, v in cells.items()}})


def test_Y4_a_row_that_says_the_same_changes_nothing() -> None:
    finding = compare(KNOWN, SAME, ALL, seal)
    assert finding == Finding(contacts=KNOWN.contacts)


def test_Y4_only_what_differs_is_changed() -> None:
    row = saying(branch="CEB", past_due_amount=None, pension_number="991234", address="Cebu")
    finding = compare(KNOWN, row, ALL, seal)
    assert finding.update == Update(
        "C-1",
        (
            FieldChange("address", None, "Cebu"),
            FieldChange("branch", "MNL", "CEB"),
            FieldChange("past_due_amount", Decimal("5.00"), None),
            FieldChange("pension_number", Sealed("<341234>", "1234"), Sealed("<991234>", "1234")),
        ),
    )
    assert finding.create is None
    assert finding.reject is None
    assert not finding.outdated
    assert not finding.conflict


def test_Y10_a_source_never_overwrites_what_another_owns() -> None:
    row = saying(branch="CEB", full_name="Eva", contact_number="0999")
    finding = compare(KNOWN, row, frozenset({Field.FULL_NAME}), seal)
    assert finding.update == Update("C-1", (FieldChange("full_name", "Ana", "Eva"),))
    assert finding.contacts == {}


def test_Y10_a_source_fills_what_another_owns_when_the_client_is_created() -> None:
    finding = compare(None, SAME, frozenset(), seal)
    assert finding == Finding(
        create=Create("C-1", {**SAME.values, Field.PENSION_NUMBER: seal("341234")}),
        contacts={Field.CONTACT_NUMBER: Contact("0917", "0917")},
    )


def test_Y10_an_older_version_never_overwrites_a_newer_one() -> None:
    older = evolve(saying(branch="CEB"), version=RecordVersion(None, 2))
    assert compare(KNOWN, older, ALL, seal) == Finding(outdated=True)
    assert compare(KNOWN, evolve(older, deleted=True), ALL, seal) == Finding(outdated=True)


def test_Y3_a_new_client_without_name_and_branch_is_rejected() -> None:
    row = Row(4, "C-8", {Field.CLIENT_CODE: "C-8", Field.COMPANY: "FCASH", Field.BRANCH: None})
    assert compare(None, row, ALL, seal) == Finding(
        reject=Reject(
            4,
            "C-8",
            (
                Fault("branch", "is needed for a new client"),
                Fault("full_name", "is needed for a new client"),
            ),
        )
    )


def test_Y6_a_deletion_counts_for_known_clients_only() -> None:
    gone = evolve(SAME, values={Field.CLIENT_CODE: "C-1"}, deleted=True)
    assert compare(KNOWN, gone, ALL, seal) == Finding(deleted=True)
    assert compare(None, gone, ALL, seal) == Finding()


def test_T2_a_record_of_a_client_with_a_terminal_outcome_is_reported_and_applied() -> None:
    ended = evolve(KNOWN, has_terminal_outcome=True)
    finding = compare(ended, saying(branch="CEB"), ALL, seal)
    assert finding.terminal_exception
    assert finding.update == Update("C-1", (FieldChange("branch", "MNL", "CEB"),))
    assert not compare(KNOWN, SAME, ALL, seal).terminal_exception


def _corrected(contact: Contact) -> Known:
    return evolve(
        KNOWN,
        values={**KNOWN.values, Field.CONTACT_NUMBER: contact.value},
        contacts={Field.CONTACT_NUMBER: contact},
    )


def test_C1_a_source_changes_no_number_that_staff_corrected() -> None:
    known = _corrected(Contact("0918", "0917", corrected=True))
    assert compare(known, SAME, ALL, seal) == Finding(contacts=known.contacts)
    finding = compare(known, saying(contact_number="0999"), ALL, seal)
    assert finding.update is None
    assert finding.conflict
    assert finding.contacts == {
        Field.CONTACT_NUMBER: Contact("0918", "0999", corrected=True, conflict=True)
    }


def test_C1_a_conflict_is_reported_once() -> None:
    flagged = _corrected(Contact("0918", "0999", corrected=True, conflict=True))
    assert not compare(flagged, saying(contact_number="0999"), ALL, seal).conflict
    assert compare(flagged, saying(contact_number="0888"), ALL, seal).conflict


def test_C1_a_number_first_heard_of_is_taken() -> None:
    finding = compare(KNOWN, saying(contact_number_alt="02"), ALL, seal)
    assert finding.update == Update("C-1", (FieldChange("contact_number_alt", None, "02"),))
    assert finding.contacts[Field.CONTACT_NUMBER_ALT] == Contact("02", "02")
    emptied = compare(KNOWN, saying(contact_number=None), ALL, seal)
    assert emptied.update == Update("C-1", (FieldChange("contact_number", "0917", None),))
