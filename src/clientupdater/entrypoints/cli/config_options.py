"""``clientupdater config categories`` and ``options``: lists that administrators make."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

import click

from clientupdater.domain.ids import OptionId
from clientupdater.domain.options import Category
from clientupdater.entrypoints.cli.acting import as_option, opened_as
from clientupdater.entrypoints.cli.session import (
    Session,
    example,
    json_option,
    note,
    print_json,
)
from clientupdater.entrypoints.cli.tables import print_table
from clientupdater.usecases.configuration.options import NewOption

if TYPE_CHECKING:
    from clientupdater.domain.options import Option

_ACTOR = "--as boss@example.com"
_OPTION = "0190f3c2-7d1e-7a44-9c3b-5b0e6f1d2a10"
_code = click.argument("code")
_category = click.argument("category", metavar="CATEGORY")
_option = click.argument("option", type=click.UUID)
_sort_order = click.option("--sort-order", type=int, help="Its place; the lowest comes first.")
_description = click.option("--description", help="What it is for.")
_active = click.option(
    "--active/--inactive", "is_active", default=None, help="Put it in or out of use."
)
_default = click.option(
    "--default/--not-default", "is_default", default=None, help="Whether it is the default."
)
_value = click.option("--value", help="What programs use in place of the code.")
_parent = click.option("--parent", type=click.UUID, help="The option that it stands below.")


@click.group()
def categories() -> None:
    """List, create, change and delete categories of options."""


@categories.command("list", epilog=example(f"clientupdater config categories list {_ACTOR}"))
@as_option
@json_option
@click.pass_obj
def list_categories(session: Session, /, *, acts: str, as_json: bool) -> None:
    """List the categories."""
    with opened_as(session, acts) as (app, caller):
        items = app.configuration.categories.list(caller)
    if as_json:
        print_json({"items": items})
        return
    rows = [(each.code, each.name, _state(each)) for each in items]
    print_table(("code", "name", "state"), rows)


@categories.command(
    "create", epilog=example(f"clientupdater config categories create answers Answers {_ACTOR}")
)
@_code
@click.argument("name")
@_description
@_sort_order
@as_option
@json_option
@click.pass_obj
def create_category(
    session: Session, /, *, acts: str, as_json: bool, sort_order: int | None, **values: Any
) -> None:
    """Create a category."""
    new = Category(sort_order=sort_order or 0, **values)
    with opened_as(session, acts) as (app, caller):
        _print_category(app.configuration.categories.create(caller, new), as_json=as_json)


@categories.command(
    "change",
    epilog=example(f"clientupdater config categories change answers --name Replies {_ACTOR}"),
)
@_code
@click.option("--name", help="The new name.")
@_description
@_sort_order
@_active
@as_option
@json_option
@click.pass_obj
def change_category(
    session: Session, /, *, code: str, acts: str, as_json: bool, **values: Any
) -> None:
    """Change a category; its code stays."""
    with opened_as(session, acts) as (app, caller):
        changed = app.configuration.categories.change(caller, code, _named(values), None)
        _print_category(changed, as_json=as_json)


@categories.command(
    "delete", epilog=example(f"clientupdater config categories delete answers {_ACTOR}")
)
@_code
@as_option
@click.pass_obj
def delete_category(session: Session, /, *, code: str, acts: str) -> None:
    """Delete a category that has no options. It can be undone."""
    with opened_as(session, acts) as (app, caller):
        app.configuration.categories.delete(caller, code, None)
    note("deleted")


@click.group()
def options() -> None:
    """List, create, change and delete the options of a category."""


@options.command("list", epilog=example(f"clientupdater config options list answers {_ACTOR}"))
@_category
@as_option
@json_option
@click.pass_obj
def list_options(session: Session, /, *, category: str, acts: str, as_json: bool) -> None:
    """List the options of a category, inactive ones too."""
    with opened_as(session, acts) as (app, caller):
        items = app.configuration.options.list(caller, category)
    if as_json:
        print_json({"items": items})
        return
    rows = [
        (each.code, each.label, each.company or "every", _state(each), each.id) for each in items
    ]
    print_table(("code", "label", "company", "state", "id"), rows)


@options.command(
    "create", epilog=example(f"clientupdater config options create answers yes Yes {_ACTOR}")
)
@_category
@_code
@click.argument("label")
@click.option("--company", metavar="CODE", help="Only for this company.  [default: every company]")
@_value
@_default
@_sort_order
@_parent
@as_option
@json_option
@click.pass_obj
def create_option(session: Session, /, *, acts: str, as_json: bool, **values: Any) -> None:
    """Create an option, for one company or for all."""
    with opened_as(session, acts) as (app, caller):
        _print_option(
            app.configuration.options.create(caller, NewOption(**_named(values))), as_json=as_json
        )


@options.command(
    "change", epilog=example(f"clientupdater config options change {_OPTION} --label Aye {_ACTOR}")
)
@_option
@click.option("--label", help="The new text that people read.")
@_value
@_default
@_sort_order
@_active
@_parent
@click.option("--no-parent", is_flag=True, help="Put it at the top of the category.")
@as_option
@json_option
@click.pass_obj
def change_option(
    session: Session,
    /,
    *,
    option: UUID,
    no_parent: bool,
    acts: str,
    as_json: bool,
    **values: Any,
) -> None:
    """Change an option; its code, category and company stay."""
    changes = {**_named(values), **({"parent": None} if no_parent else {})}
    with opened_as(session, acts) as (app, caller):
        changed = app.configuration.options.change(caller, OptionId(option), changes, None)
        _print_option(changed, as_json=as_json)


@options.command(
    "delete", epilog=example(f"clientupdater config options delete {_OPTION} {_ACTOR}")
)
@_option
@as_option
@click.pass_obj
def delete_option(session: Session, /, *, option: UUID, acts: str) -> None:
    """Delete an option that no other is below. It can be undone."""
    with opened_as(session, acts) as (app, caller):
        app.configuration.options.delete(caller, OptionId(option), None)
    note("deleted")


def _named(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _state(row: Category | Option) -> str:
    return "active" if row.is_active else "inactive"


def _print_category(category: Category, *, as_json: bool) -> None:
    if as_json:
        print_json(category)
    else:
        note(f"{category.code}: {category.name}, {_state(category)}")


def _print_option(option: Option, *, as_json: bool) -> None:
    if as_json:
        print_json(option)
        return
    click.echo(option.id)
    note(f"{option.code}: {option.label}, {_state(option)}")
