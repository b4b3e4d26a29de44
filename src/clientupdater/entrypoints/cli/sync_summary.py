"""The progress of a sync run, and its summary, for people."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

import click

from clientupdater.entrypoints.cli.tables import share_bar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from clientupdater.entrypoints.http.routes.sync_shapes import (
        SyncEffect,
        SyncJob,
        SyncPlan,
    )
    from clientupdater.ports.sync import Progressed

_KINDS = {
    "created": "new clients",
    "updated": "changed",
    "vanished": "deactivated",
    "reappeared": "back",
    "opened": "rows opened",
    "exempted": "rows exempt",
    "restored": "rows restored",
    "moved": "rows moved to another branch",
    "contact_conflict": "contact numbers in conflict",
}
_OF_CLIENTS_ALONE = {"created", "vanished", "reappeared", "contact_conflict"}
_CONSEQUENCES = {
    "opened": "rows opened",
    "exempted": "rows exempt",
    "restored": "rows restored",
    "moved": "rows moved to another branch",
    "terminal_exceptions": "clients with a terminal outcome that the source still reports",
    "contact_conflicts": "contact numbers that differ from a correction by hand",
}


@contextmanager
def progress() -> Iterator[Callable[[Progressed], None]]:
    """Show progress on standard error: a line that updates on a terminal, else a line a step."""
    shown = _OnTerminal() if sys.stderr.isatty() else _AsLines()
    try:
        yield shown
    finally:
        shown.end()


class _OnTerminal:
    """One line for each step, overwritten as it goes on.

    Each step but the first handles the records of the step before, so that it has a bar.
    """

    def __init__(self) -> None:
        self._step = ""
        self._records = self._total = 0

    def __call__(self, how_far: Progressed) -> None:
        if self._step not in {"", how_far.step}:
            click.echo(err=True)
            self._total = self._records
        self._step, self._records = how_far.step, how_far.records
        click.echo(f"\r{_line(how_far, self._total)}", nl=False, err=True)

    def end(self) -> None:
        """Leave the line."""
        if self._step:
            click.echo(err=True)


class _AsLines:
    """One line when a step begins."""

    def __init__(self) -> None:
        self._step = ""

    def __call__(self, how_far: Progressed) -> None:
        if how_far.step != self._step:
            self._step = how_far.step
            click.echo(how_far.step, err=True)

    def end(self) -> None:
        """Do nothing: every line is complete."""


def _line(how_far: Progressed, total: int) -> str:
    bar = share_bar(how_far.records, total) if total else " " * 15
    pace = f", {how_far.records / how_far.seconds:,.0f}/s" if how_far.seconds else ""
    done = f"{how_far.records:>10,} rows  {how_far.seconds:6.1f} s{pace}"
    return f"{how_far.step:<8} {bar} {done}".ljust(76)


def print_summary(job: SyncJob, plan: SyncPlan | None) -> None:
    """Print the effects of a run, and the commands that decide about it."""
    click.secho(f"{job.source} {job.mode} {job.id}: {job.state}", bold=True)
    if job.error:
        click.secho(job.error, fg="red")
    click.echo(_counted(job))
    if plan:
        is_done = job.mode == "apply" and job.state == "completed"
        _print_plan(plan, "did" if is_done else "would do")
    _print_numbers("took", {name: f"{step.seconds} s" for name, step in job.progress.items()})
    if plan:
        _print_what_now(job, plan)


def _counted(job: SyncJob) -> str:
    """Count the rows by outcome; a run without a plan has read rows and decided nothing."""
    counts = job.counts
    if job.plan_hash is None:
        return f"{counts.received} rows were read; the run ended before it compared them"
    return (
        f"{counts.received} rows: {counts.created} new, {counts.updated} changed, "
        f"{counts.unchanged} unchanged, {counts.reappeared} back, "
        f"{counts.rejected} rejected; {counts.missing} missing for the first time, "
        f"{counts.vanished} deactivated"
    )


def _print_plan(plan: SyncPlan, what: str) -> None:
    _print_numbers("by field", plan.updates_by_field)
    values = {
        _CONSEQUENCES.get(name, name): count for name, count in plan.consequences.items() if count
    }
    _print_numbers("consequences", values)
    _print_numbers("rejected because", plan.rejects_by_reason)
    for kind in sorted(plan.examples, key=_place):
        click.secho(f"what it {what}, {_KINDS.get(kind, kind)} (some):", bold=True)
        for each in plan.examples[kind]:
            click.echo(f"  {_effect(kind, each)}")


def _place(kind: str) -> int:
    return list(_KINDS).index(kind) if kind in _KINDS else len(_KINDS)


def _effect(kind: str, effect: SyncEffect) -> str:
    """Describe one effect on a client or its row."""
    if kind in _OF_CLIENTS_ALONE:
        return effect.client_code
    message = f"{effect.client_code}  {effect.what}"
    if kind == "updated":
        return f"{message}  {effect.before or 'none'} → {effect.after or 'none'}"
    return f"{message}  {'to ' * (kind == 'moved')}{effect.after or ''}".rstrip()


def _print_what_now(job: SyncJob, plan: SyncPlan) -> None:
    """Print the decisions that are open, with their commands."""
    if job.counts.rejected:
        click.echo(f"for each rejected row and its reasons: clientupdater sync rejects {job.id}")
    approve = f"clientupdater sync approve {job.id} --plan-hash {plan.hash}"
    if job.state == "held":
        companies = ", ".join(plan.held_for)
        message = f"held: it would deactivate too many clients of {companies}; nothing was applied"
        click.secho(message, fg="yellow")
        click.echo(f"if those clients are really gone: {approve}")
        click.echo(f"otherwise: clientupdater sync cancel {job.id}")
    elif job.mode == "preview" and job.state == "completed":
        click.echo(f"nothing was changed; to apply exactly this: {approve}")


def _print_numbers(head: str, values: Mapping[str, object]) -> None:
    if not values:
        return
    click.secho(f"{head}:", bold=True)
    for name, value in values.items():
        click.echo(f"  {value}  {name}")
