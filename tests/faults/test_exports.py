"""What goes wrong while an export is written: it fails clearly, leaves nothing, and can be retried.

The system itself refuses, and the server itself sends the rows; nothing is pretended.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

import attrs
import psycopg
import pytest
from attrs import frozen

from clientupdater.adapters.files.local import LocalFileStore
from clientupdater.domain.callers import Caller
from clientupdater.domain.errors import Error, Misconfigured, NotFound, Refused, Unavailable
from clientupdater.domain.exports import ExportFormat, ExportType, chosen_columns
from clientupdater.domain.jobs import JobStatus, is_lasting
from clientupdater.ports.client_filter import ClientFilter
from clientupdater.ports.exports import Export, ExportRequest, TableRequest
from clientupdater.ports.job_run import Interrupted
from clientupdater.ports.unit_of_work import SYSTEM
from clientupdater.usecases.exports.authorization import scopes_for
from tests.support.builders import MANILA
from tests.support.export_fixture import AtHand, attempt_at, export_writer
from tests.support.staff_fixture import Staff, staffed
from tests.support.waiting import wait_until
from tests.support.worker_processes import asked, worker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from clientupdater.domain.ids import PersonId
    from tests.support.servers import Database

CLIENTS = 3000
NOBODY = 65534
FORMS = list(ExportFormat)


@frozen
class Exporting:
    """A person who requests exports, and the folder of their files."""

    staff: Staff
    folder: Path
    person: PersonId

    def ask(self, form: ExportFormat = ExportFormat.CSV) -> Export:
        export_request = ExportRequest(
            type=ExportType.CLIENTS,
            format=form,
            filter=ClientFilter(),
            columns=chosen_columns(ExportType.CLIENTS, ()),
        )
        return self.staff.app.exports.create(self.caller(), export_request)

    def caller(self) -> Caller:
        with self.staff.app.exports.work.begin(SYSTEM) as tx:
            actor = tx.people.actor(self.person)
        assert actor is not None
        return Caller(actor)

    def write(self, export: Export, job_run: AtHand | None = None) -> None:
        """Do what a worker does, judging the requester as often as can be."""
        write = attrs.evolve(
            export_writer(self.staff.app), files=LocalFileStore(self.folder), judged_every=1
        )
        job_run = job_run or attempt_at(export.id)
        try:
            write(job_run)
        except Error as error:
            is_over = job_run.job.attempts == job_run.job.max_attempts or is_lasting(error)
            self._settle(export, JobStatus.DEAD if is_over else JobStatus.PENDING)
            raise
        self._settle(export, JobStatus.COMPLETED)

    def _settle(self, export: Export, status: JobStatus) -> None:
        """Say of the job what a worker says when it is over with it."""
        self.staff.run("update job_queue set status = %s where id = %s", status, export.job)

    def fetch(self, export: Export) -> bytes:
        exports = attrs.evolve(self.staff.app.exports, files=LocalFileStore(self.folder))
        return b"".join(exports.fetch(self.caller(), export.id)[1].chunks)

    def stands(self, export: Export) -> tuple[str, str | None]:
        with self.staff.app.exports.work.begin(SYSTEM) as tx:
            result = tx.exports.find(export.id)
        assert result is not None
        return result.status, result.error

    def left(self) -> list[str]:
        """Name all that is in the folder."""
        return sorted(path.name for path in self.folder.iterdir()) if self.folder.exists() else []

    def is_whole(self, export: Export) -> bool:
        return self.fetch(export).count(b"FC-") == CLIENTS


@pytest.fixture
def exporting(database: Database, tmp_path: Path) -> Iterator[Exporting]:
    with staffed(database, MANILA) as staff:
        person = staff.hire("reports:export all", "clients:read all")
        staff.run(
            "insert into clients (client_code, company_id, full_name, address, branch_id)"
            " select 'FC-' || n, (select id from companies where code = 'FCASH'),"
            " 'Juan ' || md5(n::text), md5((-n)::text), %s from generate_series(1, %s) n",
            staff.branch(),
            CLIENTS,
        )
        yield Exporting(staff, tmp_path / "exports", person)


def fails(exporting: Exporting, export: Export, kind: type[Error], number: int = 3) -> str:
    """Write it in vain; tell what is said of it. Nothing is left, and nothing can be fetched."""
    with pytest.raises(kind):
        exporting.write(export, attempt_at(export.id, number))
    with suppress(PermissionError):
        assert exporting.left() == []
    with pytest.raises(NotFound):
        exporting.fetch(export)
    status, error = exporting.stands(export)
    assert status == JobStatus.FAILED
    assert error is not None
    return error


# --- no room


@contextmanager
def short_files() -> Iterator[None]:
    """Let no file of this process grow beyond a few pages, by the word of the system."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (64 * 1024, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@pytest.mark.parametrize("form", FORMS)
def test_a_file_that_may_not_grow_fails_clearly_and_a_retry_works(
    exporting: Exporting, form: ExportFormat
) -> None:
    export = exporting.ask(form)
    with short_files():
        assert "no room" in fails(exporting, export, Unavailable)
    exporting.write(export)
    assert exporting.stands(export) == (JobStatus.COMPLETED, None)
    assert exporting.fetch(export)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """Mount a disk of its own, where one may."""
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = shutil.which("mount") or "/bin/false"
    items = [mount, "-t", "tmpfs", "-o", "size=128k", "tmpfs", str(disk)]
    if subprocess.run(items, capture_output=True, check=False).returncode:
        pytest.skip("this user may not mount a disk; the limit on files is tried all the same")
    yield disk
    subprocess.run([shutil.which("umount") or "umount", str(disk)], check=True)


def test_a_full_disk_fails_clearly_and_a_retry_works(
    exporting: Exporting, small_disk: Path
) -> None:
    cramped, export = attrs.evolve(exporting, folder=small_disk / "exports"), exporting.ask()
    assert "no room" in fails(cramped, export, Unavailable)
    exporting.write(export)
    assert exporting.is_whole(export)


def test_between_two_attempts_an_export_waits_and_says_why(exporting: Exporting) -> None:
    export = exporting.ask()
    with short_files(), pytest.raises(Unavailable):
        exporting.write(export, attempt_at(export.id, 1))
    status, error = exporting.stands(export)
    assert status == JobStatus.PENDING
    assert error is not None
    assert "no room" in error


# --- not allowed


@contextmanager
def barred(folder: Path) -> Iterator[None]:
    """Let this process not write there, by the word of the system; root may write anywhere."""
    folder.mkdir()
    folder.chmod(0o500)
    for parent in folder.parents[:3]:
        parent.chmod(parent.stat().st_mode | 0o055)
    is_root = os.geteuid() == 0
    if is_root:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        if is_root:
            os.seteuid(0)
        folder.chmod(0o700)


def test_a_folder_that_is_barred_fails_clearly_and_a_retry_works(exporting: Exporting) -> None:
    export = exporting.ask()
    with barred(exporting.folder):
        result = fails(exporting, export, Misconfigured, number=1)
    assert "permission denied" in result
    assert str(exporting.folder) not in result
    exporting.write(export)
    assert exporting.is_whole(export)


# --- the requester


@pytest.mark.rule("A8")
def test_A8_a_person_deactivated_meanwhile_gets_nothing_and_a_retry_works(
    exporting: Exporting,
) -> None:
    export = exporting.ask()

    def deactivate() -> None:
        exporting.staff.run("update users set is_active = false where id = %s", exporting.person)

    job_run = attrs.evolve(attempt_at(export.id), meanwhile=deactivate)
    with pytest.raises(Refused):
        exporting.write(export, job_run)
    assert job_run.reports[-1].done < CLIENTS
    assert exporting.left() == []
    status, error = exporting.stands(export)
    assert (status, error) == (
        JobStatus.FAILED,
        "The person who asked for this export may no longer have it.",
    )
    exporting.staff.run("update users set is_active = true where id = %s", exporting.person)
    exporting.write(export)
    assert exporting.is_whole(export)


@pytest.mark.rule("A7")
def test_A7_a_person_who_loses_the_right_at_the_last_moment_gets_nothing(
    exporting: Exporting,
) -> None:
    export, job_run = exporting.ask(), None

    def lose() -> None:
        exporting.staff.run("delete from user_permissions where user_id = %s", exporting.person)

    class AtTheEnd(AtHand):
        @contextmanager
        def finishing(self) -> Iterator[None]:
            lose()
            yield

    job_run = AtTheEnd(attempt_at(export.id).job)
    with pytest.raises(Refused):
        exporting.write(export, job_run)
    assert job_run.reports[-1].done == CLIENTS
    assert exporting.left() == []


def test_an_export_that_is_deleted_meanwhile_is_left_alone(exporting: Exporting) -> None:
    export = exporting.ask()

    def delete() -> None:
        exporting.staff.app.exports.delete(exporting.caller(), export.id)

    exporting.write(export, attrs.evolve(attempt_at(export.id), meanwhile=delete))
    assert exporting.left() == []


# --- the database and the worker


def test_an_export_holds_no_change_made_meanwhile(exporting: Exporting) -> None:
    export = exporting.ask()

    def change() -> None:
        exporting.staff.run("update clients set full_name = 'Changed', deleted_at = now()")

    exporting.write(export, attrs.evolve(attempt_at(export.id), meanwhile=change))
    assert b"Changed" not in exporting.fetch(export)
    assert exporting.is_whole(export)


def test_the_count_of_an_export_is_the_number_of_its_rows(exporting: Exporting) -> None:
    work, caller = exporting.staff.app.exports.work, exporting.caller()
    result = scopes_for(caller.actor, exporting.ask().request)
    now = exporting.staff.clock.now()
    table_asked = TableRequest(
        request=exporting.ask().request, scopes=result, today=now.date(), now=now, zone=MANILA
    )
    with work.snapshot(result[-1]) as open_table:
        table = open_table(table_asked)
        counted = table.count()
        exporting.staff.run("update clients set deleted_at = now()")
        assert sum(lines.rows for lines in table.lines()) == counted == CLIENTS


@pytest.mark.parametrize("form", FORMS)
def test_a_connection_that_is_cut_fails_clearly_and_a_retry_works(
    exporting: Exporting, form: ExportFormat
) -> None:
    export = exporting.ask(form)

    def cut() -> None:
        with psycopg.connect(exporting.staff.url) as connection:
            connection.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where datname = current_database() and usename <> current_user"
            )

    job_run = attrs.evolve(attempt_at(export.id), meanwhile=cut)
    write_or_not(lambda: exporting.write(export, job_run))
    if exporting.stands(export)[0] != JobStatus.COMPLETED:
        assert exporting.left() == []
        exporting.write(export, attempt_at(export.id, 2))
    assert exporting.fetch(export)


def write_or_not(act: Callable[[], None]) -> None:
    """Do it; all rows may have been sent before the connection was cut."""
    with suppress(Unavailable):
        act()


@pytest.mark.rule("J1")
def test_J1_an_attempt_that_was_let_go_of_leaves_nothing(exporting: Exporting) -> None:
    export = exporting.ask()

    def let_go() -> None:
        raise Interrupted

    with pytest.raises(Interrupted):
        exporting.write(export, attrs.evolve(attempt_at(export.id), meanwhile=let_go))
    assert exporting.left() == []


@pytest.mark.rule("J1")
def test_J1_a_worker_writes_the_requested_export(database: Database, exporting: Exporting) -> None:
    export = exporting.ask()
    with worker(database, EXPORT_DIR=str(exporting.folder)):
        query = "select status::text from job_queue where id = %s"
        wait_until(lambda: asked(database, query, export.job) == [("completed",)])
    assert exporting.stands(export) == (JobStatus.COMPLETED, None)
    assert exporting.is_whole(export)
