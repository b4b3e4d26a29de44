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
from clientupdater.ports.exports import Export, ExportRequest, TableRequest
from clientupdater.ports.job_run import Interrupted
from clientupdater.ports.lists import ClientFilter
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
class Bureau:
    """Somebody with an export that is asked for, and the folder it is to be written to."""

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
            actor = tx.rights.actor(self.person)
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
def bureau(database: Database, tmp_path: Path) -> Iterator[Bureau]:
    with staffed(database, MANILA) as staff:
        person = staff.hire("reports:export all", "clients:read all")
        staff.run(
            "insert into clients (client_code, company_id, full_name, address, branch_id)"
            " select 'FC-' || n, (select id from companies where code = 'FCASH'),"
            " 'Juan ' || md5(n::text), md5((-n)::text), %s from generate_series(1, %s) n",
            staff.branch(),
            CLIENTS,
        )
        yield Bureau(staff, tmp_path / "exports", person)


def fails(bureau: Bureau, export: Export, kind: type[Error], number: int = 3) -> str:
    """Write it in vain; tell what is said of it. Nothing is left, and nothing can be fetched."""
    with pytest.raises(kind):
        bureau.write(export, attempt_at(export.id, number))
    with suppress(PermissionError):
        assert bureau.left() == []
    with pytest.raises(NotFound):
        bureau.fetch(export)
    status, error = bureau.stands(export)
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
    bureau: Bureau, form: ExportFormat
) -> None:
    export = bureau.ask(form)
    with short_files():
        assert "no room" in fails(bureau, export, Unavailable)
    bureau.write(export)
    assert bureau.stands(export) == (JobStatus.COMPLETED, None)
    assert bureau.fetch(export)


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


def test_a_full_disk_fails_clearly_and_a_retry_works(bureau: Bureau, small_disk: Path) -> None:
    cramped, export = attrs.evolve(bureau, folder=small_disk / "exports"), bureau.ask()
    assert "no room" in fails(cramped, export, Unavailable)
    bureau.write(export)
    assert bureau.is_whole(export)


def test_between_two_attempts_an_export_waits_and_says_why(bureau: Bureau) -> None:
    export = bureau.ask()
    with short_files(), pytest.raises(Unavailable):
        bureau.write(export, attempt_at(export.id, 1))
    status, error = bureau.stands(export)
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


def test_a_folder_that_is_barred_fails_clearly_and_a_retry_works(bureau: Bureau) -> None:
    export = bureau.ask()
    with barred(bureau.folder):
        result = fails(bureau, export, Misconfigured, number=1)
    assert "permission denied" in result
    assert str(bureau.folder) not in result
    bureau.write(export)
    assert bureau.is_whole(export)


# --- the requester


@pytest.mark.rule("A8")
def test_A8_a_person_deactivated_meanwhile_gets_nothing_and_a_retry_works(
    bureau: Bureau,
) -> None:
    export = bureau.ask()

    def deactivate() -> None:
        bureau.staff.run("update users set is_active = false where id = %s", bureau.person)

    job_run = attrs.evolve(attempt_at(export.id), meanwhile=deactivate)
    with pytest.raises(Refused):
        bureau.write(export, job_run)
    assert job_run.reports[-1].done < CLIENTS
    assert bureau.left() == []
    status, error = bureau.stands(export)
    assert (status, error) == (
        JobStatus.FAILED,
        "The person who asked for this export may no longer have it.",
    )
    bureau.staff.run("update users set is_active = true where id = %s", bureau.person)
    bureau.write(export)
    assert bureau.is_whole(export)


@pytest.mark.rule("A7")
def test_A7_a_person_who_loses_the_right_at_the_last_moment_gets_nothing(bureau: Bureau) -> None:
    export, job_run = bureau.ask(), None

    def lose() -> None:
        bureau.staff.run("delete from user_permissions where user_id = %s", bureau.person)

    class AtTheEnd(AtHand):
        @contextmanager
        def finishing(self) -> Iterator[None]:
            lose()
            yield

    job_run = AtTheEnd(attempt_at(export.id).job)
    with pytest.raises(Refused):
        bureau.write(export, job_run)
    assert job_run.reports[-1].done == CLIENTS
    assert bureau.left() == []


def test_an_export_that_is_deleted_meanwhile_is_left_alone(bureau: Bureau) -> None:
    export = bureau.ask()

    def delete() -> None:
        bureau.staff.app.exports.delete(bureau.caller(), export.id)

    bureau.write(export, attrs.evolve(attempt_at(export.id), meanwhile=delete))
    assert bureau.left() == []


# --- the database and the worker


def test_what_changes_meanwhile_is_not_in_it(bureau: Bureau) -> None:
    export = bureau.ask()

    def change() -> None:
        bureau.staff.run("update clients set full_name = 'Changed', deleted_at = now()")

    bureau.write(export, attrs.evolve(attempt_at(export.id), meanwhile=change))
    assert b"Changed" not in bureau.fetch(export)
    assert bureau.is_whole(export)


def test_what_is_counted_is_what_is_read_whatever_happens_in_between(bureau: Bureau) -> None:
    work, caller = bureau.staff.app.exports.work, bureau.caller()
    result = scopes_for(caller.actor, bureau.ask().request)
    now = bureau.staff.clock.now()
    table_asked = TableRequest(
        request=bureau.ask().request, scopes=result, today=now.date(), now=now, zone=MANILA
    )
    with work.snapshot(result[-1]) as open_table:
        table = open_table(table_asked)
        counted = table.count()
        bureau.staff.run("update clients set deleted_at = now()")
        assert sum(lines.rows for lines in table.lines()) == counted == CLIENTS


@pytest.mark.parametrize("form", FORMS)
def test_a_connection_that_is_cut_fails_clearly_and_a_retry_works(
    bureau: Bureau, form: ExportFormat
) -> None:
    export = bureau.ask(form)

    def cut() -> None:
        with psycopg.connect(bureau.staff.url) as connection:
            connection.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where datname = current_database() and usename <> current_user"
            )

    job_run = attrs.evolve(attempt_at(export.id), meanwhile=cut)
    write_or_not(lambda: bureau.write(export, job_run))
    if bureau.stands(export)[0] != JobStatus.COMPLETED:
        assert bureau.left() == []
        bureau.write(export, attempt_at(export.id, 2))
    assert bureau.fetch(export)


def write_or_not(act: Callable[[], None]) -> None:
    """Do it; all rows may have been sent before the connection was cut."""
    with suppress(Unavailable):
        act()


@pytest.mark.rule("J1")
def test_J1_an_attempt_that_was_let_go_of_leaves_nothing(bureau: Bureau) -> None:
    export = bureau.ask()

    def let_go() -> None:
        raise Interrupted

    with pytest.raises(Interrupted):
        bureau.write(export, attrs.evolve(attempt_at(export.id), meanwhile=let_go))
    assert bureau.left() == []


@pytest.mark.rule("J1")
def test_J1_a_worker_writes_what_was_asked_for(database: Database, bureau: Bureau) -> None:
    export = bureau.ask()
    with worker(database, EXPORT_DIR=str(bureau.folder)):
        query = "select status::text from job_queue where id = %s"
        wait_until(lambda: asked(database, query, export.job) == [("completed",)])
    assert bureau.stands(export) == (JobStatus.COMPLETED, None)
    assert bureau.is_whole(export)
