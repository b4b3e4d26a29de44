"""Keeping the database's shape: what operations do to it, and nobody else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path


@frozen
class Migration:
    """One step of the schema, and when it was applied to this database (None: not yet)."""

    version: int
    name: str
    applied_at: datetime | None


@frozen
class Finding:
    """One thing that is not as it should be: what, where, and what to do about it."""

    what: str
    where: str
    remedy: str


class DatabaseMaintenance(Protocol):
    """Brings a database to the schema this code needs, and tells where it stands.

    Every method raises Unavailable when the database does not answer, and Misconfigured when
    it answers but cannot be used (wrong password, unknown database, too old, no right to it).
    """

    def migrate(self) -> Sequence[Migration]:
        """Apply what is missing, in order; two at once: one applies, both return.

        Raises Conflict for an edited or missing migration, Unavailable when a lock could not
        be had in time.
        """
        ...

    def status(self) -> Sequence[Migration]:
        """List every migration known to the code, applied or not."""
        ...

    def rollback(self, steps: int = 1) -> Sequence[Migration]:
        """Undo the last ones applied, newest first."""
        ...

    def check(self) -> Sequence[Finding]:
        """Find drift, edited or missing migrations, invalid indexes, missing row security."""
        ...

    def seed(self) -> int:
        """Put in what the software needs to work, overwriting nothing; count the new rows."""
        ...


class DatabaseBackups(Protocol):
    """Copies a whole database into a file, and back into an empty one.

    Both raise Unavailable and Misconfigured as DatabaseMaintenance does, and Misconfigured where
    the programs of PostgreSQL are missing.
    """

    def dump(self, file: Path) -> int:
        """Write everything, past row-level security; return how many bytes.

        The file is there whole or not at all; one of that name is replaced.
        """
        ...

    def restore(self, file: Path) -> Sequence[Finding]:
        """Read it all back; return what is not as it should be afterwards.

        Raises Conflict where the database is not empty, and InvalidInput where the file is no dump.
        """
        ...
