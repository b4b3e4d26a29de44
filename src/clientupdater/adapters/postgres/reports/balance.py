"""Read the balance of branches: where each row was opened, came from, stands and went (R4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, frozen

from clientupdater.adapters.postgres.core import named_queries
from clientupdater.adapters.postgres.reports.counting import joined
from clientupdater.adapters.postgres.reports.counts import company_id, reader_scope
from clientupdater.domain.errors import InvalidInput
from clientupdater.ports.reports import BalanceCounts

if TYPE_CHECKING:
    from datetime import datetime

    from clientupdater.adapters.postgres.reports.counting import Conditions
    from clientupdater.ports.client_filter import ClientFilter

BLOCKS = named_queries.read_blocks("reports/balance.sql")


@frozen
class Balances:
    """The balances of the branches that the reader's rows stood in."""

    conditions: Conditions

    def read(self, base: ClientFilter, *, exactly: bool) -> list[BalanceCounts]:
        """Read each branch, or the branch of `base`.

        `exactly` reads where every row was opened; otherwise a row that never moved stands there.
        """
        where, params = joined(self.conditions.of(evolve(base, branch=None)), "b_")
        statement = named_queries.render(
            BLOCKS,
            "balance",
            where=where,
            branch=BLOCKS["of_branch"] if base.branch else "true",
            only=self._only(base),
            moved=BLOCKS["every_row" if exactly else "rows_that_moved"],
        )
        return self._run(statement, base, params)

    def read_as_of(self, base: ClientFilter, moment: datetime) -> list[BalanceCounts]:
        """Read them as they were at a past moment (R5)."""
        looking, configuration = self.conditions.looking, self.conditions.configuration
        scope, params = reader_scope(configuration, looking)
        params |= {
            "company": company_id(configuration, base.company),
            "periods": [str(base.row.period)] if base.row else [],
            "moment": moment,
            "zone": looking.zone,
        }
        only = self._only(base)
        statement = named_queries.render(BLOCKS, "balance_as_of", scope=scope, only=only)
        return self._run(statement, base, params)

    def _only(self, base: ClientFilter) -> str:
        return BLOCKS["only_branch"] if base.branch else "true"

    def _run(
        self, statement: str, base: ClientFilter, params: dict[str, object]
    ) -> list[BalanceCounts]:
        if base.branch:
            branches = self.conditions.configuration.ids["any_branch"]
            if base.branch not in branches:
                raise InvalidInput.of("/branch", "there is no such code")
            params["branch"] = branches[base.branch]
        connection = self.conditions.control.begun
        rows = connection.execute(statement.encode(), params, prepare=False)
        return [BalanceCounts(*row) for row in rows]
