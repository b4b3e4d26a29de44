"""A reach as a predicate in SQL, and the shape of walk that its size asks for (A4).

Up to FEW branches, each is walked by itself and the walks are merged; beyond, one walk over
everything passes over what is out of scope. docs/adr/0008 has the figures.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from attrs import evolve, frozen

from clientupdater.adapters.postgres.read_models.pieces import PIECES, filled
from clientupdater.domain.ids import CompanyId

if TYPE_CHECKING:
    from typing import Any
    from uuid import UUID

    import psycopg

    from clientupdater.domain.access_scope import AccessScope
    from clientupdater.domain.ids import BranchId

FEW = 50
"""Branches up to which each is walked by itself."""

_COMPANIES = (
    "all_companies",
    "branch_companies",
    "area_companies",
    "self_companies",
)


@lru_cache(maxsize=64)
def array(ids: frozenset[UUID]) -> str:
    """Write ids as PostgreSQL reads them: 2,000 one by one took the driver 10 ms, for each use."""
    return "{" + ",".join(map(str, ids)) + "}"


def written_out(
    access_scope: AccessScope, connection: psycopg.Connection[tuple[Any, ...]]
) -> AccessScope:
    """Name the companies of a grant over every company."""
    if access_scope.everywhere is None:
        return access_scope
    known = connection.execute(PIECES["companies"].encode()).fetchall()
    return access_scope.over(CompanyId(company) for (company,) in known)


@frozen
class Scope:
    """One reach in SQL; `prefix` keeps its parameters apart from another's."""

    access_scope: AccessScope
    prefix: str = "r"

    @property
    def told(self) -> dict[str, object]:
        """The parameters of its predicate."""
        values: dict[str, object] = {
            f"{self.prefix}_{name}": array(getattr(self.access_scope, name)) for name in _COMPANIES
        }
        return {
            **values,
            f"{self.prefix}_direct_branches": array(self._direct),
            f"{self.prefix}_area_branches": array(self._area),
            f"{self.prefix}_actor": self.access_scope.actor,
        }

    def over_clients(self) -> str:
        """Say it of a client c: all four pieces, as a test of truth (see `over_rows`)."""
        pieces = [*self._pieces(), *(["scope_self"] if self.access_scope.self_companies else [])]
        return f"{self._any(pieces, 'c', 'branch_id')} is true"

    def over_words(self) -> str:
        """Say it of a word w of a client's name: all four pieces."""
        pieces = [*self._pieces(), *(["scope_self"] if self.access_scope.self_companies else [])]
        return self._any(pieces, "w", "branch_id")

    def over_rows(self) -> str:
        """Say it of a row s, which does not know whose client it is: without the fourth.

        As a test of truth, so that no index over branches is led by it: where they are few, the
        walk names them one by one, where they are many the walk's own order is the better one.
        """
        return f"{self._any(self._pieces(), 's', 'home_branch_id')} is true"

    def by_place(self, who: str) -> str:
        """Say of a client that it is within for where it is, whosever it may be."""
        return self._any(self._pieces(), who, "branch_id")

    def _pieces(self) -> list[str]:
        held = {
            "scope_all": self.access_scope.all_companies,
            _sized("scope_branch", self._direct): self._direct,
            _sized("scope_area", self._area): self._area,
        }
        return [piece for piece, what in held.items() if what]

    @property
    def _direct(self) -> frozenset[BranchId]:
        return (
            self.access_scope.direct_branches if self.access_scope.branch_companies else frozenset()
        )

    @property
    def _area(self) -> frozenset[BranchId]:
        return self.access_scope.area_branches if self.access_scope.area_companies else frozenset()

    def _any(self, pieces: list[str], who: str, branch: str) -> str:
        items = (filled(piece, who=who, branch=branch, p=self.prefix) for piece in pieces)
        return f"({' or '.join(items) or 'false'})"


def _sized(piece: str, branches: frozenset[BranchId]) -> str:
    return f"{piece}_of_many" if len(branches) > FEW else piece


@frozen(kw_only=True)
class Shape:
    """Where to walk: companies in full, branches one by one, one's own, or simply everything."""

    companies: tuple[CompanyId, ...] = ()
    branches: tuple[BranchId, ...] = ()
    own: bool = False
    everything: bool = False

    @classmethod
    def of(cls, access_scope: AccessScope) -> Shape:
        """Choose by the size of the scope."""
        branches = (
            access_scope.direct_branches if access_scope.branch_companies else frozenset()
        ) | (access_scope.area_branches if access_scope.area_companies else frozenset())
        return cls(
            companies=tuple(access_scope.all_companies),
            own=bool(access_scope.self_companies),
        ).within(branches)

    def within(self, branches: frozenset[BranchId]) -> Shape:
        """Walk these branches: one by one where they are few."""
        if len(branches) > FEW:
            return evolve(self, companies=(), everything=True)
        return evolve(self, branches=tuple(branches))

    @property
    def is_steady(self) -> bool:
        """Whether one plan serves every such question, so that it may be kept prepared."""
        return not self.everything
