"""Errors on the command line: lines for people, one problem object for scripts."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING, Any

import click
from attrs import field, frozen

from clientupdater.domain.errors import Error, InvalidInput, Misconfigured
from clientupdater.entrypoints.failures import Exit, details_of, failure_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from clientupdater.entrypoints.cli.session import Session

INTERRUPTED = 130


@frozen
class Problem:
    """An error, ready to print either way."""

    exit_code: int
    code: str
    lines: Sequence[str]
    details: Mapping[str, Any] = field(factory=dict)
    hint: str | None = None
    """A next step for a person at a terminal."""


def report(error: BaseException, session: Session) -> int:
    """Print what ended the command, and give its exit code."""
    if isinstance(error, click.exceptions.Exit):
        return error.exit_code
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        click.echo(error.format_message(), color=error.ctx.color)
        return Exit.DONE
    problem = _problem(error, session)
    if session.as_json:
        _print_json(problem)
    else:
        for line in (*problem.lines, *filter(None, [problem.hint])):
            click.echo(f"clientupdater: {line}", err=True)
    return problem.exit_code


def _problem(error: BaseException, session: Session) -> Problem:
    if isinstance(error, KeyboardInterrupt):
        return Problem(INTERRUPTED, "interrupted", ["interrupted"])
    if isinstance(error, click.Abort):
        return Problem(Exit.NO, "aborted", ["cancelled; nothing was done"])
    if isinstance(error, click.ClickException):
        return _usage(error)
    if session.debug:
        traceback.print_exception(error)
    if isinstance(error, Error):
        return _of_domain(error)
    line = f"unexpected fault: {type(error).__name__}: {_on_one_line(error)}"
    hint = None if session.debug else "for the traceback, run again with: clientupdater --debug …"
    return Problem(Exit.OURS, "internal_error", [line], hint=hint)


def _usage(error: click.ClickException) -> Problem:
    context = error.ctx if isinstance(error, click.UsageError) else None
    where = context.command_path if context else "clientupdater"
    line = f"{_on_one_line(error.format_message())} (see: {where} --help)"
    return Problem(Exit.BAD_INPUT, "invalid_request", [line])


def _of_domain(error: Error) -> Problem:
    failure = failure_of(error)
    is_setting = failure.exit_code == Exit.CONFIGURATION
    code = "misconfigured" if is_setting else failure.code
    return Problem(failure.exit_code, code, _lines(error), details_of(error))


def _lines(error: Error) -> list[str]:
    """Say one fault per line."""
    if isinstance(error, InvalidInput | Misconfigured) and error.faults:
        faults = (f"{f.pointer}: {f.message}" if f.pointer else f.message for f in error.faults)
        return [_on_one_line(line) for line in faults]
    return [_on_one_line(error.message)]


def _print_json(problem: Problem) -> None:
    """Print it as over HTTP (RFC 9457), on one line, so that a script finds it among the notes."""
    from clientupdater.entrypoints.wire import to_json

    message = "; ".join(problem.lines)
    body = {
        "type": f"urn:clientupdater:problem:{problem.code}",
        "detail": message,
        "error": {"code": problem.code, "message": message, "details": problem.details},
        "exit_code": int(problem.exit_code),
    }
    click.echo(to_json(body).decode(), err=True)


def _on_one_line(text: object) -> str:
    return " ".join(str(text).split())
