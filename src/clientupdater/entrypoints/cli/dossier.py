"""``clientupdater clients dossier`` and ``erase-remarks``: a person's data on request."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from clientupdater.domain.errors import InvalidPeriod
from clientupdater.domain.periods import Period
from clientupdater.entrypoints.cli.acting import ORIGIN, as_option, opened_as
from clientupdater.entrypoints.cli.naming import client_ref
from clientupdater.entrypoints.cli.session import (
    Session,
    example,
    json_option,
    note,
    print_json,
    printable,
)
from clientupdater.entrypoints.cli.tables import print_table
from clientupdater.runtime.private_files import write_private

if TYPE_CHECKING:
    from collections.abc import Iterator


@click.command(
    epilog=example(
        "clientupdater clients dossier FC-000001 --format text --output juana.txt "
        "--as auditor@example.com"
    )
)
@click.argument("client")
@click.option(
    "--format", "form", type=click.Choice(["json", "text"]), default="text", show_default=True
)
@click.option(
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write to FILE, which only you can read.",
)
@click.option("--reveal", is_flag=True, help="Show the pension number in full (clients:reveal).")
@as_option
@json_option
@click.pass_obj
def dossier(
    session: Session,
    /,
    *,
    client: str,
    form: str,
    output: Path | None,
    reveal: bool,
    acts: str,
    as_json: bool,
) -> None:
    """Print everything that is held about one client, as JSON or as text; the access is logged.

    Needs audit:read over the client's company. CLIENT is a code or an id.
    """
    from clientupdater.entrypoints.http.routes.dossiers import ClientDossier
    from clientupdater.entrypoints.wire import to_plain, to_readable_json

    with opened_as(session, acts) as (app, caller):
        compiled = app.audit.dossiers.compile(caller, client_ref(client), reveal=reveal)
        shown = ClientDossier.of(compiled)
    is_json = as_json or form == "json"
    text = to_readable_json(shown) if is_json else "\n".join(_lines(to_plain(shown)))
    if output is None:
        click.echo(text)
    else:
        write_private(output, f"{text}\n")
        note(f"wrote {output}")


def _lines(value: Any, indent: str = "") -> Iterator[str]:
    """Write members as lines; those with members of their own stand under a heading."""
    for name, each in value.items():
        label = printable(name.replace("_", " "))
        if isinstance(each, dict) and each.keys() != {"id", "name"}:
            yield f"{indent}{label}:"
            yield from _lines(each, f"{indent}  ")
        elif isinstance(each, list):
            yield from _items(label, each, indent)
        else:
            yield f"{indent}{label}: {_word(each)}"


def _items(label: str, items: list[Any], indent: str) -> Iterator[str]:
    yield f"{indent}{label}: {'none' if not items else ''}".rstrip()
    for each in items:
        if isinstance(each, dict):
            first, *others = _lines(each, f"{indent}    ")
            yield f"{indent}  - {first.strip()}"
            yield from others
        else:
            yield f"{indent}  - {_word(each)}"


def _word(value: Any) -> str:
    if isinstance(value, dict):
        return printable(str(value["name"]))
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "-" if value is None else printable(str(value))


class EventName(click.ParamType[Any]):
    """An event of a client: its period and its number, as in 2026-11/3."""

    name = "event"

    def convert(self, value: Any, param: Any, ctx: Any) -> tuple[Period, int]:
        """Parse it."""
        period, _, sequence = str(value).partition("/")
        try:
            return Period.parse(period), int(sequence)
        except (InvalidPeriod, ValueError):
            self.fail(f"{value} is no event; name it as in 2026-11/3", param, ctx)


@click.command(
    "erase-remarks",
    epilog=example(
        "clientupdater clients erase-remarks FC-000001 2026-11/3 --on-request NPC-2026-17"
    ),
)
@click.argument("client")
@click.argument("events", nargs=-1, required=True, type=EventName(), metavar="EVENT...")
@click.option(
    "--on-request", required=True, metavar="REFERENCE", help="The request, for the record."
)
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
@json_option
@click.pass_obj
def erase_remarks(
    session: Session,
    /,
    *,
    client: str,
    events: tuple[tuple[Period, int], ...],
    on_request: str,
    yes: bool,
    as_json: bool,
) -> None:
    """Erase the remarks of events for good, on a client's request; nothing else is ever erased.

    An EVENT is a period and a number, as in 2026-11/3 (see: clientupdater status history). The
    erasure is recorded. Connects as the owner: DATABASE_MIGRATION_URL, else DATABASE_DIRECT_URL or
    DATABASE_URL.
    """
    from clientupdater.composition import erasure_of

    if not yes:
        named = ", ".join(f"{period}/{sequence}" for period, sequence in events)
        question = f"Erase the remarks of {named} of {client} for good?"
        click.confirm(question, abort=True, err=True)
    erasure = erasure_of(session.settings)
    erased = erasure.erase_remarks(client_ref(client), events, on_request, ORIGIN)
    rows = [
        {"period": period, "sequence": sequence, "erased": was_there}
        for (period, sequence), was_there in erased.items()
    ]
    if as_json:
        print_json({"items": rows})
    else:
        print_table(
            ("event", "result"),
            [
                (f"{each['period']}/{each['sequence']}", "erased" if each["erased"] else "had none")
                for each in rows
            ],
        )
