"""The command itself: its subcommands by name, and how everything that goes wrong is told.

Subcommands are loaded when they are called, so that ``--help`` answers at once.
"""

from __future__ import annotations

import os
import traceback
from typing import TYPE_CHECKING

import click

import clientupdater
from clientupdater.domain.errors import Error, InvalidInput, Misconfigured
from clientupdater.entrypoints.cli.session import LazyGroup, Session
from clientupdater.entrypoints.failures import Exit, failure_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_INTERRUPTED = 130
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
    session = Session(environ, debug=bool(environ.get("CLIENTUPDATER_DEBUG")))
    colour = False if environ.get("NO_COLOR") else None
    try:
        result = cli.main(
            argv, prog_name="clientupdater", standalone_mode=False, obj=session, color=colour
        )
    except Exception as error:  # noqa: BLE001 — the last net
        return _tell(error, session)
    except KeyboardInterrupt:
        _say("interrupted")
        return _INTERRUPTED
    return result if isinstance(result, int) else Exit.DONE


def _tell(error: Exception, session: Session) -> int:
    if isinstance(error, click.exceptions.Exit):
        return error.exit_code
    if isinstance(error, click.Abort):
        _say("nothing was done")
        return Exit.NO
    if isinstance(error, click.ClickException):
        context = error.ctx if isinstance(error, click.UsageError) else None
        where = context.command_path if context else "clientupdater"
        _say(f"{_on_one_line(error.format_message())} (see: {where} --help)")
        return Exit.BAD_INPUT
    if session.debug:
        traceback.print_exception(error)
    if isinstance(error, Error):
        for line in _lines(error):
            _say(line)
        return failure_of(error).exit_code
    _say(f"unexpected fault: {type(error).__name__}: {_on_one_line(error)}")
    if not session.debug:
        _say("for the traceback, run it again as: clientupdater --debug …")
    return Exit.OURS


def _lines(error: Error) -> list[str]:
    """Say one fault per line."""
    if isinstance(error, InvalidInput | Misconfigured) and error.faults:
        told = (f"{f.pointer}: {f.message}" if f.pointer else f.message for f in error.faults)
        return [_on_one_line(line) for line in told]
    return [_on_one_line(error.message)]


def _on_one_line(told: object) -> str:
    return " ".join(str(told).split())


def _say(line: str) -> None:
    click.echo(f"clientupdater: {line}", err=True)
