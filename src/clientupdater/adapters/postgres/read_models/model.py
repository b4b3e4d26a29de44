"""The read models over one PostgreSQL transaction."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypeAlias
from uuid import UUID

import psycopg
from attrs import evolve, frozen

from clientupdater.adapters.postgres.read_models.clients import ClientWalk, Resolved
from clientupdater.adapters.postgres.read_models.filter_options import _LOOKUPS, _statuses, _told
from clientupdater.adapters.postgres.read_models.history import _BEFORE_ALL, QUERIES, _changed
from clientupdater.adapters.postgres.read_models.lookups import TABLES, _lookup, _place
from clientupdater.adapters.postgres.read_models.pieces import PIECES, filled
from clientupdater.adapters.postgres.read_models.scope import Scope, written_out
from clientupdater.adapters.postgres.read_models.views import client_view, work_item
from clientupdater.adapters.postgres.read_models.worklist import WorkWalk
from clientupdater.domain.errors import Fault, InvalidInput
from clientupdater.domain.ids import BranchId, ClientId, PersonId
from clientupdater.domain.periods import Cycle, Period
from clientupdater.domain.statuses import PENDING
from clientupdater.ports.client_history import HistoryKey, HistoryPage
from clientupdater.ports.filter_options import FilterOptions, Option
from clientupdater.ports.lists import ClientKey, ClientSort, Lookup, Lookups, Page, PersonName

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date

    from clientupdater.ports.lists import (
        ClientFilter,
        ClientPage,
        ClientQuery,
        ClientView,
        Looking,
        WorklistPage,
        WorklistQuery,
    )

Connection: TypeAlias = psycopg.Connection[tuple[Any, ...]]

_CODES = (
    "company",
    "branch",
    "area",
    "product",
    "pension_type",
    "pensioner_type",
    "par_status",
    "account_type",
    "row_status",
    "row_reason",
    "row_branch_then",
)
_NUMBER = re.compile(r"[0-9\s+().-]+")
_ONE_PLAN = b"set local plan_cache_mode = force_generic_plan"
"""Left to itself, PostgreSQL plans anew each time: a plan for known values looks cheaper to it."""
_FIRST_UNDATED = ClientKey("", ClientId(UUID(int=0)), is_undated=True)
FEWEST_DIGITS = 7
"""Digits that make a contact number; less is no number that anybody has."""


@frozen
class PostgresReadModels:
    """Lists of clients and the worklist."""

    _connection: Connection

    def worklist(self, query: WorklistQuery, looking: Looking) -> WorklistPage:
        """Read a page of the open rows of the running periods."""
        access_scope = written_out(looking.statuses, self._connection)
        if access_scope.is_nothing:
            return Page((), None)
        walk = WorkWalk(query, access_scope, looking.today)
        rows = self._page(walk.statement(), walk.told, is_steady=walk.shape.is_steady)
        shown = rows[: query.limit]
        items = (work_item(ClientId(row[4]), row[6:], walk.day) for row in shown if row[6])
        after = walk.key(shown[-1][:6]) if len(rows) > query.limit else None
        return Page(tuple(items), after)

    def clients(
        self, query: ClientQuery, looking: Looking, known: Collection[ClientId] = ()
    ) -> ClientPage:
        """Read a page of clients; by their days, those without one come last, by name."""
        if query.after and query.after.is_undated:
            return self._undated(query, looking, known)
        dated = self._clients(self.walk(query, looking, known), looking)
        if query.sort is not ClientSort.FOLLOW_UP or dated.after:
            return dated
        left = query.limit - len(dated.items)
        rest = evolve(query, after=None, limit=max(left, 1))
        undated = self._undated(rest, looking, known)
        if not left:
            return Page(dated.items, _FIRST_UNDATED if undated.items else None)
        return Page((*dated.items, *undated.items), undated.after)

    def _undated(
        self, query: ClientQuery, looking: Looking, known: Collection[ClientId]
    ) -> ClientPage:
        by_name = evolve(query, sort=ClientSort.NAME)
        return self._clients(self.walk(by_name, looking, known, is_undated=True), looking)

    def _clients(self, walk: ClientWalk | None, looking: Looking) -> ClientPage:
        if walk is None:
            return Page((), None)
        steady = walk.is_plain and walk.shape.is_steady
        rows = self._page(walk.statement(), walk.told, is_steady=steady)
        limit = walk.query.limit
        shown = rows[:limit]
        items = (client_view(ClientId(row[1]), row[2:], looking) for row in shown if row[2])
        after = walk.key(*shown[-1][:2]) if len(rows) > limit else None
        return Page(tuple(items), after)

    def client(self, client: ClientId | str, looking: Looking) -> ClientView | None:
        """Read one by identity or client code."""
        scope = Scope(written_out(looking.clients, self._connection))
        by_id = isinstance(client, UUID)
        which = "c.id = %(which)s" if by_id else "c.client_code = %(which)s"
        statement = filled(
            "client_one", which=which, where=scope.over_clients(), shown=filled("client_shown")
        )
        values = {**_moment(looking), **scope.told, "which": client}
        rows = self._read(statement, values, prepare=True)
        return client_view(ClientId(rows[0][1]), rows[0][2:], looking) if rows else None

    def walk(
        self,
        query: ClientQuery,
        looking: Looking,
        known: Collection[ClientId] = (),
        *,
        is_undated: bool = False,
    ) -> ClientWalk | None:
        """Look up what the query names; None where nobody can be meant."""
        result = self._resolved(query, known)
        if result is None:
            return None
        walk = ClientWalk(
            query=query,
            access_scope=written_out(looking.clients, self._connection),
            statuses=written_out(looking.statuses, self._connection),
            found=result,
            moment=_moment(looking),
            is_undated=is_undated,
        )
        if walk.rarity is None:
            return walk
        ((rare,),) = self._read(walk.rarity, walk.told, prepare=False)
        return evolve(walk, found=evolve(result, rare=frozenset(rare)))

    def _resolved(self, query: ClientQuery, known: Collection[ClientId]) -> Resolved | None:
        ids, members = self._codes(query.filter)
        if query.q is None:
            return Resolved(ids=ids, area_members=members)
        among = {*self._named(query.q), *known}
        if among:
            return Resolved(ids=ids, area_members=members, among=tuple(among))
        ((words,),) = self._read(PIECES["words"], {"q": query.q}, prepare=True)
        if not words or _NUMBER.fullmatch(query.q):
            return None
        # The longest first: it is the rarest, as a rule.
        result = tuple(sorted(words, key=len, reverse=True))
        return Resolved(ids=ids, area_members=members, words=result)

    def _codes(self, asked: ClientFilter) -> tuple[Mapping[str, UUID], tuple[BranchId, ...]]:
        named = {name: _named_by(asked, name) for name in _CODES}
        if asked.row and asked.row.touched is False:
            # Whom nobody has touched is at PENDING, and rows of one status have an index.
            named["row_status"] = named["row_status"] or PENDING
        named = {name: code for name, code in named.items() if code is not None}
        if not named:
            return {}, ()
        result = {**dict.fromkeys(_CODES), **named}
        ((*ids, members),) = self._read(PIECES["resolve"], result, prepare=True)
        values = dict(zip(_CODES, ids, strict=True))
        if unknown := [name for name in named if values[name] is None]:
            raise InvalidInput(Fault(_pointer(name), "there is no such code") for name in unknown)
        return {name: id_ for name, id_ in values.items() if id_}, tuple(members)

    def _named(self, q: str) -> list[ClientId]:
        text = q.strip()
        digits = sum(each.isdigit() for each in text)
        is_number = bool(_NUMBER.fullmatch(text)) and digits >= FEWEST_DIGITS
        if not is_number and len(text.split()) != 1:
            return []
        values = {"codes": [text, text.upper()], "q": text, "number": is_number}
        return [ClientId(id_) for (id_,) in self._read(PIECES["named"], values, prepare=False)]

    def _page(
        self, statement: str, values: Mapping[str, object], *, is_steady: bool
    ) -> list[tuple[Any, ...]]:
        """Run it; one plan serves every such page, and making it takes longer than the page."""
        if is_steady:
            self._connection.execute(_ONE_PLAN)
        return self._read(statement, values, prepare=is_steady)

    def _read(
        self, statement: str, values: Mapping[str, object], *, prepare: bool
    ) -> list[tuple[Any, ...]]:
        """Run it; what is not prepared is planned for its very values."""
        cursor = self._connection.execute(
            statement.encode(), values, prepare=None if prepare else False
        )
        return cursor.fetchall()

    def client_history(self, client: ClientId, limit: int, after: HistoryKey | None) -> HistoryPage:
        """Read a page, the newest first."""
        place = {"changed_at": after.changed_at, "id": after.id} if after else _BEFORE_ALL
        values = {"client": client, "limit": limit + 1, **place}
        rows = self._connection.execute(QUERIES["history"], values).fetchall()
        items = tuple(_changed(*row) for row in rows[:limit])
        last = HistoryKey(items[-1].changed_at, items[-1].id) if len(rows) > limit else None
        return Page(items, last)

    def filter_options(self, looking: Looking) -> FilterOptions:
        """Read what they can be."""
        access_scope = written_out(looking.clients, self._connection)
        statuses = written_out(looking.statuses, self._connection)
        values = {**_told(access_scope), "status_companies": list(statuses.scopes)}
        words = self._words(values)
        return FilterOptions(
            **{table: tuple(words.get(table, ())) for table in _LOOKUPS},
            statuses=_statuses(words),
            loan_statuses=tuple(word for (word,) in self._read_options("loan_statuses", values)),
            officers=tuple(
                PersonName(PersonId(i), name) for i, name in self._read_options("officers", values)
            ),
        )

    def _words(self, result: Mapping[str, object]) -> dict[str, list[Any]]:
        values: dict[str, list[Any]] = {}
        for table, _, code, name, active, status in self._read_options("words", result):
            of = f"reasons of {status}" if table == "reasons" else table
            values.setdefault(of, []).append(Option(code, name, active))
        return values

    def _read_options(self, query: str, values: Mapping[str, object]) -> Sequence[tuple[Any, ...]]:
        """Run it, planned for its very values: how many places there are decides."""
        return self._connection.execute(QUERIES[query].encode(), values, prepare=False).fetchall()

    def lookups(self, *, inactive: bool) -> Lookups:
        """Read the eight of them."""
        values: dict[str, list[Lookup]] = {table: [] for table in TABLES}
        for table, *columns in self._connection.execute(QUERIES["lookups"], {"inactive": inactive}):
            values[table].append(_lookup(*columns))
        return {table: tuple(sorted(words, key=_place)) for table, words in values.items()}


def _moment(looking: Looking) -> dict[str, object]:
    today: date = looking.today
    return {
        "now": looking.now,
        "year": today.year,
        "running": [str(Period.containing(today, cycle)) for cycle in Cycle],
    }


def _named_by(asked: ClientFilter, name: str) -> str | None:
    if name.startswith("row_"):
        result = getattr(asked.row, name.removeprefix("row_")) if asked.row else None
    else:
        result = getattr(asked, name)
    return None if result is None else str(result)


def _pointer(name: str) -> str:
    return name.removeprefix("row_")
