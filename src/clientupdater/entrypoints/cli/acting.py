"""Who acts on the command line: ``--as EMAIL``, else CLIENTUPDATER_ACTOR (A6b)."""

from __future__ import annotations

import getpass
import os
import socket
import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import click

from clientupdater.domain.callers import Origin
from clientupdater.entrypoints.cli.session import is_interactive

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from clientupdater.app import App
    from clientupdater.domain.callers import Caller
    from clientupdater.entrypoints.cli.session import Session

_Command = TypeVar("_Command", bound="Callable[..., Any]")


def _os_user() -> str:
    """Name the user of this process: by its id, as anybody can set the variables of a shell."""
    if os.name != "posix":
        return getpass.getuser()
    import pwd

    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid {os.getuid()}"


ORIGIN = Origin(interface="cli", os_user=_os_user(), host=socket.gethostname())


def as_option(command: _Command) -> _Command:
    """Let a command be told who acts."""
    result = "Who acts; else CLIENTUPDATER_ACTOR."
    return click.option("--as", "acts", metavar="EMAIL", help=result)(command)


@contextmanager
def opened_as(session: Session, acts: str | None) -> Iterator[tuple[App, Caller]]:
    """Open the application for somebody, under the same policy as over HTTP."""
    from clientupdater.composition import open_app

    email = acts or session.settings.actor
    if email is None:
        raise click.UsageError("say who acts: --as EMAIL, or CLIENTUPDATER_ACTOR")
    with open_app(session.settings) as app:
        yield app, app.operators.identify(email, ORIGIN)


def asked_password() -> str:
    """Ask for a new password, or read it from standard input: never from an argument."""
    if is_interactive():
        word: str = click.prompt(
            "New password", hide_input=True, confirmation_prompt=True, err=True
        )
        return word
    return sys.stdin.readline().rstrip("\r\n")
