"""``clientupdater db``: migrations, checks, seeds and backups."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from clientupdater.entrypoints.cli.session import (
    Session,
    example,
    json_option,
    mark,
    note,
    print_json,
)
from clientupdater.entrypoints.cli.tables import print_table
from clientupdater.entrypoints.failures import Exit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clientupdater.composition import PostgresBackups, PostgresMaintenance
    from clientupdater.ports.maintenance import Finding, Migration


@click.group()
def db() -> None:
    """Migrate, check, seed, back up and restore the database.

    Connects as the owner: DATABASE_MIGRATION_URL, else DATABASE_DIRECT_URL or DATABASE_URL.
    """


@db.command(epilog=example("clientupdater db migrate"))
@json_option
@click.pass_obj
def migrate(session: Session, *, as_json: bool) -> None:
    """Apply the pending migrations."""
    applied = _maintenance(session).migrate()
    if as_json:
        print_json({"applied": applied})
    else:
        _print_migrations("applied", applied, otherwise="nothing to apply; the schema is current")


@db.command(epilog=example("clientupdater db status --json"))
@json_option
@click.pass_obj
def status(session: Session, *, as_json: bool) -> None:
    """List the migrations, applied and pending."""
    known = _maintenance(session).status()
    if as_json:
        print_json({"migrations": known, "pending": sum(m.applied_at is None for m in known)})
        return
    rows = [(f"{m.version:04d}", m.name, _when(m)) for m in known]
    print_table(("version", "name", "applied"), rows)


@db.command(epilog=example("clientupdater db rollback --steps 1 --yes"))
@click.option("--steps", type=click.IntRange(min=1), default=1, show_default=True)
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@json_option
@click.pass_obj
def rollback(session: Session, *, steps: int, yes: bool, as_json: bool) -> None:
    """Undo the last migrations, and delete the data in their tables."""
    maintenance = _maintenance(session)
    if not yes:
        last = [m for m in maintenance.status() if m.applied_at][-steps:]
        names = ", ".join(_label(m) for m in reversed(last)) or "nothing"
        click.confirm(f"This undoes {names} and deletes its data. Continue?", abort=True, err=True)
    undone = maintenance.rollback(steps)
    if as_json:
        print_json({"undone": undone})
    else:
        _print_migrations("undone", undone, otherwise="nothing to undo")


@db.command(epilog=example("clientupdater db check"))
@json_option
@click.pass_obj
def check(session: Session, *, as_json: bool) -> int:
    """Find drift, edited migrations, invalid indexes, missing row security; exit code 1 if any."""
    return _print_findings(_maintenance(session).check(), as_json=as_json)


@db.command(epilog=example("clientupdater db recount"))
@json_option
@click.pass_obj
def recount(session: Session, *, as_json: bool) -> None:
    """Correct the counts that reports read, where they differ from the rows.

    People may go on working. Takes seconds for hundreds of thousands of rows.
    """
    corrected = _maintenance(session).recount()
    if as_json:
        print_json({"corrected": corrected})
        return
    for period, counts in corrected.items():
        click.echo(f"{period}: {counts} counts corrected")
    if not corrected:
        click.echo(f"{mark(ok=True)}  every count is that of the rows")


_FILE = click.Path(dir_okay=False, path_type=Path)


@db.command(epilog=example("clientupdater db dump backup-2026-11-28.dump"))
@click.argument("file", type=_FILE)
@json_option
@click.pass_obj
def dump(session: Session, *, file: Path, as_json: bool) -> None:
    """Write the whole database to FILE with pg_dump, past row-level security.

    FILE appears only once it is complete. It does not hold the keys that encrypt personal data:
    keep ENCRYPTION_KEYS and BLIND_INDEX_KEY elsewhere, for as long as the backup.
    """
    size = _backups(session).dump(file)
    if as_json:
        print_json({"file": str(file), "bytes": size})
    else:
        click.echo(f"{file}: {size:,} bytes")


@db.command(epilog=example("clientupdater db restore backup-2026-11-28.dump"))
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@json_option
@click.pass_obj
def restore(session: Session, *, file: Path, as_json: bool) -> int:
    """Restore FILE, written by db dump, into an empty database, and check it.

    Restores all of it or nothing. The roles of sql/roles.sql must exist. Exit code 1 if the check
    finds a problem.
    """
    return _print_findings(_backups(session).restore(file), as_json=as_json)


def _print_findings(findings: Sequence[Finding], *, as_json: bool) -> int:
    if as_json:
        print_json({"ok": not findings, "findings": findings})
    elif not findings:
        click.echo(f"{mark(ok=True)}  the schema equals what the migrations make")
    for finding in () if as_json else findings:
        click.echo(f"{mark(ok=False)}  {finding.where}: {finding.what}; {finding.remedy}")
    return Exit.NO if findings else Exit.DONE


@db.command(epilog=example("clientupdater db seed"))
@json_option
@click.pass_obj
def seed(session: Session, *, as_json: bool) -> None:
    """Insert the rows that the software needs; existing rows stay as they are."""
    new = _maintenance(session).seed()
    if as_json:
        print_json({"new_rows": new})
    else:
        click.echo(f"{new} new rows")


def _maintenance(session: Session) -> PostgresMaintenance:
    from clientupdater.composition import maintenance_of

    return maintenance_of(session.settings)


def _backups(session: Session) -> PostgresBackups:
    from clientupdater.composition import backups_of

    return backups_of(session.settings)


def _print_migrations(did: str, migrations: Sequence[Migration], *, otherwise: str) -> None:
    for migration in migrations:
        click.echo(f"{did} {_label(migration)}")
    if not migrations:
        note(otherwise)


def _label(migration: Migration) -> str:
    return f"{migration.version:04d}_{migration.name}"


def _when(migration: Migration) -> str:
    return migration.applied_at.isoformat(" ", "seconds") if migration.applied_at else "pending"
