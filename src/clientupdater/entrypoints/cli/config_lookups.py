"""``clientupdater config lookups``: the codes that people choose from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from clientupdater.domain.lookups import FACTS, LookupChanges, LookupTable, NewLookup
from clientupdater.entrypoints.cli.acting import as_option, opened_as
from clientupdater.entrypoints.cli.session import (
    Session,
    example,
    json_option,
    note,
    print_json,
)
from clientupdater.entrypoints.cli.tables import print_table

if TYPE_CHECKING:
    from clientupdater.domain.lookups import FactValue, Lookup
    from clientupdater.entrypoints.http.routes.config_changes import TrackingPlan

_ACTOR = "--as boss@example.com"
_table = click.argument("table", type=click.Choice([str(each) for each in LookupTable]))
_code = click.argument("code")
_sort_order = click.option("--sort-order", type=int, help="Its place; the lowest comes first.")
_facts = click.option(
    "--fact", "facts", multiple=True, metavar="NAME=VALUE", help="A fact of the lookup's own."
)


@click.group()
def lookups() -> None:
    """List, create, rename, re-order and deactivate the entries of lookups."""


@lookups.command("list", epilog=example(f"clientupdater config lookups list products {_ACTOR}"))
@_table
@as_option
@json_option
@click.pass_obj
def list_(session: Session, /, *, table: str, acts: str, as_json: bool) -> None:
    """List the entries of a lookup, inactive ones too."""
    with opened_as(session, acts) as (app, caller):
        items = app.configuration.lookup_admin.list(caller, LookupTable(table))
    if as_json:
        print_json({"items": items})
        return
    facts = [fact.name for fact in FACTS[LookupTable(table)]]
    rows = [
        (
            each.code,
            each.name,
            "active" if each.is_active else "inactive",
            *(_written(each.facts[name]) for name in facts),
        )
        for each in items
    ]
    print_table(("code", "name", "state", *facts), rows)


@lookups.command(
    epilog=example(
        "clientupdater config lookups create status_types MESSAGED Messaged --fact sequence=7 "
        f"{_ACTOR}"
    )
)
@_table
@_code
@click.argument("name")
@_sort_order
@_facts
@as_option
@json_option
@click.pass_obj
def create(
    session: Session,
    /,
    *,
    table: str,
    code: str,
    name: str,
    sort_order: int | None,
    facts: tuple[str, ...],
    acts: str,
    as_json: bool,
) -> None:
    """Create an entry. Its code stays; it can be deactivated, but never deleted.

    Facts: company (of pension types, products, status types), pension_type, tracking_cycle,
    is_trackable, sequence, status (of status reasons), is_terminal, requires_remarks.
    """
    new = NewLookup(code=code, name=name, sort_order=sort_order or 0, facts=_read(facts))
    with opened_as(session, acts) as (app, caller):
        _print(
            app.configuration.lookup_admin.create(caller, LookupTable(table), new), as_json=as_json
        )


@lookups.command(
    epilog=example(
        f"clientupdater config lookups change status_types CALLED --name Phoned {_ACTOR}"
    )
)
@_table
@_code
@click.option("--name", help="The new name.")
@_sort_order
@click.option("--active/--inactive", "is_active", default=None, help="Put it in or out of use.")
@_facts
@as_option
@json_option
@click.pass_obj
def change(
    session: Session,
    /,
    *,
    table: str,
    code: str,
    facts: tuple[str, ...],
    acts: str,
    as_json: bool,
    **values: Any,
) -> None:
    """Rename, re-order, deactivate or activate an entry.

    Of the facts, sequence and requires_remarks can change; is_trackable: see track.
    """
    changes = LookupChanges(**values, facts=_read(facts))
    with opened_as(session, acts) as (app, caller):
        changed = app.configuration.lookup_admin.change(
            caller, LookupTable(table), code, changes, None
        )
        _print(changed, as_json=as_json)


@lookups.command(
    epilog=example(f"clientupdater config lookups track tele_130 --not-trackable {_ACTOR}")
)
@_code
@click.option("--trackable/--not-trackable", "is_trackable", required=True)
@click.option("--preview", is_flag=True, help="Show the plan, and change nothing.")
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@as_option
@json_option
@click.pass_obj
def track(
    session: Session,
    /,
    *,
    code: str,
    is_trackable: bool,
    preview: bool,
    yes: bool,
    acts: str,
    as_json: bool,
) -> None:
    """Change whether the clients of a PAR status are tracked, after a preview.

    A job exempts their open rows, or restores and opens them.
    """
    from clientupdater.entrypoints.http.routes.config_changes import plan_shown

    with opened_as(session, acts) as (app, caller):
        changes = app.configuration.par_statuses
        plan = plan_shown(changes.preview(caller, code, is_trackable=is_trackable))
        if preview or not as_json:
            _print_plan(plan, as_json=as_json)
        if preview:
            return
        if not yes:
            click.confirm("Apply this?", abort=True, err=True)
        started = changes.change(
            caller, code, is_trackable=is_trackable, plan_hash=plan.plan_hash, version=plan.version
        )
    if as_json:
        print_json({"entry": started.entry, "job": started.job})
        return
    note(f"job {started.job} waits for a worker (see: clientupdater jobs show {started.job})")


def _print_plan(plan: TrackingPlan, *, as_json: bool) -> None:
    if as_json:
        print_json(plan)
        return
    rows = [(each.company, each.clients, ", ".join(each.examples)) for each in plan.companies]
    print_table(("company", "clients", "such as"), rows)
    click.echo(f"plan: {plan.plan_hash}")


def _read(facts: tuple[str, ...]) -> dict[str, FactValue]:
    """Read facts as words of a query are read, so that a fault names its fact."""
    from attrs import asdict

    from clientupdater.domain.errors import InvalidInput
    from clientupdater.entrypoints.http.routes.config_lookups import LookupFacts
    from clientupdater.entrypoints.structuring import structured_words

    if bare := [each for each in facts if "=" not in each]:
        raise click.BadParameter(f"expected NAME=VALUE, not {bare[0]}", param_hint="--fact")
    words = dict(each.split("=", 1) for each in facts)
    try:
        return asdict(structured_words(words, LookupFacts))
    except InvalidInput as error:
        raise error.below("/facts") from None


def _print(entry: Lookup, *, as_json: bool) -> None:
    if as_json:
        print_json(entry)
    else:
        state = "active" if entry.is_active else "inactive"
        note(f"{entry.code}: {entry.name}, {state}, version {entry.version}")


def _written(value: FactValue) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)
