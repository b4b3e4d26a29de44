"""How people know companies, branches, areas and one another, in place of our ids."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from attrs import field, frozen

if TYPE_CHECKING:
    from collections.abc import Mapping, Set
    from uuid import UUID


@frozen
class Names:
    """Codes of places and names of people, by id."""

    companies: Mapping[UUID, str]
    branches: Mapping[UUID, str]
    areas: Mapping[UUID, str]
    people: Mapping[UUID, str] = field(repr=False)


class Codes(Protocol):
    """Where codes and names are looked up."""

    def of(self, branches: Set[UUID], areas: Set[UUID], people: Set[UUID]) -> Names:
        """Find those of these, deleted ones included, and of every company."""
        ...
