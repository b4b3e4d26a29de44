"""The command itself, and its subcommands by name.

Each subcommand is imported when it is called, so that ``--help`` is fast.
"""

from __future__ import annotations

import itertools
import os
import sys
from typing import TYPE_CHECKING

import click

import clientupdater
from clientupdater.entrypoints.cli.problems import report
from clientupdater.entrypoints.cli.session import LazyGroup, Session
from clientupdater.entrypoints.failures import Exit

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_HERE = "clientupdater.entrypoints.cli"


@click.group(
    cls=LazyGroup,
    lazy={
        "access": (
            f"{_HERE}.access:access",
            "Explain what the policy decides, and list who accessed a client.",
        ),
        "audit": (f"{_HERE}.audit:audit", "List what was changed, refused and seen, and by whom."),
        "areas": (
            f"{_HERE}.areas:areas",
            "Manage areas: groups of branches that are given to people as a whole.",
        ),
        "branches": (
            f"{_HERE}.branches:branches",
            "Manage the branches that clients belong to.",
        ),
        "changes": (f"{_HERE}.changes:changes", "Follow what is recorded."),
        "clients": (f"{_HERE}.clients:clients", "Find, list, show and correct clients."),
        "config": (
            f"{_HERE}.config:config",
            "Show and change settings, options and lookups, and undo changes.",
        ),
        "db": (f"{_HERE}.db:db", "Migrate, check, seed, back up and restore the database."),
        "demo": (f"{_HERE}.demo:demo", "Run a complete installation with made-up data."),
        "doctor": (
            f"{_HERE}.doctor:doctor",
            "Check the installation, and say how to fix each problem.",
        ),
        "exports": (
            f"{_HERE}.exports:exports",
            "Write clients, statuses and reports to files.",
        ),
        "jobs": (f"{_HERE}.jobs:jobs", "List background jobs, retry them or cancel them."),
        "keys": (f"{_HERE}.keys:keys", "Rotate the keys that encrypt personal data."),
        "openapi": (f"{_HERE}.openapi:openapi", "Print the contract of the HTTP interface."),
        "periods": (
            f"{_HERE}.periods:periods",
            "Show the current and the opened periods; open, seal and verify one.",
        ),
        "reports": (
            f"{_HERE}.reports:reports",
            "Report on the work of a period, and on what people recorded.",
        ),
        "roles": (
            f"{_HERE}.roles:roles",
            "Manage roles: named sets of permissions, one for each job.",
        ),
        "schedules": (
            f"{_HERE}.schedules:schedules",
            "List schedules, switch them on or off, and run them now.",
        ),
        "serve": (f"{_HERE}.serve:serve", "Run the HTTP server."),
        "stand-ins": (
            f"{_HERE}.stand_ins:stand_ins",
            "Arrange who covers the clients of absent officers.",
        ),
        "status": (
            f"{_HERE}.status:status",
            "Record status updates, show their history, and undo them.",
        ),
        "sync": (
            f"{_HERE}.sync:sync",
            "Sync clients from a source, and approve or cancel runs.",
        ),
        "users": (
            f"{_HERE}.users:users",
            "Manage user accounts, permissions and territories.",
        ),
        "version": (f"{_HERE}.version:version", "Print the version."),
        "worker": (
            f"{_HERE}.worker:worker",
            "Run background jobs and schedules.",
        ),
        "worklist": (
            f"{_HERE}.worklist:worklist",
            "List the clients to contact next, the most urgent first.",
        ),
    },
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="To try it: clientupdater demo",
)
@click.option("--debug", is_flag=True, help="Show the traceback of an unexpected fault.")
@click.version_option(clientupdater.__version__, prog_name="clientupdater")
@click.pass_context
def cli(context: click.Context, *, debug: bool) -> None:
    """Track that every client is reached once in each period.

    Settings come from the environment: DATABASE_URL and others (see docs/settings.md).
    """
    session: Session = context.obj
    session.debug = session.debug or debug


def main(argv: Sequence[str] | None = None, environ: Mapping[str, str] | None = None) -> int:
    """Run a command; return its exit code."""
    environ = os.environ if environ is None else environ
    argv = sys.argv[1:] if argv is None else list(argv)
    is_json = "--json" in itertools.takewhile(lambda each: each != "--", argv)
    session = Session(environ, debug=bool(environ.get("CLIENTUPDATER_DEBUG")), as_json=is_json)
    colour = False if environ.get("NO_COLOR") else None
    try:
        result = cli.main(
            argv, prog_name="clientupdater", standalone_mode=False, obj=session, color=colour
        )
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 — the last net
        return report(error, session)
    return result if isinstance(result, int) else Exit.DONE
