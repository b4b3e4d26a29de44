"""``clientupdater config``: settings, options and lookups, and undoing their changes."""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING
from uuid import UUID

import click

from clientupdater.domain.ids import ChangeId
from clientupdater.domain.settings_values import KNOWN
from clientupdater.entrypoints.cli.acting import as_option, opened_as
from clientupdater.entrypoints.cli.audit import config as audit_config
from clientupdater.entrypoints.cli.config_lookups import lookups
from clientupdater.entrypoints.cli.config_options import categories, options
from clientupdater.entrypoints.cli.session import (
    Session,
    example,
    json_option,
    note,
    print_json,
)
from clientupdater.entrypoints.cli.tables import print_table

if TYPE_CHECKING:
    from collections.abc import Iterable

    from clientupdater.app import App
    from clientupdater.domain.callers import Caller
    from clientupdater.entrypoints.http.routes.config_settings import Setting
    from clientupdater.usecases.configuration.settings import ShownSetting

_ACTOR = "--as boss@example.com"
_DAYS = "status.backdating_days"
_key = click.argument("key")
_company = click.option(
    "--company", metavar="CODE", help="The value of this company.  [default: the general value]"
)
_version = click.option(
    "--version", type=click.IntRange(min=0), help="Refuse if the version is another by now."
)


@click.group()
def config() -> None:
    """Show and change settings, options and lookups, and undo changes."""


for _group in (lookups, categories, options):
    config.add_command(_group)
_audit = copy(audit_config)
_audit.epilog = example(f"clientupdater config audit --table config_settings {_ACTOR}")
config.add_command(_audit, "audit")


@config.command("list", epilog=example(f"clientupdater config list {_ACTOR}"))
@as_option
@json_option
@click.pass_obj
def list_(session: Session, /, *, acts: str, as_json: bool) -> None:
    """List the settings that you may read, with the value for each company."""
    with opened_as(session, acts) as (app, caller):
        items = _shown(app, caller, app.configuration.settings.list(caller))
    if as_json:
        print_json({"items": items})
        return
    rows = [(each.key, each.company or "every", each.value, each.default) for each in items]
    print_table(("key", "company", "value", "default"), rows)


@config.command(epilog=example(f"clientupdater config get {_DAYS} --company FCASH {_ACTOR}"))
@_key
@_company
@as_option
@json_option
@click.pass_obj
def get(session: Session, /, *, key: str, company: str | None, acts: str, as_json: bool) -> None:
    """Print the value of a setting that is in effect."""
    with opened_as(session, acts) as (app, caller):
        (setting,) = _shown(app, caller, [app.configuration.settings.show(caller, key, company)])
    if as_json:
        print_json(setting)
        return
    click.echo(setting.value)
    note(setting.meaning)


@config.command(
    "set", epilog=example(f"clientupdater config set {_DAYS} 7 --company FCASH {_ACTOR}")
)
@_key
@click.argument("value")
@_company
@click.option(
    "--public/--private",
    "is_public",
    default=None,
    help="Whether everyone who is signed in may read it.  [default: as it is, else private]",
)
@_version
@as_option
@json_option
@click.pass_obj
def set_(
    session: Session,
    /,
    *,
    key: str,
    value: str,
    company: str | None,
    is_public: bool | None,
    version: int | None,
    acts: str,
    as_json: bool,
) -> None:
    """Store the value of a setting; it is in effect at once.

    A company's value wins over the general one. See the keys with: clientupdater config list
    """
    with opened_as(session, acts) as (app, caller):
        stored = app.configuration.settings.set(
            caller, key, company, value, is_public=is_public, version=version
        )
        (setting,) = _shown(app, caller, [stored])
    if as_json:
        print_json(setting)
        return
    note(f"{key} is {setting.value} for {company or 'every company without its own value'}")


@config.command(epilog=example(f"clientupdater config unset {_DAYS} --company FCASH {_ACTOR}"))
@_key
@_company
@_version
@as_option
@click.pass_obj
def unset(
    session: Session, /, *, key: str, company: str | None, version: int | None, acts: str
) -> None:
    """Delete a stored value: the general one, or the default, is in effect again."""
    with opened_as(session, acts) as (app, caller):
        app.configuration.settings.unset(caller, key, company, version)
    note(f"deleted; the default of {key} is {KNOWN[key].default}")


@config.command(
    epilog=example(f"clientupdater config undo 0190f3c2-7d1e-7a44-9c3b-5b0e6f1d2a10 {_ACTOR}")
)
@click.argument("change", type=click.UUID)
@click.option(
    "--plan", "plan_hash", metavar="HASH", help="The previewed plan, for a change of tracking."
)
@as_option
@json_option
@click.pass_obj
def undo(
    session: Session, /, *, change: UUID, plan_hash: str | None, acts: str, as_json: bool
) -> None:
    """Undo a change by its id: its old values become a new change.

    Refused if the row has changed since.
    """
    from clientupdater.entrypoints.http.routes.config_changes import undone_shown

    with opened_as(session, acts) as (app, caller):
        undone = undone_shown(app.configuration.undo(caller, ChangeId(change), plan_hash))
    if as_json:
        print_json(undone)
        return
    note(f"undone: {undone.action} of {undone.record} in {undone.table}, as change {undone.id}")
    if undone.job:
        note(f"job {undone.job} waits for a worker")


def _shown(app: App, caller: Caller, items: Iterable[ShownSetting]) -> tuple[Setting, ...]:
    from clientupdater.entrypoints.http.routes.config_settings import settings_shown

    return settings_shown(app, caller, items)
