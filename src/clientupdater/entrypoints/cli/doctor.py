"""``clientupdater doctor``."""

from __future__ import annotations

import click

from clientupdater.entrypoints.cli.session import (
    Session,
    example,
    json_option,
    mark,
    print_json,
)
from clientupdater.entrypoints.failures import Exit


@click.command(epilog=example("clientupdater doctor"))
@json_option
@click.pass_obj
def doctor(session: Session, *, as_json: bool) -> int:
    """Check the installation, and say how to fix each problem.

    Checks the configuration, the database, the login's role, the schema, the keys, the periods, the
    balance and the counts of each branch, the jobs, each configured source (its mapping, last run,
    held runs and age of its data), and Redis with its open circuits. Exit code 1 if a check fails,
    78 if the configuration is wrong.
    """
    from clientupdater.composition import diagnose

    checks = diagnose(session.settings)
    well = all(check.ok for check in checks)
    if as_json:
        print_json({"ok": well, "checks": checks})
        return Exit.DONE if well else Exit.NO
    click.echo(f"{mark(ok=True)}  configuration: every setting can be read")
    for check in checks:
        click.echo(f"{mark(ok=check.ok)}  {check.of}: {check.found}")
        if check.remedy and not check.ok:
            click.echo(f"    {check.remedy}")
    return Exit.DONE if well else Exit.NO
