"""Where a list is walked, by the size of its scope (A4).

Up to FEW branches, each is walked by itself and the walks are merged. Beyond, one walk over
everything passes over what is out of scope. docs/adr/0008 has the figures.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from clientupdater.adapters.postgres.core.scope_ids import scope_ids

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from clientupdater.domain.access_scope import AccessScope

FEW = 50
"""Branches up to which each is walked by itself."""


@frozen(kw_only=True)
class Shape:
    """Companies as a whole, branches one by one, one's own clients, or simply everything."""

    companies: tuple[UUID, ...] = ()
    branches: tuple[UUID, ...] = ()
    own: bool = False
    everything: bool = False

    @classmethod
    def of(cls, access_scope: AccessScope) -> Shape:
        """Choose by the size of the scope."""
        return _shape_of(access_scope)

    def within(self, branches: Collection[UUID]) -> Shape:
        """Walk these branches too: one by one where they are few."""
        if len(branches) > FEW:
            return evolve(self, companies=(), everything=True)
        return evolve(self, branches=tuple(branches))

    @property
    def is_nowhere(self) -> bool:
        """Whether there is nothing to walk: an area without branches."""
        return self == Shape()

    @property
    def is_wide(self) -> bool:
        """Whether it is more than a few branches, each of which could have a walk of its own."""
        return self.everything or bool(self.companies)


@lru_cache(1024)
def _shape_of(access_scope: AccessScope) -> Shape:
    ids = scope_ids(access_scope)
    shape = Shape(companies=tuple(ids["all_companies"]), own=bool(ids["self_companies"]))
    return shape.within(ids["direct_branches"] | ids["area_branches"])
