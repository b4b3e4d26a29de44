"""Read the balance of branches: where each row was opened, came from, stands and went (R4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import evolve, frozen

from clientupdater.adapters.postgres.core import named_queries
from clientupdater.adapters.postgres.reports.counting import joined, periods_of
from clientupdater.domain.errors import InvalidInput
from clientupdater.ports.reports import BalanceCounts

if TYPE_CHECKING:
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
            only=BLOCKS["only_branch"] if base.branch else "true",
            moved=BLOCKS["every_row" if exactly else "rows_that_moved"],
        )
        if base.branch:
            branches = self.conditions.configuration.ids["any_branch"]
            if base.branch not in branches:
                raise InvalidInput.of("/branch", "there is no such code")
            params["branch"] = branches[base.branch]
        rows = self.conditions.run(statement, params, periods_of(base))
        return [BalanceCounts(*row) for row in rows]
