"""Migrating the schema forward and back, one file at a time.

A runner of our own keeps four promises when a release starts on several machines at once: one of
them applies and all return; an edited migration is refused; no session waits behind a lock that a
migration waits for; and an index is built without stopping writes.
"""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import psycopg
from attrs import Factory, frozen
from tenacity import Retrying, retry_if_exception_type, stop_after_attempt, wait_random_exponential

from clientupdater.adapters.postgres.admin import catalog_queries as queries
from clientupdater.adapters.postgres.admin.sql_files import runs_outside_transaction
from clientupdater.adapters.postgres.core.connect import SERVICE, translation
from clientupdater.adapters.postgres.core.connection import Connection
from clientupdater.domain.errors import Conflict, Fault, Misconfigured, Unavailable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from datetime import datetime

    from clientupdater.adapters.postgres.admin.sql_files import MigrationFile

_LOCK = 7_240_115_309_884_531
"""Any number will do, as long as every runner of every version uses this one."""

_IN_THE_WAY = (psycopg.errors.LockNotAvailable, psycopg.errors.DeadlockDetected)


@frozen
class Applied:
    """A migration that the database has recorded."""

    version: int
    name: str
    checksum: str
    applied_at: datetime

    @property
    def label(self) -> str:
        return f"{self.version:04d}_{self.name}"


@frozen
class Pace:
    """How long to wait for others, and how often to try again."""

    lock_patience: float = 60.0
    poll: float = 0.1
    lock_timeout_ms: int = 3000
    attempts: int = 8
    longest_pause: float = 5.0


@frozen
class Runner:
    """Applies and undoes migrations over one connection in autocommit."""

    connection: Connection
    files: Sequence[MigrationFile]
    pace: Pace = Factory(Pace)

    def forward(self) -> list[MigrationFile]:
        """Apply what is missing, in order, and return it."""
        with _turn(self.connection, self.pace):
            self.connection.execute(queries.CREATE_BOOK)
            applied = read_applied(self.connection)
            if result := discrepancies(self.files, applied):
                raise Conflict("; ".join(result.values()), migrations=list(result))
            pending = [file for file in self.files if file.version not in applied]
            for file in pending:
                self._apply(file)
            return pending

    def back(self, steps: int) -> list[MigrationFile]:
        """Undo the last ones applied, newest first, and return them."""
        by_version = {file.version: file for file in self.files}
        with _turn(self.connection, self.pace):
            applied = read_applied(self.connection)
            undone = []
            for step in sorted(applied.values(), key=lambda a: -a.version)[:steps]:
                if step.version not in by_version:
                    raise Conflict(_missing(step), migrations=[step.label])
                self._undo(by_version[step.version])
                undone.append(by_version[step.version])
            return undone

    def _apply(self, file: MigrationFile) -> None:
        started = time.monotonic()

        def record() -> None:
            took = round((time.monotonic() - started) * 1000)
            self.connection.execute(
                queries.RECORD_STEP, (file.version, file.name, file.checksum, took)
            )

        self._run(file.label, file.sql, record)

    def _undo(self, file: MigrationFile) -> None:
        def forget() -> None:
            self.connection.execute(queries.FORGET_STEP, (file.version,))

        self._run(file.down_path.name, file.down_sql, forget)

    def _run(self, label: str, sql: str, book: Callable[[], None]) -> None:
        """Run one file; give up a lock and try again rather than have others queue behind it."""
        run = self._alone if runs_outside_transaction(sql) else self._in_transaction
        retrying = Retrying(
            retry=retry_if_exception_type(_IN_THE_WAY),
            stop=stop_after_attempt(self.pace.attempts),
            wait=wait_random_exponential(multiplier=0.1, max=self.pace.longest_pause),
            reraise=True,
        )
        try:
            retrying(run, sql, book)
        except _IN_THE_WAY as error:
            message = (
                f"{label}: a table that it needs stayed locked; run it again at a quieter time"
            )
            raise Unavailable(SERVICE, message) from error
        except psycopg.OperationalError as error:
            raise translation(error) from error
        except psycopg.Error as error:
            message = error.diag.message_primary or "PostgreSQL refused it"
            raise Misconfigured([Fault(label, message)]) from error

    def _in_transaction(self, sql: str, book: Callable[[], None]) -> None:
        with self.connection.transaction():
            self.connection.execute(
                "select set_config('lock_timeout', %s, true)", (f"{self.pace.lock_timeout_ms}ms",)
            )
            self.connection.execute(sql.encode())
            book()

    def _alone(self, sql: str, book: Callable[[], None]) -> None:
        """Run a single statement without a transaction, then record it.

        The binary protocol takes one statement only, which is all that such a file may hold. A
        failed concurrent build leaves an invalid index behind, which IF NOT EXISTS would take for
        a valid one: so none may exist before or after.
        """
        self._refuse_invalid_indexes()
        self.connection.cursor(binary=True).execute(sql.encode())
        self._refuse_invalid_indexes()
        book()

    def _refuse_invalid_indexes(self) -> None:
        if broken := [row[0] for row in self.connection.execute(queries.INVALID_INDEXES)]:
            message = (
                f"the index {broken[0]} is invalid; DROP INDEX CONCURRENTLY it, then run again"
            )
            raise Conflict(message, indexes=broken)


def read_applied(connection: Connection) -> dict[int, Applied]:
    """Read the recorded migrations; a database that was never migrated has none."""
    if connection.execute(queries.BOOK_EXISTS).fetchone() == (False,):
        return {}
    rows = connection.execute(queries.READ_BOOK)
    return {row[0]: Applied(*row) for row in rows}


def discrepancies(files: Sequence[MigrationFile], applied: Mapping[int, Applied]) -> dict[str, str]:
    """Describe each applied migration whose file is missing or edited."""
    by_version = {file.version: file for file in files}
    values: dict[str, str] = {}
    for version, step in sorted(applied.items()):
        file = by_version.get(version)
        if file is None or file.name != step.name:
            values[step.label] = _missing(step)
        elif file.checksum != step.checksum:
            values[step.label] = (
                f"{step.label} was edited after it had been applied; "
                "restore the file and put the change into a new migration"
            )
    return values


def _missing(step: Applied) -> str:
    return (
        f"{step.label} was applied to this database but its file is missing; "
        "use the release that has it"
    )


@contextmanager
def _turn(connection: Connection, pace: Pace) -> Iterator[None]:
    """Wait for our turn by asking again and again.

    A blocking pg_advisory_lock would hold a snapshot, for which CREATE INDEX CONCURRENTLY of the
    runner that has the lock would wait: a deadlock.
    """
    until = time.monotonic() + pace.lock_patience
    while connection.execute("select pg_try_advisory_lock(%s)", (_LOCK,)).fetchone() != (True,):
        if time.monotonic() > until:
            raise Unavailable(SERVICE, "Another migration is still running; try again later.")
        time.sleep(pace.poll)
    try:
        yield
    finally:
        if not connection.broken:
            connection.execute("select pg_advisory_unlock(%s)", (_LOCK,))
