"""``clientupdater keys …``."""

from __future__ import annotations

import click

from clientupdater.entrypoints.cli.session import Session, example, json_option, print_json


@click.group(epilog=example("clientupdater keys rotate"))
def keys() -> None:
    """Rotate the keys that encrypt personal data."""


@keys.command(epilog=example("clientupdater keys rotate"))
@json_option
@click.pass_obj
def rotate(session: Session, *, as_json: bool) -> None:
    """Encrypt every pension number with the newest key.

    Put the new key first in ENCRYPTION_KEYS, restart servers and workers, then run this. Remove the
    older key once it has ended. You can stop it and run it again; people can work meanwhile.
    """
    from clientupdater.composition import open_command_app

    with open_command_app(session.settings) as app:
        renewed = app.clients.pension_numbers.renew()
    if as_json:
        print_json({"renewed": renewed})
        return
    click.echo(f"{renewed} pension numbers were encrypted with the newest key")
