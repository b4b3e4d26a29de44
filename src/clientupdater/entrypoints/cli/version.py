"""``clientupdater version``."""

from __future__ import annotations

import platform

import click

import clientupdater
from clientupdater.entrypoints.cli.session import example, json_option, print_json


@click.command(epilog=example("clientupdater version --json"))
@json_option
def version(*, as_json: bool) -> None:
    """Print the version."""
    if as_json:
        print_json({"version": clientupdater.__version__, "python": platform.python_version()})
    else:
        click.echo(clientupdater.__version__)
