"""Walking clients: by the order, the filters and the shape of the scope."""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs
from attrs import field, frozen

from clientupdater.adapters.postgres.read_models.pieces import all_of, filled
from clientupdater.adapters.postgres.read_models.scope import Scope, Shape
from clientupdater.domain.ids import ClientId
from clientupdater.ports.lists import ClientKey, ClientSort

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any
    from uuid import UUID

    from clientupdater.domain.access_scope import AccessScope
    from clientupdater.domain.ids import BranchId
    from clientupdater.ports.lists import ClientFilter, ClientQuery, SortValue, StatusFilter

_NARROWING = frozenset(
    f"row_{name}"
    for name in (
        "exempt",
        "terminal",
        "touched",
        "untouched_days",
        "has_payment",
        "follow_up_before",
        "updated_by",
        "branch_then",
    )
)
"""What an index of the rows is kept for: of these there may be few, so that rows are walked."""
LONG = 3
"""Letters from which on the ranges of common words are read as well, where two are asked for."""
MANY = 5_000
"""Clients with a word from which on it is common: enough of them are soon met, in any order."""
MANY_OF_A_BRANCH = 5
"""The same for each of many branches, where a range is read past the words of all others."""
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
    rare: frozenset[int] = frozenset()
    """The words, by their place, that few within sight have."""
    among: tuple[ClientId, ...] | None = None
    """The clients that a number or a code names; None where none was looked for or found."""


@frozen(kw_only=True)
class ClientWalk:
    """A page of clients as a statement."""

    query: ClientQuery
    access_scope: AccessScope
    statuses: AccessScope
    """Both written out."""
    found: Resolved
    moment: Mapping[str, object]
    """Now, the year and the running periods."""
    is_undated: bool = False
    """Whether those alone are meant for whom no day was named."""
    _given: dict[str, Any] = field(init=False)

    def __attrs_post_init__(self) -> None:
        """Collect what is asked for, once."""
        result = _members(self.query.filter) | ({"undated": True} if self.is_undated else {})
        object.__setattr__(self, "_given", result)

    @property
    def asks_for_rows(self) -> bool:
        """Whether where a client stands decides what is listed, or in which order."""
        by_day = self.query.sort is ClientSort.FOLLOW_UP or self.is_undated
        return self.query.filter.row is not None or by_day

    @property
    def is_plain(self) -> bool:
        """Whether it is the plain page, whose plan may be kept."""
        return not self._given and self.query.q is None and not self.asks_for_rows

    @property
    def shape(self) -> Shape:
        """How it is walked: what is named by the filters counts before the scope."""
        if self._officer or self._names_few:
            return Shape(everything=True)
        return self._leads

    @property
    def _officer(self) -> bool:
        """Whether one officer's clients are asked for."""
        return bool(self._given.get("assigned_to", "none") != "none")

    @property
    def _leads(self) -> Shape:
        """Where those are who may be meant: what is named by the filters, else the scope."""
        if branch := self.found.ids.get("branch"):
            return Shape(branches=(branch,))  # type: ignore[arg-type] # it is a branch's
        if "area" in self._given:
            return Shape().within(frozenset(self.found.area_members))
        return Shape.of(self.access_scope)

    @property
    def _names_few(self) -> bool:
        """Whether the search itself says whom to look at."""
        return self.found.among is not None or bool(self._ranges)

    @property
    def _ranges(self) -> list[int]:
        """The words whose ranges are read as a whole, rather than clients in order.

        Where all are common those of two or more long ones: few have both.
        """
        if self._officer:
            return []
        long = [n for n, word in enumerate(self.found.words) if len(word) >= LONG]
        return sorted(self.found.rare) or (long if len(long) >= _SEVERAL else [])

    @property
    def rarity(self) -> str | None:
        """The question which words are rare, as a statement; None where it makes no difference."""
        if self._officer or not self.found.words:
            return None
        branches = len(self.access_scope.direct_branches | self.access_scope.area_branches)
        many = min(MANY, MANY_OF_A_BRANCH * branches) if self._leads.everything else MANY
        counts = (
            filled("count", range=self._range(f"word_{n}"), many=many, place=n)
            for n, _ in enumerate(self.found.words)
        )
        return filled("rare", counts=", ".join(counts))

    @property
    def told(self) -> dict[str, object]:
        """The parameters."""
        shape, after = self._leads, self.query.after
        values = {
            **self.moment,
            **self._given,
            **{name: id_ for name, id_ in self.found.ids.items() if id_},
            **{name: what for scope in self._scopes for name, what in scope.told.items()},
            "periods": self._periods,
            **{f"period_{n}": period for n, period in enumerate(self._periods)},
            "branches": list(shape.branches),
            "companies": list(shape.companies),
            "area_members": list(self.found.area_members),
            "among": list(self.found.among or ()),
            **{f"word_{n}": word for n, word in enumerate(self.found.words)},
        }
        if after is None:
            return values
        return {**values, "after_value": after.value, "after_client": after.client}

    @property
    def asked_of_clients(self) -> list[str]:
        """Say of a client c what is asked, wherever it is; for those who read them all."""
        return self._client_conditions()

    @property
    def asked_of_rows(self) -> list[str]:
        """Say of a row s of the periods what is asked."""
        return self._own_row_conditions()

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
        return ClientKey(value, ClientId(client), self.is_undated)

    def _arms(self) -> list[str]:
        if self._walks_rows:
            return self._row_arms()
        shape, arms = self.shape, []
        if self._officer and not self._is_by_name:
            return [self._walk_own("assigned_to")]
        if shape.everything:
            return [self._walk("true")]
        if shape.branches:
            arms.append(filled("each_branch", walk=self._walk("c.branch_id = lead.id")))
        if shape.companies and not self._given:
            arms.append(filled("each_company", walk=self._walk("c.company_id = lead.id")))
        elif shape.companies:
            # What is asked for may be of one company alone, and the other walked to its end.
            arms.append(self._walk(filled("of_companies", who="c")))
        if shape.own:
            own = filled("scope_self", who="c", p="r")
            arms.append(self._walk(own) if self._is_by_name else self._walk_own("r_actor", own))
        return arms

    @property
    def _is_by_name(self) -> bool:
        """Whether an officer's clients are asked for as their index has them, and nothing else."""
        others = self._given.keys() - {"assigned_to"}
        return self.query.sort is ClientSort.NAME and not (others or self.query.q)

    @property
    def _walks_rows(self) -> bool:
        """Whether an index of the rows gives the order: by day, or by name within a status."""
        if self.query.sort is ClientSort.FOLLOW_UP:
            return True
        few = self._officer or self._names_few or self._given.get("active") is False
        if self.query.sort is not ClientSort.NAME or few or "loan_status" in self._given:
            return False
        result = {name for name, what in self._given.items() if what is not False}
        return "row_status" in self.found.ids or not _NARROWING.isdisjoint(result)

    def _row_arms(self) -> list[str]:
        arms, shape, clients = [], self.shape, self._conditions_on_clients()
        asked = [*self._row_conditions(), *self._after("s")]
        if shape.branches:
            arms.append(self._of_branches([*asked, *self._row_scopes(), *clients]))
        if shape.companies or shape.everything:
            arms.append(self._of_all([*asked, *self._row_scopes()], clients))
        if self.access_scope.self_companies or self.statuses.self_companies:
            own = all_of([*asked, *clients, *self._client_scopes()])
            holes = {"whose": "r_actor", "beyond": self._beyond, **self._holes("s")}
            arms.append(filled("walk_own_rows", where=own, **holes))
        return arms

    def _of_branches(self, asked: list[str]) -> str:
        lead, period = "s.home_branch_id = lead.id", "of_period.period"
        holes = {"lead": lead, "period": period, "cut": filled("cut", **self._holes("s"))}
        walk = filled("walk_rows", where=all_of(asked), **holes, **self._holes("s"))
        return filled("each_branch_and_period", walk=walk)

    def _of_all(self, asked: list[str], clients: list[str]) -> str:
        lead = "true" if self.shape.everything else filled("of_companies", who="s")
        cut = "" if clients else filled("cut", **self._holes("s"))
        holes = {"lead": lead, "where": all_of(asked), "cut": cut, **self._holes("s")}
        walks = (
            f"({filled('walk_rows', period=f'%(period_{n})s::text', **holes)})"
            for n, _ in enumerate(self._periods)
        )
        merged = {"order": "s.value, s.client_id", "limit": self.query.limit + 1}
        return filled("merged", walks=" union all ".join(walks), where=all_of(clients), **merged)

    @property
    def _periods(self) -> list[str]:
        """The period asked for, else those that run."""
        row = self.query.filter.row
        running: list[str] = self.moment["running"]  # type: ignore[assignment] # text it is
        return [str(row.period)] if row and row.period else running

    def _client_scopes(self) -> list[str]:
        return [scope.over_clients() for scope in self._scopes]

    def _row_scopes(self) -> list[str]:
        return [scope.over_rows() for scope in self._scopes]

    @property
    def _scopes(self) -> list[Scope]:
        """What clients and rows must both be within: once where it is the same."""
        scopes = [Scope(self.access_scope)]
        return (
            scopes if self.statuses == self.access_scope else [*scopes, Scope(self.statuses, "t")]
        )

    def _holes(self, of: str) -> dict[str, object]:
        value, direction, _ = self._sorted_by(of)
        return {"value": value, "direction": direction, "limit": self.query.limit + 1}

    def _sorted_by(self, of: str) -> tuple[str, str, str]:
        value, direction, kind = _SORTS[self.query.sort]
        return value.replace("c.sort_name", f"{of}.sort_name"), direction, kind

    def _walk(self, lead: str) -> str:
        where = all_of([*self._conditions(), *self._after("c")])
        return filled("walk_clients", lead=lead, where=where, **self._holes("c"))

    def _walk_own(self, whose: str, lead: str = "true") -> str:
        where = [lead, *self._conditions(), *self._after("c")]
        beyond = "true" if self._officer else self._beyond
        holes = {"whose": whose, "beyond": beyond, **self._holes("c")}
        return filled("walk_own", where=all_of(where), **holes)

    @property
    def _beyond(self) -> str:
        """Say of a client of one's own that no other arm meets it."""
        return f"not ({all_of(scope.by_place('m') for scope in self._scopes)})"

    def _conditions(self) -> list[str]:
        asked = [*self._client_conditions(), *self._said()]
        if self.query.filter.row is None:
            scopes = (
                self._client_scopes()
                if self.is_undated
                else [Scope(self.access_scope).over_clients()]
            )
            return [*scopes, *asked]
        piece = "row" if self.query.q is None else "row_by_key"
        rows = filled(piece, where=all_of(self._own_row_conditions()))
        return [*self._client_scopes(), *asked, rows]

    def _said(self, client: str = "c.id") -> list[str]:
        """Ask for what was searched for: those who are named, or every word by its beginning."""
        if self.found.among is not None:
            return [filled("among", client=client)]
        read = self._ranges
        rest = [n for n, _ in enumerate(self.found.words) if n not in read]
        asked = [filled("said", word=f"word_{n}", client=client) for n in rest]
        if not read:
            return asked
        ranges = (self._range(f"word_{n}") for n in read)
        result = filled("said_all", ranges=" intersect ".join(ranges), client=client)
        return [result, *asked]

    def _range(self, word: str) -> str:
        """Everyone within sight with this word: of a few branches, each has a range of its own."""
        within, leads = Scope(self.access_scope).over_words(), self._leads
        if leads.everything or leads.companies:
            # Said of the clients that are left; of every word, row-level security says it already.
            return f"({filled('range', word=word, where='true')})"
        pieces = [filled("range_of_branches", word=word, where=within)]
        if leads.own:
            own = {"whose": "r_actor", "beyond": f"not {Scope(self.access_scope).by_place('m')}"}
            pieces.append(filled("range_of_own", word=word, where=within, **own))
        return f"({' union all '.join(pieces)})"

    def _client_conditions(self) -> list[str]:
        names = [name for name in self._given if not name.startswith("row_")]
        nobodys = self._given.get("assigned_to") == "none"
        return [filled("nobodys" if name == "assigned_to" and nobodys else name) for name in names]

    def _own_row_conditions(self) -> list[str]:
        names = [name for name in self._given if name.startswith("row_")]
        if "row_status" in self.found.ids and "row_status" not in names:
            names.append("row_status")
        few = self._given.get("row_exempt") or self._given.get("row_has_payment")
        return [filled("row_status_among_few" if few and n == "row_status" else n) for n in names]

    def _row_conditions(self) -> list[str]:
        """Say of a row what is asked of it."""
        if self.query.sort is not ClientSort.FOLLOW_UP:
            return self._own_row_conditions()
        dated = "dated_of_branch" if self.shape.branches else "dated"
        return [*self._own_row_conditions(), filled(dated)]

    def _conditions_on_clients(self) -> list[str]:
        """Say of a row what is asked of its client."""
        asked = self._client_conditions()
        of_client = [filled("client_of_row", where=all_of(asked))] if asked else []
        return [*self._said("s.client_id"), *of_client]

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
    values: dict[str, Any] = {}
    for name, value in attrs.asdict(asked, recurse=False).items():
        if name == "row" and value is not None:
            rows = _members(value)
            rows.pop("period", None)
            values.update({f"row_{each}": what for each, what in rows.items()})
        elif value is not None and name != "row":
            values[name] = value
    return values
