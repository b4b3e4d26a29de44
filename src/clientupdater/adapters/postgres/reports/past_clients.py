"""List the clients behind a figure of a past moment (R3, R5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs import evolve, frozen

from clientupdater.adapters.postgres.core import named_queries
from clientupdater.adapters.postgres.read_models.scope import ScopePredicate
from clientupdater.adapters.postgres.reports.counting import joined
from clientupdater.adapters.postgres.reports.past import BLOCKS as PAST
from clientupdater.domain.events import ExemptCause
from clientupdater.domain.periods import Period
from clientupdater.ports.lists import Page, StaffMember
from clientupdater.ports.past_rows import PastClient, PastKey, PastStatus

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from clientupdater.adapters.postgres.reports.counting import Conditions
    from clientupdater.ports.past_rows import PastPage, PastQuery

BLOCKS = named_queries.read_blocks("reports/past_clients.sql")


@frozen
class PastClients:
    """Clients by the very conditions that figures count them by."""

    conditions: Conditions

    def read(self, query: PastQuery) -> PastPage:
        """Read a page, by client code."""
        wanted = evolve(query.filter, as_of=None)
        period = wanted.row.period if wanted.row else None
        where, params = joined(self.conditions.of(wanted), "w_")
        statement = named_queries.render(
            BLOCKS,
            "page",
            where=where,
            rows=BLOCKS["rows_of_clients"] if period else "",
            row_columns=BLOCKS["columns_of_row"] if period else "",
            details=BLOCKS["details_of_row"] if period else "null",
            joins=BLOCKS["joins_of_row"] if period else "",
            **{
                block: named_queries.render(PAST, block, whose="n.client_id = k.id")
                for block in ("amounts", "brackets")
            },
        )
        params |= {
            "after": query.after.client_code if query.after else "",
            "limit": query.limit + 1,
        }
        rows = self.conditions.run(statement, params, [str(period)] if period else None)
        shown = rows[: query.limit]
        names = self._names([row[1] for row in shown])
        items = tuple(_client(row, names) for row in shown)
        return Page(items, PastKey(items[-1].client_code) if len(rows) > query.limit else None)

    def _names(self, clients: list[UUID]) -> Mapping[UUID, str]:
        """Read the names of those whom the reader sees at present."""
        scope = ScopePredicate(
            self.conditions.configuration.scope(self.conditions.read_context.clients)
        )
        statement = named_queries.render(BLOCKS, "names", where=scope.form.over_clients())
        params = {**scope.params, "ids": clients}
        connection = self.conditions.control.begun
        return dict(connection.execute(statement.encode(), params, prepare=False).fetchall())


def _client(row: tuple[Any, ...], names: Mapping[UUID, str]) -> PastClient:
    code, id_, company, branch, product, pension, par, amount, officer, officer_name, *of = row
    return PastClient(
        id=id_,
        client_code=code,
        full_name=names.get(id_),
        company=company,
        branch=branch,
        product=product,
        pension_type=pension,
        par_status=par,
        past_due_amount=amount,
        assigned_to=StaffMember(officer, officer_name) if officer else None,
        snapshot=_status(*of) if len(of) > 1 else None,
    )


def _status(*columns: Any) -> PastStatus:
    period, status, reason, paid, terminal, exempt, follow_up, promised, updates, branch = columns
    return PastStatus(
        period=Period.parse(period),
        status=status,
        reason=reason,
        has_payment=paid,
        is_terminal=terminal,
        exempt=ExemptCause(exempt) if exempt else None,
        next_follow_up_on=follow_up,
        promised_on=promised,
        update_count=updates,
        branch=branch,
    )
