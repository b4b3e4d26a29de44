"""Render the statement of a page of clients, along the walk that `client_walk` has chosen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.adapters.postgres.read_models.client_walk import (
    LONG_WORD,
    MANY_WHOLE_WORDS,
    Arm,
)
from clientupdater.adapters.postgres.read_models.conditions import (
    client_conditions,
    row_conditions,
    scope_predicates,
)
from clientupdater.adapters.postgres.read_models.pieces import all_of, render
from clientupdater.adapters.postgres.read_models.scope import ScopePredicate
from clientupdater.ports.lists import ClientSort

if TYPE_CHECKING:
    from collections.abc import Mapping

    from clientupdater.adapters.postgres.read_models.client_walk import ClientWalk, ResolvedQuery
    from clientupdater.adapters.postgres.read_models.shape import Shape

_SORTS: Mapping[ClientSort, tuple[str, str, str]] = {
    ClientSort.NAME: ("c.sort_name", "asc", "text"),
    ClientSort.CODE: ("c.client_code", "asc", "text"),
    ClientSort.UPDATED_AT: ("c.updated_at", "desc", "timestamptz"),
    ClientSort.PAST_DUE_AMOUNT: ("c.owed", "desc", "bigint"),
    ClientSort.FOLLOW_UP: ("s.due_on", "asc", "date"),
}
_NOBODY = "select null::text as value, null::uuid as client_id where false"
_CLIENTS_IN = {
    Arm.EVERYTHING: "true",
    Arm.EACH_BRANCH: "c.branch_id = lead.id",
    Arm.EACH_COMPANY: "c.company_id = lead.id",
    Arm.COMPANIES: render("of_companies", who="c"),
    Arm.OWN_IN_ORDER: render("scope_self", who="c", p="r"),
}
"""The condition that an arm along the index of clients begins with."""


def client_page_statement(resolved: ResolvedQuery, walk: ClientWalk) -> str:
    """Render it: one item more than the limit, which shows that there is another page."""
    page = _ClientPage(resolved, walk)
    _, direction, _ = _SORTS[resolved.query.sort]
    return render(
        "client_page",
        arms=" union ".join(f"({page.arm(arm)})" for arm in walk.arms) or _NOBODY,
        direction=direction,
        limit=resolved.query.limit + 1,
        shown=render("client_shown"),
    )


def rare_words_statement(resolved: ResolvedQuery, common_from: int) -> str:
    """Render the question which words fewer clients have than `common_from`.

    Where branches are many, it also asks for the whole words that begin as the first one does; a
    short one begins too many.
    """
    counts = (
        render("count", range=_word_range(resolved, resolved.area, n), many=common_from, place=n)
        for n, _ in enumerate(resolved.words)
    )
    may_lead = resolved.area.is_wide and len(resolved.words[0]) >= LONG_WORD
    whole = render("whole_words", many=MANY_WHOLE_WORDS) if may_lead else render("no_whole_words")
    return render("rare", counts=", ".join(counts), whole_words=whole)


@frozen
class _ClientPage:
    resolved: ResolvedQuery
    walk: ClientWalk

    def arm(self, arm: Arm) -> str:
        if arm in _CLIENTS_IN:
            return self._clients(arm)
        rendered = {
            Arm.FOUND: self._found,
            Arm.OF_WORD: self._of_word,
            Arm.OFFICER: self._officers,
            Arm.OWN: self._own,
            Arm.ROWS_OF_EACH_BRANCH: self._rows_of_branches,
            Arm.ROWS_OF_EVERYTHING: self._rows_of_everything,
            Arm.ROWS_OF_COMPANIES: self._rows_of_companies,
            Arm.ROWS_OF_OWN: self._rows_of_own,
        }
        return rendered[arm]()

    def _clients(self, arm: Arm) -> str:
        where = all_of([*self._of_client(), *self._after("c")])
        walk = render("walk_clients", lead=_CLIENTS_IN[arm], where=where, **self._order("c"))
        is_repeated = arm in (Arm.EACH_BRANCH, Arm.EACH_COMPANY)
        return render(arm, walk=walk) if is_repeated else walk

    def _found(self) -> str:
        return render(
            "walk_found",
            ranges=self._ranges(),
            where=all_of(self._of_client()),
            after=all_of(self._after("w")),
            limit=self.resolved.query.limit + 1,
        )

    def _of_word(self) -> str:
        in_scope = ScopePredicate(self.resolved.client_scope).form.over_words()
        return render(
            "walk_of_word",
            of_word=all_of([in_scope, *self._search("w.client_id"), *self._after("w")]),
            where=all_of(self._of_client(is_searched=False)),
            limit=self.resolved.query.limit + 1,
        )

    def _officers(self) -> str:
        whose = render("of_me" if self.resolved.is_mine else "of_officer")
        return self._found_first(whose, beyond="true", lead="true")

    def _own(self) -> str:
        scope = ScopePredicate(self.resolved.client_scope).form
        return self._found_first(scope.of_own(), self._out_of_other_arms(), scope.own_clients())

    def _found_first(self, whose: str, beyond: str, lead: str) -> str:
        where = all_of([lead, *self._of_client(), *self._after("c")])
        return render("walk_own", where=where, whose=whose, beyond=beyond, **self._order("c"))

    def _rows_of_branches(self) -> str:
        conditions = [*self._of_row(), *self._row_scopes(), *self._client_of_row()]
        walk = render(
            "walk_rows",
            where=all_of(conditions),
            lead="s.home_branch_id = lead.id",
            period="of_period.period",
            cut=render("cut", **self._order("s")),
            **self._order("s"),
        )
        return render("each_branch_and_period", walk=walk)

    def _rows_of_everything(self) -> str:
        return self._rows_of_all("true")

    def _rows_of_companies(self) -> str:
        return self._rows_of_all(render("of_companies", who="s"))

    def _rows_of_all(self, lead: str) -> str:
        clients, order = self._client_of_row(), self._order("s")
        where = all_of([*self._of_row(), *self._row_scopes()])
        cut = "" if clients else render("cut", **order)
        holes = {"lead": lead, "where": where, "cut": cut, **order}
        walks = (
            f"({render('walk_rows', period=f'%(period_{n})s::text', **holes)})"
            for n, _ in enumerate(self.resolved.periods)
        )
        return render(
            "merged",
            walks=" union all ".join(walks),
            where=all_of(clients),
            order="s.value, s.client_id",
            limit=self.resolved.query.limit + 1,
        )

    def _rows_of_own(self) -> str:
        where = all_of([*self._of_row(), *self._client_of_row(), *self._client_scopes()])
        beyond = self._out_of_other_arms()
        order = self._order("s")
        scopes = [scope.form for scope in scope_predicates(self.resolved)]
        whose = max(scopes, key=lambda scope: scope.has_stand_ins).of_own()
        return render("walk_own_rows", where=where, whose=whose, beyond=beyond, **order)

    def _of_client(self, *, is_searched: bool = True) -> list[str]:
        """What a walk of clients asks of a client c."""
        words = self._search("c.id") if is_searched else []
        conditions = [*client_conditions(self.resolved), *words]
        if self.resolved.query.filter.row is None:
            by_status = self.resolved.is_undated or self.resolved.query.filter.asks_for_status
            own_scope = [ScopePredicate(self.resolved.client_scope).form.over_clients()]
            return [*(self._client_scopes() if by_status else own_scope), *conditions]
        block = "row" if self.resolved.query.q is None else "row_by_key"
        row = render(block, where=all_of(row_conditions(self.resolved)))
        return [*self._client_scopes(), *conditions, row]

    def _of_row(self) -> list[str]:
        """What a walk of rows asks of a row s."""
        conditions = row_conditions(self.resolved)
        if self.resolved.query.sort is ClientSort.FOLLOW_UP:
            of_branch = Arm.ROWS_OF_EACH_BRANCH in self.walk.arms
            conditions.append(render("dated_of_branch" if of_branch else "dated"))
        return [*conditions, *self._after("s")]

    def _client_of_row(self) -> list[str]:
        """What a walk of rows asks of the client of a row s."""
        conditions = client_conditions(self.resolved)
        client = [render("client_of_row", where=all_of(conditions))] if conditions else []
        return [*self._search("s.client_id"), *client]

    def _search(self, client: str) -> list[str]:
        """Ask for the clients that the search names, or for every word by its beginning."""
        if self.resolved.among is not None:
            return [render("among", client=client)]
        checked = [
            render("has_word", word=f"word_{n}", client=client) for n in self.walk.checked_words
        ]
        if not self.walk.read_words or Arm.FOUND in self.walk.arms:
            return checked
        return [render("has_words", ranges=self._ranges(), client=client), *checked]

    def _ranges(self) -> str:
        """Read the clients that have every word of those that are read first."""
        ranges = (_word_range(self.resolved, self.walk.area, n) for n in self.walk.read_words)
        return " intersect ".join(ranges)

    def _client_scopes(self) -> list[str]:
        return [scope.form.over_clients() for scope in scope_predicates(self.resolved)]

    def _row_scopes(self) -> list[str]:
        return [scope.form.over_rows() for scope in scope_predicates(self.resolved)]

    def _out_of_other_arms(self) -> str:
        """Hold for an own client m that no arm by place meets."""
        places = (scope.form.by_place("m") for scope in scope_predicates(self.resolved))
        return f"not ({all_of(places)})"

    def _order(self, alias: str) -> dict[str, object]:
        value, direction, _ = self._sort(alias)
        return {"value": value, "direction": direction, "limit": self.resolved.query.limit + 1}

    def _sort(self, alias: str) -> tuple[str, str, str]:
        value, direction, kind = _SORTS[self.resolved.query.sort]
        return value.replace("c.sort_name", f"{alias}.sort_name"), direction, kind

    def _after(self, alias: str) -> list[str]:
        """Hold for what comes after the last item of the page before."""
        if self.resolved.query.after is None:
            return []
        value, direction, kind = self._sort(alias)
        client = "c.id" if alias == "c" else f"{alias}.client_id"
        further = ">" if direction == "asc" else "<"
        return [f"({value}, {client}) {further} (%(after_value)s::{kind}, %(after_client)s::uuid)"]


def _word_range(resolved: ResolvedQuery, area: Shape, n: int) -> str:
    """Read all clients in scope with a word: of few branches, each has a range of its own."""
    word, scope = f"word_{n}", ScopePredicate(resolved.client_scope)
    if area.is_wide:
        # The clients that are left are asked; row-level security asks each word already.
        return f"({render('range', word=word, where='true')})"
    ranges = [render("range_of_branches", word=word, where=scope.form.over_words())]
    if area.own:
        beyond = f"not {scope.form.by_place('m')}"
        whose = scope.form.of_own()
        own = {"whose": whose, "beyond": beyond, "where": scope.form.over_words()}
        ranges.append(render("range_of_own", word=word, **own))
    return f"({' union all '.join(ranges)})"
