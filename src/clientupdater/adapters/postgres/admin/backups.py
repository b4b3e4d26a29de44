"""A whole database in a file, and back: with PostgreSQL's own pg_dump and pg_restore."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from attrs import field, frozen
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from clientupdater.adapters.postgres.admin.binaries import find_program
from clientupdater.adapters.postgres.admin.maintenance import PostgresMaintenance
from clientupdater.adapters.postgres.core.connect import (
    SERVICE,
    connected_past_poolers,
    described,
    translated,
)
from clientupdater.domain.errors import (
    Conflict,
    Error,
    Fault,
    InvalidInput,
    Misconfigured,
    Unavailable,
)
from clientupdater.ports.health import Health
from clientupdater.runtime import child_process
from clientupdater.runtime.private_files import write_private

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from clientupdater.adapters.postgres.core.connection import Connection
    from clientupdater.ports.maintenance import Finding

ROLE = "clientupdater_backup"
_NO_BACKUPS = (
    "set DATABASE_MIGRATION_URL to the owner's login, or install PostgreSQL's client programs"
)
_HAS_ROLE = """
select exists (select from pg_catalog.pg_roles
                where rolname = %s and rolbypassrls and pg_has_role(oid, 'member'))
"""
_HAS_TABLES = """
select exists (select from pg_catalog.pg_class where relnamespace = 'public'::regnamespace)
"""


@frozen
class PostgresBackups:
    """Dumps and restores the database at ``url``, as the owner of its tables.

    Both raise Unavailable and Misconfigured as PostgresMaintenance does, and Misconfigured without
    PostgreSQL's client programs.
    """

    url: str = field(repr=False)

    def check(self) -> Health:
        """Check that a dump could be written: by the owner's login, with a fitting pg_dump."""
        try:
            program = self._dumping_program()
        except Error as error:
            faults = error.faults if isinstance(error, Misconfigured) else ()
            message = "; ".join(fault.message for fault in faults) or error.message
            return Health("backups", ok=False, found=message, remedy=_NO_BACKUPS)
        return Health("backups", ok=True, found=f"{program} can read everything")

    def dump(self, file: Path) -> int:
        """Write everything, past row-level security; return how many bytes.

        It is written under another name first, so that a file of that name is complete.
        """
        program = self._dumping_program()
        partial = file.with_name(f"{file.name}.partial")
        try:
            # Created here, with a mode that lets no other user read it.
            os.close(os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
            self._run(program, "--format=custom", f"--role={ROLE}", f"--file={partial}")
            size = _on_disk(partial)
            partial.replace(file)
        except OSError as error:
            message = f"{file} cannot be written: {error.strerror}"
            raise InvalidInput.of("FILE", message) from error
        finally:
            partial.unlink(missing_ok=True)
        return size

    def _dumping_program(self) -> Path:
        with connected_past_poolers(self.url) as connection, translated(described(self.url)):
            if connection.execute(_HAS_ROLE, [ROLE]).fetchone() != (True,):
                message = (
                    f"its login cannot take on the role {ROLE}: set it to the owner's login,"
                    " or run sql/roles.sql as a superuser"
                )
                raise Misconfigured([Fault("DATABASE_MIGRATION_URL", message)])
            return _program("pg_dump", connection)

    def restore(self, file: Path) -> Sequence[Finding]:
        """Read it all back in one transaction, then return the faults that a check finds.

        Raises Conflict where the database is not empty, InvalidInput for a file that is no dump.
        """
        with connected_past_poolers(self.url) as connection, translated(described(self.url)):
            if connection.execute(_HAS_TABLES).fetchone() != (False,):
                message = f"{described(self.url)} is not empty; restore into an empty database"
                raise Conflict(message)
            program = _program("pg_restore", connection)
        _refuse_other_files(program, file)
        self._run(program, "--no-owner", "--single-transaction", "--exit-on-error", str(file))
        maintenance = PostgresMaintenance(self.url)
        maintenance.analyze()  # without statistics, the first plans would be bad
        return maintenance.check()

    def _run(self, program: Path, *options: str) -> None:
        with _without_password(self.url) as where:
            done = _done([program, "--no-password", f"--dbname={where}", *options])
        if done.returncode:
            message = f"{program.name} failed, and left nothing: {_reason(done.stderr)}"
            raise Unavailable(SERVICE, message)


def _program(name: str, connection: Connection) -> Path:
    return find_program(name, major=connection.info.server_version // 10000)


def _refuse_other_files(program: Path, file: Path) -> None:
    done = _done([program, "--list", file])
    if done.returncode:
        message = f"{file} is not a dump that {program.name} can read: {_reason(done.stderr)}"
        raise InvalidInput.of("FILE", message)


@contextmanager
def _without_password(url: str) -> Iterator[str]:
    """Keep the password in a private file: every user of the machine sees arguments."""
    parts: dict[str, Any] = conninfo_to_dict(url)
    password = parts.pop("password", None)
    if password is None:
        yield make_conninfo(**parts)
        return
    with tempfile.TemporaryDirectory(prefix="clientupdater-") as folder:
        file, escaped = Path(folder) / "pgpass", re.sub(r"([\\:])", r"\\\1", str(password))
        write_private(file, f"*:*:*:*:{escaped}\n")
        yield make_conninfo(**{**parts, "passfile": str(file)})


def _done(argv: Sequence[str | Path]) -> subprocess.CompletedProcess[str]:
    """Run it; the kernel ends it when this process ends."""
    return subprocess.run(  # noqa: S603 — PostgreSQL's own program, our own options
        child_process.command(argv, death_signal=signal.SIGTERM),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
    )


def _on_disk(file: Path) -> int:
    with file.open("rb") as written:
        os.fsync(written.fileno())
        return os.fstat(written.fileno()).st_size


def _reason(stderr: str) -> str:
    """Take the first error of several lines."""
    lines = stderr.strip().splitlines() or ["it gave no reason"]
    return next((line for line in lines if "error:" in line), lines[-1])
