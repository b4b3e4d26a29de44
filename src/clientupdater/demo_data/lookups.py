"""The seeded lookups, which the database has before it is filled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import frozen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from clientupdater.domain.ids import CompanyId
    from clientupdater.domain.periods import Cycle
    from clientupdater.domain.statuses import StatusCatalogue

FCASH, PCNI = "FCASH", "PCNI"
PREFIX = {FCASH: "FC", PCNI: "PC"}
"""What the codes of a company's clients begin with."""


@frozen
class SeededLookups:
    """What clients and their history refer to, by code."""

    companies: Mapping[str, CompanyId]
    cycles: Mapping[str, Cycle]
    """How often each product's clients are reached."""
    trackable: Mapping[str, bool]
    """Whether clients of each PAR status are reached at all."""
    catalogue: StatusCatalogue
