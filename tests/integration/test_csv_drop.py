"""A CSV drop as senders leave it: complete or not, in several forms, or broken."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from attrs import evolve

from clientupdater.adapters.csvdrop import CsvDrop, reading
from clientupdater.adapters.csvdrop import source as csv_source
from clientupdater.adapters.csvdrop.finding import Drop, same
from clientupdater.domain.errors import (
    Fault,
    Misconfigured,
    SourceExpired,
    SourceFailed,
    SourceMalformed,
    Unavailable,
)
from clientupdater.domain.sync.fields import Entry
from clientupdater.domain.sync.mapping import Record, check_mapping, map_records
from clientupdater.domain.sync.transforms import Lookups
from clientupdater.ports.sources import faults_of

if TYPE_CHECKING:
    from clientupdater.ports.sources import Value

HEADER = "CLIENT_CODE,COMPANY_CODE,FULL_NAME"
BOOK = f"{HEADER}\nA,FCASH,Ana\nB,FCASH,Ben\n"


def drop(folder: Path, text: str | bytes, name: str = "book.csv", age_s: int = 0) -> Path:
    """Leave a file, written so many seconds ago."""
    path = folder / name
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    then = 1_790_000_000 - age_s
    os.utime(path, (then, then))
    return path


def codes(source: CsvDrop) -> list[Value]:
    """Read everything; name the codes."""
    fetch = source.begin()
    page = source.page(fetch)
    items = [each["CLIENT_CODE"] for each in page.records]
    while page.position:
        page = source.page(fetch, page.position)
        items += [each["CLIENT_CODE"] for each in page.records]
    return items


def refused(folder: Path, text: str | bytes) -> str:
    """Read a broken source; give the error's message."""
    drop(folder, text)
    with pytest.raises(SourceMalformed) as caught:
        codes(CsvDrop(folder))
    return str(caught.value)


# --- which file is taken


def test_the_newest_file_is_taken_and_named_by_the_moment_it_was_written(tmp_path: Path) -> None:
    drop(tmp_path, BOOK.replace("A,", "OLD,"), "a.csv", age_s=60)
    drop(tmp_path, BOOK, "b.csv")
    assert codes(CsvDrop(tmp_path)) == ["A", "B"]
    assert CsvDrop(tmp_path).begin().as_of.timestamp() == 1_790_000_000
    assert codes(CsvDrop(tmp_path / "a.csv")) == ["OLD", "B"]


@pytest.mark.rule("Y6")
def test_Y6_the_same_file_is_of_the_same_moment_also_when_it_is_renamed(tmp_path: Path) -> None:
    path = drop(tmp_path, BOOK)
    before = CsvDrop(tmp_path).begin().as_of
    path.rename(tmp_path / "again.csv")
    assert CsvDrop(tmp_path).begin().as_of == before


def test_a_file_that_is_still_being_written_is_not_taken(tmp_path: Path) -> None:
    for name in ("book.csv.part", ".book.csv", "~book.csv", "book.tmp"):
        drop(tmp_path, BOOK, name)
    with pytest.raises(Unavailable, match="no complete file"):
        CsvDrop(tmp_path).begin()


def test_where_files_come_with_a_done_those_without_are_not_taken_yet(tmp_path: Path) -> None:
    drop(tmp_path, BOOK, "one.csv", age_s=60)
    drop(tmp_path, "2", "one.csv.done")
    half = drop(tmp_path, "CLIENT_CODE,COMP", "two.csv")
    source = CsvDrop(tmp_path)
    assert codes(source) == ["A", "B"]
    assert source.begin().stated_count == 2
    half.write_text(BOOK.replace("A,", "NEW,"), encoding="utf-8")
    drop(tmp_path, "", "two.done")
    assert codes(source) == ["NEW", "B"]
    assert source.begin().stated_count is None


def test_a_folder_that_is_not_there_is_a_fault_of_the_setting(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured) as caught:
        CsvDrop(tmp_path / "nowhere").begin()
    assert [fault.pointer for fault in caught.value.faults] == ["CSV_DROP_DIR"]


def test_a_file_that_changes_while_it_is_read_is_not_read_on(tmp_path: Path) -> None:
    path = drop(tmp_path, BOOK)
    source = CsvDrop(tmp_path, page_size=1)
    fetch = source.begin()
    first = source.page(fetch)
    path.write_text(BOOK + "C,FCASH,Caro\n", encoding="utf-8")
    with pytest.raises(SourceExpired, match="has changed since reading began"):
        source.page(fetch, first.position)


def test_a_file_that_is_replaced_between_two_looks_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = drop(tmp_path, BOOK, age_s=60)
    source = CsvDrop(tmp_path)
    fetch = source.begin()

    def looked_at(where: Path, handle: str) -> Drop:
        result = same(where, handle)
        drop(tmp_path, BOOK.replace("Ana", "Eva"), path.name)
        return result

    monkeypatch.setattr(csv_source, "same", looked_at)
    with pytest.raises(SourceExpired, match="has changed since reading began"):
        source.page(fetch)


def test_a_done_that_states_nonsense_spoils_its_own_file_alone(tmp_path: Path) -> None:
    drop(tmp_path, BOOK, "old.csv", age_s=60)
    drop(tmp_path, "many", "old.csv.done")
    drop(tmp_path, BOOK, "new.csv")
    drop(tmp_path, "2", "new.csv.done")
    source = CsvDrop(tmp_path)
    assert source.begin().stated_count == 2
    assert codes(source) == ["A", "B"]


@pytest.mark.rule("Y9")
def test_Y9_columns_that_a_mapping_wants_since_it_began_stop_it(tmp_path: Path) -> None:
    drop(tmp_path, BOOK)
    source = CsvDrop(tmp_path)
    began = evolve(source.begin(columns=["CLIENT_CODE"]), columns=("CLIENT_CODE", "BRANCH_CODE"))
    with pytest.raises(Misconfigured) as caught:
        source.page(began)
    assert [fault.pointer for fault in caught.value.faults] == ["BRANCH_CODE"]


# --- how many rows it should have


@pytest.mark.parametrize(
    "trailer", ["TRAILER,2", "TRAILER,2\r\n\r\n", '"TRAILER","2"\n', "TRAILER,2,\n"]
)
def test_Y6_a_trailer_states_the_count_and_is_no_client(tmp_path: Path, trailer: str) -> None:
    drop(tmp_path, BOOK + trailer)
    source = CsvDrop(tmp_path, page_size=2)
    assert source.begin().stated_count == 2
    assert codes(source) == ["A", "B"]


@pytest.mark.rule("Y6")
def test_Y6_without_a_count_none_is_stated(tmp_path: Path) -> None:
    drop(tmp_path, BOOK)
    assert CsvDrop(tmp_path).begin().stated_count is None


def test_two_counts_that_differ_are_refused(tmp_path: Path) -> None:
    drop(tmp_path, BOOK + "TRAILER,2\n")
    drop(tmp_path, "3", "book.done")
    with pytest.raises(SourceMalformed, match=r"\.done states 3 rows, its last line 2"):
        CsvDrop(tmp_path).begin()


def test_a_count_that_is_no_number_is_refused(tmp_path: Path) -> None:
    assert "states a number of rows that is none" in refused(tmp_path, BOOK + "TRAILER,two\n")


def test_rows_after_the_trailer_are_refused(tmp_path: Path) -> None:
    assert "rows after the trailer" in refused(tmp_path, f"{HEADER}\nTRAILER,0\nA,FCASH,Ana\n")


# --- how it is written


@pytest.mark.parametrize(
    ("encoding", "setting"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8"), ("windows-1252", "windows-1252")],
)
def test_names_are_read_in_the_encoding_that_is_set(
    tmp_path: Path, encoding: str, setting: str
) -> None:
    drop(tmp_path, f"{HEADER}\r\nA,FCASH,Peña\r\n".encode(encoding))
    assert CsvDrop(tmp_path, setting).one("A") == {
        "CLIENT_CODE": "A",
        "COMPANY_CODE": "FCASH",
        "FULL_NAME": "Peña",
    }


def test_another_encoding_is_reported_with_its_line_and_its_setting(tmp_path: Path) -> None:
    result = refused(tmp_path, f"{BOOK}C,FCASH,Peña\n".encode("windows-1252"))
    assert result == (
        "book.csv, line 4, column 3 (FULL_NAME): not utf-8; name the file's encoding in "
        "CSV_ENCODING. Have the file mended, then run again."
    )


def test_a_cell_may_hold_lines_commas_and_quotes(tmp_path: Path) -> None:
    drop(tmp_path, f'{HEADER}\nA,FCASH,"Ana ""Nena""\nCruz, Jr."\nB,FCASH,Ben\n')
    source = CsvDrop(tmp_path, page_size=1)
    assert codes(source) == ["A", "B"]
    assert source.page(source.begin()).records[0]["FULL_NAME"] == 'Ana "Nena"\nCruz, Jr.'


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "has no header"),
        ("TRAILER,0\n", "has no header"),
        ("CODE,,NAME\n", "has no header"),
        ("CODE,CODE\n", "names a column twice"),
        (
            f'{BOOK}C,FCASH,"never closed\n',
            "line 4, column 3 (FULL_NAME): a quote is opened here and never closed",
        ),
        (
            f'{BOOK}C,"two\nlines","Ana" Cruz\n',
            "line 5, column 3 (FULL_NAME): no comma follows the closing quote",
        ),
        ('"CODE,NAME\n', "line 1, column 1: a quote is opened here and never closed"),
        (f'\ufeff{HEADER}\nA,"B"B,C\n', "line 2, column 2 (COMPANY_CODE): no comma"),
    ],
)
def test_a_broken_file_is_reported_with_its_line_and_its_column(
    tmp_path: Path, text: str, message: str
) -> None:
    result = refused(tmp_path, text)
    assert message in result
    assert result.endswith(". Have the file mended, then run again.")


@pytest.mark.rule("Y3")
@pytest.mark.parametrize(("line", "cells"), [("C,FCASH", 2), ("C,FCASH,x,y", 4)])
def test_Y3_a_ragged_line_costs_its_row_and_not_the_file(
    tmp_path: Path, line: str, cells: int
) -> None:
    drop(tmp_path, f'{HEADER}\nA,FCASH,"Ana\nCruz"\n{line}\nB,FCASH,Ben\n')
    source = CsvDrop(tmp_path)
    first, ragged, last = source.page(source.begin()).records
    assert (first["CLIENT_CODE"], last["CLIENT_CODE"]) == ("A", "B")
    message = f"line 4 has {cells} cells where the header has 3"
    assert faults_of(ragged) == (Fault("", message),)
    assert source.one("C") is None


@pytest.mark.rule("Y3")
def test_Y3_a_huge_cell_and_a_nul_cost_their_rows_and_not_the_file(tmp_path: Path) -> None:
    drop(tmp_path, f"{HEADER}\nA,FCASH,{'x' * 10_000_000}\nB,FCASH,B\0n\nC,FCASH,Caro\n")
    mapping = check_mapping(
        Entry(name, column)
        for name, column in zip(
            ("client_code", "company", "full_name"), HEADER.split(","), strict=True
        )
    )
    source = CsvDrop(tmp_path)
    page = source.page(source.begin())
    mapped = map_records(
        mapping, Lookups(), (Record(n, each) for n, each in enumerate(page.records))
    )
    assert [row.code for row in mapped.rows] == ["C"]
    assert [(each.code, each.faults[0].message) for each in mapped.rejects] == [
        ("A", "is longer than 4000 characters"),
        ("B", "holds characters that cannot be stored"),
    ]


def test_a_page_of_huge_rows_ends_early(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_source, "LARGEST_PAGE", 100)
    drop(tmp_path, HEADER + "\n" + "".join(f"{n},FCASH,{'x' * 60}\n" for n in range(5)))
    source = CsvDrop(tmp_path)
    assert len(source.page(source.begin()).records) == 2
    assert codes(source) == ["0", "1", "2", "3", "4"]


def test_a_line_that_does_not_end_is_not_read_to_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "LARGEST_CELL", 1000)
    result = refused(tmp_path, f"{BOOK}C,FCASH,{'x' * 5000}\n")
    assert result.startswith("book.csv, line 4: it is longer than 1000 bytes. Have the file")


@pytest.mark.skipif(os.geteuid() == 0, reason="nobody forbids root anything")
def test_an_unreadable_file_is_reported_with_the_right_that_is_missing(tmp_path: Path) -> None:
    path = drop(tmp_path, BOOK)
    path.chmod(0)
    with pytest.raises(SourceFailed, match="may not be read"):
        CsvDrop(tmp_path).begin()
