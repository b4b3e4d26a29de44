"""Read what people recorded, by day, week or period (R6)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

from clientupdater.adapters.postgres.core import named_queries
from clientupdater.adapters.postgres.read_models.pieces import render
from clientupdater.adapters.postgres.read_models.record_filters import report_params
from clientupdater.adapters.postgres.reports.counting import joined
from clientupdater.domain.ids import PersonId
from clientupdater.ports.staff_reports import (
    STAFF_FIGURES,
    RecordCount,
    StaffCounts,
)

if TYPE_CHECKING:
    from clientupdater.adapters.postgres.reports.counting import Conditions
    from clientupdater.ports.client_filter import ClientFilter, Recorded
    from clientupdater.ports.staff_reports import StaffRead

BLOCKS = named_queries.read_blocks("reports/staff.sql")


@frozen
class StaffFigures:
    """What people recorded, as far as the reader sees the clients."""

    conditions: Conditions

    def read(self, read: StaffRead) -> list[StaffCounts]:
        where, params = joined(self.conditions.of(read.base), "b_")
        names = [str(each) for each in STAFF_FIGURES]
        figures = (f"count(*) filter (where {record(each)}) as n_{each}" for each in STAFF_FIGURES)
        sums = (
            f"sum(n_{n})::integer as {n}, (count(*) filter (where n_{n} > 0))::integer as {n}_of"
            for n in names
        )
        statement = named_queries.render(
            BLOCKS,
            "staff",
            bucket=BLOCKS[str(read.by)],
            people=BLOCKS["these_people"],
            records_first=records_first(self.conditions),
            where=where,
            figures=", ".join(figures),
            sums=", ".join(sums),
            columns=", ".join(f"p.{n}, p.{n}_of" for n in names),
        )
        params |= {
            **settings_of(self.conditions, read.base),
            "people": list(read.people),
            "from": read.start,
            "before": read.end,
            "first_day": read.first_day,
            "limit": read.most_rows + 1,
        }
        return [_counts(row) for row in self.conditions.run(statement, params)]


def records_first(conditions: Conditions) -> str:
    """Read the records of a past moment before their clients; PostgreSQL chooses at present."""
    return BLOCKS["then_clients"] if conditions.read_context.as_of else ""


def record(kind: Recorded) -> str:
    """Hold for an entry e of this kind."""
    return render(f"recorded_{kind}", live="e.is_live", client="e.client_id", within="true")


def settings_of(conditions: Conditions, base: ClientFilter) -> dict[str, object]:
    """Give the settings of the company that the figures go by."""
    configuration = conditions.configuration
    company = configuration.ids["company"].get(base.company or "")
    return report_params(configuration, company, conditions.read_context.zone)


def _counts(row: tuple[Any, ...]) -> StaffCounts:
    person, name, bucket, first, last, median, *numbers = row
    pairs = zip(numbers[::2], numbers[1::2], strict=True)
    figures = {
        str(kind): RecordCount(*pair) for kind, pair in zip(STAFF_FIGURES, pairs, strict=True)
    }
    return StaffCounts(PersonId(person), name, bucket, figures, first, last, median)
