"""Walking clients: by the order, the filters and the shape of the scope."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
from attrs import field, frozen

from clientupdater.adapters.postgres.reading.pieces import all_of, filled
from clientupdater.adapters.postgres.reading.scope import Scope, Shape
from clientupdater.domain.ids import ClientId
from clientupdater.ports.reading import ClientKey, ClientSort

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any
    from uuid import UUID

    from clientupdater.domain.ids import BranchId
    from clientupdater.domain.reach import Reach
    from clientupdater.ports.reading import ClientFilter, ClientQuery, SortValue, StatusFilter

LONG = 3
"""Letters from which on a word is rare enough for its whole range to be read."""
_SORTS: Mapping[ClientSort, tuple[str, str, str]] = {
    ClientSort.NAME: ("c.sort_name", "asc", "text"),
    ClientSort.CODE: ("c.client_code", "asc", "text"),
    ClientSort.UPDATED_AT: ("c.updated_at", "desc", "timestamptz"),
    ClientSort.PAST_DUE_AMOUNT: ("c.owed", "desc", "bigint"),
    ClientSort.FOLLOW_UP: ("s.due_on", "asc", "date"),
}


@frozen(kw_only=True)
class Resolved:
    """What the codes and words of a query stand for."""

    ids: Mapping[str, UUID | None]
    area_members: tuple[BranchId, ...] = ()
    words: tuple[str, ...] = ()
    among: tuple[ClientId, ...] | None = None
    """The clients that a number or a code names; None where none was looked for or found."""


@frozen(kw_only=True)
class ClientWalk:
    """A page of clients as a statement."""

    query: ClientQuery
    reach: Reach
    statuses: Reach
    """Both written out."""
    found: Resolved
    moment: Mapping[str, object]
    """Now, the year and the running periods."""
    _given: dict[str, Any] = field(init=False)

    def __attrs_post_init__(self) -> None:
        """Collect what is asked for, once."""
        given = _members(self.query.filter)
        object.__setattr__(self, "_given", given)

    @property
    def asks_for_rows(self) -> bool:
        """Whether where a client stands decides what is listed, or in which order."""
        return self.query.filter.row is not None or self.query.sort is ClientSort.FOLLOW_UP

    @property
    def is_plain(self) -> bool:
        """Whether it is the plain page, whose plan may be kept."""
        return not self._given and self.query.q is None and not self.asks_for_rows

    @property
    def shape(self) -> Shape:
        """How it is walked: what is named by the filters counts before the scope."""
        if self._given.get("assigned_to", "none") != "none" or self._names_few:
            return Shape(everything=True)
        if branch := self.found.ids.get("branch"):
            return Shape(branches=(branch,))  # type: ignore[arg-type] # it is a branch's
        if "area" in self._given:
            return Shape().within(frozenset(self.found.area_members))
        return Shape.of(self.reach)

    @property
    def _names_few(self) -> bool:
        """Whether the search itself says whom to look at."""
        return self.found.among is not None or self._reads_ranges

    @property
    def _long(self) -> list[int]:
        return [n for n, word in enumerate(self.found.words) if len(word) >= LONG]

    @property
    def _reads_ranges(self) -> bool:
        """Whether ranges of words are read as a whole, rather than clients in order.

        For one word alone only by whom few clients are seen: of all, enough are soon met.
        """
        scope = Shape.of(self.reach)
        sees_few = not (scope.everything or scope.companies)
        return len(self._long) >= (1 if sees_few else _SEVERAL)

    @property
    def told(self) -> dict[str, object]:
        """The parameters."""
        row, shape, after = self.query.filter.row, self.shape, self.query.after
        period = row.period if row else None
        told = {
            **self.moment,
            **self._given,
            **{name: id_ for name, id_ in self.found.ids.items() if id_},
            **Scope(self.reach).told,
            **Scope(self.statuses, "t").told,
            "periods": [str(period)] if period else self.moment["running"],
            "branches": list(shape.branches),
            "companies": list(shape.companies),
            "area_members": list(self.found.area_members),
            "among": list(self.found.among or ()),
            **{f"word_{n}": word for n, word in enumerate(self.found.words)},
        }
        if after is None:
            return told
        return {**told, "after_value": after.value, "after_client": after.client}

    def statement(self) -> str:
        """Put it together."""
        _, direction, _ = _SORTS[self.query.sort]
        return filled(
            "client_page",
            arms=" union ".join(f"({arm})" for arm in self._arms()) or _NOBODY,
            direction=direction,
            limit=self.query.limit + 1,
            shown=filled("client_shown"),
        )

    def key(self, value: SortValue, client: UUID) -> ClientKey:
        """Read where an item stands."""
        return ClientKey(value, ClientId(client))

    def _arms(self) -> list[str]:
        if self._walks_rows:
            return self._row_arms()
        shape, arms = self.shape, []
        if shape.everything:
            return [self._walk("true")]
        if shape.branches:
            arms.append(filled("each_branch", walk=self._walk("c.branch_id = lead.id")))
        if shape.companies:
            arms.append(filled("each_company", walk=self._walk("c.company_id = lead.id")))
        if shape.own:
            arms.append(self._walk(filled("scope_self", who="c", p="r")))
        return arms

    @property
    def _walks_rows(self) -> bool:
        """Whether an index of the rows gives the order: by day, or by name within a status."""
        if self.query.sort is ClientSort.FOLLOW_UP:
            return True
        named = self.query.q is not None or self._given.get("assigned_to", "none") != "none"
        return self.query.sort is ClientSort.NAME and "row_status" in self.found.ids and not named

    def _row_arms(self) -> list[str]:
        shape, arms = self.shape, []
        asked = [*self._row_conditions(), *self._after("s")]
        within = all_of([*asked, *self._row_scopes()])
        if shape.branches:
            lead = "s.home_branch_id = lead.id"
            walk = filled("walk_rows", lead=lead, where=within, **self._holes("s"))
            arms.append(filled("each_branch_and_period", walk=walk))
        if shape.companies or shape.everything:
            lead = "true" if shape.everything else "s.company_id = any(%(companies)s::uuid[])"
            walk = filled("walk_rows", lead=lead, where=within, **self._holes("s"))
            arms.append(filled("each_period", walk=walk))
        if self.reach.self_companies or self.statuses.self_companies:
            own = ["c.assigned_to = %(r_actor)s::uuid", *asked, *self._client_scopes()]
            arms.append(filled("walk_own_rows", where=all_of(own), **self._holes("s")))
        return arms

    def _client_scopes(self) -> list[str]:
        return [Scope(self.reach).over_clients(), Scope(self.statuses, "t").over_clients()]

    def _row_scopes(self) -> list[str]:
        return [Scope(self.reach).over_rows(), Scope(self.statuses, "t").over_rows()]

    def _holes(self, of: str) -> dict[str, object]:
        value, direction, _ = self._sorted_by(of)
        return {"value": value, "direction": direction, "limit": self.query.limit + 1}

    def _sorted_by(self, of: str) -> tuple[str, str, str]:
        value, direction, kind = _SORTS[self.query.sort]
        return value.replace("c.sort_name", f"{of}.sort_name"), direction, kind

    def _walk(self, lead: str) -> str:
        where = all_of([Scope(self.reach).over_clients(), *self._conditions(), *self._after("c")])
        return filled("walk_clients", lead=lead, where=where, **self._holes("c"))

    def _conditions(self) -> list[str]:
        conditions = [*self._client_conditions(), *self._said()]
        if self.query.filter.row is None:
            return conditions
        rows = filled("row", where=all_of(self._own_row_conditions()))
        return [*conditions, Scope(self.statuses, "t").over_clients(), rows]

    def _said(self) -> list[str]:
        """Ask for what was searched for: those who are named, or every word by its beginning."""
        if self.found.among is not None:
            return [filled("among")]
        long = self._long
        if not self._reads_ranges:
            return [filled("said", word=f"word_{n}") for n, _ in enumerate(self.found.words)]
        within = Scope(self.reach).over_words()
        ranges = (filled("range", word=f"word_{n}", where=within) for n in long)
        short = [n for n, _ in enumerate(self.found.words) if n not in long]
        told = filled("said_all", ranges=" intersect ".join(ranges))
        return [told, *(filled("said", word=f"word_{n}") for n in short)]

    def _client_conditions(self) -> list[str]:
        names = [name for name in self._given if not name.startswith("row_")]
        nobodys = self._given.get("assigned_to") == "none"
        return [filled("nobodys" if name == "assigned_to" and nobodys else name) for name in names]

    def _own_row_conditions(self) -> list[str]:
        return [filled(name) for name in self._given if name.startswith("row_")]

    def _row_conditions(self) -> list[str]:
        """Say of a row what is asked of it and of its client."""
        conditions = self._own_row_conditions()
        if self.query.sort is ClientSort.FOLLOW_UP:
            conditions.append(filled("dated"))
        elif "row_status" not in self._given:
            conditions.append(filled("row_status"))
        if asked := [*self._client_conditions(), *self._said()]:
            conditions.append(filled("client_of_row", where=all_of(asked)))
        return conditions

    def _after(self, of: str) -> list[str]:
        if self.query.after is None:
            return []
        value, direction, kind = self._sorted_by(of)
        client = "c.id" if of == "c" else "s.client_id"
        further = ">" if direction == "asc" else "<"
        place = f"(%(after_value)s::{kind}, %(after_client)s::uuid)"
        return [f"({value}, {client}) {further} {place}"]


_SEVERAL = 2
_NOBODY = "select null::text as value, null::uuid as client_id where false"


def _members(asked: ClientFilter | StatusFilter) -> dict[str, Any]:
    """List what a filter names; what it does not is None."""
    found: dict[str, Any] = {}
    for name, value in attrs.asdict(asked, recurse=False).items():
        if name == "row" and value is not None:
            rows = _members(value)
            rows.pop("period", None)
            found.update({f"row_{each}": what for each, what in rows.items()})
        elif value is not None and name != "row":
            found[name] = value
    return found
