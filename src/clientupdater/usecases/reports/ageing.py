"""Read rows and amounts past due by PAR status and by amount, with completion in each (R9)."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from clientupdater.ports.reports import PAST_DUE, ReportRow
from clientupdater.usecases.reports.past import as_it_was, reader_at
from clientupdater.usecases.reports.reading import (
    figures,
    narrowed,
    reader_of,
    report,
    rows_of,
    share,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import tzinfo

    from clientupdater.domain.callers import Caller
    from clientupdater.ports.client_filter import ClientFilter
    from clientupdater.ports.clock import Clock
    from clientupdater.ports.reports import PlaceQuery, Report
    from clientupdater.ports.unit_of_work import UnitsOfWork

_CENTAVO = Decimal("0.01")
BOUNDS = (Decimal(0), Decimal(1000), Decimal(5000), Decimal(20000), Decimal(50000))
"""Sources state no days past due, so that the buckets go by amount, in pesos."""


@frozen
class Ageing:
    """The rows of a period by how much is past due."""

    work: UnitsOfWork
    clock: Clock
    zone: tzinfo

    def read(self, caller: Caller, query: PlaceQuery) -> Report:
        """Read a row for each PAR status, then one for each bucket of amounts."""
        present = reader_of(self.work, caller, self.clock, self.zone)
        reader = reader_at(query.as_of, present, self.zone)
        base = rows_of(query, reader)
        buckets = _buckets(base)
        wanted = {
            f"{name} {key}": each
            for key, bucket in {"": base, **buckets}.items()
            for name, each in _figures_of(bucket).items()
        }
        with self.work.read(reader.clients, caller.generation, takes_long=True) as tx:
            statuses = tx.reports.figures_by_par_status(reader, base, wanted)
        values = {name: sum(each.figures[name] for each in statuses) for name in wanted}
        of_status = (
            _row(each.code, each.name, evolve(base, par_status=each.code), _of(each.figures, ""))
            for each in statuses
            if each.code
        )
        of_amount = (_row(key, key, each, _of(values, key)) for key, each in buckets.items())
        totals = _row(None, "Total", base, _of(values, ""))
        result = report((*of_status, *of_amount), totals, base, reader)
        return as_it_was(result, query.as_of)


def _of(values: Mapping[str, int | Decimal], key: str) -> dict[str, int | Decimal]:
    return {name: values[f"{name} {key}"] for name in ("rows", "done", PAST_DUE)}


def _figures_of(base: ClientFilter) -> dict[str, ClientFilter]:
    """Leave the exempt out, who owe no work (R1)."""
    return {
        "rows": narrowed(base, exempt=False),
        "done": narrowed(base, exempt=False, status="DONE"),
        PAST_DUE: narrowed(base, exempt=False),
    }


def _buckets(base: ClientFilter) -> dict[str, ClientFilter]:
    """Cut amounts at the bounds; no amount is an amount of 0."""
    cuts = {"0": evolve(base, past_due_to=BOUNDS[0])}
    for low, high in pairwise(BOUNDS):
        wanted = evolve(base, past_due_from=low + _CENTAVO, past_due_to=high)
        cuts[f"{low + _CENTAVO}-{high}"] = wanted
    cuts[f"over {BOUNDS[-1]}"] = evolve(base, past_due_from=BOUNDS[-1] + _CENTAVO)
    return cuts


def _row(
    key: str | None, name: str, base: ClientFilter, values: Mapping[str, int | Decimal]
) -> ReportRow:
    counted = figures(values, _figures_of(base))
    rates = {"completion": share(counted["done"], counted["rows"])}
    return ReportRow(key=key, name=name, figures=counted, rates=rates)
