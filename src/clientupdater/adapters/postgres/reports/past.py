"""Run a statement over the tables as they stood at a past moment (R5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import frozen

from clientupdater.adapters.postgres.core import named_queries, row_security

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime

    from clientupdater.adapters.postgres.core.transactions import TransactionControl
    from clientupdater.ports.lists import ReadContext

BLOCKS = named_queries.read_blocks("reports/past.sql")
_WITH = "with "
# Reading transactions keep one plan for all values, in which the bounds of amounts were computed
# again for each row. Without the memory, PostgreSQL hashes the clients of a company in four parts.
_PLANNED = (
    "set local plan_cache_mode = force_custom_plan",
    "set local work_mem = '32MB'",
)
# With the tables of the past, a statement joins more than the eight that PostgreSQL reorders:
# it read every client for the records of one person.
_ANY_ORDER = (
    "set local join_collapse_limit = 20",
    "set local from_collapse_limit = 20",
    "set local geqo = off",
)


def run(
    control: TransactionControl,
    read_context: ReadContext,
    statement: str,
    params: Mapping[str, object],
    periods: Collection[str] | None = None,
    matters: str | None = None,
) -> list[tuple[Any, ...]]:
    """Run a statement over the tables as they are, or as they stood where a reader looks (R5).

    As they stood, the rows of `periods` are complete. Without any periods, rows of all periods
    have their client and period alone. With `matters`, only rows that have changed since are
    there, beside `changed_rows` as they are; it says of a client `e` of `earlier` whether
    its rows count as changed.
    """
    if read_context.as_of:
        past = Past(read_context.as_of, read_context.zone, periods, matters)
        return past.run(control, statement, params)
    control.send(*_PLANNED)
    return control.connection.execute(statement.encode(), params, prepare=False).fetchall()


@frozen
class Past:
    """The tables of periods as they stood at a moment.

    Row-level security knows where clients are at present. So the statement sees every client, and
    `clients` has the policy of the transaction's scope over where they were (A4).
    """

    moment: datetime
    zone: str
    periods: Collection[str] | None
    matters: str | None = None

    def run(
        self, control: TransactionControl, statement: str, params: Mapping[str, object]
    ) -> list[tuple[Any, ...]]:
        """Run it, planned for its very values."""
        widened, restored, scope = row_security.over_all_companies(control)
        control.send(
            *widened,
            *_PLANNED,
            "set local jit = off",
            *_ANY_ORDER,
            f"set local enable_nestloop = {'on' if self.periods is None else 'off'}",
        )
        within = {f"past_{name}": ids for name, ids in scope.items()}
        rows = control.connection.execute(
            self.before(statement).encode(), {**params, **self._params, **within}, prepare=False
        ).fetchall()
        control.send(*restored)
        return rows

    def before(self, statement: str) -> str:
        """Put the tables in front of a statement, under their own names."""
        tables = named_queries.render({**BLOCKS, **self._tables}, "past", whose="true")
        rest = f", {statement[len(_WITH) :]}" if statement.startswith(_WITH) else f" {statement}"
        return f"{_WITH}{tables}{rest}"

    @property
    def _tables(self) -> Mapping[str, str]:
        """Name the rows of the past, and the tables that they and their clients come from."""
        if self.matters:
            return {
                "matters": f"({self.matters})",
                "rows": BLOCKS["rows_changed_since"],
                "all_rows": "changed_rows",
                "all_clients": "clients_of_changed_rows",
            }
        rows = BLOCKS["rows_as_opened" if self.periods is None else "rows_of_periods"]
        return {
            "rows": rows,
            "all_rows": "public.client_period_status",
            "all_clients": "public.clients",
        }

    @property
    def _params(self) -> Mapping[str, object]:
        periods = {} if self.periods is None else {"past_periods": list(self.periods)}
        return {"past_moment": self.moment, "past_zone": self.zone, **periods}
