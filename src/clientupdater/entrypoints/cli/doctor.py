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
    """Tell what is wrong and what to do.

    Looks at the configuration, the database, the login's role, the schema, the periods, the jobs,
    each source that is set up (its mapping, its last run, runs that wait for a decision, how old
    what it said is), and Redis with the circuits that it knows of. Exit code 1 if anything is not
    well, 78 if the configuration itself is faulty.
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
