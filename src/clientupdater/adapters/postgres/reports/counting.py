"""Count period rows by the very conditions that a list of clients filters by (R3)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from attrs import frozen

from clientupdater.adapters.postgres.core import named_queries
from clientupdater.adapters.postgres.read_models.conditions import (
    client_conditions,
    query_params,
    row_conditions,
    scope_predicates,
)
from clientupdater.adapters.postgres.read_models.pieces import all_of
from clientupdater.adapters.postgres.read_models.resolving import resolve
from clientupdater.adapters.postgres.reports.past import run
from clientupdater.ports.lists import ClientQuery

if TYPE_CHECKING:
    from collections.abc import Collection, Container, Mapping

    from clientupdater.adapters.postgres.configuration.configuration import Configuration
    from clientupdater.adapters.postgres.core.transactions import TransactionControl
    from clientupdater.ports.client_filter import ClientFilter
    from clientupdater.ports.lists import ReadContext

BLOCKS = named_queries.read_blocks("reports/counting.sql")
_PARAMETER = re.compile(r"%\((\w+)\)s")


@frozen
class Condition:
    """A condition, and the values of its parameters."""

    text: str
    params: Mapping[str, object]

    @property
    def identity(self) -> str:
        """Two conditions that hold for the same rows have the same."""
        return f"{self.text} {[self.params[name] for name in _PARAMETER.findall(self.text)]}"

    def under(self, prefix: str) -> Condition:
        """Name its parameters so that they meet no others."""
        names = set(_PARAMETER.findall(self.text))
        text = _PARAMETER.sub(lambda each: f"%({prefix}{each[1]})s", self.text)
        return Condition(text, {f"{prefix}{name}": self.params[name] for name in names})


@frozen
class Conditions:
    """The conditions of a filter, within the scopes of its reader."""

    control: TransactionControl
    configuration: Configuration
    read_context: ReadContext

    def of(self, wanted: ClientFilter) -> list[Condition]:
        """Hold for the rows s, and their clients c, that the list of this filter has."""
        query = ClientQuery(filter=wanted)
        resolved = resolve(self.control, self.configuration, query, self.read_context)
        assert resolved is not None  # noqa: S101 — only a search can find nobody
        params = query_params(resolved)
        scopes = [scope.form.over_clients() for scope in scope_predicates(resolved)]
        of_period = wanted.row is not None and wanted.row.period is not None
        period = ["s.period = any(%(periods)s::text[])"] if of_period else []
        rows, clients = row_conditions(resolved), client_conditions(resolved)
        return [Condition(text, params) for text in (*scopes, *period, *rows, *clients)]

    def run(
        self, statement: str, params: Mapping[str, object], periods: Collection[str] | None = None
    ) -> list[tuple[Any, ...]]:
        """Run a statement for the reader, at the moment that they look at (R5)."""
        return run(self.control, self.read_context, statement, params, periods)


@frozen
class RowCounts:
    """Counts of the rows of one filter, with more conditions for each figure."""

    conditions: Conditions

    def read(
        self,
        base: ClientFilter,
        figures: Mapping[str, ClientFilter],
        by: str,
        sums: Collection[str] = (),
    ) -> dict[str | None, dict[str, Any]]:
        """Count by a key; the figures in `sums` are amounts past due."""
        common = self.conditions.of(base)
        where, params = joined(common, "b_")
        own = self._own(figures, {each.identity for each in common})
        once = {each.identity: each for conditions in own.values() for each in conditions}
        column = {identity: f"holds_{n}" for n, identity in enumerate(once)}
        counts = (
            named_queries.render(
                BLOCKS,
                "past_due" if name in sums else "rows",
                where=all_of(f"k.{column[each.identity]}" for each in conditions),
            )
            for name, conditions in own.items()
        )
        checked = {name: once[identity].under(f"{name}_") for identity, name in column.items()}
        statement = named_queries.render(
            BLOCKS,
            "counted",
            key=BLOCKS[by],
            columns="".join(f", {each.text} as {name}" for name, each in checked.items()),
            figures=", ".join(counts),
            where=where,
        )
        for condition in checked.values():
            params |= condition.params
        rows = self.conditions.run(statement, params, periods_of(base))
        return {key: dict(zip(figures, values, strict=True)) for key, *values in rows}

    def _own(
        self, figures: Mapping[str, ClientFilter], known: Container[str]
    ) -> dict[str, list[Condition]]:
        """Give the conditions of each figure beyond those that are known to hold."""
        return {
            name: [each for each in self.conditions.of(wanted) if each.identity not in known]
            for name, wanted in figures.items()
        }


def periods_of(base: ClientFilter) -> list[str]:
    """Name the period that a report of rows is of."""
    return [str(base.row.period)] if base.row else []


def joined(conditions: list[Condition], prefix: str) -> tuple[str, dict[str, object]]:
    own = [each.under(prefix) for each in conditions]
    return all_of(each.text for each in own), {n: v for each in own for n, v in each.params.items()}
