"""Read pages of clients and of the worklist, and one client."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import UUID

from attrs import evolve, frozen

from clientupdater.adapters.postgres.core.scope_ids import over_known_companies
from clientupdater.adapters.postgres.read_models.client_page import client_page_statement
from clientupdater.adapters.postgres.read_models.client_walk import choose_client_walk
from clientupdater.adapters.postgres.read_models.conditions import moment_params, query_params
from clientupdater.adapters.postgres.read_models.pieces import render
from clientupdater.adapters.postgres.read_models.resolving import resolve
from clientupdater.adapters.postgres.read_models.scope import ScopePredicate
from clientupdater.adapters.postgres.read_models.views import client_view, work_item
from clientupdater.adapters.postgres.read_models.worklist_page import (
    worklist_page_statement,
    worklist_params,
)
from clientupdater.adapters.postgres.read_models.worklist_walk import choose_worklist_walk
from clientupdater.domain.ids import ClientId
from clientupdater.domain.periods import Period
from clientupdater.ports.lists import ClientKey, ClientSort, Page, WorklistKey

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from clientupdater.adapters.postgres.core.connect import Connection
    from clientupdater.adapters.postgres.read_models.views import Columns
    from clientupdater.adapters.postgres.read_models.worklist_walk import WorklistWalk
    from clientupdater.ports.lists import (
        ClientPage,
        ClientQuery,
        ClientView,
        Looking,
        WorklistPage,
        WorklistQuery,
    )


_ONE_PLAN = b"set local plan_cache_mode = force_generic_plan"
"""Left to itself, PostgreSQL plans anew each time: a plan for known values looks cheaper to it."""
_FIRST_UNDATED = ClientKey("", ClientId(UUID(int=0)), is_undated=True)


@frozen
class ClientLists:
    """Lists over one connection: resolve the query, choose the walk, run it, make the items."""

    connection: Connection

    def worklist(self, query: WorklistQuery, looking: Looking) -> WorklistPage:
        """Read a page of the open rows of the running periods."""
        access_scope = over_known_companies(looking.statuses, self.connection)
        if access_scope.is_nothing:
            return Page((), None)
        walk = choose_worklist_walk(query, access_scope, looking.today)
        statement, params = worklist_page_statement(walk), worklist_params(walk)
        rows = self._page(statement, params, is_steady=walk.shape.is_steady)
        shown = rows[: query.limit]
        items = (work_item(ClientId(row[4]), row[6:], walk.day) for row in shown if row[6])
        after = _worklist_key(walk, shown[-1][:6]) if len(rows) > query.limit else None
        return Page(tuple(items), after)

    def clients(
        self, query: ClientQuery, looking: Looking, known: Collection[ClientId] = ()
    ) -> ClientPage:
        """Read a page of clients; by follow-up, those without a day come last, by name."""
        if query.after and query.after.is_undated:
            return self._undated(query, looking, known)
        dated = self._clients(query, looking, known)
        if query.sort is not ClientSort.FOLLOW_UP or dated.after:
            return dated
        left = query.limit - len(dated.items)
        undated = self._undated(evolve(query, after=None, limit=max(left, 1)), looking, known)
        if not left:
            return Page(dated.items, _FIRST_UNDATED if undated.items else None)
        return Page((*dated.items, *undated.items), undated.after)

    def client(self, client: ClientId | str, looking: Looking) -> ClientView | None:
        """Read one by identity or client code."""
        scope = ScopePredicate(over_known_companies(looking.clients, self.connection))
        column = "c.id" if isinstance(client, UUID) else "c.client_code"
        statement = render(
            "client_one",
            which=f"{column} = %(which)s",
            where=scope.over_clients(),
            shown=render("client_shown"),
        )
        params = {**moment_params(looking.now, looking.today), **scope.params, "which": client}
        row = self.connection.execute(statement.encode(), params).fetchone()
        return client_view(ClientId(row[1]), row[2:], looking) if row else None

    def _undated(
        self, query: ClientQuery, looking: Looking, known: Collection[ClientId]
    ) -> ClientPage:
        by_name = evolve(query, sort=ClientSort.NAME)
        return self._clients(by_name, looking, known, is_undated=True)

    def _clients(
        self,
        query: ClientQuery,
        looking: Looking,
        known: Collection[ClientId],
        *,
        is_undated: bool = False,
    ) -> ClientPage:
        resolved = resolve(self.connection, query, looking, known, is_undated=is_undated)
        if resolved is None:
            return Page((), None)
        walk = choose_client_walk(resolved)
        statement, params = client_page_statement(resolved, walk), query_params(resolved)
        rows = self._page(statement, params, is_steady=walk.is_steady)
        shown = rows[: query.limit]
        items = (client_view(ClientId(row[1]), row[2:], looking) for row in shown if row[2])
        if len(rows) <= query.limit:
            return Page(tuple(items), None)
        value, client, *_ = shown[-1]
        return Page(tuple(items), ClientKey(value, ClientId(client), is_undated))

    def _page(
        self, statement: str, params: Mapping[str, object], *, is_steady: bool
    ) -> list[tuple[Any, ...]]:
        """Run it by one plan, where one serves every page: planning takes longer than the page."""
        if is_steady:
            self.connection.execute(_ONE_PLAN)
        # Without preparation it is planned for its very values.
        prepare = None if is_steady else False
        return self.connection.execute(statement.encode(), params, prepare=prepare).fetchall()


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
