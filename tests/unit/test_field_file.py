"""Reading a CSV from the field: every fault with its line, every text as it stands."""

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from clientupdater.domain.errors import InvalidInput
from clientupdater.domain.events import Channel
from clientupdater.domain.periods import Period
from clientupdater.domain.updates import StatusUpdate
from clientupdater.entrypoints.cli.field_file import MOST, FieldLine, read_field_file

ZONE = ZoneInfo("Asia/Manila")
HEAD = "client_code,status,reason,remarks,has_payment,occurred_at,next_follow_up_on,channel"
PLAIN = "FC-1,CALLED,,,,2026-11-20 09:30,,"


def read(*lines: str, head: str = HEAD) -> tuple[FieldLine, ...]:
    return read_field_file("\n".join((head, *lines)).encode(), ZONE)


def faults(raw: bytes | str) -> list[str]:
    with pytest.raises(InvalidInput) as caught:
        read_field_file(raw if isinstance(raw, bytes) else raw.encode(), ZONE)
    return [f"{fault.pointer}: {fault.message}" for fault in caught.value.faults]


def test_a_line_says_all_that_an_update_says() -> None:
    (line,) = read(
        "2026-11,FC-1,DONE,CONFIRMED, =cmd|x ,yes,2026-11-20T09:30:00Z,2026-11-25,call,4",
        head=f"period,{HEAD},version",
    )
    assert line == FieldLine(
        line=2,
        client_code="FC-1",
        period=Period.month(2026, 11),
        version=4,
        update=StatusUpdate(
            status="DONE",
            reason="CONFIRMED",
            remarks="=cmd|x",
            has_payment=True,
            occurred_at=datetime(2026, 11, 20, 9, 30, tzinfo=UTC),
            next_follow_up_on=date(2026, 11, 25),
            channel=Channel.CALL,
        ),
    )


def test_what_is_empty_says_nothing_and_a_time_is_the_business_s_own() -> None:
    (line,) = read(PLAIN)
    moment = datetime(2026, 11, 20, 9, 30, tzinfo=ZONE)
    assert line.update == StatusUpdate(status="CALLED", occurred_at=moment)
    assert (line.period, line.version) == (None, None)


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_with_or_without_a_mark_and_with_any_end_of_line(mark: bytes, end: str) -> None:
    raw = mark + end.join((HEAD, PLAIN.replace("FC-1", "Ñ-1"), "")).encode()
    assert [each.client_code for each in read_field_file(raw, ZONE)] == ["Ñ-1"]


def test_lines_are_counted_as_an_editor_counts_them() -> None:
    two = 'FC-1,CALLED,,"one\ntwo",,2026-11-20 09:30,,'
    lines = read("", two, "", PLAIN)
    assert [each.line for each in lines] == [3, 6]
    assert lines[0].update.remarks == "one\ntwo"


def test_all_faults_are_reported_at_once_each_with_its_line() -> None:
    result = faults(
        "\n".join(
            (
                HEAD + ",period,version",
                "FC-1,,,,perhaps,2026-11-20,2026-02-30,pigeon,2026-13,-1",
                "FC-1,CALLED",
                '"FC\x1b[2J",CALLED,,,,,,,,',
            )
        )
    )
    assert [each.partition(":")[0] for each in result] == [
        *("line 2, period", "line 2, version", "line 2, status", "line 2, has_payment"),
        *("line 2, occurred_at", "line 2, next_follow_up_on", "line 2, channel"),
        *("line 3", "line 4, client_code", "line 4, occurred_at"),
    ]
    assert not any("\x1b" in each or "perhaps" in each for each in result)


def test_columns_missing_unknown_or_twice() -> None:
    head = HEAD.replace("channel", "chanel") + ",status"
    assert faults(f"{head}\n{PLAIN},") == [
        "line 1: the column channel is missing",
        "line 1: the column 'chanel' is not known",
        "line 1: the column 'status' comes twice",
    ]


def test_two_lines_that_say_the_same() -> None:
    other = PLAIN.replace("09:30", "09:31")
    assert faults(f"{HEAD}\n{PLAIN}\n{other}\n{PLAIN}") == ["line 4: repeats line 2"]


def test_remarks_too_long_or_with_a_nul() -> None:
    long, nul = (f"FC-1,CALLED,,{each},,2026-11-20 09:30,," for each in ("a" * 4001, "a\0"))
    result = faults(f"{HEAD}\n{long}\n{nul}")
    assert [each.partition(":")[0] for each in result] == ["line 2, remarks", "line 3, remarks"]


@pytest.mark.parametrize(
    ("raw", "message"),
    [
        (b"", "line 1: the file is empty"),
        (HEAD.encode(), "line 1: there is nothing below the header"),
        (f"{HEAD}\nFC-1,".encode() + b"\xd1", "line 2: is not UTF-8; save the file as CSV UTF-8"),
    ],
)
def test_a_file_that_is_none(raw: bytes, message: str) -> None:
    assert faults(raw) == [message]


def test_a_quote_that_never_closes() -> None:
    assert faults(f'{HEAD}\nFC-1,"CALLED')[0].startswith("line 2: is no CSV")


def test_more_than_one_call_takes() -> None:
    lines = (PLAIN.replace("FC-1", f"FC-{number}") for number in range(MOST + 1))
    assert faults("\n".join((HEAD, *lines))) == [
        f": a file holds {MOST} lines at most, not {MOST + 1}: split it"
    ]


EXPORT = f"# export,status\n# made for,Ana Cruz\n# rows,3\n{HEAD},full_name,version\n"


def test_an_export_of_ours_is_read_by_its_cover() -> None:
    message = "FC-1,CALLED,,'+639171234567,no,2026-11-20T09:30:00.250000+08:00,,call,Juan,4\n"
    (line,) = read_field_file((EXPORT + message).encode("utf-8-sig"), ZONE)
    assert (line.line, line.client_code, line.version) == (5, "FC-1", 4)
    assert line.update.remarks == "+639171234567"
    assert line.update.occurred_at == datetime(2026, 11, 20, 9, 30, 0, 250000, tzinfo=ZONE)


def test_untouched_rows_of_an_export_are_skipped() -> None:
    message = "FC-1,PENDING,,,no,,,,Juan,0\nFC-2,CALLED,,,no,2026-11-20 09:30,,,Juan,1\n"
    (line,) = read_field_file((EXPORT + message).encode(), ZONE)
    assert (line.line, line.client_code) == (6, "FC-2")


def test_what_is_wrong_with_an_export_is_told_by_its_own_lines() -> None:
    assert faults(EXPORT + "FC-1,CALLED\n") == ["line 5: has 2 cells, and the header 9"]
    assert faults("# export,clients\nclient_code,full_name\nFC-1,Juan\n")[0] == (
        "line 2: the column status is missing"
    )
    assert faults("# export,clients\n")[0] == "line 1: the column client_code is missing"


def test_a_quote_in_a_file_from_the_field_is_part_of_the_text() -> None:
    (line,) = read("FC-1,CALLED,,'-tis so,,2026-11-20 09:30,,")
    assert line.update.remarks == "'-tis so"
