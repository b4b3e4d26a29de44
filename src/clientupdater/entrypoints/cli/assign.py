"""``clientupdater clients assign``: clients to officers, evenly, or to none."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import click
from attrs import evolve

from clientupdater.entrypoints.cli.acting import as_option, opened_as
from clientupdater.entrypoints.cli.naming import client_ref, person_ref
from clientupdater.entrypoints.cli.session import (
    Session,
    example,
    json_option,
    note,
    print_json,
)
from clientupdater.entrypoints.cli.tables import print_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from clientupdater.app import App
    from clientupdater.domain.callers import Caller
    from clientupdater.domain.ids import ClientRef, PersonId
    from clientupdater.entrypoints.http.routes.assignments import PlannedAssignment
    from clientupdater.usecases.clients.assignments import Planned
    from clientupdater.usecases.clients.client_access import Outcome


@click.command(
    epilog=example(
        "clientupdater clients assign FC-000001 FC-000002 --to ana@example.com "
        "--as boss@example.com"
    )
)
@click.argument("clients", metavar="CLIENT...", nargs=-1, required=True)
@click.option("--to", "officers", multiple=True, metavar="USER", help="An officer to get clients.")
@click.option("--to-none", is_flag=True, help="The clients lose their officer.")
@click.option("--apply", "applies", is_flag=True, help="Do it; without, only show what would be.")
@as_option
@json_option
@click.pass_obj
def assign(
    session: Session,
    /,
    *,
    clients: tuple[str, ...],
    officers: tuple[str, ...],
    to_none: bool,
    applies: bool,
    acts: str,
    as_json: bool,
) -> int:
    """Assign clients to an officer, evenly to several, or to none.

    CLIENT is a code or an id, USER an email or an id. Without --apply it shows who would get which
    client, and changes nothing. The exit code is 1 if one of the clients is refused.
    """
    from clientupdater.entrypoints.http.routes.assignments import planned_assignments

    if bool(officers) == to_none:
        raise click.UsageError("give --to USER or --to-none")
    with opened_as(session, acts) as (app, caller):
        people = [person_ref(app, caller, each) for each in officers]
        refs = [client_ref(each) for each in clients]
        outcomes = app.clients.assignments.plan(caller, refs, people)
        if applies:
            outcomes = _applied(app, caller, refs, outcomes)
        names = app.configuration.names(caller, people).people
    shown = planned_assignments(outcomes, names)
    if as_json:
        print_json(shown)
    else:
        rows = [(clients[each.index], _verdict(each)) for each in shown.results]
        print_table(("client", "officer"), rows)
        well = sum(each.error is None for each in shown.results)
        note(f"{well} clients assigned" if applies else f"{well} would be; add --apply to do it")
    return int(any(each.error for each in shown.results))


def _applied(
    app: App, caller: Caller, refs: Sequence[ClientRef], plan: Sequence[Outcome[Planned]]
) -> tuple[Outcome[Planned], ...]:
    """Assign the clients of each officer; a client may be refused since it was planned."""
    places: dict[PersonId | None, list[int]] = defaultdict(list)
    for each in plan:
        if each.result:
            places[each.result.officer].append(each.index)
    done = list(plan)
    for officer, indexes in places.items():
        chosen = [refs[index] for index in indexes]
        outcomes = app.clients.assignments.assign_many(caller, chosen, officer)
        for index, outcome in zip(indexes, outcomes, strict=True):
            if outcome.error:
                done[index] = evolve(done[index], result=None, error=outcome.error)
    return tuple(done)


def _verdict(planned: PlannedAssignment) -> Any:
    if planned.error:
        return planned.error.message
    return planned.officer.name if planned.officer else "(none)"
