"""The command itself, and its subcommands by name.

Subcommands are loaded when they are called, so that ``--help`` answers at once.
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
        "access": (f"{_HERE}.access:access", "Tell what the policy decides, and why."),
        "clients": (f"{_HERE}.clients:clients", "Find clients and see where they stand."),
        "db": (f"{_HERE}.db:db", "Bring the database to its schema, and see where it stands."),
        "demo": (f"{_HERE}.demo:demo", "Everything in one, with made-up data, to try it."),
        "doctor": (f"{_HERE}.doctor:doctor", "Tell what is wrong and what to do."),
        "exports": (
            f"{_HERE}.exports:exports",
            "Take clients, where they stand and reports out as files.",
        ),
        "jobs": (f"{_HERE}.jobs:jobs", "See what workers do, try it again, or call it off."),
        "keys": (f"{_HERE}.keys:keys", "Keep the keys that personal data is sealed with."),
        "openapi": (f"{_HERE}.openapi:openapi", "Print the contract of the HTTP interface."),
        "periods": (
            f"{_HERE}.periods:periods",
            "See which periods run and which were opened, and open one.",
        ),
        "schedules": (
            f"{_HERE}.schedules:schedules",
            "See what is done again and again and when, switch it, or do it now.",
        ),
        "serve": (f"{_HERE}.serve:serve", "Run the HTTP server."),
        "status": (
            f"{_HERE}.status:status",
            "Record where clients stand, see what happened, and take it back.",
        ),
        "sync": (
            f"{_HERE}.sync:sync",
            "Take over what the sources say, and decide about it.",
        ),
        "users": (
            f"{_HERE}.users:users",
            "Look after people: who signs in, and what they may do.",
        ),
        "version": (f"{_HERE}.version:version", "Print the version."),
        "worker": (
            f"{_HERE}.worker:worker",
            "Do jobs in the background, and fire schedules.",
        ),
    },
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Try it out: clientupdater demo",
)
@click.option("--debug", is_flag=True, help="Show the traceback of an unexpected fault.")
@click.version_option(clientupdater.__version__, prog_name="clientupdater")
@click.pass_context
def cli(context: click.Context, *, debug: bool) -> None:
    """Keep track of reaching every client once a period.

    The environment says what to work on (DATABASE_URL and others; see docs/settings.md).
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
