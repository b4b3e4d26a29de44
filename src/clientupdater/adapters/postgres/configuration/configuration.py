"""What the business configures, in memory by its generation (A7).

Each transaction learns the generation in the message that begins it. Where this process has read
that generation before, it reads nothing else; so a change is in force in every process at once.
"""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from attrs import define, field, frozen

from clientupdater.adapters.postgres.core.named_queries import named_queries
from clientupdater.domain.access import Territory
from clientupdater.domain.ids import AreaId, BranchId, CompanyId
from clientupdater.domain.periods import Cycle
from clientupdater.domain.settings_values import effective_number, effective_text
from clientupdater.domain.statuses import Reason, Status, StatusCatalogue

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from decimal import Decimal

    from clientupdater.adapters.postgres.core.connection import Connection
    from clientupdater.domain.access_scope import AccessScope

QUERIES = named_queries("configuration/configuration.sql")
T = TypeVar("T")

_REMEMBERED = 4096
"""People whose rights a process keeps as they were made; beyond that it begins anew."""


@frozen
class Configuration:
    """One generation of it; implements `BusinessSettings`."""

    generation: int
    values: Mapping[tuple[str, CompanyId | None], str]
    catalogue: StatusCatalogue
    ids: Mapping[str, Mapping[str, UUID]]
    """By kind and code; only `any_branch` and `any_area` have the deleted ones."""
    area_branches: Mapping[UUID, tuple[UUID, ...]]
    status_of_reason: Mapping[UUID, UUID]
    cycles: Mapping[str | None, Cycle]
    """Of each product that has one, by its id as text."""
    is_trackable: Mapping[str | None, bool]
    """Whether each PAR status lets a client be tracked, by its id as text (P5)."""
    staff: Mapping[UUID, str] = field(repr=False)
    """The name of everyone who is or was of the staff."""

    @cached_property
    def codes(self) -> Mapping[str | None, Any]:
        """Every code by its id as text, which is cheaper to look up; that of no id is None."""
        codes: dict[str | None, Any] = {None: None}
        for ids in self.ids.values():
            codes |= {str(identity): code for code, identity in ids.items()}
        return codes

    @cached_property
    def staff_members(self) -> Mapping[str | None, Mapping[str, Any] | None]:
        """Everyone of the staff as rows show them, by id as text; that of no id is None."""
        members: dict[str | None, Mapping[str, Any] | None] = {None: None}
        for person, name in self.staff.items():
            members[str(person)] = {"id": person, "name": name}
        return members

    @cached_property
    def _numbers(self) -> dict[tuple[str, CompanyId | None], Decimal]:
        """Settings that were asked for, as their text was read."""
        return {}

    @cached_property
    def _texts(self) -> dict[tuple[str, CompanyId | None], str]:
        return {}

    @cached_property
    def _remembered(self) -> dict[tuple[Any, ...], Any]:
        return {}

    def remembered(self, key: tuple[Any, ...], make: Callable[[], T]) -> T:
        """Make what follows from the key and this generation, unless it was made before."""
        known: T | None = self._remembered.get(key)
        if known is None:
            if len(self._remembered) >= _REMEMBERED:
                self._remembered.clear()
            known = self._remembered[key] = make()
        return known

    def territory(self, branches: Iterable[UUID], areas: Iterable[UUID]) -> Territory:
        """Give the places that are not deleted, and the branches of the areas (A2)."""
        live = self._live_areas.intersection(areas)
        within = (branch for area in live for branch in self.area_branches.get(area, ()))
        return Territory(
            branches=self._live_branches.intersection(map(BranchId, branches)),
            areas=frozenset(map(AreaId, live)),
            area_branches=frozenset(map(BranchId, within)),
        )

    @cached_property
    def _live_branches(self) -> frozenset[BranchId]:
        return frozenset(map(BranchId, self.ids["branch"].values()))

    @cached_property
    def _live_areas(self) -> frozenset[UUID]:
        return frozenset(self.ids["area"].values())

    @cached_property
    def companies(self) -> Mapping[UUID, str]:
        return self._codes("company")

    @cached_property
    def branches(self) -> Mapping[UUID, str]:
        return self._codes("any_branch")

    @cached_property
    def areas(self) -> Mapping[UUID, str]:
        return self._codes("any_area")

    def _codes(self, kind: str) -> Mapping[UUID, str]:
        return {identity: code for code, identity in self.ids[kind].items()}

    def scope(self, access_scope: AccessScope) -> AccessScope:
        """Name the companies of a grant over every company."""
        return access_scope.over(map(CompanyId, self.companies))

    def number(self, key: str, company: CompanyId | None) -> Decimal:
        known = self._numbers.get((key, company))
        if known is None:
            known = self._numbers[key, company] = effective_number(key, self.values, company)
        return known

    def text(self, key: str, company: CompanyId | None) -> str:
        known = self._texts.get((key, company))
        if known is None:
            known = self._texts[key, company] = effective_text(key, self.values, company)
        return known

    def statuses(self) -> StatusCatalogue:
        return self.catalogue


@define(eq=False)
class ConfigurationMemory:
    """The generation that this process read last."""

    latest: Configuration | None = field(default=None, init=False)

    def at(self, generation: int, connection: Connection) -> Configuration:
        """Give this generation, or a later one if there is one by now."""
        known = self.known(generation)
        if known is None:
            known = self.latest = read_configuration(connection)
        return known

    def known(self, generation: int | None) -> Configuration | None:
        """Give this generation, if it is the one in memory."""
        latest = self.latest
        return latest if latest and latest.generation == generation else None


def read_generation(connection: Connection) -> int:
    ((generation,),) = connection.execute(QUERIES["generation"]).fetchall()
    return int(generation)


def read_configuration(connection: Connection) -> Configuration:
    (columns,) = connection.execute(QUERIES["configuration"]).fetchall()
    generation, values, codes, members, reasons, cycles, trackable, staff, statuses = columns
    ids: dict[str, dict[str, UUID]] = defaultdict(dict)
    for kind, code, identity in codes:
        ids[kind][code] = UUID(identity)
    area_branches: dict[UUID, list[UUID]] = defaultdict(list)
    for area, branch in members:
        area_branches[UUID(area)].append(UUID(branch))
    return Configuration(
        generation=generation,
        values={(key, company and CompanyId(UUID(company))): text for key, company, text in values},
        catalogue=StatusCatalogue(_status(**each) for each in statuses),
        ids=ids,
        area_branches={area: tuple(branches) for area, branches in area_branches.items()},
        cycles={product: Cycle(cycle) for product, cycle in cycles if cycle},
        is_trackable={par: is_trackable == "true" for par, is_trackable in trackable},
        staff={UUID(person): name for person, name in staff},
        status_of_reason={UUID(reason): UUID(status) for reason, status in reasons},
    )


def _status(*, company: str | None, reasons: list[dict[str, Any]], **facts: Any) -> Status:
    return Status(
        reasons=tuple(Reason(**reason) for reason in reasons),
        companies=frozenset({CompanyId(UUID(company))} if company else ()),
        **facts,
    )
