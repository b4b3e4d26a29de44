"""Read pages of clients and of the worklist, and one client."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar
from uuid import UUID

from attrs import evolve, frozen

from clientupdater.adapters.postgres.configuration.configuration import read_configuration
from clientupdater.adapters.postgres.core.connection import Command
from clientupdater.adapters.postgres.core.literals import written_out
from clientupdater.adapters.postgres.core.named_queries import Statement
from clientupdater.adapters.postgres.read_models.client_page import client_page_statement
from clientupdater.adapters.postgres.read_models.client_walk import choose_client_walk
from clientupdater.adapters.postgres.read_models.conditions import moment_params, query_params
from clientupdater.adapters.postgres.read_models.pieces import render
from clientupdater.adapters.postgres.read_models.resolving import resolve
from clientupdater.adapters.postgres.read_models.rows import (
    Columns,
    Row,
    client_row,
    worklist_rows,
)
from clientupdater.adapters.postgres.read_models.scope import ScopePredicate
from clientupdater.adapters.postgres.read_models.worklist_filters import (
    NO_FILTER,
    resolve_worklist_filter,
)
from clientupdater.adapters.postgres.read_models.worklist_page import (
    worklist_page_statement,
    worklist_params,
)
from clientupdater.adapters.postgres.read_models.worklist_walk import choose_worklist_walk
from clientupdater.domain.ids import ClientId
from clientupdater.domain.periods import Period
from clientupdater.ports.lists import (
    ClientKey,
    ClientRecord,
    ClientSort,
    Page,
    WorklistItem,
    WorklistKey,
)
from clientupdater.ports.rows import Rows

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence
    from datetime import date

    from clientupdater.adapters.postgres.configuration.configuration import Configuration
    from clientupdater.adapters.postgres.core.connection import Connection, Sent
    from clientupdater.adapters.postgres.core.transactions import TransactionControl
    from clientupdater.adapters.postgres.read_models.worklist_filters import ResolvedWorklistFilter
    from clientupdater.adapters.postgres.read_models.worklist_walk import WorklistWalk
    from clientupdater.domain.access_scope import AccessScope
    from clientupdater.ports.lists import (
        ClientPage,
        ClientQuery,
        ReadContext,
        WorklistPage,
        WorklistQuery,
    )


Made = TypeVar("Made")
_FIRST_UNDATED = ClientKey("", ClientId(UUID(int=0)), is_undated=True)


@frozen
class ClientLists:
    """Lists over one connection: resolve the query, choose the walk, run it, make the items."""

    control: TransactionControl
    configuration: Configuration

    @property
    def connection(self) -> Connection:
        return self.control.begun

    def worklist(self, query: WorklistQuery, read_context: ReadContext) -> WorklistPage:
        """Read a page of the open rows of the running periods."""
        access_scope = self.configuration.scope(read_context.statuses)
        if access_scope.is_nothing:
            return Page((), None)
        wanted = resolve_worklist_filter(query.filter, self.configuration)
        planned = _planned if query.after or wanted is not NO_FILTER else _planned_once
        walk, statement, params = planned(query, access_scope, read_context.today, wanted)
        if walk.shape.is_nowhere:
            return Page((), None)
        rows = self._run_walk(walk, statement, params)
        shown = rows[: query.limit]
        items = self._made(
            lambda known: worklist_rows((row[6:] for row in shown if row[6]), known, walk.day)
        )
        after = _worklist_key(walk, shown[-1][:6]) if len(rows) > query.limit else None
        return Page(Rows(items, WorklistItem.of), after)

    def clients(
        self, query: ClientQuery, read_context: ReadContext, known: Collection[ClientId] = ()
    ) -> ClientPage:
        """Read a page of clients; by follow-up, those without a day come last, by name."""
        if query.after and query.after.is_undated:
            return self._undated(query, read_context, known)
        dated = self._clients(query, read_context, known)
        if query.sort is not ClientSort.FOLLOW_UP or dated.after:
            return dated
        left = query.limit - len(dated.items)
        undated = self._undated(evolve(query, after=None, limit=max(left, 1)), read_context, known)
        if not left:
            return Page(dated.items, _FIRST_UNDATED if undated.items else None)
        return Page((*dated.items, *undated.items), undated.after)

    def client(self, client: ClientId | str, read_context: ReadContext) -> ClientRecord | None:
        """Read one by identity or client code."""
        scope = ScopePredicate(self.configuration.scope(read_context.clients))
        column = "c.id" if isinstance(client, UUID) else "c.client_code"
        statement = render(
            "client_one",
            which=f"{column} = %(which)s",
            where=scope.form.over_clients(),
            shown=render("client_shown"),
        )
        params = {
            **moment_params(read_context.now, read_context.today),
            **scope.params,
            "which": client,
        }
        rows = self._run(statement, params)
        return self._records(rows, read_context)[0] if rows else None

    def _undated(
        self, query: ClientQuery, read_context: ReadContext, known: Collection[ClientId]
    ) -> ClientPage:
        by_name = evolve(query, sort=ClientSort.NAME)
        return self._clients(by_name, read_context, known, is_undated=True)

    def _clients(
        self,
        query: ClientQuery,
        read_context: ReadContext,
        known: Collection[ClientId],
        *,
        is_undated: bool = False,
    ) -> ClientPage:
        resolved = resolve(
            self.control, self.configuration, query, read_context, known, is_undated=is_undated
        )
        if resolved is None:
            return Page((), None)
        walk = choose_client_walk(resolved)
        statement, params = client_page_statement(resolved, walk), query_params(resolved)
        is_last = query.sort is not ClientSort.FOLLOW_UP
        rows = self._run(statement, params, is_steady=walk.is_steady, is_last=is_last)
        shown = rows[: query.limit]
        items = self._records([row for row in shown if row[2]], read_context)
        if len(rows) <= query.limit:
            return Page(items, None)
        value, client, *_ = shown[-1]
        return Page(items, ClientKey(value, ClientId(client), is_undated))

    def _records(self, rows: Sequence[Columns], read_context: ReadContext) -> Rows[ClientRecord]:
        def make(known: Configuration) -> list[Row]:
            return [client_row(row[2:], known, read_context) for row in rows]

        return Rows(self._made(make), ClientRecord.of)

    def _made(self, make: Callable[[Configuration], Made]) -> Made:
        """Make rows; a code that was added since the transaction began is read with all others."""
        try:
            return make(self.configuration)
        except KeyError:
            return make(read_configuration(self.connection))

    def _run_walk(
        self, walk: WorklistWalk, sql: str, params: Mapping[str, object]
    ) -> list[Columns]:
        """Run it; once more where a branch may have more for the page than it was asked for."""
        opening, is_steady = self.control.opening, walk.is_steady
        rows = self._run(sql, params, is_steady=is_steady, is_last=opening is not None)
        if not walk.is_cut(map(_phase_and_place, rows)):
            return rows
        if not self.control.is_begun:  # the first was a transaction of its own
            self.control.opening = opening
        return self._run(sql, {**params, "most_of_branch": walk.limit}, is_steady=is_steady)

    def _run(
        self,
        sql: str,
        params: Mapping[str, object],
        *,
        is_steady: bool = True,
        is_last: bool = True,
    ) -> list[Columns]:
        """Run it by one plan for all values, or planned for its very values."""
        statement, control = Statement.of(sql), self.control
        command: Sent = (
            Command.of(statement, params)
            if is_steady
            else written_out(control.connection, statement, params)
        )
        return control.read_last(command) if is_last and control.may_end else control.read(command)


def _planned(
    query: WorklistQuery, access_scope: AccessScope, today: date, wanted: ResolvedWorklistFilter
) -> tuple[WorklistWalk, str, Mapping[str, object]]:
    """Choose the walk, and give its statement with the values."""
    walk = choose_worklist_walk(query, access_scope, today, wanted)
    return walk, worklist_page_statement(walk), worklist_params(walk)


_planned_once = lru_cache(256)(_planned)
"""For first pages without a filter, which most are: the same for a person all day."""


def _phase_and_place(columns: Columns) -> tuple[int, str | None, str]:
    """Give the phase, branch and period of an item: of its key, and of `work_shown`."""
    phase, *_, period = columns[:6]
    branch: str | None = columns[11]
    return phase, branch, period


def _worklist_key(walk: WorklistWalk, columns: Columns) -> WorklistKey:
    phase, due_on, rank, name, client, period = columns
    return WorklistKey(
        order=walk.order,
        day=walk.day,
        phase=phase,
        due_on=due_on,
        rank=rank,
        name=name,
        client=ClientId(client),
        period=Period.parse(period),
    )
