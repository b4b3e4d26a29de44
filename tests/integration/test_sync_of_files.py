"""Runs that take broken, short or strange files: nothing half-applied, no client deactivated."""

from __future__ import annotations

import csv
import io
import os
from typing import TYPE_CHECKING, Any

import pytest
from attrs import define, field

from clientupdater.adapters.csvdrop import CsvDrop
from clientupdater.domain.errors import Error
from clientupdater.domain.jobs import JobStatus
from clientupdater.domain.sync.fields import Source
from tests.support.sync_fixture import BLANK, record

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from clientupdater.domain.sync.jobs import SyncJob
    from clientupdater.ports.sources import Fetch, SourcePage
    from tests.support.sync_fixture import Syncing

pytestmark = pytest.mark.rule("Y6")

MEND = "Have the file mended, then run again."
BROKEN: dict[str, tuple[Callable[[str], str | bytes], str]] = {
    "rows are missing": (lambda text: _without_row(text, 3), f"so nothing was applied. {MEND}"),
    "its count is wrong": (lambda text: text.replace("TRAILER,6", "TRAILER,9"), "states 9 records"),
    "its count is none": (lambda text: text.replace("TRAILER,6", "TRAILER,x"), "that is none"),
    "rows follow the trailer": (lambda text: f"{text}FC-9\n", f"rows after the trailer. {MEND}"),
    "it is empty": (lambda _: "", "has no header: its first line names no columns"),
    "a quote is never closed": (lambda text: text.replace("FC-3", '"FC-3'), "line 5, column 1 "),
    "it is in another encoding": (
        lambda text: text.replace("Clara", "Peña").encode("windows-1252"),
        "line 2, column 2 (FULL_NAME): not utf-8; name the file's encoding in CSV_ENCODING",
    ),
    "a column is gone": (
        lambda text: text.replace("BRANCH_CODE", "BRANCH"),
        "BRANCH_CODE: the source has no such column; have it put back, or adapt the mapping",
    ),
    "a column comes twice": (
        lambda text: text.replace("LOAN_STATUS", "FULL_NAME"),
        "names a column twice in its header",
    ),
    "a code is missing": (lambda text: text.replace("FC-4", ""), "1 of them without a code"),
}


def _without_row(text: str, number: int) -> str:
    lines = text.splitlines(keepends=True)
    return "".join(lines[:number] + lines[number + 1 :])


@define
class Dropping:
    """Who drops files, and the runs that take them."""

    syncing: Syncing
    folder: Path
    nights: int = field(default=0)

    def drop(self, *records: dict[str, Any], spoil: Callable[[str], str | bytes] = str) -> None:
        """Leave a file with its count, a night after the one before, in its place."""
        self.nights += 1
        text = io.StringIO()
        writer = csv.DictWriter(text, BLANK, lineterminator="\n")
        writer.writeheader()
        writer.writerows(records)
        result = spoil(f"{text.getvalue()}TRAILER,{len(records)}\n")
        for old in self.folder.iterdir():
            old.unlink()
        path = self.folder / f"night{self.nights}.csv"
        path.write_bytes(result.encode() if isinstance(result, str) else result)
        at = 1_780_000_000 + 86_400 * self.nights
        os.utime(path, (at, at))

    def run(self) -> SyncJob:
        """Take the file over."""
        return self.syncing.run(Source.CSV)

    def fails(self) -> str:
        """Take what cannot be taken; give what stands there for who looks at night."""
        self.syncing.clock.forward(minutes=1)
        job = self.syncing.ask(Source.CSV)
        with pytest.raises(Error) as caught:
            self.syncing.runner()(job)
        failed = self.syncing.look(job)
        assert (failed.state, failed.error) == (JobStatus.FAILED, caught.value.message)
        return caught.value.message


def people(number: int, **facts: Any) -> list[dict[str, Any]]:
    return [record(f"FC-{n}", **facts) for n in range(number)]


@pytest.fixture
def dropping(syncing: Syncing, tmp_path: Path) -> Dropping:
    """Take over seven clients, then let one be missing: once more, and it would be given up."""
    dropping = Dropping(syncing, tmp_path)
    syncing.sources[Source.CSV] = CsvDrop(tmp_path, page_size=2)
    dropping.drop(*people(7))
    dropping.run()
    dropping.drop(*people(6))
    dropping.run()
    assert syncing.one("select sum(missing_count) from client_sources") == 1
    return dropping


def require_recovered(dropping: Dropping) -> None:
    dropping.drop(*people(6, full_name="Maria Clara"))
    assert dropping.run().state is JobStatus.COMPLETED
    assert dropping.syncing.rows(
        "select client_code, full_name, is_active from clients order by 1"
    ) == [
        *((f"FC-{n}", "Maria Clara", True) for n in range(6)),
        ("FC-6", "Juan dela Cruz", False),
    ]


@pytest.mark.parametrize(("spoil", "message"), BROKEN.values(), ids=BROKEN.keys())
def test_a_file_that_is_broken_changes_nothing_says_why_and_the_next_one_recovers(
    dropping: Dropping, spoil: Callable[[str], str | bytes], message: str
) -> None:
    dropping.drop(*people(6, full_name="Maria Clara"), spoil=spoil)
    before = dropping.syncing.book()
    assert message in dropping.fails()
    assert dropping.syncing.book() == before
    require_recovered(dropping)


def test_a_file_that_lost_columns_stops_with_all_of_them_before_anything_is_kept(
    dropping: Dropping,
) -> None:
    kept = dropping.syncing.one("select count(*) from sync_snapshots")
    renamed = {"FULL_NAME": "NAME", "BRANCH_CODE": "BRANCH"}

    def spoil(text: str) -> str:
        for name, other in renamed.items():
            text = text.replace(name, other)
        return text

    dropping.drop(*people(6), spoil=spoil)
    result = dropping.fails()
    assert [line.partition(":")[0] for line in result.splitlines()] == ["BRANCH_CODE", "FULL_NAME"]
    assert dropping.syncing.one("select count(*) from sync_snapshots") == kept


def test_a_folder_without_a_file_is_worth_another_try(dropping: Dropping) -> None:
    before = dropping.syncing.book()
    for old in dropping.folder.iterdir():
        old.unlink()
    assert "is taken once it is renamed into place" in dropping.fails()
    assert dropping.syncing.book() == before
    require_recovered(dropping)


def test_a_file_without_its_end_and_its_count_marks_no_client_as_missing(
    dropping: Dropping,
) -> None:
    def cut(text: str) -> str:
        return "".join(text.splitlines(keepends=True)[:3])

    dropping.drop(*people(6, full_name="Maria Clara"), spoil=cut)
    done = dropping.run()
    assert (done.state, done.counts.received) == (JobStatus.COMPLETED, 2)
    assert (done.counts.missing, done.counts.vanished) == (0, 0)
    require_recovered(dropping)


@define
class Replaced:
    """A drop into which the next file comes while the first one is being read."""

    within: CsvDrop
    replace: Callable[[], None]
    asked: int = 0

    def begin(self, *asked: Any) -> Fetch:
        return self.within.begin(*asked)

    def page(self, *asked: Any) -> SourcePage:
        self.asked += 1
        if self.asked == 2:
            self.replace()
        return self.within.page(*asked)


def test_a_file_that_is_replaced_while_it_is_read_is_read_anew(dropping: Dropping) -> None:
    dropping.drop(*people(6))
    source = Replaced(
        CsvDrop(dropping.folder, page_size=2),
        lambda: dropping.drop(*people(6, full_name="Maria Clara")),
    )
    dropping.syncing.sources[Source.CSV] = source  # type: ignore[assignment] # as much as a run asks
    done = dropping.run()
    assert (done.state, done.counts.received, done.counts.vanished) == (JobStatus.COMPLETED, 6, 1)
    assert dropping.syncing.one("select count(distinct full_name) from clients") == 2


@pytest.mark.rule("Y3")
def test_Y3_a_ragged_line_is_rejected_alone_and_no_client_is_marked_as_missing(
    dropping: Dropping,
) -> None:
    more = people(6, full_name="Maria Clara")
    dropping.drop(*more, spoil=lambda text: text.replace("FC-2", "FC-2,x"))
    job = dropping.run()
    assert (job.state, job.counts.updated, job.counts.rejected) == (JobStatus.COMPLETED, 5, 1)
    assert (job.counts.missing, job.counts.vanished) == (0, 0), "it may be anybody's"
    assert dropping.syncing.rows("select client_code, reasons from sync_rejects") == [
        (None, [{"column": "", "message": "line 4 has 17 cells where the header has 16"}])
    ]
    assert dropping.syncing.client("FC-2", "is_active", "full_name") == (True, "Juan dela Cruz")
    require_recovered(dropping)


@pytest.mark.rule("Y3")
def test_Y3_a_code_that_comes_twice_in_place_of_another_marks_no_client_as_missing(
    dropping: Dropping,
) -> None:
    before = dropping.syncing.one("select sum(missing_count) from client_sources")
    for name in ("Maria Clara", "Crispin"):
        dropping.drop(*people(5, full_name=name), record("FC-4", full_name="Sisa"))
        job = dropping.run()
        assert (job.counts.rejected, job.counts.missing, job.counts.vanished) == (2, 0, 0)
    assert dropping.syncing.one("select sum(missing_count) from client_sources") == before
    assert dropping.syncing.client("FC-0", "full_name") == "Crispin"
    require_recovered(dropping)


@pytest.mark.rule("Y3")
def test_Y3_rejected_rows_affect_no_other_row_and_their_clients_are_not_missing(
    dropping: Dropping,
) -> None:
    dropping.drop(
        record("FC-0", branch_code="NOWHERE"),
        record("FC-1"),
        record("FC-1", full_name="Maria Clara"),
        record("FC-2", birth_date="31/02/2026"),
        record("FC-3", birth_date="2026-02-31"),
        record("FC-4", full_name="a\x00b"),
        record("FC-5", full_name="x" * 10_000_000),
        record("FC-6", past_due_amount="much"),
        record("FC-7"),
    )
    job = dropping.run()
    assert (job.state, job.counts.created, job.counts.rejected) == (JobStatus.COMPLETED, 1, 8)
    assert (job.counts.missing, job.counts.vanished) == (0, 0), "they are there, only not as agreed"
    result = dropping.syncing.rows(
        "select client_code, reasons from sync_rejects order by row_number"
    )
    values = {code: [f"{each['column']} {each['message']}" for each in why] for code, why in result}
    assert values == {
        "FC-0": ["BRANCH_CODE is not among the branches"],
        "FC-1": ["CLIENT_CODE comes 2 times in one run; none of them is taken"],
        "FC-2": ["BIRTH_DATE is not a date as YYYY-MM-DD"],
        "FC-3": ["BIRTH_DATE is a date that no calendar has"],
        "FC-4": ["FULL_NAME holds characters that cannot be stored"],
        "FC-5": ["FULL_NAME is longer than 4000 characters"],
        "FC-6": ["PAST_DUE_AMOUNT is not an amount of money"],
    }
