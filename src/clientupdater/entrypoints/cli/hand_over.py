"""``clientupdater clients hand-over``: one officer's clients to others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from clientupdater.entrypoints.cli.acting import as_option, opened_as
from clientupdater.entrypoints.cli.naming import person_ref
from clientupdater.entrypoints.cli.session import (
    Session,
    example,
    json_option,
    note,
    print_json,
)
from clientupdater.entrypoints.cli.tables import print_table
from clientupdater.entrypoints.http.routes.hand_over_shapes import hand_over_shown, undone_shown
from clientupdater.usecases.clients.hand_overs import HandOverRequest

if TYPE_CHECKING:
    from uuid import UUID

    from clientupdater.app import App
    from clientupdater.domain.callers import Caller
    from clientupdater.entrypoints.http.routes.hand_over_shapes import HandOver


@click.command(
    "hand-over",
    epilog=example(
        "clientupdater clients hand-over ana@example.com --to ben@example.com "
        "--to cy@example.com --as boss@example.com"
    ),
)
@click.argument("officer", metavar="FROM", required=False)
@click.option("--to", "receivers", multiple=True, metavar="USER", help="An officer to get clients.")
@click.option("--branch", metavar="CODE", help="Only clients of this branch.")
@click.option("--apply", "applies", is_flag=True, help="Do it; without, only show what would be.")
@click.option("--undo", type=click.UUID, metavar="ID", help="Undo the hand-over with this id.")
@as_option
@json_option
@click.pass_obj
def hand_over(
    session: Session,
    /,
    *,
    officer: str | None,
    receivers: tuple[str, ...],
    branch: str | None,
    applies: bool,
    undo: UUID | None,
    acts: str,
    as_json: bool,
) -> None:
    """Hand one officer's clients over to others, evenly and by branch.

    Users are emails or ids. Without --apply it shows who would get how many clients, and changes
    nothing. --undo ID gives back the clients that were not assigned anew since.
    """
    if undo:
        _undo(session, undo, acts, as_json=as_json)
        return
    if not officer or not receivers:
        raise click.UsageError("give FROM and --to, or --undo")
    with opened_as(session, acts) as (app, caller):
        request = HandOverRequest(
            officer=person_ref(app, caller, officer),
            to=[person_ref(app, caller, each) for each in receivers],
            branch=branch,
        )
        shown = _handed_over(app, caller, request, applies=applies)
    if as_json:
        print_json(shown)
        return
    rows = [(each.name, each.branch, each.clients) for each in shown.officers]
    rows += [("(stay)", each.branch, each.clients) for each in shown.left]
    print_table(("officer", "branch", "clients"), rows)
    if shown.hand_over:
        note(f"{shown.clients} clients handed over; to undo it: --undo {shown.hand_over}")
    else:
        note(f"{shown.clients} clients would be handed over; add --apply to do it")


def _handed_over(app: App, caller: Caller, request: HandOverRequest, *, applies: bool) -> HandOver:
    result = app.clients.hand_overs.preview(caller, request)
    if applies:
        result = app.clients.hand_overs.apply(caller, request, result.plan.hash)
    return hand_over_shown(result, app.configuration.names(caller, result.plan.moves.values()))


def _undo(session: Session, hand_over_id: UUID, acts: str, *, as_json: bool) -> None:
    with opened_as(session, acts) as (app, caller):
        undone = undone_shown(app.clients.hand_overs.undo(caller, hand_over_id))
    if as_json:
        print_json(undone)
        return
    print_table(("client", "stays"), [(each.client_code, each.reason) for each in undone.kept])
    note(f"{undone.returned} clients went back")
