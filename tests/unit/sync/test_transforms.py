"""How a cell of a source becomes a value of ours."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clientupdater.domain.sync.fields import LOOKUP_TABLES, Raw
from clientupdater.domain.sync.transforms import TRANSFORMS, Lookups, Unfit, as_text

NONE = Lookups()
SOME = Lookups.of(
    {
        "branches": {"MNL": ["Manila", "Main"], "CEB": ["Cebu", "Main", "mnl"]},
        "par_statuses": {"do_not_show": ["Current"], "tele_130": [], "tele_hardcore": []},
    }
)


def run(name: str, value: Raw, lookups: Lookups = NONE) -> Raw:
    return TRANSFORMS[name](value, lookups)


def refused(name: str, value: Raw, lookups: Lookups = NONE) -> str:
    with pytest.raises(Unfit) as caught:
        run(name, value, lookups)
    return str(caught.value)


def test_Y1_there_are_these_transforms() -> None:
    message = "trim upper squeeze_spaces strip_spaces_and_dashes date date:mm/dd/yyyy decimal "
    message += "ph_number days_past_due moment whole_number"
    plain = message.split()
    tables = "companies branches products pension_types pensioner_types par_statuses account_types"
    assert list(LOOKUP_TABLES) == tables.split()
    assert list(TRANSFORMS) == [*plain, *(f"lookup:{table}" for table in tables.split())]


@pytest.mark.parametrize("name", TRANSFORMS)
@pytest.mark.parametrize("value", [None, "", "   "])
def test_Y1_an_empty_cell_becomes_null(name: str, value: Raw) -> None:
    expected = value if name == "upper" and value else None
    assert run(name, value, SOME) == expected


@pytest.mark.parametrize("name", TRANSFORMS)
def test_Y1_no_float_is_on_the_way_anywhere(name: str) -> None:
    assert refused(name, 1.5) == (
        "came as a binary fraction, which loses digits; it must come as text"
    )


def test_Y1_a_cell_that_is_no_text_reads_as_one_where_that_is_plain() -> None:
    assert as_text(7) == "7"
    assert as_text(Decimal("1E+3")) == "1000"
    assert as_text(Decimal("1.50")) == "1.50"
    assert as_text(date(2026, 1, 2)) == "2026-01-02"
    assert as_text(datetime(2026, 1, 2, 3, tzinfo=UTC)) == "2026-01-02T03:00:00+00:00"
    assert as_text(None) is None
    assert as_text("") is None
    assert as_text(" a") == " a"
    with pytest.raises(Unfit, match=r"^is a yes or no where text belongs$"):
        as_text(True)  # noqa: FBT003


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("trim", "  a  b\t", "a  b"),
        ("trim", 12, "12"),
        ("upper", "pcñi", "PCÑI"),
        ("squeeze_spaces", "  dela   Cruz,\t Juan ", "dela Cruz, Juan"),
        ("strip_spaces_and_dashes", " 34-1234 567\u20138\u2014\u2212\u00ad9 ", "34123456789"),
        ("strip_spaces_and_dashes", " - ", None),
    ],
)
def test_Y1_texts_are_tidied(name: str, value: Raw, expected: Raw) -> None:
    assert run(name, value) == expected


# --- days


@pytest.mark.parametrize("name", ["date", "date:mm/dd/yyyy"])
@pytest.mark.parametrize(
    "value", ["1950-02-28", " 1950-02-28 ", date(1950, 2, 28), datetime(1950, 2, 28, 9, tzinfo=UTC)]
)
def test_Y1_a_day_is_read_as_iso(name: str, value: Raw) -> None:
    day = run(name, value)
    assert day == date(1950, 2, 28)
    assert type(day) is date


@pytest.mark.parametrize("value", ["02/28/1950", "2/28/1950", " 02/28/1950 "])
def test_Y1_a_day_is_read_the_american_way_where_the_mapping_says_so(value: str) -> None:
    assert run("date:mm/dd/yyyy", value) == date(1950, 2, 28)
    assert refused("date", value) == "is not a date as YYYY-MM-DD"


@pytest.mark.parametrize(
    "value", ["28/02/1950", "02/30/1950", "1950-02-30", "1950-13-01", "0000-01-01"]
)
def test_Y3_a_day_that_no_calendar_has_is_refused(value: str) -> None:
    assert refused("date:mm/dd/yyyy", value) == "is a date that no calendar has"


@pytest.mark.parametrize("value", ["19500228", "1950-W01-1", "٢٠٢٦-01-01", "1950-2-28", "soon", 7])
def test_Y3_a_malformed_day_is_refused(value: Raw) -> None:
    assert refused("date", value) == "is not a date as YYYY-MM-DD"
    assert refused("date:mm/dd/yyyy", value) == "is not a date as YYYY-MM-DD"


@pytest.mark.parametrize("value", [Decimal("1e999999999"), Decimal("-1e-999999999")])
@pytest.mark.parametrize("name", ["decimal", "trim", "date"])
def test_Y3_a_number_too_long_to_write_out_is_refused(name: str, value: Decimal) -> None:
    assert refused(name, value) == "is a number of more than 100 digits"


# --- money


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("1234.5", "1234.50"),
        ("1,234,567.005", "1234567.01"),
        ("-0.005", "-0.01"),
        ("+7", "7.00"),
        (" 0.004 ", "0.00"),
        ("-0.004", "0.00"),
        (12, "12.00"),
        (Decimal("1E+2"), "100.00"),
        ("9999999999999.99", "9999999999999.99"),
        ("9999999999999.994", "9999999999999.99"),
    ],
)
def test_Y1_an_amount_has_two_places(value: Raw, expected: str) -> None:
    amount = run("decimal", value)
    assert str(amount) == expected
    assert isinstance(amount, Decimal)


@pytest.mark.parametrize("value", ["9999999999999.995", "-9999999999999.995", "1" * 3000])
def test_Y3_an_amount_that_does_not_fit_is_refused(value: str) -> None:
    assert refused("decimal", value) == "is an amount larger than there is room for"


@pytest.mark.parametrize(
    "value", ["1e3", "NaN", "Infinity", "1,23", "1 000", "₱5", "5.", ".5", "--1", Decimal("NaN")]
)
def test_Y3_a_malformed_amount_is_refused(value: Raw) -> None:
    assert refused("decimal", value) == "is not an amount of money"


@given(st.decimals(-(10**12), 10**12, places=2))
def test_Y1_an_amount_of_two_places_passes_unharmed(amount: Decimal) -> None:
    once = run("decimal", str(amount))
    assert once == amount
    assert run("decimal", once) == once


# --- contact numbers


@pytest.mark.parametrize(
    "value",
    [
        "09171234567",
        "9171234567",
        "639171234567",
        "+639171234567",
        "+63 (0) 917-123-4567",
        " 0917.123.4567 ",
        9171234567,
    ],
)
def test_Y1_a_mobile_number_takes_its_international_form(value: Raw) -> None:
    assert run("ph_number", value) == "+639171234567"


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("(02) 8123-4567", "+63281234567"),
        ("032 123 4567", "+63321234567"),
        ("+63 32 123 4567", "+63321234567"),
        ("+63 (0)32 123 4567", "+63321234567"),
        ("02 123 4567", "+6321234567"),
    ],
)
def test_Y1_so_does_a_landline_with_its_area_code(value: str, expected: str) -> None:
    assert run("ph_number", value) == expected


@pytest.mark.parametrize(
    "value",
    [
        "8123-4567",
        "n/a",
        "0917123456",
        "091712345678",
        "09171234567/09181234567",
        "+1 415 555 0100",
        " 12 ",
        "0112345678",
        "0212345",
        "02123456789",
        "6321234567",
    ],
)
def test_Y1_a_number_that_is_not_philippine_is_kept_as_it_came(value: str) -> None:
    assert run("ph_number", value) == value


# --- PAR status


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, "do_not_show"),
        ("29", "do_not_show"),
        (30, "tele_130"),
        ("59.0", "tele_130"),
        (60, "tele_hardcore"),
        (Decimal(9999), "tele_hardcore"),
        ("Current", "Current"),
        (" tele_130 ", "tele_130"),
        ("29.5", "29.5"),
    ],
)
def test_Y1_days_past_due_become_a_par_status(value: Raw, expected: str) -> None:
    assert run("days_past_due", value) == expected


def test_Y3_negative_days_past_due_are_refused() -> None:
    assert refused("days_past_due", -1) == "is a negative number of days past due"


# --- moments and versions


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("2026-11-20T10:00:00Z", datetime(2026, 11, 20, 10, tzinfo=UTC)),
        (" 2026-11-20 10:00:00 ", datetime(2026, 11, 20, 10, tzinfo=UTC)),
        ("2026-11-20T18:00:00+08:00", datetime(2026, 11, 20, 10, tzinfo=UTC)),
        (datetime(2026, 11, 20, 10), datetime(2026, 11, 20, 10, tzinfo=UTC)),  # noqa: DTZ001
        (date(2026, 11, 20), datetime(2026, 11, 20, tzinfo=UTC)),
    ],
)
def test_Y1_a_moment_knows_its_time_zone(value: Raw, expected: datetime) -> None:
    at = run("moment", value)
    assert isinstance(at, datetime)
    assert at == expected
    assert at.tzinfo is not None


def test_Y1_a_moment_keeps_the_time_zone_it_came_with() -> None:
    manila = timezone(timedelta(hours=8))
    at = run("moment", datetime(2026, 11, 20, 18, tzinfo=manila))
    assert isinstance(at, datetime)
    assert at.tzinfo is manila


def test_Y3_a_malformed_moment_is_refused() -> None:
    assert refused("moment", "yesterday") == "is not a moment in ISO 8601"


def test_Y1_a_whole_number_is_read() -> None:
    assert run("whole_number", " 0042 ") == 42
    assert run("whole_number", 7) == 7
    assert refused("whole_number", "-1") == "is not a whole number"
    assert refused("whole_number", "1.0") == "is not a whole number"


# --- lookups


@pytest.mark.parametrize("value", ["MNL", "mnl", " manila ", "MANILA"])
def test_Y1_a_lookup_finds_by_code_or_by_alias_and_a_code_wins(value: str) -> None:
    assert run("lookup:branches", value, SOME) == "MNL"


def test_Y1_a_lookup_squeezes_spaces() -> None:
    lookups = Lookups.of({"branches": {"QC": ["Quezon City"]}})
    assert run("lookup:branches", "quezon   CITY", lookups) == "QC"


def test_Y3_an_unknown_lookup_is_refused_with_the_name_of_its_table_alone() -> None:
    assert refused("lookup:branches", "34-1234567-8", SOME) == "is not among the branches"
    assert refused("lookup:products", "MNL", SOME) == "is not among the products"


def test_Y3_an_alias_of_two_codes_is_refused() -> None:
    lookups = Lookups.of({"branches": {"A": ["Main Office"], "B": ["main  office"]}})
    assert lookups.ambiguous == {"branches": {"main office"}}
    assert refused("lookup:branches", "Main office", lookups) == (
        "is an alias of more than one of the branches"
    )
    assert (
        refused("lookup:branches", "main", SOME) == "is an alias of more than one of the branches"
    )


def test_Y1_days_past_due_then_lookup_takes_numbers_codes_and_aliases() -> None:
    for value, code in (("45", "tele_130"), ("current", "do_not_show"), (61, "tele_hardcore")):
        assert run("lookup:par_statuses", run("days_past_due", value), SOME) == code


@given(st.text(max_size=30), st.sampled_from(list(TRANSFORMS)))
def test_Y1_to_transform_twice_is_to_transform_once(text: str, name: str) -> None:
    try:
        once = run(name, text, SOME)
    except Unfit:
        return
    assert run(name, once, SOME) == once


@given(st.from_regex(re.compile(r"(\+63|0)9[0-9]{9}"), fullmatch=True))
def test_Y1_every_mobile_number_takes_one_form(number: str) -> None:
    assert run("ph_number", number) == "+63" + number[-10:]
