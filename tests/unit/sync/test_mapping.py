"""From a source's records to rows of ours, and what could not be taken."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from clientupdater.domain.errors import Fault, InvalidInput, Misconfigured
from clientupdater.domain.sync import cells
from clientupdater.domain.sync.fields import Entry, Field, Raw
from clientupdater.domain.sync.mapping import (
    Mapped,
    Record,
    RecordMapper,
    Reject,
    Row,
    SourceMapping,
    check_mapping,
    effective_entries,
    map_records,
    require_columns,
)
from clientupdater.domain.sync.transforms import TRANSFORMS, Lookups
from clientupdater.domain.sync.versions import RecordVersion

ENTRIES = (
    Entry("client_code", "CODE", ("trim", "upper")),
    Entry("company", "COMPANY", ("trim", "upper", "lookup:companies")),
    Entry("full_name", "NAME", ("squeeze_spaces",)),
    Entry("branch", "BRANCH", ("lookup:branches",)),
    Entry("product", "PRODUCT", ("lookup:products",)),
    Entry("birth_date", "BORN", ("date",)),
    Entry("past_due_amount", "DUE", ("decimal",), owns=False),
    Entry("source_updated_at", "AT", ("moment",)),
    Entry("source_version", "VERSION", ("whole_number",)),
)
MAPPING = check_mapping(ENTRIES)
LOOKUPS = Lookups.of(
    {
        "companies": {"FCASH": [], "PCNI": []},
        "branches": {"MNL": ["Manila"]},
        "products": {"FCASH_SSS": [], "PCNI_PNP": []},
    },
    {"FCASH_SSS": "FCASH", "PCNI_PNP": "PCNI"},
)
CELLS: dict[str, Raw] = {
    "CODE": " c-1 ",
    "COMPANY": "fcash",
    "NAME": " Dela  Cruz ",
    "BRANCH": "manila",
    "PRODUCT": "FCASH_SSS",
    "BORN": "1950-01-02",
    "DUE": "10.5",
    "AT": "2026-11-20T10:00:00Z",
    "VERSION": 3,
}


def record(position: int = 1, *, deleted: bool = False, **cells: Raw) -> Record:
    return Record(position, {**CELLS, **cells}, deleted)


def map_record(mapping: SourceMapping, lookups: Lookups, record: Record) -> Row | Reject:
    return RecordMapper.of(mapping, lookups)(record)


def faults(**cells: Raw) -> tuple[Fault, ...]:
    mapped = map_record(MAPPING, LOOKUPS, Record(1, {**CELLS, **cells}))
    assert isinstance(mapped, Reject)
    return mapped.faults


# --- saving a mapping


def test_Y1_a_mapping_knows_its_columns_and_what_its_source_owns() -> None:
    assert MAPPING.columns == (
        "CODE", "COMPANY", "NAME", "BRANCH", "PRODUCT", "BORN", "DUE", "AT", "VERSION"
    )  # fmt: skip
    assert check_mapping(ENTRIES) == MAPPING
    assert Field.FULL_NAME in MAPPING.owned
    assert Field.PAST_DUE_AMOUNT not in MAPPING.owned
    assert MAPPING.column_of(Field.BRANCH) == "BRANCH"
    assert MAPPING.column_of(Field.ADDRESS) == "address"
    twice = SourceMapping((MAPPING.fields[0], MAPPING.fields[0]))
    assert twice.columns == ("CODE",)


def test_Y1_a_mapping_that_cannot_work_is_refused_with_every_fault() -> None:
    with pytest.raises(InvalidInput) as caught:
        check_mapping(
            [
                Entry("client_code", "CODE", ("trim", "rot13", "lookup:planets")),
                Entry("full_name", " "),
                Entry("full_name", "NAME"),
                Entry("shoe_size", "SHOE"),
            ]
        )
    transforms, fields = ", ".join(TRANSFORMS), ", ".join(Field)
    assert caught.value.faults == (
        Fault("/0/transforms/1", f"there is no transform rot13; it is one of {transforms}"),
        Fault(
            "/0/transforms/2", f"there is no transform lookup:planets; it is one of {transforms}"
        ),
        Fault("/1/column", "a column must be named"),
        Fault("/3/field", f"there is no field shoe_size; it is one of {fields}"),
        Fault("", "full_name is filled twice"),
        Fault("", "company must be filled"),
    )


def test_Y1_a_mapping_without_code_and_company_is_refused() -> None:
    with pytest.raises(InvalidInput) as caught:
        check_mapping([])
    assert [fault.message for fault in caught.value.faults] == [
        "client_code must be filled",
        "company must be filled",
    ]


def test_Y1_a_line_of_the_companys_own_wins_over_the_general_one() -> None:
    own = Entry("branch", "SANGAY")
    extra = Entry("address", "TIRAHAN")
    assert effective_entries(ENTRIES[2:4], [own, extra]) == (ENTRIES[2], own, extra)


def test_Y3_lost_columns_stop_the_run_with_their_list() -> None:
    require_columns(MAPPING.columns, [*CELLS, "ANOTHER"])
    with pytest.raises(Misconfigured) as caught:
        require_columns(
            MAPPING.columns, {"CODE", "COMPANY", "NAME", "PRODUCT", "BORN", "AT", "VERSION"}
        )
    message = "the source has no such column; have it put back, or adapt the mapping"
    assert caught.value.faults == (Fault("BRANCH", message), Fault("DUE", message))


# --- mapping a record


def test_Y1_a_record_becomes_a_row_in_our_terms() -> None:
    assert map_record(MAPPING, LOOKUPS, record(7)) == Row(
        position=7,
        code="C-1",
        values={
            Field.CLIENT_CODE: "C-1",
            Field.COMPANY: "FCASH",
            Field.FULL_NAME: "Dela Cruz",
            Field.BRANCH: "MNL",
            Field.PRODUCT: "FCASH_SSS",
            Field.BIRTH_DATE: date(1950, 1, 2),
            Field.PAST_DUE_AMOUNT: Decimal("10.50"),
        },
        version=RecordVersion(datetime(2026, 11, 20, 10, tzinfo=UTC), 3),
        deleted=False,
    )


def test_Y1_a_row_knows_its_company() -> None:
    mapped = map_record(MAPPING, LOOKUPS, record())
    assert isinstance(mapped, Row)
    assert mapped.company == "FCASH"


def test_Y1_optional_cells_may_be_empty_or_absent() -> None:
    bare = {name: CELLS[name] for name in ("CODE", "COMPANY", "NAME", "BRANCH")}
    mapped = map_record(MAPPING, LOOKUPS, Record(1, bare))
    assert isinstance(mapped, Row)
    assert mapped.values[Field.PRODUCT] is None
    assert mapped.values[Field.BIRTH_DATE] is None
    assert mapped.version == RecordVersion(None, None)


def test_Y3_every_fault_of_a_row_is_reported_at_once() -> None:
    mapped = map_record(
        MAPPING, LOOKUPS, record(9, COMPANY="ACME", BRANCH="x", BORN="soon", DUE="much", NAME=" ")
    )
    assert mapped == Reject(
        9,
        "C-1",
        (
            Fault("COMPANY", "is not among the companies"),
            Fault("NAME", "is missing"),
            Fault("BRANCH", "is not among the branches"),
            Fault("BORN", "is not a date as YYYY-MM-DD"),
            Fault("DUE", "is not an amount of money"),
        ),
    )


@pytest.mark.parametrize("column", ["CODE", "COMPANY", "NAME", "BRANCH"])
def test_Y3_a_row_without_what_every_client_has_is_rejected(column: str) -> None:
    assert faults(**{column: None}) == (Fault(column, "is missing"),)


def test_Y3_a_row_without_a_code_has_none_in_its_reject() -> None:
    mapped = map_record(MAPPING, LOOKUPS, record(2, CODE="  "))
    assert mapped == Reject(2, None, (Fault("CODE", "is missing"),), "FCASH")


def test_Y3_an_empty_text_is_as_good_as_none() -> None:
    mapping = check_mapping([Entry("client_code", "CODE"), Entry("company", "COMPANY")])
    mapped = map_record(mapping, LOOKUPS, Record(1, {"CODE": "", "COMPANY": "FCASH"}))
    assert mapped == Reject(1, None, (Fault("CODE", "is missing"),), "FCASH")


def test_Y3_a_product_must_be_of_the_clients_company() -> None:
    items = (Fault("PRODUCT", "belongs to another company than the client"),)
    assert Lookups.of({"branches": {}}, {"P": "C"}).product_companies == {"P": "C"}
    assert Lookups.of({}) == Lookups({}, {}, {})
    assert faults(PRODUCT="PCNI_PNP") == items
    assert faults(COMPANY="PCNI") == items
    assert faults(PRODUCT="PCNI_PNP", COMPANY=None) == (Fault("COMPANY", "is missing"),)


@pytest.mark.parametrize("letter", [chr(n) for n in (0, 0xD800, 0xDFFF)])
def test_Y3_characters_that_cannot_be_stored_are_a_fault(letter: str) -> None:
    assert faults(NAME=f"a{letter}b") == (Fault("NAME", "holds characters that cannot be stored"),)


@pytest.mark.parametrize("letter", ["\ud7ff", "\ue000", "\x01"])
def test_Y3_all_other_characters_pass(letter: str) -> None:
    assert isinstance(map_record(MAPPING, LOOKUPS, record(NAME=f"a{letter}b")), Row)


def test_Y3_a_cell_that_is_too_long_is_a_fault() -> None:
    assert isinstance(map_record(MAPPING, LOOKUPS, record(NAME="x" * 255)), Row)
    assert faults(NAME="x" * 256) == (Fault("NAME", "is longer than 255 characters"),)
    assert faults(CODE="x" * 51) == (Fault("CODE", "is longer than 50 characters"),)
    assert isinstance(map_record(MAPPING, LOOKUPS, record(CODE="x" * 50)), Row)
    assert isinstance(map_record(MAPPING, LOOKUPS, record(NAME="a" + " " * 3999)), Row)
    assert faults(NAME="a" + " " * 4000) == (Fault("NAME", "is longer than 4000 characters"),)


def test_Y1_each_field_has_its_room() -> None:
    room = {each: each.longest for each in Field if each.longest != 50}
    assert room == {Field.FULL_NAME: 255, Field.ADDRESS: 500}


@pytest.mark.parametrize(
    ("field", "cell", "message"),
    [
        ("birth_date", "1950-01-02", "is not a date; the mapping lacks a transform"),
        (
            "birth_date",
            datetime(1950, 1, 2, tzinfo=UTC),
            "is not a date; the mapping lacks a transform",
        ),
        ("past_due_amount", "1", "is not an amount of money; the mapping lacks a transform"),
        ("past_due_amount", 1.5, "is not an amount of money; the mapping lacks a transform"),
        ("source_updated_at", "now", "is not a moment; the mapping lacks a transform"),
        ("source_version", True, "is not a whole number; the mapping lacks a transform"),
    ],
)
def test_Y3_a_cell_of_another_kind_than_its_field_is_a_fault(
    field: str, cell: Raw, message: str
) -> None:
    mapping = check_mapping([*ENTRIES[:4], Entry(field, "X")])
    mapped = map_record(mapping, LOOKUPS, record(X=cell))
    assert isinstance(mapped, Reject)
    assert mapped.faults == (Fault("X", message),)


@pytest.mark.rule("Y3", "C3")
def test_Y3_a_fault_never_holds_the_cell() -> None:
    cell = "34-1234567-8"
    mapped = map_record(MAPPING, LOOKUPS, record(BRANCH=cell, BORN=cell, DUE=cell, AT=cell))
    assert isinstance(mapped, Reject)
    assert len(mapped.faults) == 4
    assert not any(cell in fault.message for fault in mapped.faults)


# --- deleted records


def test_Y6_a_deleted_record_needs_its_code_alone() -> None:
    mapped = map_record(MAPPING, LOOKUPS, Record(1, {"CODE": "c-1", "VERSION": 4}, deleted=True))
    assert mapped == Row(
        1,
        "C-1",
        {Field.CLIENT_CODE: "C-1", Field.COMPANY: None},
        RecordVersion(None, 4),
        deleted=True,
    )
    assert isinstance(mapped, Row)
    assert mapped.company is None


def test_Y6_of_a_deleted_record_only_code_company_and_version_are_read() -> None:
    mapped = map_record(MAPPING, LOOKUPS, record(deleted=True, BORN="soon", NAME=None))
    assert isinstance(mapped, Row)
    assert mapped.values == {Field.CLIENT_CODE: "C-1", Field.COMPANY: "FCASH"}
    nameless = map_record(MAPPING, LOOKUPS, record(deleted=True, CODE=None))
    assert nameless == Reject(1, None, (Fault("CODE", "is missing"),), "FCASH")


# --- many records


def test_Y3_all_rows_of_a_code_that_comes_twice_are_rejected_and_the_rest_goes_on() -> None:
    mapped = map_records(
        MAPPING,
        LOOKUPS,
        [record(1), record(2, CODE="C-2"), record(3, CODE="c-1", DUE="x"), record(4, CODE=None)],
    )
    assert [row.code for row in mapped.rows] == ["C-2"]
    twice = Fault("CODE", "comes 2 times in one run; none of them is taken")
    assert mapped.rejects == (
        Reject(1, "C-1", (twice,), "FCASH"),
        Reject(3, "C-1", (Fault("DUE", "is not an amount of money"), twice), "FCASH"),
        Reject(4, None, (Fault("CODE", "is missing"),), "FCASH"),
    )
    assert mapped.without_code == 1


def test_Y6_rejected_rows_count_as_seen() -> None:
    mapped = map_records(
        MAPPING, LOOKUPS, [record(1), record(2, CODE="C-2", DUE="x"), record(3, CODE=None)]
    )
    assert mapped.seen == {"C-1", "C-2"}
    assert Mapped().seen == frozenset()
    assert Mapped().without_code == 0


codes = st.sampled_from(["A", "B", "C", None, "x" * 60])
sometimes = st.builds(
    lambda code, due: evolve(record(), cells={**CELLS, "CODE": code, "DUE": due}),
    codes,
    st.sampled_from(["1", "bad"]),
)


@given(st.lists(sometimes, max_size=8))
def test_Y3_no_record_is_ever_lost(records: list[Record]) -> None:
    numbered = [evolve(each, position=n) for n, each in enumerate(records)]
    mapped = map_records(MAPPING, LOOKUPS, numbered)
    positions = [row.position for row in mapped.rows]
    positions += [reject.position for reject in mapped.rejects]
    assert sorted(positions) == list(range(len(records)))
    assert len({row.code for row in mapped.rows}) == len(mapped.rows)
    assert all(reject.faults for reject in mapped.rejects)


def test_Y3_a_cell_of_ten_megabytes_or_with_a_nul_rejects_its_row_alone() -> None:
    mapped = map_records(
        MAPPING,
        LOOKUPS,
        [record(1, NAME="x" * 10_000_000), record(2, CODE="C-2"), record(3, CODE="C-\x003")],
    )
    assert [row.code for row in mapped.rows] == ["C-2"]
    assert mapped.rejects == (
        Reject(1, "C-1", (Fault("NAME", "is longer than 4000 characters"),), "FCASH"),
        Reject(3, None, (Fault("CODE", "holds characters that cannot be stored"),), "FCASH"),
    )


def test_Y1_a_remembered_value_is_not_confused_with_an_equal_one_of_another_type() -> None:
    lookups = Lookups.of({"companies": {"FCASH": []}, "branches": {"1": []}})
    mapping = check_mapping(ENTRIES[:4])
    mapper = RecordMapper.of(mapping, lookups)
    for cell, outcome in (("1", Row), (1, Row), (True, Reject), (1.0, Reject), ("2", Reject)):
        for _ in range(2):
            assert isinstance(mapper(record(BRANCH=cell)), outcome)


def test_Y1_the_memory_of_transforms_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cells, "REMEMBERED", 1)
    mapper = RecordMapper.of(MAPPING, LOOKUPS)
    for day in ("1950-01-02", "1950-01-03", "1950-01-03", "1950-01-02"):
        mapped = mapper(record(BORN=day))
        assert isinstance(mapped, Row)
        assert mapped.values[Field.BIRTH_DATE] == date.fromisoformat(day)


@pytest.mark.rule("Y3")
def test_Y3_a_record_of_which_nothing_could_be_read_has_that_reason_alone() -> None:
    ragged = Fault("", "line 4 has 2 cells where the header has 9")
    result = map_record(MAPPING, LOOKUPS, Record(3, {}, faults=(ragged,)))
    assert result == Reject(3, None, (ragged,), hides_code=True)


@pytest.mark.rule("Y3")
def test_Y3_a_cell_that_could_not_be_read_is_not_missing_as_well() -> None:
    nested = Fault("NAME", "is not flat: it holds other values")
    cells = {name: cell for name, cell in CELLS.items() if name != "NAME"}
    result = map_record(MAPPING, LOOKUPS, Record(3, {**cells, "BORN": "today"}, faults=(nested,)))
    assert result == Reject(
        3, "C-1", (nested, Fault("BORN", "is not a date as YYYY-MM-DD")), "FCASH"
    )


@pytest.mark.rule("Y6")
def test_Y6_a_code_that_could_not_be_read_is_hidden_and_one_that_is_not_there_is_missing() -> None:
    nested = Fault("CODE", "is not flat: it holds other values")
    cells = {name: cell for name, cell in CELLS.items() if name != "CODE"}
    records = [Record(1, cells, faults=(nested,)), Record(2, cells), record(3), record(4)]
    result = map_records(MAPPING, LOOKUPS, records)
    assert (result.hidden_codes, result.without_code, result.repeated_codes) == (1, 1, 1)
