"""An access scope as a predicate in SQL (A4)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.adapters.postgres.core.scope_ids import scope_ids, uuid_array
from clientupdater.adapters.postgres.read_models.pieces import render
from clientupdater.adapters.postgres.read_models.shape import FEW

if TYPE_CHECKING:
    from clientupdater.domain.access_scope import AccessScope


@frozen
class ScopePredicate:
    """The conditions that keep a list within one scope."""

    access_scope: AccessScope
    prefix: str = "r"
    """What its parameters begin with, so that two scopes fit into one statement."""

    @property
    def params(self) -> dict[str, object]:
        """The parameters of its conditions."""
        ids = scope_ids(self.access_scope)
        arrays = {f"{self.prefix}_{name}": uuid_array(each) for name, each in ids.items()}
        return {**arrays, f"{self.prefix}_actor": self.access_scope.actor}

    def over_clients(self) -> str:
        """Hold for a client c within the scope; written `is true` as in `over_rows`."""
        return f"{self._any(self._with_own(), 'c', 'branch_id')} is true"

    def over_words(self) -> str:
        """Hold for a word w of the name of a client within the scope."""
        return self._any(self._with_own(), "w", "branch_id")

    def over_rows(self) -> str:
        """Hold for a row s within the scope, but for one's own clients: a row has no officer.

        Written `is true`, so that the planner takes no index over branches for it: where they are
        few the walk names them one by one, where they are many the walk's own order is better.
        """
        return f"{self._any(self._by_place(), 's', 'home_branch_id')} is true"

    def by_place(self, alias: str) -> str:
        """Hold for a client within the scope by company or branch, whosever it is."""
        return self._any(self._by_place(), alias, "branch_id")

    def _with_own(self) -> list[str]:
        own = ["scope_self"] if self.access_scope.self_companies else []
        return [*self._by_place(), *own]

    def _by_place(self) -> list[str]:
        ids = scope_ids(self.access_scope)
        blocks = ["scope_all"] if ids["all_companies"] else []
        for block, name in (("scope_branch", "direct_branches"), ("scope_area", "area_branches")):
            if ids[name]:
                blocks.append(f"{block}_of_many" if len(ids[name]) > FEW else block)
        return blocks

    def _any(self, blocks: list[str], alias: str, branch: str) -> str:
        conditions = (render(each, who=alias, branch=branch, p=self.prefix) for each in blocks)
        return f"({' or '.join(conditions) or 'false'})"
