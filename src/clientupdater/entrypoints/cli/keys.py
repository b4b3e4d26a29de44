"""``clientupdater keys …``."""

from __future__ import annotations

import click

from clientupdater.entrypoints.cli.acting import ORIGIN
from clientupdater.entrypoints.cli.session import Session, example, json_option, print_json


@click.group(epilog=example("clientupdater keys rotate"))
def keys() -> None:
    """Rotate the keys that encrypt personal data."""


@keys.command(epilog=example("clientupdater keys rotate"))
@json_option
@click.pass_obj
def rotate(session: Session, *, as_json: bool) -> None:
    """Encrypt and index every pension number with the newest keys.

    Put the new key first in ENCRYPTION_KEYS, restart servers and workers, then run this. Remove the
    older key once it has ended. You can stop it and run it again; people can work meanwhile.
    """
    from clientupdater.composition import open_command_app

    with open_command_app(session.settings) as app:
        renewed = app.clients.pension_numbers.renew(ORIGIN)
    if as_json:
        print_json({"renewed": renewed})
        return
    click.echo(f"{renewed} pension numbers were encrypted with the newest key")


@keys.command(epilog=example("clientupdater keys forget key1"))
@click.argument("key")
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@json_option
@click.pass_obj
def forget(session: Session, /, *, key: str, yes: bool, as_json: bool) -> None:
    """Delete the pension numbers that only the lost KEY could decrypt.

    Numbers that can be decrypted stay. Run a full sync of each source afterwards: it delivers the
    numbers again.
    """
    from clientupdater.composition import open_command_app

    if not yes:
        question = f"This deletes the numbers that no key but {key} can decrypt. Continue?"
        click.confirm(question, abort=True, err=True)
    with open_command_app(session.settings) as app:
        forgotten = app.clients.pension_numbers.forget(key, ORIGIN)
    if as_json:
        print_json({"forgotten": forgotten})
        return
    if forgotten:
        click.echo(f"{forgotten} pension numbers were deleted; run a full sync of each source")
    else:
        click.echo(f"nothing was deleted: no pension number needs a lost key {key!r}")
