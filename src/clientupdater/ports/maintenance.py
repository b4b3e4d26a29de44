"""Maintenance of the database, which operators do: migrations, checks, seeds, backups."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path


@frozen
class Migration:
    """One migration, and when it was applied to this database (None: not yet)."""

    version: int
    name: str
    applied_at: datetime | None


@frozen
class Finding:
    """One fault of the database: what, where, and what to do about it."""

    what: str
    where: str
    remedy: str


class DatabaseMaintenance(Protocol):
    """Brings a database to the schema that this code needs.

    Each method raises Unavailable when the database does not answer, and Misconfigured when it
    cannot be used (wrong password, unknown database, too old a version, no right to it).
    """

    def migrate(self) -> Sequence[Migration]:
        """Apply the missing migrations in order; of two runs at once, one applies and both return.

        Raises Conflict for an edited or missing migration, Unavailable where a lock stays taken.
        """
        ...

    def status(self) -> Sequence[Migration]:
        """List every migration of this code, applied or not."""
        ...

    def rollback(self, steps: int = 1) -> Sequence[Migration]:
        """Undo the last ones applied, newest first."""
        ...

    def check(self) -> Sequence[Finding]:
        """Find drift, edited or missing migrations, invalid indexes, missing row security."""
        ...

    def seed(self) -> int:
        """Insert the rows that the software needs, overwriting none; return how many are new."""
        ...


class DatabaseBackups(Protocol):
    """Copies a whole database into a file, and back into an empty one.

    Both raise Unavailable and Misconfigured as DatabaseMaintenance does, and Misconfigured without
    PostgreSQL's client programs.
    """

    def dump(self, file: Path) -> int:
        """Write everything, past row-level security; return how many bytes.

        The file is complete or absent; it replaces one of that name.
        """
        ...

    def restore(self, file: Path) -> Sequence[Finding]:
        """Read it all back, then return the faults that a check finds.

        Raises Conflict where the database is not empty, InvalidInput for a file that is no dump.
        """
        ...
