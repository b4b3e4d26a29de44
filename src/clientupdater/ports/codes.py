"""How people know companies, branches, areas and one another, in place of our ids."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import field, frozen

if TYPE_CHECKING:
    from collections.abc import Mapping
    from uuid import UUID


@frozen
class Names:
    """Organisation of places and names of people, by id."""

    companies: Mapping[UUID, str]
    branches: Mapping[UUID, str]
    areas: Mapping[UUID, str]
    people: Mapping[UUID, str] = field(repr=False)
