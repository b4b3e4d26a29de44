"""Settings that people keep: typed, bounded, and a company's own before the general one."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest

from clientupdater.domain import report_settings, settings_values
from clientupdater.domain.errors import Fault, InvalidInput
from clientupdater.domain.ids import CompanyId
from clientupdater.domain.settings_values import (
    KNOWN,
    LONGEST_VALUE,
    SettingValue,
    StoredSetting,
    ValueType,
    check,
    effective,
    effective_number,
    effective_text,
    known_setting,
    parse,
)

FCASH, PCNI = CompanyId(UUID(int=1)), CompanyId(UUID(int=2))
STRING, NUMBER, BOOLEAN, JSON = ValueType
UNSTORABLE = "holds characters that cannot be stored"


def complaint(key: str, text: str) -> str:
    with pytest.raises(InvalidInput) as caught:
        check(key, text)
    return str(caught.value)


@pytest.mark.parametrize(
    ("text", "value_type", "value"),
    [
        ("", STRING, ""),
        (" a ", STRING, " a "),
        ("5", NUMBER, Decimal(5)),
        ("-0.25", NUMBER, Decimal("-0.25")),
        ("1" * 30 + "." + "1" * 30, NUMBER, Decimal("1" * 30 + "." + "1" * 30)),
        ("true", BOOLEAN, True),
        ("false", BOOLEAN, False),
        ('{"a": [1, 0.1, "x", null, {"b": true}]}', JSON,
         {"a": [Decimal(1), Decimal("0.1"), "x", None, {"b": True}]}),
        ("null", JSON, None),
        ('"\\ud83d\\ude00"', JSON, "\U0001f600"),
    ],
)  # fmt: skip
@pytest.mark.rule("P7", "Y7")
def test_P7_a_setting_is_read_by_its_type(
    text: str, value_type: ValueType, value: SettingValue
) -> None:
    assert parse(text, value_type) == value


@pytest.mark.parametrize(
    ("text", "value_type", "message"),
    [
        ("five", NUMBER, "must be a number, such as 5 or -0.25"),
        ("NaN", NUMBER, "must be a number, such as 5 or -0.25"),
        ("1e3", NUMBER, "must be a number, such as 5 or -0.25"),
        (" 5", NUMBER, "must be a number, such as 5 or -0.25"),
        ("5\n", NUMBER, "must be a number, such as 5 or -0.25"),
        ("\u0665", NUMBER, "must be a number, such as 5 or -0.25"),
        ("1" * 31, NUMBER, "must be a number, such as 5 or -0.25"),
        ("True", BOOLEAN, "must be true or false"),
        ("1", BOOLEAN, "must be true or false"),
        ("{", JSON, "must be JSON"),
        ("NaN", JSON, "must be JSON"),
        ("[" * 100_000, JSON, "must be JSON"),
        ("a\x00b", STRING, UNSTORABLE),
        ("a\ud800b", STRING, UNSTORABLE),
        (f"a{chr(0xDFFF)}b", STRING, UNSTORABLE),
        ('"\\u0000"', JSON, UNSTORABLE),
        ('[["\\ud800"]]', JSON, UNSTORABLE),
        ('{"\\u0000": 1}', JSON, UNSTORABLE),
        ('{"a": {"b": "\\u0000"}}', JSON, UNSTORABLE),
    ],
)
@pytest.mark.rule("P7", "Y7")
def test_P7_a_text_that_is_not_of_its_type_is_refused(
    text: str, value_type: ValueType, message: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        parse(text, value_type)
    assert caught.value.faults == (Fault("/value", message),)
    with pytest.raises(InvalidInput) as caught:
        parse(text, value_type, "/x")
    assert caught.value.faults == (Fault("/x", message),)


@pytest.mark.rule("P7", "Y7")
def test_Y7_the_settings_that_are_read_have_types_defaults_and_meanings() -> None:
    values = {key: (each.value_type, effective(key, {}, None)) for key, each in KNOWN.items()}
    assert values == {
        "status.backdating_days": (NUMBER, Decimal(5)),
        "status.undo_minutes": (NUMBER, Decimal(10)),
        "sync.guard_percent": (NUMBER, Decimal(5)),
        "sync.guard_floor": (NUMBER, Decimal(50)),
        "worklist.order": (STRING, "urgency"),
        "reports.promise_grace_days": (NUMBER, Decimal(5)),
        "reports.working_hours": (STRING, "08:00-18:00"),
        "reports.holidays": (STRING, ""),
        "signals.records": (NUMBER, Decimal(20)),
        "signals.minutes": (NUMBER, Decimal(10)),
        "signals.same_remark": (NUMBER, Decimal(10)),
        "signals.last_day_percent": (NUMBER, Decimal(50)),
        "signals.unreachable": (NUMBER, Decimal(5)),
        "signals.outcome_factor": (NUMBER, Decimal(3)),
        "signals.outcome_records": (NUMBER, Decimal(5)),
        "signals.fewest_records": (NUMBER, Decimal(20)),
    }
    for key, each in KNOWN.items():
        assert check(key, each.default) == effective(key, {}, None)
        assert each.meaning.endswith(".")


@pytest.mark.parametrize(
    ("key", "good", "bad", "message"),
    [
        ("status.backdating_days", ["0", "28"], ["-1", "29", "1.5"],
         "must be a whole number from 0 to 28"),
        ("sync.guard_floor", ["0", "1000000"], ["-1", "1000001", "0.5"],
         "must be a whole number from 0 to 1000000"),
        ("sync.guard_percent", ["0", "0.5", "100"], ["-0.1", "100.1"],
         "must be a number from 0 to 100"),
    ],
)  # fmt: skip
@pytest.mark.rule("P7", "Y7")
def test_P7_a_number_lies_within_its_bounds(
    key: str, good: list[str], bad: list[str], message: str
) -> None:
    assert [check(key, text) for text in good] == [Decimal(text) for text in good]
    for text in bad:
        assert complaint(key, text) == f"/value: {message}"
    assert complaint(key, "five") == "/value: must be a number, such as 5 or -0.25"
    with pytest.raises(InvalidInput) as caught:
        check(key, "-1", "/settings/0")
    assert caught.value.faults[0].pointer == "/settings/0"


def test_a_use_case_reads_each_setting_that_is_offered() -> None:
    names = {
        value: name
        for name, value in (*vars(settings_values).items(), *vars(report_settings).items())
        if isinstance(value, str) and value in KNOWN
    }
    package = Path(settings_values.__file__).parents[1]
    files = (path for layer in ("usecases", "adapters") for path in (package / layer).rglob("*.py"))
    text = "".join(path.read_text(encoding="utf-8") for path in files)
    read = r"(number|text)\((keys\.)?{},|: keys\.{},"
    unread = [key for key, n in names.items() if not re.search(read.format(n, n), text)]
    assert unread == []
    assert set(names) == set(KNOWN)


def test_a_key_that_nothing_reads_is_refused_with_those_that_there_are() -> None:
    message = (
        "/key: is not a setting; the settings are: reports.holidays, reports.promise_grace_days,"
        " reports.working_hours, signals.fewest_records, signals.last_day_percent, signals.minutes,"
        " signals.outcome_factor, signals.outcome_records, signals.records, signals.same_remark,"
        " signals.unreachable, status.backdating_days, status.undo_minutes, sync.guard_floor,"
        " sync.guard_percent, worklist.order"
    )
    assert complaint("greeting", "Mabuhay") == message
    with pytest.raises(InvalidInput):
        known_setting("dashboard.targets")
    assert known_setting("worklist.order").default == "urgency"


def test_a_value_has_a_bound_in_length() -> None:
    assert complaint("worklist.order", "x" * (LONGEST_VALUE + 1)) == (
        f"/value: must have at most {LONGEST_VALUE} characters"
    )


def test_the_worklist_is_ordered_by_urgency_or_name() -> None:
    assert check("worklist.order", "name") == "name"
    assert check("worklist.order", "urgency") == "urgency"
    assert complaint("worklist.order", "luck") == "/value: must be urgency or name"


def test_the_audit_names_a_stored_value_by_its_key_and_company() -> None:
    general = StoredSetting(key="worklist.order", company=None, value="name")
    assert general.record == "worklist.order"
    assert StoredSetting(key="worklist.order", company="FCASH", value="name").record == (
        "worklist.order:FCASH"
    )
    assert general.values == {"value": "name", "is_public": False}


@pytest.mark.rule("P7", "Y7")
def test_P7_a_companys_row_wins_over_the_general_one() -> None:
    key = "status.backdating_days"
    rows = {(key, None): "7", (key, FCASH): "3"}
    assert effective(key, rows, FCASH) == Decimal(3)
    assert effective(key, rows, PCNI) == Decimal(7)
    assert effective(key, rows, None) == Decimal(7)
    assert effective(key, {(key, FCASH): "3"}, PCNI) == Decimal(5)


def test_Y7_a_number_is_found_as_a_number() -> None:
    assert effective_number("sync.guard_floor", {("sync.guard_floor", FCASH): "9"}, FCASH) == 9
    with pytest.raises(InvalidInput, match=r"^worklist\.order is not a number$"):
        effective_number("worklist.order", {}, None)


def test_a_text_is_found_as_a_text() -> None:
    rows: dict[tuple[str, CompanyId | None], str] = {("worklist.order", FCASH): "name"}
    assert effective_text("worklist.order", rows, FCASH) == "name"
    assert effective_text("worklist.order", rows, PCNI) == "urgency"
    with pytest.raises(InvalidInput, match=r"^sync\.guard_floor is not text$"):
        effective_text("sync.guard_floor", {}, None)
