"""The user on whose behalf a command acts: ``--as YOUR-EMAIL`` or CLIENTUPDATER_ACTOR (A6b)."""

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
    """Name the operating-system user by its id: anybody can set a shell's variables."""
    if os.name != "posix":
        return getpass.getuser()
    import pwd

    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid {os.getuid()}"


ORIGIN = Origin(interface="cli", os_user=_os_user(), host=socket.gethostname())


def as_option(command: _Command) -> _Command:
    """Add the option that names the acting user."""
    text = "Act as this user.  [default: CLIENTUPDATER_ACTOR]"
    return click.option("--as", "acts", metavar="EMAIL", help=text)(command)


@contextmanager
def opened_as(session: Session, acts: str | None) -> Iterator[tuple[App, Caller]]:
    """Open the application for a user, under the same policy as over HTTP."""
    from clientupdater.composition import open_command_app

    email = acts or session.settings.actor
    if email is None:
        raise click.UsageError("no acting user: give --as YOUR-EMAIL, or set CLIENTUPDATER_ACTOR")
    with open_command_app(session.settings) as app:
        yield app, app.people.operators.identify(email, ORIGIN)


def asked_password() -> str:
    """Prompt for a new password, or read it from standard input; never from an argument."""
    if is_interactive():
        word: str = click.prompt(
            "New password", hide_input=True, confirmation_prompt=True, err=True
        )
        return word
    return sys.stdin.readline().rstrip("\r\n")
