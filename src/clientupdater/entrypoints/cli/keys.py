"""``clientupdater keys …``."""

from __future__ import annotations

import click

from clientupdater.entrypoints.cli.session import Session, example, json_option, print_json


@click.group(epilog=example("clientupdater keys rotate"))
def keys() -> None:
    """Keep the keys that personal data is sealed with."""


@keys.command(epilog=example("clientupdater keys rotate"))
@json_option
@click.pass_obj
def rotate(session: Session, *, as_json: bool) -> None:
    """Seal every pension number with the newest key.

    Put the new key first in ENCRYPTION_KEYS, restart what serves, then run this; the older key may
    go once it has ended. It can be stopped and run again, and people can work meanwhile.
    """
    from clientupdater.composition import open_app

    with open_app(session.settings) as app:
        renewed = app.pension_numbers.renew()
    if as_json:
        print_json({"renewed": renewed})
        return
    click.echo(f"{renewed} pension numbers are sealed with the newest key now")
