"""``clientupdater periods``: the current and opened ones; opening, sealing and verifying one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from clientupdater.domain.periods import Period
from clientupdater.entrypoints.cli.acting import as_option, opened_as
from clientupdater.entrypoints.cli.naming import PeriodType
from clientupdater.entrypoints.cli.session import (
    Session,
    example,
    json_option,
    print_json,
)
from clientupdater.entrypoints.cli.tables import print_table

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from clientupdater.ports.codes import Names
    from clientupdater.ports.seals import Seal
    from clientupdater.ports.tracking import Opening
    from clientupdater.usecases.tracking.seals import VerifiedSeal


@click.group()
def periods() -> None:
    """Show the current and the opened periods; open, seal and verify one."""


@periods.command(epilog=example("clientupdater periods current --as ana@example.com"))
@as_option
@json_option
@click.pass_obj
def current(session: Session, /, *, acts: str, as_json: bool) -> None:
    """Show the current month and quarter in BUSINESS_TIMEZONE."""
    with opened_as(session, acts) as (app, caller):
        running = app.periods.current(caller)
    if as_json:
        names = ("period", "period_type", "first_day", "last_day")
        items = [(p, p.cycle, p.first_day, p.last_day) for p in running]
        print_json({"items": [dict(zip(names, each, strict=True)) for each in items]})
        return
    rows = [(p, p.cycle, p.first_day, p.last_day) for p in running]
    print_table(("period", "cycle", "from", "to"), rows)


@periods.command("open", epilog=example("clientupdater periods open 2026-11 --as boss@example.com"))
@click.argument("period", type=PeriodType())
@as_option
@json_option
@click.pass_obj
def open_(session: Session, /, *, period: Period, acts: str, as_json: bool) -> None:
    """Open the row of every client that is due in a period and has none."""
    with opened_as(session, acts) as (app, caller):
        opening = app.periods.open(caller, period)
    if as_json:
        print_json(opening)
    else:
        click.echo(f"{opening.rows} rows opened in {period}")


@periods.command("list", epilog=example("clientupdater periods list --as boss@example.com"))
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True)
@as_option
@json_option
@click.pass_obj
def list_(session: Session, /, *, limit: int, acts: str, as_json: bool) -> None:
    """List the openings, newest first: when, by whom, and how many rows."""
    with opened_as(session, acts) as (app, caller):
        result = app.periods.list_openings(caller, at_most=limit)
        names = app.configuration.names(caller, [each.by for each in result]).people
    if as_json:
        print_json({"items": [_opening(each, names) for each in result]})
        return
    zone = session.settings.business_timezone
    rows = [
        (
            each.period,
            each.rows,
            f"{each.started_at.astimezone(zone):%Y-%m-%d %H:%M}",
            names[each.by] if each.by else "the worker",
        )
        for each in result
    ]
    print_table(("period", "rows", "opened", "by"), rows)


@periods.command(epilog=example("clientupdater periods seal 2026-10 --as boss@example.com"))
@click.argument("period", type=PeriodType(), required=False)
@as_option
@json_option
@click.pass_obj
def seal(session: Session, /, *, period: Period | None, acts: str, as_json: bool) -> None:
    """Seal a closed period, or every closed one that has no seal."""
    with opened_as(session, acts) as (app, caller):
        seals = app.seals.seal(caller, period)
        companies = app.configuration.names(caller).companies
    if as_json:
        print_json({"items": [_seal(each, companies) for each in seals]})
        return
    head = ("company", "period", "rows", "events", "root")
    print_table(head, [tuple(_seal(each, companies)[name] for name in head) for each in seals])


@periods.command(epilog=example("clientupdater periods verify 2026-10 --as auditor@example.com"))
@click.argument("period", type=PeriodType())
@click.option("--company", help="Only this company's seal: its code.  [default: every company]")
@as_option
@json_option
@click.pass_obj
def verify(
    session: Session, /, *, period: Period, company: str | None, acts: str, as_json: bool
) -> None:
    """Recompute the seals of a period; exit with 1 if anything was changed."""
    with opened_as(session, acts) as (app, caller):
        verified = app.seals.verify(caller, period, company)
        names = app.configuration.names(caller)
    items = [_verified(each, names) for each in verified]
    if as_json:
        print_json({"items": items})
    else:
        for item in items:
            _print_verified(item)
    if not all(each.holds for each in verified):
        click.get_current_context().exit(1)


def _seal(seal: Seal, companies: Mapping[UUID, str]) -> dict[str, object]:
    header = seal.header
    return {
        "company": companies[header.company],
        "period": header.period,
        "sealed_at": header.sealed_at,
        "rows": seal.row_count,
        "events": seal.event_count,
        "root": seal.root.hex(),
        "previous_root": header.previous_root.hex() if header.previous_root else None,
    }


def _verified(verified: VerifiedSeal, names: Names) -> dict[str, Any]:
    figures = verified.figures
    return {
        **_seal(verified.seal, names.companies),
        "holds": verified.holds,
        "faults": [
            {
                "flaw": each.flaw,
                "branch": each.branch and names.branches[each.branch],
                "client_code": each.client_code,
            }
            for each in verified.faults
        ],
        "corrected_rows": figures.corrected_rows,
        "corrected_events": figures.corrected_events,
        "corrected": [
            {
                "client_code": each.client_code,
                "branch": names.branches[each.branch],
                "events": each.events,
            }
            for each in figures.corrected
        ],
    }


def _print_verified(item: Mapping[str, Any]) -> None:
    result = "holds" if item["holds"] else "DOES NOT HOLD"
    click.echo(f"{item['company']} {item['period']}: the seal {result} ({item['root']})")
    for each in item["faults"]:
        place = " ".join(filter(None, (each["branch"], each["client_code"])))
        click.echo(f"  {each['flaw']}  {place}".rstrip())
    if item["corrected_rows"]:
        since = f"{item['corrected_events']} events of {item['corrected_rows']} rows"
        click.echo(f"  recorded after the seal: {since}")


def _opening(opening: Opening, names: Mapping[UUID, str]) -> dict[str, object]:
    return {
        "period": opening.period,
        "period_type": opening.period.cycle,
        "rows": opening.rows,
        "started_at": opening.started_at,
        "finished_at": opening.finished_at,
        "by": {"id": opening.by, "name": names[opening.by]} if opening.by else None,
    }
