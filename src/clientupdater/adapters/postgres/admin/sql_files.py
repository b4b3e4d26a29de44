"""The SQL files of the package: migrations, seeds, the schema, the roles."""

from __future__ import annotations

import hashlib
import itertools
import re
from importlib import resources
from pathlib import Path

from attrs import frozen

from clientupdater.domain.errors import Fault, Misconfigured

NO_TRANSACTION = "-- clientupdater:no-transaction"
"""First line of a file that runs outside a transaction, as CREATE INDEX CONCURRENTLY has to."""

_NAME = re.compile(r"(?P<version>\d{4})_(?P<name>[a-z0-9_]+)\.sql")


@frozen
class MigrationFile:
    """One forward step, and the step back beside it."""

    version: int
    name: str
    path: Path

    @property
    def label(self) -> str:
        return self.path.name.removesuffix(".sql")

    @property
    def sql(self) -> str:
        return _read(self.path)

    @property
    def down_path(self) -> Path:
        return self.path.with_name(f"{self.label}.down.sql")

    @property
    def down_sql(self) -> str:
        return _read(self.down_path)

    @property
    def checksum(self) -> str:
        """Tell an edited file from the one applied; line endings of a checkout do not count."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


@frozen
class SqlFiles:
    """The folder ``sql``: migrations, seeds, the snapshot, the roles."""

    root: Path

    def migrations(self) -> tuple[MigrationFile, ...]:
        """List the forward steps in order; raises Misconfigured for a misnamed file."""
        paths = [p for p in _sql_in(self.root / "migrations") if not p.name.endswith(".down.sql")]
        files = tuple(_migration(path) for path in paths)
        _refuse_twins(files)
        return files

    def seeds(self) -> tuple[Path, ...]:
        """List the seed files in the order in which they build on each other."""
        return tuple(_sql_in(self.root / "seed"))

    @property
    def snapshot_path(self) -> Path:
        return self.root / "schema.sql"

    @property
    def roles_path(self) -> Path:
        """The script that a superuser runs once per server."""
        return self.root / "roles.sql"


def bundled() -> SqlFiles:
    """Find the files of this code: in the installed package, or beside ``src`` in a checkout."""
    package = Path(str(resources.files("clientupdater")))
    for root in (package / "sql", package.parents[1] / "sql"):
        if (root / "migrations").is_dir():
            return SqlFiles(root)
    raise Misconfigured(
        [Fault("sql", f"no migrations beside {package}; install the package again")]
    )


def runs_outside_transaction(sql: str) -> bool:
    """Whether the file is to run without BEGIN and COMMIT around it."""
    return sql.startswith(NO_TRANSACTION)


def _sql_in(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.sql"))


def _migration(path: Path) -> MigrationFile:
    match = _NAME.fullmatch(path.name)
    if match is None:
        raise Misconfigured([Fault(path.name, "a migration is named NNNN_what_it_does.sql")])
    return MigrationFile(int(match["version"]), match["name"], path)


def _refuse_twins(files: tuple[MigrationFile, ...]) -> None:
    for first, second in itertools.pairwise(files):
        if first.version == second.version:
            message = f"has the same number as {first.label}; give one of them another"
            raise Misconfigured([Fault(second.path.name, message)])


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise Misconfigured([Fault(path.name, "this file is missing")]) from error
