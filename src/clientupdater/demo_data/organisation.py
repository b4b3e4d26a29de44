"""Six areas and twenty-four branches that do not exist."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

from clientupdater.demo_data.lookups import FCASH, PCNI
from clientupdater.demo_data.names import made_up_street, made_up_towns, plain
from clientupdater.demo_data.random_draws import identity
from clientupdater.domain.ids import AreaId, BranchId

if TYPE_CHECKING:
    from collections.abc import Mapping
    from random import Random

AREAS = (
    ("MN", "Metro North", FCASH),
    ("MS", "Metro South", FCASH),
    ("NL", "Northern Provinces", None),
    ("SL", "Southern Provinces", None),
    ("VM", "Islands", None),
    ("CS", "Camps and Stations", PCNI),
)
BRANCHES_PER_AREA = 4
CATEGORIES = ("Full service", "Full service", "Satellite", "Kiosk")


@frozen
class Area:
    """A group of branches: of one company, or (none named) of both."""

    id: AreaId
    code: str
    name: str
    company: str | None

    @property
    def companies(self) -> tuple[str, ...]:
        """The companies whose clients its branches have."""
        return (self.company,) if self.company else (FCASH, PCNI)


@frozen
class Branch:
    """A branch, and the area it belongs to first of all."""

    id: BranchId
    code: str
    town: str
    location: str
    category: str
    area: Area
    telephone: str

    @property
    def name(self) -> str:
        """What people call it."""
        return f"{self.town} Branch"

    @property
    def email(self) -> str:
        """Where it gets its mail; no such domain can exist."""
        return f"{plain(self.town)}@branches.example"


@frozen
class Organisation:
    """Areas, branches, and the one branch that a second area looks after as well."""

    areas: tuple[Area, ...]
    branches: tuple[Branch, ...]
    shared: tuple[Area, Branch]

    def of(self, area: Area) -> tuple[Branch, ...]:
        """List the branches that an area has as its own."""
        return tuple(branch for branch in self.branches if branch.area == area)

    @property
    def members(self) -> Mapping[AreaId, frozenset[BranchId]]:
        """Name every branch of every area, the shared one in both."""
        members = {area.id: {branch.id for branch in self.of(area)} for area in self.areas}
        second, branch = self.shared
        members[second.id].add(branch.id)
        return {area: frozenset(branches) for area, branches in members.items()}


def made_up_organisation(rng: Random) -> Organisation:
    """Make up areas and branches."""
    areas = tuple(Area(AreaId(identity(rng)), *facts) for facts in AREAS)
    towns = iter(made_up_towns(rng, len(areas) * BRANCHES_PER_AREA))
    branches = tuple(
        _branch(rng, area, number, next(towns))
        for area in areas
        for number in range(1, BRANCHES_PER_AREA + 1)
    )
    northern, southern = areas[2], areas[3]
    shared = next(branch for branch in branches if branch.area == northern)
    return Organisation(areas, branches, (southern, shared))


def _branch(rng: Random, area: Area, number: int, town: str) -> Branch:
    return Branch(
        id=BranchId(identity(rng)),
        code=f"{area.code}-{number:02}",
        town=town,
        location=f"{made_up_street(rng)}, {town}",
        category=CATEGORIES[number - 1],
        area=area,
        telephone=f"+63900550{rng.randint(0, 9999):04}",
    )
