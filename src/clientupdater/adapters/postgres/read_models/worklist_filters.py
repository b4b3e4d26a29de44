"""The filters of the worklist: what they name, and their conditions."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

import attrs
from attrs import field, frozen

from clientupdater.adapters.postgres.read_models.pieces import render
from clientupdater.adapters.postgres.read_models.resolving import area_members, ids_of
from clientupdater.adapters.postgres.read_models.shape import Shape
from clientupdater.ports.client_filter import ClientFilter
from clientupdater.ports.lists import WorklistFilter

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID

    from clientupdater.adapters.postgres.configuration.configuration import Configuration
    from clientupdater.domain.access_scope import AccessScope
    from clientupdater.domain.ids import BranchId

_OF_ROW = ("past_due_from", "past_due_to")
"""What the indexes of work have; branch and area are where the walk begins."""
_PLACES = ("branch", "area")


@frozen(eq=False)
class ResolvedWorklistFilter:
    """A filter of the worklist with the ids of its codes."""

    wanted: WorklistFilter = field(factory=WorklistFilter)
    ids: Mapping[str, UUID] = field(factory=dict)
    area_members: tuple[BranchId, ...] = ()

    @cached_property
    def _names(self) -> list[str]:
        asked = attrs.asdict(self.wanted, recurse=False)
        return [name for name, value in asked.items() if value is not None and name != "cause"]

    @cached_property
    def is_empty(self) -> bool:
        return self.wanted == WorklistFilter()

    def shape(self, access_scope: AccessScope) -> Shape:
        """Begin at the branches asked for, else at those of the scope."""
        of_scope = Shape.of(access_scope)
        if branch := self.ids.get("branch"):
            return Shape(branches=(branch,), own=of_scope.own)
        if "area" in self.ids:
            return Shape(own=of_scope.own).within(frozenset(self.area_members))
        return of_scope

    def of_row(self) -> tuple[str, ...]:
        """Hold for a row s, by what the indexes of work have; the walk begins at the branch."""
        owed = render("owed_of_work")
        amounts = tuple(render(name, owed=owed) for name in _OF_ROW if name in self._names)
        return (*amounts, render("rows_in_area")) if "area" in self.ids else amounts

    def of_client_of_row(self) -> tuple[str, ...]:
        """Hold for the client of a row s."""
        names = [name for name in self._names if name not in {*_OF_ROW, *_PLACES}]
        where = " and ".join(map(render, names))
        return (render("client_of_row", where=where),) if names else ()

    def of_client(self) -> tuple[str, ...]:
        """Hold for a client c."""
        return tuple(map(render, self._names))

    @property
    def params(self) -> dict[str, object]:
        asked = attrs.asdict(self.wanted, recurse=False)
        return {
            **{name: asked[name] for name in self._names},
            **self.ids,
            **({"area_members": list(self.area_members)} if "area" in self.ids else {}),
        }


NO_FILTER = ResolvedWorklistFilter()
"""What most pages ask for."""


def resolve_worklist_filter(
    wanted: WorklistFilter, configuration: Configuration
) -> ResolvedWorklistFilter:
    """Look up what it names. Raises InvalidInput for each code that does not exist."""
    if wanted == NO_FILTER.wanted:
        return NO_FILTER
    asked = attrs.asdict(wanted, recurse=False)
    asked.pop("cause")
    ids = ids_of(ClientFilter(**asked), configuration)
    return ResolvedWorklistFilter(wanted, ids, area_members(ids, configuration))
