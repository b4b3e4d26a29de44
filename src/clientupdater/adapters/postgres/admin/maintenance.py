"""Maintenance of a PostgreSQL database: migrations, checks, seeds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import Factory, frozen

from clientupdater.adapters.postgres.admin.checks import findings
from clientupdater.adapters.postgres.admin.migrations import Pace, Runner, read_applied
from clientupdater.adapters.postgres.admin.recounting import recount
from clientupdater.adapters.postgres.admin.scope_keys import store_key
from clientupdater.adapters.postgres.admin.seeding import plant
from clientupdater.adapters.postgres.admin.sources import add_source
from clientupdater.adapters.postgres.admin.sql_files import SqlFiles, bundled
from clientupdater.adapters.postgres.core.connect import (
    SETTING,
    connected,
    connected_past_poolers,
    described,
    translated,
)
from clientupdater.domain.errors import Fault, Misconfigured
from clientupdater.ports.maintenance import Migration

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from clientupdater.adapters.postgres.admin.sql_files import MigrationFile
    from clientupdater.adapters.postgres.core.connection import Connection
    from clientupdater.adapters.postgres.core.scope_signer import ScopeSigner
    from clientupdater.domain.sync.fields import Source
    from clientupdater.ports.maintenance import Finding


@frozen
class PostgresMaintenance:
    """Migrates, checks and seeds the database at ``url``, as the owner of its tables.

    Each method raises Unavailable when the database does not answer, and Misconfigured when it
    cannot be used (wrong password, unknown database, too old a version, no right to it).
    """

    url: str
    files: SqlFiles = Factory(bundled)
    pace: Pace = Factory(Pace)
    sources: Collection[Source] = ()
    """The configured sources, which the database should know."""
    signer: ScopeSigner | None = None
    """Signs the scopes of transactions; the database gets its key, to verify them."""

    def migrate(self) -> Sequence[Migration]:
        """Apply the missing migrations in order; return those that this run applied.

        Raises Conflict for an edited or missing migration, Unavailable where a lock stays taken.
        """
        with connected_past_poolers(self.url) as connection:
            return _migrations(connection, self._runner(connection).forward())

    def status(self) -> Sequence[Migration]:
        """List every migration of this code, applied or not."""
        with connected(self.url) as connection:
            return _migrations(connection, self.files.migrations())

    def rollback(self, steps: int = 1) -> Sequence[Migration]:
        """Undo the last ones applied; return what this run undid."""
        with connected_past_poolers(self.url) as connection:
            return _migrations(connection, self._runner(connection).back(steps))

    def check(self) -> Sequence[Finding]:
        """Find drift, edited migrations, invalid indexes, missing row security or sources."""
        with connected(self.url) as connection:
            return findings(connection, self.files, self.sources, self.signer)

    def add_source(self, source: Source) -> bool:
        """Let the database store clients of a source; return whether it was new."""
        with connected(self.url) as connection, translated(described(self.url)):
            _require_migrated(connection)
            return add_source(connection, source)

    def seed(self) -> int:
        """Insert the rows that the software needs, overwriting none; return how many are new."""
        with connected(self.url) as connection:
            _require_migrated(connection)
            new = plant(connection, self.files.seeds())
            return new + (store_key(connection, self.signer) if self.signer else 0)

    def recount(self) -> Mapping[str, int]:
        """Correct the counts of reports; map each period that was wrong to how many counts were.

        Each period is a transaction of its own. People may write meanwhile.
        """
        with connected(self.url) as connection, translated(described(self.url)):
            _require_migrated(connection)
            return recount(connection)

    def analyze(self) -> None:
        """Update the planner's statistics after a large fill; the application's role may not."""
        with connected(self.url) as connection, translated(described(self.url)):
            connection.execute("analyze")

    def _runner(self, connection: Connection) -> Runner:
        return Runner(connection, self.files.migrations(), self.pace)


def _require_migrated(connection: Connection) -> None:
    if not read_applied(connection):
        message = "leads to a database without our tables; run: clientupdater db migrate"
        raise Misconfigured([Fault(SETTING, message)])


def _migrations(connection: Connection, files: Iterable[MigrationFile]) -> list[Migration]:
    applied = read_applied(connection)
    return [
        Migration(
            file.version,
            file.name,
            applied[file.version].applied_at if file.version in applied else None,
        )
        for file in files
    ]
