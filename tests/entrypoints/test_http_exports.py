"""Exports over HTTP: asked for, written by a worker, fetched, gone."""

from __future__ import annotations

import csv
import io
import zipfile
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from datetime import datetime
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import httpx
import psycopg
import pytest
from attrs import frozen

from clientupdater.domain.events import Channel
from clientupdater.domain.exports import ESCAPED_STARTS
from clientupdater.domain.updates import StatusUpdate
from clientupdater.entrypoints.cli.field_file import read_field_file
from clientupdater.entrypoints.http.application import build
from clientupdater.entrypoints.http.server_settings import ServerSettings
from tests.support.builders import MANILA
from tests.support.export_fixture import AtHand, attempt_at, expired_removed, export_writer
from tests.support.http_server import served
from tests.support.staff_fixture import Staff, staffed
from tests.support.waiting import wait_until

if TYPE_CHECKING:
    from collections.abc import Iterator

    from clientupdater.domain.ids import BranchId, PersonId
    from tests.support.servers import Database

URL = "/api/v1/exports"
ALL = ("reports:export all", "clients:read all", "status:read all", "reports:read all")


@frozen
class HttpActors:
    """A branch with clients, and the people who export."""

    staff: Staff
    http: httpx.Client
    branch: BranchId

    def sign_in(self, *grants: str) -> PersonId:
        person = self.staff.hire(*grants, first_name="Ana", last_name="Cruz")
        self.http.headers["Authorization"] = f"Bearer {self.staff.session(person)}"
        return person

    def client(self, code: str, branch: BranchId | None = None, **columns: Any) -> None:
        values = {"full_name": "Juan Reyes", **columns}
        names, marks = ", ".join(values), ", ".join(["%s"] * len(values))
        self.staff.run(
            f"insert into clients (client_code, company_id, branch_id, product_id, {names})"
            " values (%s, (select id from companies where code = 'FCASH'), %s,"
            f" (select id from products where code = 'FCASH_SSS'), {marks})",
            code,
            branch or self.branch,
            *values.values(),
        )

    def ask(self, kind: str = "clients", form: str = "csv", **params: Any) -> httpx.Response:
        return self.http.post(URL, json={"type": kind, "format": form, **params})

    def write(self, export: dict[str, Any], job_run: AtHand | None = None) -> AtHand:
        """Do what a worker does."""
        job_run = job_run or attempt_at(export["id"])
        export_writer(self.staff.app)(job_run)
        self.staff.run(
            "update job_queue set status = 'completed'"
            " where id = (select job_id from export_jobs where id = %s)",
            export["id"],
        )
        return job_run

    def made(self, kind: str = "clients", form: str = "csv", **params: Any) -> dict[str, Any]:
        """Ask for one and have it written."""
        asked = self.ask(kind, form, **params)
        assert asked.status_code == 202, asked.text
        self.write(asked.json())
        values: dict[str, Any] = self.http.get(asked.headers["location"]).json()
        return values

    def rows(self, **params: Any) -> list[dict[str, str]]:
        """Make one and read it as a spreadsheet would."""
        return read(self.http.get(self.made(**params)["file"]).content)


def read(raw: bytes) -> list[dict[str, str]]:
    lines = raw.decode("utf-8-sig").splitlines(keepends=True)
    body = [line for line in lines if not line.startswith("# ")]
    return list(csv.DictReader(io.StringIO("".join(body), newline="")))


def code_of(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error"]["code"]


@pytest.fixture
def actors(database: Database) -> Iterator[HttpActors]:
    with (
        staffed(database, MANILA) as staff,
        served(build(lambda: nullcontext(staff.serving))) as http,
    ):
        opened = HttpActors(staff, http, staff.branch())
        opened.sign_in(*ALL)
        yield opened


def test_an_export_is_taken_on_written_by_a_worker_and_fetched(actors: HttpActors) -> None:
    actors.client("FC-1", full_name="Juan Reyes", contact_number="+639170000001")
    asked = actors.ask()
    assert asked.status_code == 202
    assert asked.headers["location"] == f"{URL}/{asked.json()['id']}"
    assert (asked.json()["status"], asked.json()["file"]) == ("pending", None)
    job_run = actors.write(asked.json())
    assert (job_run.reports[-1].done, job_run.reports[-1].total) == (1, 1)
    value = actors.http.get(asked.headers["location"]).json()
    assert (value["status"], value["row_count"]) == ("completed", 1)
    answer = actors.http.get(value["file"])
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    assert int(answer.headers["content-length"]) == value["file_size"] == len(answer.content)
    (row,) = read(answer.content)
    assert (row["client_code"], row["full_name"]) == ("FC-1", "Juan Reyes")


def test_a_cover_names_the_person_the_time_the_snapshot_the_scope_and_the_rows(
    actors: HttpActors,
) -> None:
    actors.client("FC-1")
    export = actors.made(filters={"company": "FCASH", "active": True})
    text = actors.http.get(export["file"]).content.decode("utf-8-sig")
    cover = dict(row for row in csv.reader(io.StringIO(text)) if row[0].startswith("# "))
    assert cover["# export"] == "clients"
    assert cover["# made for"] == "Ana Cruz"
    assert cover["# asked at"] == "2026-11-20T17:00:00+08:00"
    assert "+08:00" in cover["# as of"]
    assert cover["# filters"] == "company=FCASH; active=True"
    assert cover["# scope"] == "FCASH: all, PCNI: all"
    assert cover["# rows"] == "1"


@pytest.mark.parametrize("text", [f"{each}1+1" for each in ESCAPED_STARTS])
def test_no_text_is_a_formula_and_every_text_survives(actors: HttpActors, text: str) -> None:
    actors.client("FC-1", full_name=text, contact_number=text)
    (row,) = actors.rows()
    assert row["full_name"] == row["contact_number"] == "'" + text


def test_filters_and_columns_are_those_of_the_lists(actors: HttpActors) -> None:
    actors.client("FC-1", loan_status="OPEN")
    actors.client("FC-2", loan_status="CLOSED")
    result = actors.rows(filters={"loan_status": "OPEN"}, columns=["loan_status", "client_code"])
    assert result == [{"loan_status": "OPEN", "client_code": "FC-1"}]
    assert code_of(actors.ask(filters={"branch": "NOWHERE"})) == (422, "validation_failed")
    assert code_of(actors.ask(filters={"colour": "red"})) == (422, "validation_failed")
    refused = actors.ask(columns=["client_code", "pension_number", "client_code"])
    assert code_of(refused) == (422, "validation_failed")
    value = {each["pointer"] for each in refused.json()["error"]["details"]["fields"]}
    assert value == {"/columns/1", "/columns/2"}


@pytest.mark.rule("A10")
def test_A10_an_export_holds_only_what_every_right_of_its_requester_covers(
    actors: HttpActors,
) -> None:
    mine, theirs = actors.staff.branch(), actors.staff.branch()
    actors.client("FC-1", mine)
    actors.client("FC-2", theirs)
    person = actors.sign_in("reports:export branch FCASH", "clients:read all")
    actors.staff.run("insert into user_branches values (%s, %s)", person, mine)
    assert [row["client_code"] for row in actors.rows()] == ["FC-1"]


@pytest.mark.rule("C3")
def test_C3_a_pension_number_is_masked_for_every_caller(actors: HttpActors) -> None:
    actors.client(
        "FC-1",
        pension_number=b"sealed",
        pension_blind_index=bytes(32),
        pension_last4="6789",
    )
    (row,) = actors.rows()
    assert row["pension_number_masked"] == "••••6789"


def test_an_export_without_the_right_to_export_or_to_read_is_refused(actors: HttpActors) -> None:
    actors.sign_in("clients:read all")
    assert code_of(actors.ask()) == (403, "forbidden")
    actors.sign_in("reports:export all")
    assert code_of(actors.ask()) == (403, "forbidden")
    actors.sign_in("reports:export all", "clients:read all")
    assert code_of(actors.ask(filters={"status": "DONE"})) == (403, "forbidden")
    assert code_of(actors.ask("report")) == (403, "forbidden")


def test_another_persons_export_is_not_found(actors: HttpActors) -> None:
    export = actors.made()
    actors.sign_in(*ALL)
    address = f"{URL}/{export['id']}"
    for answer in (
        actors.http.get(address),
        actors.http.get(export["file"]),
        actors.http.delete(address),
    ):
        assert code_of(answer) == (404, "not_found")
    assert actors.http.get(URL).json()["items"] == []


def test_the_right_is_judged_again_when_the_file_is_fetched(actors: HttpActors) -> None:
    export = actors.made()
    actors.staff.run(
        "delete from user_permissions where permission_id ="
        " (select id from permissions where code = 'clients:read')"
    )
    assert code_of(actors.http.get(export["file"])) == (403, "forbidden")


@pytest.mark.rule("A7", "A10")
@pytest.mark.parametrize(
    "narrowed",
    [
        "scope = 'branch'",
        "company_id = (select id from companies where code = 'PCNI')",
    ],
)
def test_A10_a_file_is_not_sent_to_a_person_who_may_no_longer_see_all_of_it(
    actors: HttpActors, narrowed: str
) -> None:
    actors.client("FC-1")
    export = actors.made()
    address = f"{URL}/{export['id']}"
    assert actors.http.get(export["file"]).status_code == 200
    actors.staff.run(
        f"update user_permissions set {narrowed} where permission_id ="
        " (select id from permissions where code = 'clients:read')"
    )
    refused = actors.http.get(export["file"])
    assert code_of(refused) == (403, "forbidden")
    assert "ask for a new export" in refused.json()["detail"]
    missing = "select missing from authorization_audit where decision = 'refused'"
    assert "no longer within the scope" in actors.staff.one(missing)
    assert actors.http.get(address).json()["file"] is None
    assert actors.http.get(URL).json()["items"][0]["file"] is None
    assert actors.http.delete(address).status_code == 204


@pytest.mark.rule("A7", "A10")
def test_A10_a_file_of_branches_is_sent_while_all_of_them_are_in_scope(
    actors: HttpActors,
) -> None:
    person = actors.sign_in(*(grant.replace("all", "branch") for grant in ALL))
    lost = actors.staff.branch(person)
    actors.staff.branch(person)
    export = actors.made()
    actors.staff.branch(person)
    assert actors.http.get(export["file"]).status_code == 200
    actors.staff.run("delete from user_branches where branch_id = %s", lost)
    assert code_of(actors.http.get(export["file"])) == (403, "forbidden")
    actors.staff.run("insert into user_branches values (%s, %s)", person, lost)
    assert actors.http.get(export["file"]).status_code == 200


def test_a_file_without_a_recorded_scope_is_not_sent(
    actors: HttpActors,
) -> None:
    export = actors.made()
    actors.staff.run("update export_jobs set sight = null")
    assert code_of(actors.http.get(export["file"])) == (403, "forbidden")


def test_a_file_whose_time_is_over_is_gone(actors: HttpActors) -> None:
    actors.client("FC-1")
    export = actors.made()
    actors.staff.run("update export_jobs set expires_at = %s", actors.staff.clock.now())
    assert code_of(actors.http.get(export["file"])) == (410, "gone")
    assert expired_removed(actors.staff.app) == 1
    assert code_of(actors.http.get(export["file"])) == (410, "gone")
    assert actors.http.get(f"{URL}/{export['id']}").json()["file"] is None
    assert expired_removed(actors.staff.app) == 0


def test_there_is_no_file_before_it_is_whole(actors: HttpActors) -> None:
    export = actors.ask().json()
    assert code_of(actors.http.get(f"{URL}/{export['id']}/file")) == (404, "not_found")


def test_exports_are_listed_the_newest_first_in_pages(actors: HttpActors) -> None:
    made = []
    for _ in range(3):
        actors.staff.clock.forward(seconds=1)
        made.append(actors.ask().json()["id"])
    first = actors.http.get(URL, params={"limit": 2}).json()
    second = actors.http.get(URL, params={"limit": 2, "cursor": first["next_cursor"]}).json()
    assert [each["id"] for each in first["items"] + second["items"]] == made[::-1]
    assert (first["has_more"], second["has_more"]) == (True, False)


def test_a_deleted_export_is_gone_with_its_file_and_its_job(actors: HttpActors) -> None:
    export = actors.made()
    assert actors.http.delete(f"{URL}/{export['id']}").status_code == 204
    assert code_of(actors.http.get(export["file"])) == (404, "not_found")
    waiting = actors.ask().json()
    assert actors.http.delete(f"{URL}/{waiting['id']}").status_code == 204
    query = "select status::text from job_queue order by id desc limit 1"
    assert actors.staff.one(query) == "cancelled"
    actors.write(waiting)  # one that was claimed just before finds nothing to do


@pytest.mark.rule("L1")
def test_L1_a_download_is_logged(actors: HttpActors) -> None:
    actors.client("FC-1")
    actors.http.get(actors.made()["file"])
    taken = "select subject || ' ' || row_count from data_access_log where action = 'exported'"
    assert actors.staff.one(taken) == "clients 1"
    entries = "select string_agg(action, ' ' order by created_at) from activity_logs"
    assert actors.staff.one(entries) == "export.create export.fetch"


# --- where clients stand, and reports

WRITER = (*ALL, "status:update all", "status:history:read all")


def record(actors: HttpActors, code: str, status: str, version: int = 0, **params: Any) -> None:
    actors.staff.clock.forward(minutes=1)
    answer = actors.http.post(
        f"/api/v1/clients/code:{code}/periods/2026-11/events",
        json={"status": status, "version": version, **params},
    )
    assert answer.status_code == 201, answer.text


def test_the_importer_reads_an_export_of_statuses(actors: HttpActors) -> None:
    actors.sign_in(*WRITER)
    actors.client("FC-1")
    record(actors, "FC-1", "CALLED", remarks="+639170000001", channel="call")
    export = actors.made("status", filters={"status": "CALLED"})
    raw = actors.http.get(export["file"]).content
    (line,) = read_field_file(raw, MANILA)
    assert (line.client_code, str(line.period), line.version) == ("FC-1", "2026-11", 1)
    assert line.update == StatusUpdate(
        status="CALLED",
        reason=None,
        remarks="+639170000001",
        has_payment=False,
        occurred_at=actors.staff.clock.now(),
        channel=Channel.CALL,
    )
    (row,) = read(raw)
    assert (row["full_name"], row["updated_by"]) == ("Juan Reyes", "Ana Cruz")


def test_an_undone_event_says_nothing_of_when_it_was(actors: HttpActors) -> None:
    actors.sign_in(*WRITER, "status:correct all")
    actors.client("FC-1")
    record(actors, "FC-1", "CALLED")
    first = actors.staff.clock.now()
    record(actors, "FC-1", "CALLED", version=1)
    address = "/api/v1/clients/code:FC-1/periods/2026-11/events/2/void"
    voided = actors.http.post(address, json={"remarks": "not so", "version": 2})
    assert voided.status_code == 201, voided.text
    (row,) = actors.rows(kind="status")
    assert datetime.fromisoformat(row["occurred_at"]) == first


@pytest.mark.rule("R1")
def test_R1_a_report_shows_the_progress_of_each_branch(actors: HttpActors) -> None:
    actors.sign_in(*WRITER)
    for number in range(1, 5):
        actors.client(f"FC-{number}")
    record(actors, "FC-1", "DONE", reason="CONFIRMED", has_payment=True)
    record(actors, "FC-2", "DONE", reason="NOT_REACHABLE", remarks="moved away")
    record(actors, "FC-3", "CALLED")
    record(actors, "FC-4", "TO_FOLLOW")
    actors.staff.run(
        "update client_period_status set exempt_cause = 'par_status' where client_id ="
        " (select id from clients where client_code = 'FC-4')"
    )
    (row,) = actors.rows(kind="report", filters={"period": "2026-11"})
    assert {name: row[name] for name in row if row[name] not in {"0", "A branch"}} == {
        "company": "FCASH",
        "branch": row["branch"],
        "period": "2026-11",
        "rows": "4",
        "exempt": "1",
        "called": "1",
        "done": "2",
        "with_payment": "1",
        "contacted": "2",
        "confirmed": "1",
        "completion_rate": "0.6667",
        "contact_rate": "0.6667",
        "confirmation_rate": "0.3333",
    }


# --- workbooks


def cells(raw: bytes, sheet: int = 1) -> list[list[tuple[str, str | None]]]:
    """Read a sheet: of each cell its kind and what it says."""
    space = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
    with zipfile.ZipFile(io.BytesIO(raw)) as book:
        assert book.testzip() is None
        root = ET.fromstring(book.read(f"xl/worksheets/sheet{sheet}.xml"))  # noqa: S314
    return [
        [
            (cell.get("t") or f"style {cell.get('s', '0')}", "".join(cell.itertext()) or None)
            for cell in row
        ]
        for row in root.iter(f"{space}row")
    ]


def test_a_workbook_holds_texts_as_texts_and_numbers_days_and_truths_as_such(
    actors: HttpActors,
) -> None:
    text = " =1+1 <&> \x00\n\U0001f600 "
    actors.client("FC-1", full_name=text.replace("\x00", ""), birth_date="1950-01-01")
    actors.staff.run("update clients set past_due_amount = -1.50, address = E'a\\x01b'")
    columns = ["full_name", "birth_date", "past_due_amount", "is_active", "address", "product"]
    columns.append("account_type")
    export = actors.made(form="xlsx", columns=columns)
    answer = actors.http.get(export["file"])
    assert answer.headers["content-disposition"].endswith('.xlsx"')
    head, row = cells(answer.content)
    assert [result for _, result in head] == columns
    assert row == [
        ("inlineStr", text.replace("\x00", "")),
        ("style 1", "18264"),
        ("style 0", "-1.50"),
        ("b", "1"),
        ("inlineStr", "ab"),
        ("inlineStr", "FCASH_SSS"),
        ("style 0", None),
    ]


def test_a_workbook_has_its_cover_on_a_sheet_of_its_own(actors: HttpActors) -> None:
    export = actors.made(form="xlsx")
    raw = actors.http.get(export["file"]).content
    cover = {name: result for (_, name), (_, result) in cells(raw, sheet=2)}
    assert (cover["made for"], cover["rows"]) == ("Ana Cruz", "0")
    assert len(cells(raw)) == 1


REPORTS = {
    "completion": {"period": "2026-11"},
    "dashboard": {"period": "2026-11"},
    "pace": {"period": "2026-11"},
    "trend": {"period": "2026-11"},
    "ageing": {},
    "balance": {},
    "untouched": {},
    "staff": {"person": "me", "first_day": "2026-11-16", "last_day": "2026-11-20"},
}


@pytest.mark.parametrize("name", REPORTS)
def test_each_report_is_written_to_a_file_with_its_totals(actors: HttpActors, name: str) -> None:
    actors.client("FC-1")
    params = {"company": "FCASH", **REPORTS[name]}
    export = actors.made("report", report={"name": name, "params": params})
    text = actors.http.get(export["file"]).content
    assert f"# export,{name}".encode() in text
    rows = read(text)
    assert len(rows) == export["row_count"]
    assert all({"key", "name"} <= row.keys() for row in rows)
    asked = actors.http.get(f"/api/v1/{PATHS.get(name, f'reports/{name}')}", params=params).json()
    assert len(rows) == len(asked["rows"]) + (name != "staff")


@pytest.mark.rule("R5")
def test_R5_the_file_of_a_past_report_names_its_moment(actors: HttpActors) -> None:
    params = {"company": "FCASH", "period": "2026-11", "as_of": "2026-01-02T09:00:00+08:00"}
    export = actors.made("report", report={"name": "completion", "params": params})
    text = actors.http.get(export["file"]).content
    assert b"2026-01-02" in text
    assert [row["rows"] for row in read(text)] == ["0"]


@pytest.mark.rule("R6")
def test_R6_a_report_beyond_the_deadline_of_a_request_is_written_by_an_export(
    actors: HttpActors, database: Database
) -> None:
    params = {"company": "FCASH", "by": "period", "period": "2026-11"}
    hasty = build(lambda: nullcontext(actors.staff.app), ServerSettings(deadline_s=0.5))
    with ThreadPoolExecutor(1) as worker:
        with served(hasty) as http, psycopg.connect(database.superuser_url) as connection:
            connection.execute("lock table status_events")
            late = http.get("/api/v1/reports/staff", params=params, headers=actors.http.headers)
            assert code_of(late) == (503, "unavailable")
            asked = actors.ask("report", report={"name": "staff", "params": params})
            job_run = attempt_at(asked.json()["id"])
            written = worker.submit(actors.write, asked.json(), job_run)
            wait_until(lambda: bool(job_run.reports))
            assert [each.step for each in job_run.reports] == ["reading"]
            assert not written.done()
        written.result()
    assert actors.http.get(asked.headers["location"]).json()["status"] == "completed"


PATHS = {"dashboard": "dashboard/summary"}


@pytest.mark.parametrize(
    ("report", "pointer"),
    [
        ({"name": "rumours"}, "/report/name"),
        ({"name": "completion", "params": {"company": "FCASH"}}, "/report/params/period"),
        (
            {"name": "trend", "params": {"company": "FCASH", "period": "May"}},
            "/report/params/period",
        ),
        ({"name": "trend", "params": {"periodes": "3"}}, "/report/params/periodes"),
        ({"name": "ageing", "params": {"company": "F" * 101}}, "/report/params/company"),
        (
            {"name": "staff", "params": {"company": "FCASH", "first_day": "May"}},
            "/report/params/first_day",
        ),
    ],
)
def test_a_report_that_does_not_exist_or_fit_is_refused_before_it_is_queued(
    actors: HttpActors, report: dict[str, Any], pointer: str
) -> None:
    answer = actors.ask("report", report=report)
    assert code_of(answer) == (422, "validation_failed")
    fields = answer.json()["error"]["details"]["fields"]
    assert pointer in [each["pointer"] for each in fields]
    assert code_of(actors.ask("clients", report={"name": "trend"}))[0] == 422


def test_signals_are_exported_only_by_those_who_read_audits(actors: HttpActors) -> None:
    report = {"name": "signals", "params": {"company": "FCASH"}}
    assert code_of(actors.ask("report", report=report)) == (403, "forbidden")
    actors.sign_in(*ALL, "audit:read all")
    assert actors.made("report", "xlsx", report=report)["row_count"] == 0
