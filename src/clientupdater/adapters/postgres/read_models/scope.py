"""An access scope as a predicate in SQL (A4)."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.adapters.postgres.core.scope_ids import scope_ids, uuid_array
from clientupdater.adapters.postgres.read_models.pieces import render
from clientupdater.adapters.postgres.read_models.shape import FEW

if TYPE_CHECKING:
    from collections.abc import Mapping

    from clientupdater.domain.access_scope import AccessScope

_REMEMBERED = 1024
"""Scopes whose conditions are made once, as their ids are."""


@frozen
class PredicateForm:
    """What the text of a scope's conditions depends on."""

    blocks: tuple[str, ...]
    """The blocks of its parts by company and branch."""
    has_own: bool
    has_stand_ins: bool
    prefix: str
    """What its parameters begin with, so that two scopes fit into one statement."""

    def over_clients(self) -> str:
        """Hold for a client c within the scope; written `is true` as in `over_rows`."""
        return f"{self._any(self._with_own, 'c', 'branch_id')} is true"

    def over_words(self) -> str:
        """Hold for a word w of the name of a client within the scope."""
        return self._any(self._with_own, "w", "branch_id")

    def over_rows(self) -> str:
        """Hold for a row s within the scope, but for one's own clients: a row has no officer.

        Written `is true`, so that the planner takes no index over branches for it: where they are
        few the walk names them one by one, where they are many the walk's own order is better.
        """
        return f"{self._any(self.blocks, 's', 'home_branch_id')} is true"

    def by_place(self, alias: str) -> str:
        """Hold for a client within the scope by company or branch, whosever it is."""
        return self._any(self.blocks, alias, "branch_id")

    def own_clients(self) -> str:
        """Hold for a client c that is the actor's, or an absent officer's, within the scope."""
        if self.has_stand_ins:
            return self._any(self._own, "c", "branch_id")
        return render("scope_self", who="c", p=self.prefix)

    def of_own(self) -> str:
        """Find the clients m of the actor, and of officers whom they stand in for."""
        block = "of_actor_and_absent" if self.has_stand_ins else "of_actor"
        return render(block, p=self.prefix)

    @property
    def _own(self) -> tuple[str, ...]:
        return ("scope_self", "scope_stand_in") if self.has_stand_ins else ("scope_self",)

    @property
    def _with_own(self) -> tuple[str, ...]:
        return (*self.blocks, *self._own) if self.has_own else self.blocks

    def _any(self, blocks: tuple[str, ...], alias: str, branch: str) -> str:
        conditions = (render(each, who=alias, branch=branch, p=self.prefix) for each in blocks)
        return f"({' or '.join(conditions) or 'false'})"


@frozen
class ScopePredicate:
    """The conditions that keep a list within one scope."""

    access_scope: AccessScope
    prefix: str = "r"

    @property
    def params(self) -> Mapping[str, object]:
        """The parameters of its conditions."""
        return _params(self.access_scope, self.prefix)

    @property
    def form(self) -> PredicateForm:
        return _form(self.access_scope, self.prefix)


@lru_cache(_REMEMBERED)
def _params(access_scope: AccessScope, prefix: str) -> Mapping[str, object]:
    ids = scope_ids(access_scope)
    arrays = {f"{prefix}_{name}": uuid_array(each) for name, each in ids.items()}
    officers = frozenset({access_scope.actor, *ids["stand_ins"]})
    return {
        **arrays,
        f"{prefix}_actor": access_scope.actor,
        f"{prefix}_officers": uuid_array(officers),
    }


@lru_cache(_REMEMBERED)
def _form(access_scope: AccessScope, prefix: str) -> PredicateForm:
    ids = scope_ids(access_scope)
    blocks = ["scope_all"] if ids["all_companies"] else []
    for block, name in (("scope_branch", "direct_branches"), ("scope_area", "area_branches")):
        if ids[name]:
            blocks.append(f"{block}_of_many" if len(ids[name]) > FEW else block)
    has_own, has_stand_ins = bool(ids["self_companies"]), bool(ids["stand_ins"])
    return PredicateForm(tuple(blocks), has_own, has_stand_ins, prefix)
